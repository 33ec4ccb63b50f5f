"""Who could write the settings could have evidence sealed elsewhere: such a home is not opened."""

import pytest

from tests.cli.conftest import Place
from tests.command_line import annexa


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666, 0o664])
def test_settings_that_others_may_write_are_refused_with_what_to_type(
    mode: int, spoilable: Place
) -> None:
    file = spoilable.home / "annexa.toml"
    file.chmod(mode)

    said = annexa(spoilable.home, "status")

    assert said.code == 2
    assert said.sentence.endswith(f"chmod go-w {file} [file_open]")


@pytest.mark.parametrize("mode", [0o400, 0o444, 0o600, 0o640, 0o644])
def test_settings_that_others_may_only_read_are_taken(mode: int, spoilable: Place) -> None:
    (spoilable.home / "annexa.toml").chmod(mode)

    assert annexa(spoilable.home, "log", "checkpoints").code == 0


def test_a_linked_file_is_judged_by_what_it_leads_to(spoilable: Place) -> None:
    """As Kubernetes mounts a ConfigMap: annexa.toml -> ..data/annexa.toml, ..data -> a folder."""
    real = spoilable.home / "..2026_11_28"
    real.mkdir()
    (spoilable.home / "annexa.toml").rename(real / "annexa.toml")
    (spoilable.home / "..data").symlink_to(real.name)
    (spoilable.home / "annexa.toml").symlink_to("..data/annexa.toml")
    (real / "annexa.toml").chmod(0o644)
    taken = annexa(spoilable.home, "log", "checkpoints")
    (real / "annexa.toml").chmod(0o666)
    refused = annexa(spoilable.home, "log", "checkpoints")

    assert taken.code == 0, taken.err
    assert refused.sentence.endswith("[file_open]")


@pytest.mark.parametrize(("mode", "code"), [(0o777, 2), (0o775, 2), (0o1777, 0), (0o755, 0)])
def test_a_home_that_others_may_put_files_into_is_refused(
    mode: int, code: int, spoilable: Place
) -> None:
    spoilable.home.chmod(mode)

    said = annexa(spoilable.home, "log", "checkpoints")

    assert said.code == code, said.err
    assert (f"chmod go-w {spoilable.home} [file_open]" in said.err) == (code == 2)


def test_a_file_that_the_settings_name_is_refused_too(spoilable: Place) -> None:
    root = spoilable.home / "authority.pem"
    root.write_bytes((spoilable.home / "trust" / "root.pem").read_bytes())
    root.chmod(0o646)
    with (spoilable.home / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            '\n[[time_authorities]]\nname = "a"\nurl = "https://a.example/tsr"\n'
            'roots = ["authority.pem"]\n'
        )

    said = annexa(spoilable.home, "log", "checkpoints")

    assert said.sentence.endswith(f"chmod go-w {root} [file_open]")
    root.chmod(0o644)
    assert annexa(spoilable.home, "log", "checkpoints").code == 0
