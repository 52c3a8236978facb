#!/bin/sh
# Guessed: XlsxWriter's write() of a text gives a cell with that text, or raises.
# So:      a text that begins with https:// becomes a link, and a sheet takes 65,530 of them: what comes after is left out,
#          the cell is empty. write() returns -4 and warns; nothing is raised, and the file opens without a complaint.
# Version: XlsxWriter 3.3.1, python-calamine 0.9.1 (PyPI); 2026-11-30.
# Why:     an ERP's export has the carrier's tracking link in a column, and the parcels at the end of a large file come
#          without a number: at the table their bags are unknown.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check XlsxWriter==3.3.1 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import warnings
from importlib.metadata import version

import python_calamine
import xlsxwriter

print("XlsxWriter", version("XlsxWriter"), "python-calamine", version("python-calamine"))
PARCELS = 65_540
with warnings.catch_warnings(record=True) as warned, xlsxwriter.Workbook("export.xlsx") as book:
    warnings.simplefilter("always")
    sheet = book.add_worksheet()
    answers = [
        (sheet.write(row, 0, f"P{row}"), sheet.write(row, 1, f"https://track.example/?number=LX{row:09d}CN"))[1]
        for row in range(PARCELS)
    ]
rows = python_calamine.CalamineWorkbook.from_path("export.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)
empty = [name for name, link in rows if not link]
print("answers of write():", {answer: answers.count(answer) for answer in set(answers)}, "- warnings:", len(warned))
print("parcels:", len(rows), "- without their link:", len(empty), "from", empty[0], "on")
assert answers.count(-4) == len(empty) == len(warned) == PARCELS - 65_530
assert len(rows) == PARCELS and empty[0] == "P65530"
PY
