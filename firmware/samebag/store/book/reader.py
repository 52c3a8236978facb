"""The read side of the book: which parcels a code may belong to, answered while an import
writes."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from samebag.core.codes.resolve import label_of
from samebag.core.codes.rules import Rule, needed
from samebag.core.labels import CodeForm, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.symbologies import ByNeed
from samebag.ports import StoreError
from samebag.store.book.records import content_of, digest, to_parcel
from samebag.store.database import (
    Schema,
    closed_on_error,
    open_reader,
    open_writer,
    store_error,
    translated,
    version_of,
)

BOOK = Schema(
    thing="book",
    application_id=0x53424B31,  # "SBK1"
    scripts=("book.sql", "book-2.sql", "book-3.sql", "book-4.sql", "book-5.sql"),
    broken_cure="move the file away and import the order files again; the ledger is not touched",
)

LABEL = """
SELECT 1, w.stale, p.name FROM waybill_code w JOIN parcel p ON p.id = w.parcel WHERE w.code = ?1
UNION ALL
SELECT 0, l.stale, p.name FROM list_code l JOIN parcel p ON p.id = l.parcel WHERE l.code = ?1"""
STANDS = """cancelled, shipped, digest <> printed,
  vanished AND NOT (SELECT lists_shipped FROM source WHERE source.id = parcel.source)"""
STANDING = f"SELECT {STANDS} FROM parcel WHERE name = ?"
ROLL = """
SELECT name, print_order FROM parcel
WHERE source = (SELECT source FROM parcel WHERE name = ?) AND print_order >= ? AND NOT cancelled
ORDER BY print_order LIMIT ?"""
ROLL_LABELS = 500  # what a thick roll of 100 x 150 mm waybills holds
PARCEL = f"SELECT content, facts, print_order, {STANDS} FROM parcel WHERE name = ?"
PARCELS = f"""
SELECT name, json_set(content, '$[6]', json('[]')), facts, print_order, {STANDS}
FROM parcel WHERE name IN (SELECT value FROM json_each(?))"""  # [6]: the items of records.Content


KEPT = 64  # ours: answers for the next event; a bag asks for ten at most
LOOK_S = 0.05  # ours: a look at the file costs a sixth of what is looked up in it
_NONE: frozenset[str] = frozenset()
PROBATION = "probation until"  # in meta, ISO 8601 with zone
LAST_IMPORT = "last import"  # in meta, only until anything else is written

# A list that once bore the waybill's code may still be about: what is stale is no label's own, and
# no proof either.
ALIKE = """
SELECT source.name, count(*) AS parcels, min(parcel.name) FROM parcel
  JOIN source ON source.id = parcel.source
WHERE NOT cancelled AND (
  parcel.id NOT IN (
    SELECT w.parcel FROM waybill_code w LEFT JOIN list_code l ON l.code = w.code
      AND l.parcel = w.parcel
    WHERE l.code IS NULL AND NOT w.stale)
  OR parcel.id NOT IN (
    SELECT l.parcel FROM list_code l LEFT JOIN waybill_code w ON w.code = l.code
      AND w.parcel = l.parcel
    WHERE w.code IS NULL AND NOT l.stale))
