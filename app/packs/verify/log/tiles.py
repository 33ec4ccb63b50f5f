"""The tree's leaves: with them the root at each size follows, and what continues what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from app.packs.verify.checks import need
from app.packs.verify.container.files import Bundle

HASH, WIDTH = 32, 256
"""Bytes of a hash; hashes in a full tile (c2sp.org/tlog-tiles)."""


def leaves_of(bundle: Bundle, size: int) -> bytes | None:
    """Leaf hashes of the whole log, one after the other; None when the bundle has no tiles."""
    names = bundle.names("tile")
    if not names:
        return None
    count = (size + WIDTH - 1) // WIDTH
    # before they are counted through: a size is whatever somebody signed
    reason = f"a log of {size} entries has {count} tiles, the bundle has {len(names)}"
    need(len(names) == count, reason, "tile_missing" if len(names) < count else "tile_foreign")
    return b"".join(tile(bundle, name, width) for name, width in tile_names(size))


def tile(bundle: Bundle, name: str, width: int) -> bytes:
    """The hashes of a tile."""
    data = bundle.read(name)
    need(len(data) == HASH * width, "it has not as many hashes as its name says", "tile_invalid")
    return data


def tile_names(size: int) -> Iterator[tuple[str, int]]:
    """Names of the tiles of level 0 of a tree, with their widths."""
    for number in range((size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - number * WIDTH)
        groups = [f"{number % 1000:03d}"]
        while number >= 1000:
            number //= 1000  # noqa: PLW2901 - digits, from the last group on
            groups.insert(0, f"x{number % 1000:03d}")
        partial = "" if width == WIDTH else f".p/{width}"
        yield f"tile/0/{'/'.join(groups)}{partial}", width


def check_tiles(bundle: Bundle, size: int, root: bytes) -> bytes | None:
    """The leaves, once they give the signed root."""
    leaves = leaves_of(bundle, size)
    if leaves is not None:
        need(root_of(leaves, size) == root, "the tiles do not give its root", "tile_changed")
    return leaves


def root_of(leaves: bytes, size: int) -> bytes:
    """Root of the tree of the first `size` leaves (RFC 9162, section 2.1.1)."""
    level = [leaves[at : at + HASH] for at in range(0, HASH * size, HASH)]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2])  # noqa: B905 - Python 3.8
        level = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0]
