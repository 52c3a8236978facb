"""Order files as rows of cells: CSV and spreadsheets. Nothing here knows what a column means."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import IO

from samebag.orders.profile import Profile
from samebag.orders.reading.encodings import (
    CANDIDATES,
    CHUNK_BYTES,
    UTF16,
    encoding_of,
    is_encoding,
)
from samebag.orders.reading.headers import (
    MOST_ROWS,
    NumberedRow,
    Rate,
    known_titles,
    lead_of,
    lead_of_text,
    rated_by,
)
from samebag.orders.reading.other_kinds import refuse_other_kinds
from samebag.orders.reading.plain_rows import without_first
from samebag.orders.reading.spreadsheets import SPREADSHEETS, SheetRows, sheet_rows
from samebag.ports import OrderFileError

DELIMITERS = (",", ";", "\t", "|")
# for Excel, which shows no such row
SAYS_DELIMITER = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*', re.IGNORECASE)
# ours: a spreadsheet has a tenth of it; a million parcels with three items each a third
MOST_CSV_ROWS = 10_000_000
# ours: a header and what stands above it are far shorter; binary junk without line ends is not
LEAD_CHARS = 64 * 1024
LEAD_LINES = 60  # ours: titles have line breaks within, too


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are numbered as a spreadsheet shows them. ``part`` is how much was read, 0 to 1.

    ``lines`` is how many lines of text the rows took so far. A spreadsheet has none, and its
    ``delimiter`` is empty: its cells cannot run into each other. The header is row ``row``;
    ``above`` it are rows that are not blank.
    """

    delimiter: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    part: Callable[[], float]
    lines: Callable[[], int] = int
    row: int = 1
    above: tuple[NumberedRow, ...] = ()
    sheets: SheetRows | None = None


@contextmanager
def open_table(
    path: Path, profiles: Mapping[str, Profile] | None = None, encoding: str = ""
) -> Iterator[Table]:
    """The header is the row that one of ``profiles`` fits, if one does; ``encoding`` is what a
    person calls it.

    Raises OrderFileError, also while rows are read, for a file that cannot be taken at all.
    """
    if encoding and not is_encoding(encoding):
        raise OrderFileError(
            f"encoding {encoding}: must be one that Python knows, such as {', '.join(CANDIDATES)}"
        )
    known = profiles or {}
    rate = rated_by(known)
    with _reading(path):
        raw = path.open("rb")
    with raw:
        with _reading(path):
            refuse_other_kinds(path, raw)
            raw.seek(0)
            if raw.read(4) in SPREADSHEETS:
                table = _spreadsheet(path, raw, rate)
            else:
                table = _csv(
                    path, raw, rate, encoding_of(path, raw, encoding or _said_by(known, raw))
                )
        yield replace(table, header=without_first(table.header, known_titles(known)))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise OrderFileError(
            f"{path}: {err.strerror}: give the path of an order file that can be read"
        ) from err
    except UnicodeDecodeError as err:
        raise OrderFileError(
            f"{path}: changed while it was read: import it again; nothing was taken"
        ) from err


def _csv(path: Path, raw: IO[bytes], rate: Rate, encoding: str) -> Table:
    size = raw.seek(0, io.SEEK_END)
    start = _behind_marks(raw)
    lines = _first_lines(raw, start, encoding)
    said = SAYS_DELIMITER.fullmatch(lines[0])
    lead = lead_of_text(lines[1:] if said else lines, rate, said[1] if said else DELIMITERS)
    raw.seek(start)
    text = io.TextIOWrapper(raw, encoding, newline="")
    reader = csv.reader(text, delimiter=lead.delimiter, strict=True)
    rows = _csv_rows(path, reader, iter(range(0 if said else 1, MOST_CSV_ROWS + 1)))
    place = _read_to(path, rows, lead.place)
    return Table(
        delimiter=lead.delimiter,
        header=lead.header(place),
        rows=rows,
        part=lambda: text.buffer.tell() / size,
        lines=lambda: reader.line_num,
        row=place + 1,
        above=lead.above(place),
    )


def _read_to(path: Path, rows: Iterator[tuple[int, list[str]]], place: int | None) -> int:
    """The header's place, when ``rows`` are those under it. Where there is none, a stray quote may
    be why."""
    for number, _ in rows:
        if place is not None and number == place + 1:
            return place
    raise OrderFileError(f"{path}: row 1 is empty: put the column names into the first row")


def _behind_marks(raw: IO[bytes]) -> int:
    """Where the text begins; files that were put together may begin with several."""
    raw.seek(0)
    first = raw.read(CHUNK_BYTES)
    mark = next((mark for mark in (codecs.BOM_UTF8, *UTF16) if first.startswith(mark)), b"")
    return len(first) - len(first.removeprefix(mark).removeprefix(mark))


def _first_lines(raw: IO[bytes], start: int, encoding: str) -> list[str]:
    """One at least, and no more than a header may be in."""
    raw.seek(start)
    text = io.TextIOWrapper(raw, encoding, newline="")
    lines, chars = [text.readline(LEAD_CHARS)], 0
    try:
        while (
            len(lines) < LEAD_LINES and chars < LEAD_CHARS and (line := text.readline(LEAD_CHARS))
        ):
            lines.append(line)
            chars += len(line)
    finally:
        text.detach()
    return lines


def _csv_rows(
    path: Path, reader: Iterator[list[str]], numbers: Iterator[int]
) -> Iterator[tuple[int, list[str]]]:
    """A row that csv cannot split ends the import: a stray quote may have swallowed rows of other
    parcels.

    A spreadsheet does not count the line that says the delimiter: there ``numbers`` begin with 0.
    """
    try:
        with _reading(path):
            yield from zip(numbers, reader, strict=False)
            if next(reader, None) is not None:
                raise OrderFileError(
                    f"{path}: has more than {MOST_CSV_ROWS} rows: import it in parts;"
                    " nothing was taken"
                )
    except csv.Error as err:
        row = next(numbers, MOST_CSV_ROWS + 1) - 1
        raise OrderFileError(
            f"{path}: row {row}: {err}: correct the quotes in this row or the rows"
            " above; nothing was taken"
        ) from err


def _said_by(profiles: Mapping[str, Profile], raw: IO[bytes]) -> str:
    """The encoding that a profile tells, if it fits the file's header then; UTF-8 needs no
    telling."""
    for name, profile in profiles.items():
        if profile.encoding:
            raw.seek(0)
            lines = io.StringIO(
                raw.read(LEAD_CHARS).decode(profile.encoding, "replace"), newline=""
            ).readlines()
            rate = rated_by({name: profile})
            lead = lead_of_text(lines, rate, DELIMITERS)
            if lead.place is not None and rate(lead.rows[lead.place])[0]:
                return profile.encoding
    return ""


def _spreadsheet(path: Path, raw: IO[bytes], rate: Rate) -> Table:
    rows = sheet_rows(path, raw, lambda row: rate(row)[0])
    lead = lead_of(islice(rows, MOST_ROWS), rate)
    if lead.place is None:
        raise OrderFileError(
            f"{path}: no sheet that is shown holds anything: put the orders on one"
        )
    place = lead.place
    return Table(
        delimiter="",
        header=lead.header(place),
        rows=enumerate(chain(lead.rows[place + 1 :], rows), place + 2),
        part=lambda: 1.0,
        row=place + 1,
        above=lead.above(place),
        sheets=rows,
    )
