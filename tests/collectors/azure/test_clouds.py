"""Clouds: three built in, and a private one from a strict file."""

from pathlib import Path

import pytest

from collectors.azure.clouds import BUILT_IN, cloud_named, load_custom
from collectors.kit.errors import CollectorError

KEYS = (
    "authority",
    "resource_manager",
    "resource_manager_audience",
    "graph",
    "graph_audience",
    "logs",
    "logs_audience",
    "storage_audience",
    "vault_audience",
)
WHOLE = "".join(f'{key} = "https://{key.replace("_", "-")}.test:8443/"\n' for key in KEYS)


def written(folder: Path, text: str) -> Path:
    path = folder / "cloud.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["public", "usgov", "china"])
def test_built_in_clouds_are_https_and_discoverable(name: str) -> None:
    cloud = cloud_named(name)

    assert cloud is BUILT_IN[name]
    assert cloud.discoverable
    assert all(getattr(cloud, key).startswith("https://") for key in KEYS)
    assert not any(getattr(cloud, key).endswith("/") for key in KEYS)


def test_the_us_government_resource_manager_has_its_own_audience() -> None:
    assert cloud_named("usgov").resource_manager == "https://management.usgovcloudapi.net"
    audience = cloud_named("usgov").resource_manager_audience
    assert audience == "https://management.core.usgovcloudapi.net"


def test_a_cloud_nobody_knows_is_told_with_those_known() -> None:
    with pytest.raises(CollectorError, match="use public, usgov, china"):
        cloud_named("moon")


def test_a_private_cloud_is_read_and_its_ca_is_beside_the_file(tmp_path: Path) -> None:
    cloud = load_custom(written(tmp_path, WHOLE + 'ca_file = "tls/ca.pem"\n'))

    assert cloud.name == "custom"
    assert not cloud.discoverable
    assert cloud.graph_audience == "https://graph-audience.test:8443"
    assert cloud.ca_file == tmp_path / "tls/ca.pem"


def test_an_absolute_ca_file_stays_where_it_is(tmp_path: Path) -> None:
    assert load_custom(written(tmp_path, WHOLE + 'ca_file = "/x/ca.pem"\n')).ca_file == Path(
        "/x/ca.pem"
    )


def test_a_private_cloud_may_trust_the_system(tmp_path: Path) -> None:
    assert load_custom(written(tmp_path, WHOLE)).ca_file is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (WHOLE + 'portal = "https://x"\n', "keys nobody knows: portal"),
        (WHOLE.replace("logs_audience", "#"), "lacks logs_audience"),
        (WHOLE.replace("https://graph.", "http://graph."), "'graph' .* must be an https address"),
        (WHOLE.replace("https://graph.", "https://me@graph."), "must be an https address"),
        (WHOLE + "ca_file = 5\n", "'ca_file' .* must be the path"),
        ("graph =", "is not TOML"),
    ],
    ids=["unknown", "missing", "http", "user", "ca", "toml"],
)
def test_a_wrong_cloud_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(CollectorError, match=sentence) as caught:
        load_custom(written(tmp_path, text))
    assert str(caught.value).endswith(".")


def test_a_cloud_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="cannot be read"):
        load_custom(tmp_path / "none.toml")
