"""TLS versions, in whichever way Azure spells them."""

import re

_SPELLINGS = re.compile(r"(?:TLS)?v?(1)[._]([0-3])", re.IGNORECASE)
"""The versions there are, 1.0 to 1.3 (RFC 8446); another is not known to be newer."""


def tls_version(text: object) -> tuple[int, int] | None:
    """(1, 2) for "TLS1_2", "TLSv1.2" and "1.2"; None for anything that names no version."""
    found = _SPELLINGS.fullmatch(text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2])) if found else None


def tls_at_least(found: object, wanted: object) -> bool | None:
    """Whether one version is not older than the other; None when either cannot be read."""
    have, need = tls_version(found), tls_version(wanted)
    return None if have is None or need is None else have >= need
