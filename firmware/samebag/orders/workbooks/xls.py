"""An .xls file (BIFF8, which Excel 97 and all programs since write) as its sheets and their
rows."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import xlrd
from xlrd.biffh import error_text_from_code

from samebag.orders.workbooks.not_text import NotText, NoValue
from samebag.orders.workbooks.xlsx import CURE, WorkbookSheet
from samebag.orders.workbooks.xlsx_exact import BadWorkbook, OtherFile
from samebag.orders.workbooks.xlsx_formats import Shown, shown_by
from samebag.orders.workbooks.xlsx_rows import SheetRow, in_row

# ours: xlrd holds the file and all its cells; 65,536 rows of 20 numbers have 18 MB
MOST_BYTES = 32 << 20
BIFF8 = 80
OWN_FORMATS = 164  # the first number of a format that is not built in (MS-XLS 2.4.126)
# Records of MS-XLS, 2.3.2
BOF, EOF, BOUND_SHEET, FORMULA = 0x0809, 0x000A, 0x0085, 0x0006
WORKSHEET = 0
# 0, and empty text: what xlwt and JExcelAPI save, which work nothing out
NO_RESULTS = (
    b"\0" * 8,
    b"\3\0\0\0\0\0\xff\xff",
)

Cells = set[tuple[int, int]]


class OldWorkbook:
    """Like Workbook. Which formulas have no result is read by itself: xlrd does not tell formulas
    from texts."""

    def __init__(self, raw: IO[bytes]) -> None:
        raw.seek(0)
        content = raw.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise OtherFile(
                f"is an .xls file of more than {MOST_BYTES >> 20} MB: save it as XLSX or CSV"
            )
        with _reading():
            self._open(content)

    def _open(self, content: bytes) -> None:
        book = xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
        )
        if book.biff_version < BIFF8:
            raise OtherFile(f"is an .xls file of Excel 95 or older: {CURE}")
        self._formulas = _without_result(book.mem, book.base)
        codes = {
            number: form.format_str
            for number, form in book.format_map.items()
            if number >= OWN_FORMATS
        }
        styles = [style.format_key for style in book.xf_list]
        self._shown = shown_by(styles, codes, since_1904=book.datemode == 1)
        self._tables = book.sheets()
        book.release_resources()
        self.sheets = [
            WorkbookSheet(each.name, each.visibility == 0, str(place))
            for place, each in enumerate(self._tables)
        ]

    def rows(self, sheet: WorkbookSheet) -> Iterator[SheetRow]:
        table = self._tables[int(sheet.part)]
        hidden = {row for row, info in table.rowinfo_map.items() if info.hidden}
        formulas = self._formulas.get(table.number, set())
        for row in range(table.nrows):
            cells = [
                self._text(table, row, column, formulas) for column in range(table.row_len(row))
            ]
            yield in_row(row + 1, row in hidden, cells)

    def _text(self, table: xlrd.sheet.Sheet, row: int, column: int, formulas: Cells) -> str:
        value = table.cell_value(row, column)
        if (row, column) in formulas:
            return NoValue("a formula without a saved result")
        match table.cell_type(row, column):
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                shown: Shown = self._shown[table.cell_xf_index(row, column)]
                return shown(repr(value))
            case xlrd.XL_CELL_BOOLEAN:
                return NotText("TRUE" if value else "FALSE")
            case xlrd.XL_CELL_ERROR:
                return NoValue(error_text_from_code.get(value, "#ERROR"))
        return str(value)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (OSError, MemoryError, OtherFile):
        raise
    except Exception as err:  # xlrd lets through whatever its reading of a torn file runs into
        if "encrypted" in str(err):
            raise OtherFile("has a password: save it without one") from err
        raise BadWorkbook(": ".join(filter(None, (type(err).__name__, str(err))))) from err


def _without_result(stream: bytes, base: int) -> dict[int, Cells]:
    """By the number of the worksheet, the cells whose formulas no program has worked out."""
    starts: list[int] = []
    found: dict[int, Cells] = {}
    sheet, depth = -1, 0
    for place, code, record in _records(stream, base):
        if code == BOUND_SHEET and record[5] == WORKSHEET:
            starts.append(base + struct.unpack_from("<i", record)[0])
        elif code == BOF:
            depth += 1
            sheet = starts.index(place) if place in starts else sheet
        elif code == EOF:
            depth -= 1
        elif code == FORMULA and depth == 1 and record[6:14] in NO_RESULTS:
            found.setdefault(sheet, set()).add(struct.unpack_from("<HH", record))
    return found


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, bytes]]:
    while place + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        yield place, code, stream[place + 4 : place + 4 + length]
        place += 4 + length
