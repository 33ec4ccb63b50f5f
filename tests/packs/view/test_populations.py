"""Populations are whole, sorted, and harmless in a spreadsheet."""

import csv
import io
from typing import Any

from openpyxl import load_workbook

from app.packs.view.populations import workbook_file
from tests.packs.cells import unescaped


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def test_a_population_holds_every_subject_of_the_newest_night(pack: Any) -> None:
    head, *rows = _rows(pack.attachments["storage.accounts.minimum_tls.csv"])
    assert head == [
        *("subject", "name", "status", "reason", "since is", "since"),
        *("slots not collected", "other rules"),
    ]
    assert len(rows) == 30
    assert rows == sorted(rows)
    assert {tuple(row[4:7]) for row in rows} == {("on or before", "2026-11-16T02:00:00Z", "1")}


def test_a_formula_in_a_name_does_not_run(pack: Any) -> None:
    rows = _rows(pack.attachments["storage.accounts.minimum_tls.csv"])
    names = [row[1] for row in rows]
    assert '\'=HYPERLINK("http://x","y")' in names
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_corrected_deviation_is_in_the_deviations_and_not_in_the_population(pack: Any) -> None:
    deviations = _rows(pack.attachments["deviations.csv"])
    soft = [row for row in deviations if row[0] == "storage.blob_services.soft_delete"]
    assert [row[4:] for row in soft] == [
        ["on or before", "2026-11-16T02:00:00Z", "2026-11-17T02:00:00Z", "0", ""]
    ]
    population = _rows(pack.attachments["storage.blob_services.soft_delete.csv"])
    assert {row[2] for row in population[1:]} == {"pass"}
    assert {tuple(row[4:6]) for row in population[1:] if row[1] == "stportal003"} == {
        ("on", "2026-11-19T02:00:00Z")
    }


def test_beside_each_csv_lies_a_workbook_with_the_same_rows(pack: Any) -> None:
    tables = [name for name in pack.attachments if name.endswith(".csv")]
    assert {name.removesuffix(".csv") for name in tables} == {
        name.removesuffix(".xlsx") for name in pack.attachments if name.endswith(".xlsx")
    }
    for name in tables:
        book = load_workbook(io.BytesIO(pack.attachments[name.removesuffix(".csv") + ".xlsx"]))
        [sheet] = book.worksheets
        cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
        head, *rows = _rows(pack.attachments[name])
        assert cells == [head, *([unescaped(cell) for cell in row] for row in rows)]
    listed = {file.name: file for file in pack.view.attached}
    for name in tables:
        assert listed[name].rows == listed[workbook_file(name)].rows
        assert listed[workbook_file(name)].says.endswith("as text cells")


def test_the_register_names_every_record_of_the_period(pack: Any) -> None:
    head, *rows = _rows(pack.attachments["records.csv"])
    assert head[-1] == "sha256"
    assert len(rows) == pack.view.records
    assert all(len(row[-1]) == 64 for row in rows)
