"""Where the next page is: read from a raw body, and never followed to another host."""

import json
from typing import Any
from urllib.parse import urlsplit


def next_link(body: bytes, key: str) -> str | None:
    """Value of `nextLink`, `@odata.nextLink` or `$skipToken` at the top of a page.

    None at the last page, and for a body that is not a JSON object: the kit then says malformed.
    """
    if key.encode() not in body:
        return None  # most pages are last pages: not parsed here at all
    try:
        page: Any = json.loads(body)
    except ValueError:
        return None
    value = page.get(key) if isinstance(page, dict) else None
    return value if isinstance(value, str) and value else None


def same_host(link: str, home: str) -> bool:
    """Whether a link stays on the https host and port that a token is meant for."""
    try:
        there, port = urlsplit(link), urlsplit(link).port or 443
    except ValueError:  # a port that is not a number
        return False
    here = urlsplit(home)
    if there.scheme != "https" or there.username is not None:
        return False
    return (there.hostname, port) == (here.hostname, here.port or 443)
