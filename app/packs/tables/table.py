"""A table of texts, and the same as CSV: no cell runs as a formula, and none is lost by that.

Spreadsheets run cells that begin like a formula
(https://owasp.org/www-community/attacks/CSV_Injection), so such a cell gets an apostrophe before
it, and so does one that begins with an apostrophe itself. Take one leading apostrophe away and the
text is what it was: two texts never become one.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ESCAPE = "'"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", ESCAPE)  # noqa: RUF001 - full width


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
    return ESCAPE + text if text.startswith(_RISKY) else text
