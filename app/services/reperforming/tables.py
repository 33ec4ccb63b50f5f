"""Tables of a pack, held against those that follow from re-performed verdicts."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.controls.ground import Facts
from app.controls.period import Period
from app.evidence.reperformance import Difference
from app.packs.tables.table import ESCAPE
from app.packs.view.azure_policy import DISAGREEMENTS
from app.packs.view.populations import (
    RECORDS,
    pack_tables,
    workbook_file,
)
from app.services.proof.sealed_evidence import SealedEvidence
from collectors.kit import Collector

ANSWERS = ("check", "subject", "status")
"""What a table says of the tenant. Names of people in reasons are those of one night, and words may
change with the program; who was asked what, and the answer, may not."""
SHOWN = 3
BOOK, LETTER = 1_000_000, 200
"""Bytes of a workbook without rows, and for each letter: cells of one letter need most."""
_UNREADABLE = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError)
"""A broken workbook; broken XML in it is a SyntaxError."""
Row = tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class Compared:
    """What comparing the tables of a bundle gave."""

    done: int = 0
    differences: list[Difference] = field(default_factory=list)


def compared_tables(
    evidence: SealedEvidence, facts: Facts, collectors: Sequence[Collector], period: Period
) -> Compared:
    """Each table of the bundle: its rows are those that follow, and its workbook has the same.

    Azure Policy's states are no verdicts of ours: what differs from them is not computed again.
    """
    told = Compared()
    expected = pack_tables(
        collectors=collectors,
        intervals=facts.intervals,
        records=facts.records,
        nights=facts.nights,
        period=period,
        history=facts.history,
    )
    names = {name for name in evidence.tables() if name.endswith(".csv")} - {DISAGREEMENTS}
    for name in sorted({*names, *expected}):
        told.done += 1
        sealed = evidence.table(name)
        made = expected.get(name)
        if sealed is None or made is None:
            there, here = ("none", "one") if sealed is None else ("one", "none")
            told.differences.append(_difference(name, "the table", there, here))
            continue
        try:
            head, rows = _read_csv(sealed)
        except (ValueError, csv.Error) as error:
            told.differences.append(_difference(name, "the table", "no CSV", str(error)))
            continue
        kept = head if name == RECORDS else tuple(one for one in ANSWERS if one in made.head)
        again = _kept(made.head, made.rows, kept)
        told.differences += _rows_differ(name, _kept(head, rows, kept), again)
        told.differences += _book_differs(evidence, name, (head, *rows))
    return told


def _read_csv(data: bytes) -> tuple[Row, list[Row]]:
    """Heading and rows with the escape taken back."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    rows = [tuple(cell.removeprefix(ESCAPE) for cell in line) for line in lines]
    return (rows[0], rows[1:]) if rows else ((), [])


def _kept(head: Row, rows: Sequence[Row], kept: Row) -> Counter[Row]:
    """How often each row occurs, of these columns only."""
    places = [head.index(one) if one in head else -1 for one in kept]
    return Counter(tuple(row[at] if 0 <= at < len(row) else "" for at in places) for row in rows)


def _rows_differ(
    name: str, sealed: Mapping[Row, int], again: Mapping[Row, int]
) -> Iterator[Difference]:
    odd = sorted(row for row in {*sealed, *again} if sealed.get(row) != again.get(row))
    for row in odd[:SHOWN]:
        there, here = (f"{told.get(row, 0)} such rows" for told in (sealed, again))
        yield _difference(name, ", ".join(row), there, here)
    if len(odd) > SHOWN:
        yield _difference(name, f"{len(odd) - SHOWN} more rows", "other ones", "other ones")


def _book_differs(
    evidence: SealedEvidence, name: str, lines: Sequence[Row]
) -> Iterator[Difference]:
    """The workbook beside a CSV holds the same texts; a very long one is cut, and says so."""
    data = evidence.table(workbook_file(name))
    if data is None:
        yield _difference(workbook_file(name), "the workbook", "none", "one")
        return
    try:
        found = _read_book(data, sum(len(cell) for line in lines for cell in line))
    except _UNREADABLE as error:
        yield _difference(workbook_file(name), "the workbook", "no workbook", str(error))
        return
    if len(found) != len(lines):
        there, here = f"{len(found)} lines", f"{len(lines)} lines"
        yield _difference(workbook_file(name), "its lines", there, here)
        return
    for line, other in zip(lines, found, strict=True):
        if any(a[:100] != b[:100] for a, b in zip(line, other, strict=False)):
            yield _difference(workbook_file(name), line[0], "another line", ", ".join(line[:3]))


def _read_book(data: bytes, letters: int) -> list[Row]:
    """Lines of all sheets, the heading once. Raises one of _UNREADABLE.

    A stranger may have made it: unpacked it is no larger than so many letters need.
    """
    with ZipFile(io.BytesIO(data)) as opened:
        if sum(info.file_size for info in opened.infolist()) > BOOK + LETTER * letters:
            raise ValueError("it is larger than its table")
    book = load_workbook(io.BytesIO(data), read_only=True)
    return [
        tuple("" if cell is None else str(cell) for cell in row)
        for number, sheet in enumerate(book.worksheets)
        for row in list(sheet.iter_rows(values_only=True))[bool(number) :]
    ]


def _difference(name: str, about: str, sealed: str, found: str) -> Difference:
    return Difference(
        code="table_differs",
        object=f"populations/{name}",
        about=about,
        sealed=sealed,
        found=found,
    )