GROUP BY source.id ORDER BY parcels DESC, source.name"""


def read_form(db: sqlite3.Connection) -> CodeForm | None:
    row = db.execute("SELECT value FROM meta WHERE name = 'code form'").fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=CodeForm)


def read_rules(db: sqlite3.Connection) -> tuple[Rule, ...]:
    """Of all profiles by which order files were imported, by profile."""
    kept = db.execute(
        "SELECT value FROM meta WHERE name GLOB 'code rules *' ORDER BY name"
    ).fetchall()
    return tuple(
        rule for (value,) in kept for rule in msgspec.json.decode(value, type=tuple[Rule, ...])
    )


def needed_in(path: Path) -> set[ByNeed]:
    """The symbologies that the rules in a book need; none in one that is not there, or cannot be
    read."""
    with suppress(StoreError), closing(BookReader(path)) as book:
        return needed(book.rules)
    return set()


def probation_in(db: sqlite3.Connection) -> datetime | None:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (PROBATION,)).fetchone()
    return None if row is None else datetime.fromisoformat(row[0])


def standing_of(cancelled: int, shipped: int, changed: int, vanished: int) -> Standing:
    """The columns of STANDS. One that changed before it vanished stays one that must not leave."""
    if shipped:
        return Standing.SHIPPED
    if cancelled:
        return Standing.VANISHED if vanished and not changed else Standing.CANCELLED
    return Standing.CHANGED if changed else Standing.OPEN


def label_from(code: str, rows: list[tuple[int, int, str]]) -> Label:
    """The label in rows of LABEL; mostly there is one."""
    if len(rows) == 1:
        ((on_waybill, is_stale, name),) = rows
        one = frozenset((name,))
        return Label(
            code,
            one if on_waybill else _NONE,
            _NONE if on_waybill else one,
            one if is_stale else _NONE,
        )
    return Label(
        code,
        frozenset([name for on_waybill, _, name in rows if on_waybill]),
        frozenset([name for on_waybill, _, name in rows if not on_waybill]),
        frozenset([name for _, stale, name in rows if stale]),
    )


@lru_cache(maxsize=KEPT)
def parcel_in(
    row: tuple[str, str | None, int | None, int, int, int, int], name: str, path: Path
) -> Parcel:
    """The record in a row of PARCEL, made once: it is asked for before green and again after.
    Raises StoreError."""
    content, facts, print_order, *standing = row
    try:
        return to_parcel(name, content, standing_of(*standing), print_order, facts)
    except msgspec.MsgspecError as err:
        raise StoreError(f"{path}: parcel {name}: {err}: {BOOK.broken_cure}") from err


@dataclass(frozen=True, slots=True)
class AlikeParcels:
    """How many open parcels of one source have labels that no code tells apart, and one of them."""

    source: str
    parcels: int
    example: str


class BookReader:
    """A book that need not be there yet: until its first import no code is known.

    A call looks whether the file at ``path`` is still the one that is open, unless one did within
    LOOK_S: a book that appears is used from the next code on, one that is replaced from then on.
    Every call may raise StoreError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._db: sqlite3.Connection | None = None
        self._inode = 0
        self._look_at_s = 0.0
        self._form = CodeForm()
        self._rules: tuple[Rule, ...] = ()
        self._in_state = self._is_held = False
        self._found: dict[
            tuple[str, tuple[str | int, ...]], list[Any]
        ] = {}  # while the file is as ``_version`` was
        self._version = -1

    @property
    def form(self) -> CodeForm:
        self._current()
        return self._form

    @property
    def rules(self) -> tuple[Rule, ...]:
        self._current()
        return self._rules

    def label(self, code: str) -> Label | None:
        return self._label(self._current(), code)

    def label_in(self, text: str) -> Label | None:
        db = self._current()
        return label_of(text, self._form, self._rules, lambda code: self._label(db, code))

    def _label(self, db: sqlite3.Connection | None, code: str) -> Label | None:
        rows = self._rows_in(db, LABEL, code)
        return label_from(code, rows) if rows else None

    def standing(self, parcel: str) -> Standing:
        """Never PASSED; a parcel that the book lacks counts as cancelled."""
        rows = self._rows(STANDING, parcel)
        return standing_of(*rows[0]) if rows else Standing.CANCELLED

    def parcel(self, name: str) -> Parcel | None:
        rows = self._rows(PARCEL, name)
        return parcel_in(rows[0], name, self._path) if rows else None

    def parcels(self, names: Sequence[str]) -> dict[str, Parcel]:
        """Those that it has, without their items: at a third of the price of asking for each."""
        rows = self._rows(PARCELS, json.dumps(names))
        return {name: parcel_in(tuple(row), name, self._path) for name, *row in rows}

    def agrees_with(self, record: Parcel) -> bool:
        """By its digest, which outlives what is purged."""
        rows = self._rows("SELECT digest FROM parcel WHERE name = ?", record.name)
        return bool(rows) and rows[0][0] == digest(content_of(record))

    def probation(self) -> datetime | None:
        """Until when only the strongest proof is enough: since a changed order file was
        accepted."""
        with translated(self._path, BOOK):
            db = self._current()
            return probation_in(db) if db else None

    def roll(self, parcel: str, first: int) -> dict[str, int]:
        return dict(self._rows(ROLL, parcel, first, ROLL_LABELS))

    def alike(self) -> list[AlikeParcels]:
        """By source, most first, the open parcels that alike.are_alike is true of; reads the whole
        book."""
        return [AlikeParcels(*row) for row in self._rows(ALIKE)]

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """What is looked up in the block is from one moment: that of the first look, which holds
        the file till the end.

        Blocks may lie in one another. What one of them found, the next ones need not look up while
        nobody wrote.
        """
        if self._in_state:
            yield
            return
        self._in_state = True
        try:
            yield
        finally:
            self._in_state = self._is_held = False
            if (
                self._db and self._db.in_transaction
            ):  # SQLite ends it by itself where the card fails
                self._db.execute("COMMIT")

    def close(self) -> None:
        if self._db:
            self._db.close()
        self._db, self._inode, self._version = None, 0, -1

    def _rows(self, select: str, *values: str | int) -> list[Any]:
        return self._rows_in(self._current(), select, *values)

    def _rows_in(self, db: sqlite3.Connection | None, select: str, *values: str | int) -> list[Any]:
        """Asked several times before every green: a context manager would cost as much as SQLite
        does."""
        asked = select, values
        if self._is_held and asked in self._found:
            return self._found[asked]
        try:
            rows = db.execute(select, values).fetchall() if db else []
        except sqlite3.Error as err:
            raise store_error(self._path, BOOK, err) from err
        if self._is_held and len(self._found) < KEPT:
            self._found[asked] = rows
        return rows

    def _current(self) -> sqlite3.Connection | None:
        if self._is_held:
            return self._db
        now_s = time.monotonic()
        if self._db is None or now_s >= self._look_at_s:
            self._look()
            self._look_at_s = now_s + LOOK_S
        if self._in_state and self._db:
            self._hold(self._db)
        return self._db

    def _look(self) -> None:
        try:
            inode = os.stat(self._name).st_ino  # noqa: PTH116  Path.stat costs twice as much
        except FileNotFoundError:
            inode = 0
        except OSError as err:
            raise StoreError(f"{self._path}: {err.strerror}: check the folder's rights") from err
        if inode != self._inode:
            self.close()
            self._open(inode)

    def _hold(self, db: sqlite3.Connection) -> None:
        """From here on the file's state is one; data_version tells whether it is the one before."""
        with translated(self._path, BOOK):
            if not db.in_transaction:
                db.execute("BEGIN")
            (version,) = db.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                self._rules = read_rules(db)
        if version != self._version or len(self._found) >= KEPT:
            self._found.clear()
        self._version, self._is_held = version, True

    def _open(self, inode: int) -> None:
        """Leave the book closed while its first import has not committed: the file is there before
        its tables.

        The tables of a book from before an upgrade are brought up to date: the next import may be a
        day away.
        """
        db = open_reader(self._path, BOOK) if inode else None
        if db and version_of(db, self._path, BOOK) < BOOK.version:
            db.close()
            open_writer(self._path, BOOK, synchronous="FULL").close()
            db = open_reader(self._path, BOOK)
        if db is None:
            return
        with closed_on_error(db), translated(self._path, BOOK):
            form, self._rules = read_form(db), read_rules(db)
        if form is None:
            db.close()
        else:
            self._db, self._inode, self._form = db, inode, form
