"""Order files as rows of cells: CSV in UTF-8 or GB 18030, and spreadsheets. Nothing here knows what a column means."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import python_calamine

from samebag.ports import OrderFileError

ENCODINGS = ("utf-8-sig", "gb18030")  # strict, in this order: no GBK text of any length is valid UTF-8 by chance
DELIMITERS = (",", ";", "\t")
CHUNK_BYTES = 1 << 20
HEADER_CHARS = 64 * 1024  # ours: a header line is far shorter; binary junk without line ends is not
EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits of a number (IEEE 754 double, Excel's documented limit)
UNPACKED_BYTES = 256 << 20  # ours: a spreadsheet is held in memory as a whole
ZIP_MARK, OLE_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # the first bytes of .xlsx and .xls

Cell = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta


class NotText(str):
    """The text of a spreadsheet cell that is a date or a number with digits lost: as a code it cannot be trusted."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are numbered as a spreadsheet shows them, the header is row 1. ``part`` is how much was read, 0 to 1."""

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    part: Callable[[], float]


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Raises OrderFileError, also while rows are read, for a file that cannot be taken at all."""
    try:
        with path.open("rb") as raw:
            mark = raw.read(4)
            if mark in (ZIP_MARK, OLE_MARK):
                yield _spreadsheet(path, raw)
            else:
                yield _csv(path, raw)
    except OSError as err:
        raise OrderFileError(f"{path}: {err.strerror}: give the path of an order file that can be read") from err


def _csv(path: Path, raw: IO[bytes]) -> Table:
    encoding = _encoding(path, raw)
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    text = io.TextIOWrapper(raw, encoding, newline="")
    first = text.readline(HEADER_CHARS).lstrip("\ufeff")
    delimiter = max(DELIMITERS, key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if not any(header):
        raise OrderFileError(f"{path}: row 1 is empty: put the column names into the first row")
    return Table(header, _csv_rows(path, text, delimiter), lambda: raw.tell() / size)


def _csv_rows(path: Path, text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """A row that csv cannot split ends the import: a stray quote may have swallowed rows of other parcels."""
    row = 1
    try:
        for row, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 2):
            yield row, cells
    except csv.Error as err:
        raise OrderFileError(
            f"{path}: row {row + 1}: {err}: correct the quotes in this row or the rows above; nothing was taken"
        ) from err
    except UnicodeDecodeError as err:
        raise OrderFileError(f"{path}: changed while it was read: import it again; nothing was taken") from err


def _encoding(path: Path, raw: IO[bytes]) -> str:
    for encoding in ENCODINGS:
        raw.seek(0)
        if _decodes(path, raw, encoding):
            return encoding
    raise OrderFileError(f"{path}: is neither UTF-8 nor GB 18030 text: save it as CSV UTF-8")


def _decodes(path: Path, raw: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    empty = True
    try:
        while chunk := raw.read(CHUNK_BYTES):
            empty = False
            if b"\0" in chunk:
                raise OrderFileError(f"{path}: has NUL bytes, so it is not CSV text: save it as CSV UTF-8 or XLSX")
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    if empty:
        raise OrderFileError(f"{path}: is empty: export the orders again")
    return True


def _spreadsheet(path: Path, raw: IO[bytes]) -> Table:
    """The first sheet. XLSX knows no whole numbers: every number is a double, so 15 digits are all that is exact."""
    try:
        _refuse_bomb(path, raw)
        raw.seek(0)
        with python_calamine.CalamineWorkbook.from_filelike(raw) as book:
            sheet = book.get_sheet_by_index(0)
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as err:
        raise OrderFileError(f"{path}: cannot be read as a spreadsheet: {err}: save it again as XLSX or CSV") from err
    rows = enumerate((list(map(_text, row)) for row in sheet.iter_rows()), 1)
    header = next((cells for _, cells in rows if any(cells)), None)
    if header is None:
        raise OrderFileError(f"{path}: the first sheet is empty: put the orders on the first sheet")
    return Table(header, rows, lambda: 1.0)


def _refuse_bomb(path: Path, raw: IO[bytes]) -> None:
    raw.seek(0)
    if raw.read(4) != ZIP_MARK:
        return
    with zipfile.ZipFile(raw) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > UNPACKED_BYTES:
        raise OrderFileError(
            f"{path}: unpacks to {unpacked >> 20} MB, must be {UNPACKED_BYTES >> 20} MB at most: save it as CSV"
        )


def _text(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return NotText(str(cell).upper())
        case int() | float() if abs(cell) < EXACT_BELOW and cell == int(cell):
            return str(int(cell))
        case float():
            return NotText(repr(cell))
    return NotText(str(cell))
