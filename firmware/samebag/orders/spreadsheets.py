"""The first sheet of a spreadsheet as rows of text, with every cell marked that is not what was typed into it."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import python_calamine

from samebag.ports import OrderFileError

ZIP_MARK, OLE_MARK = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
)  # the first bytes of .xlsx, and of .xls and .xlsx with a password
SPREADSHEETS = (ZIP_MARK, OLE_MARK)
EXACT_BELOW = 10**15  # every number is a double and Excel keeps 15 digits of it (Excel specifications and limits)
UNPACKED_BYTES = 256 << 20  # ours: far above any export, far below the memory
CELLS = 4_000_000  # ours: the sheet is held as one rectangle, 32 bytes a cell
CELL_NAME = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')  # ECMA-376 part 1, 18.3.1.4
CHUNK_BYTES = 1 << 20
CELL_NAME_BYTES = 16

Cell = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta


class NotText(str):
    """The text of a cell that is a date or a number with digits lost: as a code it cannot be trusted."""

    __slots__ = ()


def sheet_rows(path: Path, raw: IO[bytes]) -> Iterator[list[str]]:
    """All rows from the first on, empty ones too."""
    try:
        raw.seek(0)
        if raw.read(4) == OLE_MARK:
            raise OrderFileError(
                f"{path}: is an .xls file or has a password: save it as XLSX without a password, or as CSV"
            )
        _refuse_giant(path, raw)
        raw.seek(0)
        with python_calamine.CalamineWorkbook.from_filelike(raw) as book:
            sheet = book.get_sheet_by_index(0)
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as err:
        raise OrderFileError(f"{path}: cannot be read as a spreadsheet: {err}: save it again as XLSX or CSV") from err
    return (list(map(_text, row)) for row in sheet.iter_rows())


def _refuse_giant(path: Path, raw: IO[bytes]) -> None:
    """One stray cell in the last row makes a sheet of a million rows, which takes the whole memory of a Pi."""
    with zipfile.ZipFile(raw) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_BYTES:
            raise OrderFileError(
                f"{path}: unpacks to {unpacked >> 20} MB, must be {UNPACKED_BYTES >> 20} MB at most: save it as CSV"
            )
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and _extent(archive, name) > CELLS:
                raise OrderFileError(
                    f"{path}: {name} spans more than {CELLS:,} cells: delete what lies apart from the orders,"
                    " or save it as CSV"
                )


def _extent(archive: zipfile.ZipFile, name: str) -> int:
    """The number of cells of the smallest rectangle from A1 that holds all cells of a sheet."""
    rows, columns, tail = 0, 0, b""
    with archive.open(name) as xml:
        while chunk := xml.read(CHUNK_BYTES):
            for column, row in CELL_NAME.findall(tail + chunk):
                rows, columns = max(rows, int(row)), max(columns, _column(column))
            tail = chunk[-CELL_NAME_BYTES:]
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _text(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return NotText(str(cell).upper())
        case int() | float() if abs(cell) < EXACT_BELOW and cell == int(cell):
            return str(int(cell))
    return NotText(str(cell))
