"""Populations are whole, sorted, and harmless in a spreadsheet."""

import csv
import io
from typing import Any


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def test_a_population_holds_every_subject_of_the_newest_night(pack: Any) -> None:
    head, *rows = _rows(pack.attachments["storage.accounts.minimum_tls.csv"])
    assert head == ["subject", "name", "status", "reason", "since", "other rules"]
    assert len(rows) == 30
    assert rows == sorted(rows)
    assert {row[4] for row in rows} == {"2026-11-16T02:00:00Z"}


def test_a_formula_in_a_name_does_not_run(pack: Any) -> None:
    rows = _rows(pack.attachments["storage.accounts.minimum_tls.csv"])
    names = [row[1] for row in rows]
    assert '\'=HYPERLINK("http://x","y")' in names
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_corrected_deviation_is_in_the_deviations_and_not_in_the_population(pack: Any) -> None:
    deviations = _rows(pack.attachments["deviations.csv"])
    soft = [row for row in deviations if row[0] == "storage.blob_services.soft_delete"]
    assert [row[4:] for row in soft] == [["2026-11-16T02:00:00Z", "2026-11-17T02:00:00Z", ""]]
    population = _rows(pack.attachments["storage.blob_services.soft_delete.csv"])
    assert {row[2] for row in population[1:]} == {"pass"}


def test_the_register_names_every_record_of_the_period(pack: Any) -> None:
    head, *rows = _rows(pack.attachments["records.csv"])
    assert head[-1] == "sha256"
    assert len(rows) == pack.view.records
    assert all(len(row[-1]) == 64 for row in rows)
