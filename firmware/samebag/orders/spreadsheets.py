"""The first sheet of a spreadsheet as rows of text, with every cell marked that is not what was typed into it."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters, digits
from typing import IO

import python_calamine

from samebag.ports import OrderFileError

ZIP_MARK, OLE_MARK = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
)  # the first bytes of .xlsx, and of .xls and .xlsx with a password
SPREADSHEETS = (ZIP_MARK, OLE_MARK)
EXACT_BELOW = 10**15  # every number is a double and Excel keeps 15 digits of it (Excel specifications and limits)
UNPACKED_BYTES = 512 << 20  # ours: 200,000 AliExpress orders unpack to 400 MB
CELLS = 6_000_000  # ours: the sheet is held as one rectangle, 32 bytes a cell and its text
CELL = re.compile(rb"<(?:c|[\w.-]+:c)[\s/>]")
NAMED = re.compile(rb"""<c r="([A-Za-z]+[0-9]+)["']""")  # as nearly all programs write it: ECMA-376 part 1, 18.3.1.4
NAME = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+[0-9]+)["']""")
LETTERS = ascii_letters.encode()
CHUNK_BYTES = 1 << 20

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
        for part in archive.infolist():
            _refuse_wide(path, archive, part)


def _refuse_wide(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Reads the part to its end, which also proves that it is no larger than it says."""
    columns, rows, nameless = 0, 0, 0
    for piece in _pieces(archive, part):
        cells, names = len(CELL.findall(piece)), NAMED.findall(piece)
        if cells != len(names):
            names = NAME.findall(piece)
            nameless += max(0, cells - len(names))
        joined = b" ".join(names)
        columns = max(columns, max(map(_column, set(joined.translate(None, digits.encode()).split())), default=0))
        rows = max(rows, max((int(row[:9]) for row in set(joined.translate(None, LETTERS).split())), default=0))
    if rows * columns > CELLS:
        raise OrderFileError(
            f"{path}: {part.filename} spans more than {CELLS:,} cells: delete what lies apart from the orders,"
            " or save it as CSV"
        )
    if nameless:
        raise OrderFileError(
            f"{path}: {part.filename} has {nameless} cells without a name: save it again as XLSX or CSV"
        )


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, cut before a tag."""
    rest = b""
    with archive.open(part) as xml:
        while chunk := xml.read(CHUNK_BYTES):
            chunk = rest + chunk
            cut = max(chunk.rfind(b"<"), len(chunk) - CHUNK_BYTES)
            yield chunk[:cut]
            rest = chunk[cut:]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
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
