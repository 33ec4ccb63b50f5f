"""A bundle in memory."""

import io
from collections.abc import Mapping, Sequence

from app.packs.sealed.bundle import Sign, write_bundle


def build_bundle(
    files: Mapping[str, bytes],
    *,
    seal: Sign,
    stamp: Sign,
    also: Sequence[Sign] = (),
    rootfile: str = "pack.pdf",
) -> bytes:
    """A bundle in memory. See `write_bundle`."""
    made = io.BytesIO()
    write_bundle(made, sorted(files.items()), seal=seal, stamp=stamp, also=also, rootfile=rootfile)
    return made.getvalue()
