"""Text stays text: escaped CSV is reversible, workbooks hold texts and nothing else."""

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.packs.tables.table import Table, as_csv, escaped, table
from app.packs.tables.workbook import KEPT, LONGEST, as_xlsx
from tests.packs.cells import unescaped

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAMES = (
    "00123",
    "1E5",
    "1.23E+19",
    "12345678901234567890",
    "2026-03-01",
    "3/4",
    "TRUE",
    "#N/A",
    "#REF!",
    "=1+1",
    "'=1+1",
    "''=1+1",
    "+49 30 1234",
    "-1",
    "@SUM(A1)",
    "\ttab",
    "＝1+1",  # noqa: RUF001 - full width
    " blank before and after ",
    "line\nbreak",
    "return\rreturn\r\n",
    "_x000D_",
    "_x005F_x0041_",
    "_x0041_x0042_x0043_ and _x0044_",
    "__x0041__x0042_",
    "<r></r>",
    "<r><t>markup</t></r>",
    "<r>_x0041_x0042_</r>",
    "&amp; <b>",
    "bell \x07 and nul \x00",
    "noncharacters \ufffe \uffff",
    "東京 😀",
    'say "yes", please',
    "http://example.org/",
    "mailto:a@b.c",
    "",
)
LIKE_ESCAPES = ("_x0041_", "_x0041", "x0042_", "_", "<r>", "</r>", "a", "\r", "\x07", "\uffff")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def one(text: str) -> Table:
    return Table(title="Names", head=("name",), rows=((text,),))


def read_back(data: bytes) -> list[list[str]]:
    """Cells as the XML says, by another reader than the library that wrote them."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        sheet = ET.fromstring(opened.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - ours
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        cells = row.findall(f"{SHEET}c")
        assert {cell.get("t") for cell in cells} == {"inlineStr"}, "a cell that is no text"
        rows.append([plain("".join(t.text or "" for t in c.iter(f"{SHEET}t"))) for c in cells])
    return rows


def plain(stored: str) -> str:
    """ECMA-376 part 1, 22.9.2.19 (ST_Xstring): _xHHHH_ is a character."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), stored)


@given(TEXTS)
@example("=1+1")
@example("'=1+1")
@example("'")
def test_the_escape_is_undone_by_taking_one_apostrophe_away(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


HIDING = st.text(
    st.one_of(
        st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me", "Co", "Cn"]),
        st.sampled_from("\ufeff\u200b\u2060\u00ad\u202e\ufe0f\u3164\u115f\u2800\x00\x1b\x7f\x85"),
    ),
    max_size=6,
)
SIGNS = st.sampled_from("=+-@＝＋－＠﹦﹢﹣﹫⁺⁼₋")  # noqa: RUF001 - full width, small, raised


@given(HIDING, SIGNS, TEXTS)
@example("\ufeff", "=", "1+1")
@example("\u200b\t", "＝", "1+1")  # noqa: RUF001 - full width
def test_nothing_that_cannot_be_seen_hides_a_formula(hiding: str, sign: str, text: str) -> None:
    cell = escaped(hiding + sign + text)

    assert cell == "'" + hiding + sign + text
    assert unescaped(cell) == hiding + sign + text


@given(st.characters(categories=["Cc", "Cf"]), TEXTS)
def test_a_cell_never_begins_with_a_control_character(control: str, text: str) -> None:
    assert escaped(control + text) == "'" + control + text


@pytest.mark.parametrize("text", ["", "a=1", " a", "東京", "😀", "é=1", "1-2", "x\ufeff=1", "#N/A"])
def test_what_begins_no_formula_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@given(TEXTS, TEXTS)
def test_two_texts_never_become_one(text: str, other: str) -> None:
    assert (escaped(text) == escaped(other)) is (text == other)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
@settings(deadline=None)
def test_a_csv_gives_back_the_rows_it_was_made_of(rows: list[tuple[str, str]]) -> None:
    made = table("Names", ("a", "b"), rows)

    head, *read = csv.reader(io.StringIO(as_csv(made).decode(), newline=""))

    assert head == ["a", "b"]
    assert [tuple(map(unescaped, row)) for row in read] == sorted(rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_text_in_a_workbook_whatever_it_looks_like(name: str) -> None:
    assert read_back(as_xlsx(one(name))) == [["name"], [name]]


@pytest.mark.parametrize("name", [n for n in NAMES if n and n.isprintable() and "_x" not in n])
def test_another_reader_sees_the_same_text(name: str) -> None:
    [sheet] = load_workbook(io.BytesIO(as_xlsx(one(name)))).worksheets

    cell = sheet["A2"]
    assert (cell.value, cell.number_format) == (name, "@")
    assert cell.data_type in {"s", "inlineStr"}


@given(st.lists(st.sampled_from(LIKE_ESCAPES), max_size=9).map("".join))
@settings(deadline=None)
def test_a_text_like_an_escape_of_workbooks_stays_itself(text: str) -> None:
    assert read_back(as_xlsx(one(text))) == [["name"], [text]]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_workbook_gives_back_the_rows_it_was_made_of(rows: list[tuple[str, str]]) -> None:
    made = table("Names", ("a", "b"), rows)

    data = as_xlsx(made)

    assert read_back(data) == [["a", "b"], *map(list, sorted(rows))]
    assert data == as_xlsx(made), "the same table, other bytes"


@pytest.mark.parametrize(
    ("text", "whole"), [("x" * LONGEST, True), ("x" * (LONGEST + 1), False), ("😀" * 17_000, False)]
)
def test_a_text_that_no_cell_can_hold_says_how_long_it_is(text: str, *, whole: bool) -> None:
    [_, [cell]] = read_back(as_xlsx(one(text)))

    assert (cell == text) is whole
    if not whole:
        assert cell.startswith(text[: KEPT // 2])
        assert f"({len(text):,} characters; the whole text stands in the CSV)" in cell
        assert len(cell.encode("utf-16-le")) // 2 <= LONGEST


def test_more_rows_than_a_sheet_has_go_on_on_the_next() -> None:
    made = table(
        "Records/of: a [long] title that no sheet can have", ("n",), [("1",), ("2",), ("3",)]
    )

    book = load_workbook(io.BytesIO(as_xlsx(made, most=2)))

    assert [len(sheet.title) <= 31 for sheet in book.worksheets] == [True, True]
    assert [[cell.value for cell in sheet["A"]] for sheet in book.worksheets] == [
        ["n", "1", "2"],
        ["n", "3"],
    ]


def test_dates_in_a_workbook_are_fixed() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(one("a")))) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in opened.read("docProps/core.xml")
