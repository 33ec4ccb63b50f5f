"""Text from outside made safe to print: nothing hidden, undrawable or endless."""

import unicodedata
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import groupby
from pathlib import Path

from app.controls.catalogue import TEMPLATES

FONTS = TEMPLATES / "fonts"
LIMIT = 500
"""Characters of one cell: a 20 kB name costs seconds of layout."""

INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that have no mark of their own: controls, bidi overrides, zero widths."""


def legible(text: str, covered: AbstractSet[int], limit: int = LIMIT) -> str:
    """The text with every invisible or uncovered character as `[U+202E]`, cut at `limit`.

    `covered` are the code points that every font of the pack can draw.
    """
    kept = text[:limit]
    shown = "".join(
        "".join(run) if plain else f"[{' '.join(f'U+{ord(c):04X}' for c in run)}]"
        for plain, group in groupby(kept, key=lambda c: _plain(c, covered))
        for run in [list(group)]
    )
    left = len(text) - len(kept)
    return f"{shown}… ({left:,} more characters)" if left else shown


@cache
def covered_by_fonts(folder: Path = FONTS) -> frozenset[int]:
    """Code points that every family of the pack's fonts can draw, in every weight."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # ships no types

    faces: dict[str, set[int]] = {}
    for path in sorted(folder.glob("*.woff2")):
        with TTFont(path) as font:
            face = path.name.replace("-latin-ext-", "-").replace("-latin-", "-")
            faces.setdefault(face, set()).update(font.getBestCmap())
    return frozenset(set.intersection(*faces.values()))


def _plain(character: str, covered: AbstractSet[int]) -> bool:
    return ord(character) in covered and unicodedata.category(character) not in INVISIBLE
