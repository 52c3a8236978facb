"""The orders in a spreadsheet as rows of text: those of the sheets that a person sees, and what
else there is, told."""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from samebag.orders.workbooks.xlsx import Workbook, WorkbookSheet
from samebag.orders.workbooks.xlsx_exact import OtherFile
from samebag.orders.workbooks.xlsx_rows import SheetRow
from samebag.ports import OrderFileError

if TYPE_CHECKING:
    from samebag.orders.workbooks.xls import OldWorkbook

# the first bytes of .xlsx, and of .xls and .xlsx with a password
ZIP_MARK, OLE_MARK = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
)
SPREADSHEETS = (ZIP_MARK, OLE_MARK)
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO, 2.3.4.4
TORN = "cannot be read as a spreadsheet: its parts lie outside of it: save it again as XLSX or CSV"
# ours: rows in which the header is looked for, and that tell how wide the table is
HEADER_WITHIN = 30
MOST_COLUMNS = 2000  # ours: every row is as wide; no export has a tenth of it

IsHeader = Callable[[Sequence[str]], bool]


def sheet_rows(path: Path, raw: IO[bytes], is_header: IsHeader = any) -> SheetRows:
    """``is_header`` tells the row of column names: the first sheet that has one is taken, and those
    that have the same.

    OrderFileError is raised while rows are read, too.
    """
    with _refusing(path):
        raw.seek(0)
        if raw.read(len(OLE_MARK)) == OLE_MARK:
            return SheetRows(path, _of_ole(raw), is_header)
        return SheetRows(path, Workbook(raw), is_header)


def _of_ole(raw: IO[bytes]) -> OldWorkbook:
    # xlrd takes 30 ms: only for files that need it
    from samebag.orders.workbooks.xls import (
        MOST_BYTES,
        OldWorkbook,
    )

    if ENCRYPTED in raw.read(MOST_BYTES):
        raise OtherFile("has a password: save it without one")
    return OldWorkbook(raw)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OtherFile as err:
        raise OrderFileError(f"{path}: {err}") from err
    except (
        ValueError,
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        LookupError,
    ) as err:
        raise OrderFileError(
            f"{path}: cannot be read as a spreadsheet: {err}: save it again as XLSX or CSV"
        ) from err
    except OSError as err:
        # zipfile seeks to wherever a torn archive says that its parts begin
        if err.errno != errno.EINVAL:
            raise
        raise OrderFileError(f"{path}: {TORN}") from err


def _guarded(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    with _refusing(path):
        yield from rows


class SheetRows(Iterable[list[str]]):
    """All rows from the first on, empty ones too, each as wide as the widest of those in which the
    header may be.

    Those of further sheets follow, empty as far as their header: ``starts`` tells behind which row
    each sheet begins. ``notes`` are what a person must know of the sheets, whole behind the last
    row. All can be read once.
    """

    def __init__(self, path: Path, book: Workbook | OldWorkbook, is_header: IsHeader) -> None:
        self.notes: list[str] = []
        self.starts: list[tuple[int, str]] = []
        self._width = 0
        looked = [_Looked(sheet, book.rows(sheet)) for sheet in book.sheets]
        self._rows = _guarded(path, self._all(looked, is_header))

    def __iter__(self) -> Iterator[list[str]]:
        return self._rows

    def _all(self, sheets: Sequence[_Looked], is_header: IsHeader) -> Iterator[list[str]]:
        shown = [sheet for sheet in sheets if sheet.is_shown and sheet.titles(any)]
        first = next((sheet for sheet in shown if sheet.titles(is_header)), next(iter(shown), None))
        if first is None:
            return
        titles, self._width = first.titles(is_header), first.width
        if self._width > MOST_COLUMNS:
            rule = (
                f"must be {MOST_COLUMNS} at most: delete what lies apart from the"
                " orders, or save it as CSV"
            )
            raise OtherFile(f"spans {self._width} columns, {rule}")
        read = yield from self._taken(first, 0, 0)
        for sheet in shown:
            if sheet is first or not (below := sheet.row_of(titles)):
                continue
            if sheet.begins_like(first):
                sheet.is_whole = False
                self.notes.append(
                    f"{sheet} begins as {first} does and was not taken: it looks like a copy"
                )
            else:
                self.notes.append(f"{sheet} is taken too: its row 1 is row {read + 1} here")
                read = yield from self._taken(sheet, read, below)
        self.notes += [sheet.not_taken(first) for sheet in shown if sheet.is_whole]
        self.notes += [
            f"{sheet} is hidden and was not taken"
            for sheet in sheets
            if sheet.is_hidden_twin(titles)
        ]

    def _taken(self, sheet: _Looked, read: int, below: int) -> Generator[list[str], None, int]:
        """Its rows, empty down to ``below``; how many were read in all, ``read`` of them before."""
        self.starts.append((read, sheet.name))
        start, width, hidden = read, self._width, 0
        for number, is_hidden, cells in sheet.rows():
            read += 1
            while read < start + number:
                yield []
                read += 1
            if is_hidden and any(cells):
                hidden += 1
            if len(cells) != width:
                cells += [""] * (width - len(cells))
                del cells[width:]  # what stands beside the table is in no column that has a title
            yield cells if number > below else []
        if hidden:
            self.notes.append(
                f"{sheet} hides {hidden} rows, as a filter does: they were taken all the same"
            )
        return read


class _Looked:
    """A sheet of which the first rows were looked at."""

    def __init__(self, sheet: WorkbookSheet, rows: Iterator[SheetRow]) -> None:
        self.name, self.is_shown = sheet.name, sheet.is_shown
        self._head = list(islice(rows, HEADER_WITHIN))
        self._rest = rows
        self.is_whole = True

    def __str__(self) -> str:
        return f"sheet {self.name!r}"

    @property
    def width(self) -> int:
        return max(len(_filled(row.cells)) for row in self._head)

    def titles(self, is_header: IsHeader) -> list[str]:
        """Empty if it has none."""
        return next((_filled(row.cells) for row in self._head if is_header(row.cells)), [])

    def row_of(self, titles: Sequence[str]) -> int:
        """The number of the row that has them; 0 for none."""
        return next(
            (row.number for row in self._head if titles and _filled(row.cells) == titles), 0
        )

    def begins_like(self, other: _Looked) -> bool:
        return [_filled(row.cells) for row in self._head] == [
            _filled(row.cells) for row in other._head
        ]

    def rows(self) -> Iterator[SheetRow]:
        self.is_whole = False
        return chain(self._head, self._rest)

    def not_taken(self, first: _Looked) -> str:
        filled = sum(any(row.cells) for row in self.rows())
        return f"{self} has {filled} rows and was not taken: its columns are not those of {first}"

    def is_hidden_twin(self, titles: Sequence[str]) -> bool:
        return not self.is_shown and self.row_of(titles) > 0


def _filled(cells: list[str]) -> list[str]:
    """As far as the last that is not blank."""
    width = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
    return cells[:width]
