#!/usr/bin/env bash
# openpyxl 3.1.5 writes a text such as `report_x0041_v2` as it stands. In a spreadsheet `_xHHHH_` is
# the character HHHH (ECMA-376, part 1, 22.9.2.19), so that any other reader shows another text,
# and openpyxl itself reads its own file back unchanged: a round trip in a test does not show it.
# Seen, read by python-calamine 0.9.1: 'report_x0041_v2' -> 'reportAv2'; 'vm_x005F_1' -> 'vm_1'.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps openpyxl==3.1.5 et-xmlfile==2.0.0 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import openpyxl
import python_calamine

TEXTS = ["report_x0041_v2", "vm_x005F_1", "plain"]
book = openpyxl.Workbook()
for text in TEXTS:
    book.active.append([text])
book.save("texts.xlsx")

itself = [row[0].value for row in openpyxl.load_workbook("texts.xlsx").active.iter_rows()]
sheet = python_calamine.load_workbook("texts.xlsx").get_sheet_by_index(0)
other = [row[0] for row in sheet.to_python()]
for text, told in zip(TEXTS, other, strict=True):
    print(f"{text!r} -> {told!r}")
assert itself == TEXTS, itself
assert other == ["reportAv2", "vm_1", "plain"], other
PYTHON
