"""Next links: read from raw bytes, held to their host."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.azure.transport.paging import next_link, same_host

HOME = "https://management.azure.com"


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (b'{"nextLink": "https://a"}', "https://a"),
        (b'{"nextLink": ""}', None),
        (b'{"nextLink": null}', None),
        (b'{"nextLink": 5}', None),
        (b'{"value": [{"nextLink": "https://inner"}]}', None),
        (b'["nextLink"]', None),
        (b'{"nextLink": "https://cut', None),
        (b"\xff nextLink", None),
        (b"", None),
    ],
)
def test_only_a_link_at_the_top_of_a_whole_page_counts(body: bytes, link: str | None) -> None:
    assert next_link(body, "nextLink") == link


@settings(deadline=None)
@given(st.binary())
def test_no_body_breaks_paging(body: bytes) -> None:
    next_link(body + b"nextLink", "nextLink")


@pytest.mark.parametrize(
    ("link", "stays"),
    [
        ("https://management.azure.com/a?b", True),
        ("https://MANAGEMENT.azure.com:443/a", True),
        ("http://management.azure.com/a", False),
        ("https://management.azure.com:8443/a", False),
        ("https://management.azure.com.evil.test/a", False),
        ("https://evil.test/?management.azure.com", False),
        ("https://management.azure.com@evil.test/", False),
        ("https://me@management.azure.com/", False),
        ("https://management.azure.com:x/", False),
        ("//management.azure.com/a", False),
        ("/a", False),
        ("", False),
    ],
)
def test_a_link_stays_only_on_the_very_host_over_tls(link: str, *, stays: bool) -> None:
    assert same_host(link, HOME) is stays


@settings(deadline=None)
@given(st.text())
def test_no_link_breaks_the_host_check(link: str) -> None:
    same_host(link, HOME)
    same_host("https://" + link, HOME)
