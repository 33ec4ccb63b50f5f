#!/usr/bin/env bash
# xlsxwriter 3.3.1: `write_string` takes a text that begins with <r> and ends with </r> for markup
# of its own, unescaped: the cell shows another text than was written. openpyxl 3.1.5 keeps it.
# Seen: '<r><t>approved</t></r>' -> 'approved'; '_x0041_' and '<b>x</b>' as written.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps xlsxwriter==3.3.1 openpyxl==3.1.5 et-xmlfile==2.0.0
"$folder/venv/bin/python" - <<'PYTHON'
import io

import openpyxl
import xlsxwriter

TEXTS = ["<r><t>approved</t></r>", "_x0041_", "<b>x</b>"]


def read(file):
    return [row[0].value for row in openpyxl.load_workbook(file).active.iter_rows()]


by_xlsxwriter = io.BytesIO()
book = xlsxwriter.Workbook(by_xlsxwriter)
sheet = book.add_worksheet()
for number, text in enumerate(TEXTS):
    assert sheet.write_string(number, 0, text) == 0
book.close()
by_openpyxl = io.BytesIO()
book = openpyxl.Workbook()
for text in TEXTS:
    book.active.append([text])
book.save(by_openpyxl)

found = read(by_xlsxwriter)
for text, told in zip(TEXTS, found, strict=True):
    print(f"{text!r} -> {told!r}")
assert found == ["approved", "_x0041_", "<b>x</b>"], found
assert read(by_openpyxl)[0] == TEXTS[0]
PYTHON
