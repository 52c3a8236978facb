"""A table of nasty cells, written by the programs that need nothing installed: the same parcels, or
refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from tests.orders.nasty_table import HIDDEN, SHEETS, Typed, check


def by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name == HIDDEN else "visible"
        for row, cells in enumerate(rows, 1):
            for column, typed in enumerate(cells, 1):
                cell = sheet.cell(
                    row, column, f"={typed.formula}" if typed.formula else typed.value
                )
                if typed.form != "General":
                    cell.number_format = typed.form
    book.active = 1
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def by_xlsxwriter(path: Path, **options: object) -> Path:
    with xlsxwriter.Workbook(path.with_suffix(".xlsx"), options) as book:
        for name, rows in SHEETS.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, typed in enumerate(cells):
                    form = (
                        book.add_format({"num_format": typed.form})
                        if typed.form != "General"
                        else None
                    )
                    _write(sheet, (row, column), typed, form)
        book.worksheets()[1].activate()
        book.worksheets()[0].hide()
    return path.with_suffix(".xlsx")


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], typed: Typed, form: object
) -> None:
    if typed.formula:
        sheet.write_formula(*place, f"={typed.formula}", form)
    elif isinstance(typed.value, str):
        sheet.write_string(*place, typed.value, form)
    elif typed.value is not None:
        sheet.write(*place, typed.value, form)


def in_constant_memory(path: Path) -> Path:
    return by_xlsxwriter(path, constant_memory=True)


def by_xlwt(path: Path) -> Path:
    book = xlwt.Workbook()
    for name, rows in SHEETS.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name == HIDDEN)
        for row, cells in enumerate(rows):
            for column, typed in enumerate(cells):
                value = (
                    xlwt.Formula(typed.formula.replace(",", ";")) if typed.formula else typed.value
                )
                sheet.write(row, column, value, xlwt.easyxf(num_format_str=typed.form))
    book.set_active_sheet(1)  # LibreOffice shows the active one, hidden or not
    book.save(str(path.with_suffix(".xls")))
    return path.with_suffix(".xls")


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter, in_constant_memory, by_xlwt])
def test_a_table_means_the_same_whoever_wrote_it(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    report = check(write(tmp_path / "nasty"), tmp_path)
    formulas = {"P9", "P10", "P11", "P13", "P17"}  # that none of these programs works out
    assert {refusal.parcel for refusal in report.refused} >= formulas
