"""A table of texts, and the same as CSV: no cell runs as a formula, and none is lost by that.

Spreadsheets run cells that begin like a formula
(https://owasp.org/www-community/attacks/CSV_Injection), whatever characters without a shape of
their own stand before it, so such a cell gets an apostrophe before it, and so does one that begins
with an apostrophe or a control character itself. Take one leading apostrophe away and the text is
what it was: two texts never become one.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ESCAPE = "'"
_FORMULA = frozenset("=+-@\u2212")
"""The last is the sign for minus, which raised and lowered ones come down to."""
_BLANK = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zs", "Zl", "Zp"})
"""General categories (UAX #44) of what shows nothing by itself: controls, marks of direction and of
joining, variation selectors, blanks, what has no character."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and a symbol that show nothing: fillers of Hangul, the empty pattern of Braille."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A heading and rows of as many texts."""

    title: str
    """For people, and the name of the sheet."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of these rows, sorted: the same facts give the same bytes."""
    return Table(title=title, head=tuple(head), rows=tuple(sorted(tuple(row) for row in rows)))


def as_csv(made: Table) -> bytes:
    """RFC 4180, UTF-8, cells escaped."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(made.head)
    writer.writerows([escaped(cell) for cell in row] for row in made.rows)
    return out.getvalue().encode("utf-8")


def escaped(text: str) -> str:
    """The text as a cell of a CSV holds it."""
    return ESCAPE + text if _risky(text) else text


def _risky(text: str) -> bool:
    if text.startswith(ESCAPE) or unicodedata.category(text[:1] or "x") in {"Cc", "Cf"}:
        return True
    first = next((one for one in text if not _is_blank(one)), "")
    # full width, small and raised forms are the same signs (UAX #15, NFKC)
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULA


def _is_blank(one: str) -> bool:
    return one in _FILLERS or unicodedata.category(one) in _BLANK
