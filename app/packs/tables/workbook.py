"""A table as XLSX with text cells: what looks like a number, a date or a formula stays its text.

A CSV cannot say that `00123` or `1E5` is a name; a spreadsheet that opens one makes a number of
it. The workbook lies beside each CSV with the same rows; the CSV stays the one to compute with.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.packs.tables.table import Table

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_767
"""UTF-16 code units in a cell. Excel specifications and limits,
https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3; so is the next."""
MOST = 1_048_575
"""Rows of a sheet under its heading; further rows stand on further sheets."""
KEPT = 32_000
"""Code units kept of a text that no cell can hold."""
MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - the format has no zone
"""The same table gives the same bytes, whenever it is made."""
WIDEST = 60
_UNFIT = "\x00-\x08\x0b-\x1f\ufffe\uffff"
"""Characters that XML 1.0 cannot hold, and the carriage return, which its readers change."""
_LIKE_ESCAPE = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}[_{_UNFIT}])")
_UNFIT_ONE = re.compile(f"[{_UNFIT}]")
_Row = Sequence[str]


def as_xlsx(made: Table, most: int = MOST) -> bytes:
    """The table with text cells only: a frozen heading, one sheet for each `most` rows.

    A text longer than a cell can hold ends with how long it is; its whole stands in the CSV.
    """
    book = Workbook(write_only=True)
    for number, rows in enumerate(_parts(made.rows, most), 1):
        sheet = book.create_sheet(_sheet_name(made.title, number))
        sheet.freeze_panes = "A2"
        for column, head in enumerate(made.head):
            width = _width(head, rows, column)
            sheet.column_dimensions[get_column_letter(column + 1)].width = width
        sheet.append([_cell(sheet, head, bold=True) for head in made.head])
        for row in rows:
            sheet.append([_cell(sheet, text) for text in row])
    book.properties.title = made.title
    book.properties.creator = "Annexa"
    book.properties.created = MADE
    out = io.BytesIO()
    book.save(out)
    book.properties.modified = MADE  # saving sets it to the present
    core = ET.tostring(book.properties.to_tree(), encoding="utf-8", xml_declaration=True)
    return _fixed(out, {"docProps/core.xml": core})


def stored_text(text: str) -> str:
    """The text as a cell keeps it: ECMA-376 part 1, 22.9.2.19 (ST_Xstring).

    `_xHHHH_` stands for a character; what looks so in the text itself has its underscore escaped.
    """
    plain = _LIKE_ESCAPE.sub("_x005F_", text)
    return _UNFIT_ONE.sub(lambda found: f"_x{ord(found[0]):04X}_", plain)


def _cell(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _fitting(text))
    cell.data_type = "s"  # whatever the library took the text for: a formula, an error
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _fixed(saved: io.BytesIO, instead: dict[str, bytes]) -> bytes:
    """The same parts under fixed dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            data = instead.get(name) or source.read(name)
            target.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(rows: Sequence[_Row], most: int) -> Iterator[Sequence[_Row]]:
    for start in range(0, max(len(rows), 1), most):
        yield rows[start : start + most]


def _sheet_name(title: str, number: int) -> str:
    """At most 31 characters, without those that Excel forbids."""
    plain = re.sub(rf"[\[\]:*?/\\'{_UNFIT}]", " ", title).strip() or "Table"
    ending = f" {number}" if number > 1 else ""
    return plain[: 31 - len(ending)].rstrip() + ending


def _width(head: str, rows: Sequence[_Row], column: int) -> int:
    longest = max((len(row[column]) for row in rows[:200]), default=0)
    return min(WIDEST, max(8, len(head), longest) + 2)


def _fitting(text: str) -> str:
    """Escaped, and cut where it would not fit: the library cuts without a word."""
    stored = stored_text(text)
    if _units(stored) <= LONGEST:
        return stored
    kept = text.encode("utf-16-le")[: KEPT * 2].decode("utf-16-le", errors="ignore")
    while _units(stored_text(kept)) > KEPT:
        kept = kept[: len(kept) // 2]
    said = f"… ({len(text):,} characters; the whole text stands in the CSV)"
    return stored_text(kept + said)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
