#!/bin/sh
# Guessed: a library that writes a formula and cannot work it out leaves its result open, and a reader then tells that the
#          cell has none.
# So:      openpyxl leaves it open, XlsxWriter writes the result 0, xlwt writes the result "" (an empty text). python-calamine
#          reads them as no cell at all, 0 and an empty text, openpyxl with data_only as None and 0, xlrd as an empty text
#          cell: nothing tells that there is a formula which nobody worked out.
# Version: openpyxl 3.1.5, XlsxWriter 3.3.1, xlwt 1.3.0, xlrd 2.0.2, python-calamine 0.9.1 (PyPI); 2026-11-30.
# Why:     an order file's state column is often a formula, and an export made by a script was never opened in a spreadsheet
#          program: "shipped" reads as an empty state, which may mean that the parcel is to be sent.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  openpyxl==3.1.5 XlsxWriter==3.3.1 xlwt==1.3.0 xlrd==2.0.2 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import openpyxl
import python_calamine
import xlrd
import xlsxwriter
import xlwt

print({name: version(name) for name in ("openpyxl", "XlsxWriter", "xlwt", "xlrd", "python-calamine")})
FORMULA = 'IF(TRUE,"shipped","")'

book = openpyxl.Workbook()
book.active.append(["LX1", f"={FORMULA}"])
book.save("openpyxl.xlsx")
with xlsxwriter.Workbook("xlsxwriter.xlsx") as book:
    sheet = book.add_worksheet()
    sheet.write(0, 0, "LX1")
    sheet.write_formula(0, 1, f"={FORMULA}")
book = xlwt.Workbook()
sheet = book.add_sheet("Sheet1")
sheet.write(0, 0, "LX1")
sheet.write(0, 1, xlwt.Formula(FORMULA))
book.save("xlwt.xls")


def by_calamine(name):
    rows = python_calamine.CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return rows[0][1] if len(rows[0]) > 1 else "no cell"


told = {name: by_calamine(name) for name in ("openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls")}
by_openpyxl = [
    openpyxl.load_workbook(name, data_only=True).active["B1"].value for name in ("openpyxl.xlsx", "xlsxwriter.xlsx")
]
cell = xlrd.open_workbook("xlwt.xls").sheet_by_index(0).cell(0, 1)
print("python-calamine:", told)
print("openpyxl, data_only:", by_openpyxl)
print("xlrd:", cell.ctype, repr(cell.value))
assert told == {"openpyxl.xlsx": "no cell", "xlsxwriter.xlsx": 0, "xlwt.xls": ""}
assert by_openpyxl == [None, 0]
assert (cell.ctype, cell.value) == (xlrd.XL_CELL_TEXT, "")
PY
