"""TLS versions in every spelling Azure uses."""

import pytest

from collectors.kit.values.tls import tls_at_least, tls_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("TLS1_0", (1, 0)),
        ("TLS1_2", (1, 2)),
        ("TLSv1.3", (1, 3)),
        ("1.2", (1, 2)),
        ("tls1_1", (1, 1)),
        ("None", None),
        ("TLS", None),
        ("11.2", None),
        ("TLS1_4", None),
        ("TLS2_0", None),
        ("9.9", None),
        ("0.9", None),
        ("1.2 ", None),
        ("", None),
        (1.2, None),
        (None, None),
    ],
)
def test_a_version_is_read_or_not_known(text: object, version: tuple[int, int] | None) -> None:
    assert tls_version(text) == version


@pytest.mark.parametrize(
    ("found", "wanted", "answer"),
    [
        ("TLS1_2", "1.2", True),
        ("TLS1_3", "1.2", True),
        ("TLS1_1", "1.2", False),
        ("1.2", "1.3", False),
        ("SSL3", "1.2", None),
        ("1.2", "newest", None),
        ("TLS2_0", "1.2", None),
    ],
)
def test_versions_are_compared_or_it_cannot_be_told(
    found: str, wanted: str, *, answer: bool | None
) -> None:
    assert tls_at_least(found, wanted) is answer
