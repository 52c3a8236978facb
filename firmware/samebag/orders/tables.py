"""Order files as rows of cells: CSV in UTF-8 or GB 18030, and spreadsheets. Nothing here knows what a column means."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import IO

from samebag.orders.spreadsheets import SPREADSHEETS, sheet_rows
from samebag.ports import OrderFileError

ENCODINGS = ("utf-8", "gb18030")  # strict, in this order: GBK text is hardly ever valid UTF-8
DELIMITERS = (",", ";", "\t")
CHUNK_BYTES = 1 << 15  # more is half as fast: the text no longer fits where memory is quick
HEADER_CHARS = 64 * 1024  # ours: a header line is far shorter; binary junk without line ends is not


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are numbered as a spreadsheet shows them. ``part`` is how much was read, 0 to 1.

    ``lines`` is how many lines of text the rows took so far. A spreadsheet has none, and its ``delimiter`` is empty:
    its cells cannot run into each other.
    """

    delimiter: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    part: Callable[[], float]
    lines: Callable[[], int] = int


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Raises OrderFileError, also while rows are read, for a file that cannot be taken at all."""
    with _reading(path):
        raw = path.open("rb")
    with raw:
        with _reading(path):
            table = _spreadsheet(path, raw) if raw.read(4) in SPREADSHEETS else _csv(path, raw)
        yield table


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise OrderFileError(f"{path}: {err.strerror}: give the path of an order file that can be read") from err
    except UnicodeDecodeError as err:
        raise OrderFileError(f"{path}: changed while it was read: import it again; nothing was taken") from err


def _csv(path: Path, raw: IO[bytes]) -> Table:
    encoding = _encoding(path, raw)
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    text = io.TextIOWrapper(raw, encoding, newline="")
    first = text.readline(HEADER_CHARS).lstrip("\ufeff")
    delimiter = max(DELIMITERS, key=first.count)
    header = _header(path, first, text, delimiter)
    if not any(header):
        raise OrderFileError(f"{path}: row 1 is empty: put the column names into the first row")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    return Table(
        delimiter=delimiter,
        header=header,
        rows=_csv_rows(path, reader),
        part=lambda: text.buffer.tell() / size,
        lines=lambda: reader.line_num,
    )


def _header(path: Path, first: str, text: io.TextIOWrapper, delimiter: str) -> list[str]:
    """AliExpress has a line break within a column's name."""
    try:
        return next(csv.reader(chain([first], text), delimiter=delimiter), [])
    except csv.Error as err:
        raise OrderFileError(f"{path}: row 1: {err}: put the column names into the first row") from err


def _csv_rows(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """A row that csv cannot split ends the import: a stray quote may have swallowed rows of other parcels."""
    numbers = count(2)
    try:
        with _reading(path):
            yield from zip(numbers, reader, strict=False)
    except csv.Error as err:
        row = next(numbers) - 1
        raise OrderFileError(
            f"{path}: row {row}: {err}: correct the quotes in this row or the rows above; nothing was taken"
        ) from err


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
    rows = enumerate(sheet_rows(path, raw), 1)
    header = next((cells for _, cells in rows if any(cells)), None)
    if header is None:
        raise OrderFileError(f"{path}: the first sheet is empty: put the orders on the first sheet")
    return Table("", header, rows, lambda: 1.0)
