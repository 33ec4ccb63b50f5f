"""Nothing that is printed hides anything."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.packs.legible import INVISIBLE, LIMIT, covered_by_fonts, legible

COVERED = covered_by_fonts()


def test_the_fonts_cover_western_and_central_europe() -> None:
    for text in ("Zürich", "Łódź", "Ærøskøbing", "İstanbul", "naïve “quoted” · 2 €"):
        assert legible(text, COVERED) == text


def test_bidi_overrides_and_controls_are_shown() -> None:
    assert legible("a\u202eb\u200bc\x07", COVERED) == "a[U+202E]b[U+200B]c[U+0007]"
    assert legible("soft\u00adhyphen", COVERED) == "soft[U+00AD]hyphen"
    assert legible("two\nlines", COVERED) == "two[U+000A]lines"


def test_characters_without_a_glyph_are_shown_as_code_points() -> None:
    assert legible("東京 x 😀", COVERED) == "[U+6771 U+4EAC] x [U+1F600]"


def test_endless_text_is_cut_and_says_so() -> None:
    shown = legible("x" * 100_000, COVERED)
    assert shown.startswith("x" * LIMIT + "…")
    assert "(99,500 more characters)" in shown
    assert len(shown) < LIMIT + 40


@given(st.text())
def test_only_visible_covered_characters_are_left(text: str) -> None:
    shown = legible(text, COVERED)
    assert all(ord(c) in COVERED for c in shown)
    assert not any(unicodedata.category(c) in INVISIBLE for c in shown)
