"""The write side of the book: one import, one transaction, nothing to see until it is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from samebag.core.codes.rules import Rule
from samebag.core.labels import CodeForm
from samebag.core.parcels import Standing
from samebag.ports import StoreError
from samebag.store.book.reader import BOOK, LAST_IMPORT, PROBATION, read_form
from samebag.store.book.records import Content, ParcelRow, ParcelSaid, decode
from samebag.store.database import open_writer, translated

CACHE_KIB = 48 * 1024  # an import of 1,000,000 parcels stays under 150 MB with it
REUSED_AFTER = timedelta(days=365)  # UPU S10: a number may be given again after 12 months
ROWS_AT_ONCE = 50  # more is no faster
COLUMNS = (
    "id, name, content, digest, printed, cancelled, print_order, source, shipped, facts, vanished"
)
NEW_PARCELS = """
INSERT INTO parcel (added, source, id, name, content, digest, printed, cancelled, print_order,
  shipped, facts)
SELECT ?1, ?2, column1, column2, CAST(column3 AS TEXT), column4, column4, column5, nullif(column6,
  -1), column7,
  nullif(column8, '') FROM ({})"""  # of what _bound gives

# Beside the book's own tables, for the time of one import: parts of parcels that must wait for the
# end of the file, and what refused rows name.
SCRATCH = """
CREATE TEMP TABLE aside (name TEXT NOT NULL, line INTEGER NOT NULL, part BLOB NOT NULL) STRICT;
CREATE TEMP TABLE refused (text TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A waybill code that a parcel may not have, for it means the parcel named ``holder``."""

    code: str
    parcel: int
    holder: str


class BookWriter:
    """Used inside ``writing`` only. Parcels get rising numbers, so those above ``last_before`` are
    of this import.

    ``last_import`` is what ``keep_last_import`` was given, empty if the book was written since.
    """

    def __init__(self, db: sqlite3.Connection, form: CodeForm, today: date | None) -> None:
        self._db = db
        self._today = today and today.isoformat()
        self._used_since = today and (today - REUSED_AFTER).isoformat()
        self.form = form
        self.last_import = _forget_last_import(db)
        self.last_before: int = db.execute("SELECT ifnull(max(id), 0) FROM parcel").fetchone()[0]

    def source(self, name: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (name,))
        (number,) = self._db.execute("SELECT id FROM source WHERE name = ?", (name,)).fetchone()
        return int(number)

    def fingerprints(self) -> list[tuple[str, str]]:
        """What the files of each line of sources look like, as ``keep_fingerprint`` was given
        it."""
        return self._db.execute("SELECT line, looks FROM fingerprint").fetchall()

    def keep_fingerprint(self, line: str, looks: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO fingerprint VALUES (?, ?)", (line, looks))

    def keep_rules(self, profile: str, rules: tuple[Rule, ...]) -> None:
        """What that profile says of texts on labels, for the station; in place of what it said
        before."""
        name = f"code rules {profile}"
        self._db.execute("DELETE FROM meta WHERE name = ?", (name,))
        if rules:
            self._db.execute(
                "INSERT INTO meta VALUES (?, ?)", (name, msgspec.json.encode(rules).decode())
            )

    def keep_last_import(self, text: str) -> None:
        """``last_import`` of the next writer, if nothing else is written before."""
        self._db.execute("INSERT INTO meta VALUES (?, ?)", (LAST_IMPORT, text))

    def begin_probation(self, until: datetime) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", (PROBATION, until.isoformat())
        )

    def find(self, names: Iterable[str]) -> dict[str, ParcelRow]:
        wanted = msgspec.json.encode(list(names)).decode()
        found = self._db.execute(
            f"SELECT {COLUMNS} FROM parcel WHERE name IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        return {row[1]: _row(row) for row in found}

    def add(self, first: int, said: Sequence[ParcelSaid], source: int) -> list[Taken]:
        """Insert parcels, numbered from ``first`` on, and their codes.

        Returns the waybill codes that mean another parcel already.
        """
        numbered = list(enumerate(said, first))
        on_waybill = [
            (code, number)
            for number, new in numbered
            for code in (new.tracking_number, *new.further)
        ]
        self._insert(
            NEW_PARCELS, [_bound(number, new) for number, new in numbered], self._today, source
        )
        before = self._db.total_changes
        self._insert("INSERT OR IGNORE INTO waybill_code (code, parcel) {}", on_waybill)
        clean = self._db.total_changes - before == len(on_waybill)
        on_list = [(code, number) for number, new in numbered for code in new.list_codes]
        self._insert("INSERT INTO list_code (code, parcel) {}", on_list)
        by_parcel = [] if clean else groupby(on_waybill, itemgetter(1))
        found = (self.taken([code for code, _ in codes], number) for number, codes in by_parcel)
        return [taken for taken in found if taken]

    def _insert(self, into: str, rows: Sequence[tuple[object, ...]], *first: object) -> None:
        """Many rows a statement: one by one, each costs as much again as its place in the table.

        ``into`` has {} for the rows; ``first`` is what its ?1 and ?2 stand for.
        """
        row = f"({','.join('?' * len(rows[0]))})"
        whole = len(rows) - len(rows) % ROWS_AT_ONCE
        many = into.format(f"VALUES {','.join([row] * ROWS_AT_ONCE)}")
        for start in range(0, whole, ROWS_AT_ONCE):
            self._db.execute(
                many, (*first, *chain.from_iterable(rows[start : start + ROWS_AT_ONCE]))
            )
        self._db.executemany(
            into.format(f"VALUES {row}"), [(*first, *rest) for rest in rows[whole:]]
        )

    def taken(self, codes: Iterable[str], number: int) -> Taken | None:
        """The first of these waybill codes that means another parcel than ``number``.

        One that has for so long that carriers use it anew is given to this parcel.
        """
        held = (
            "SELECT name, ifnull(added < ?, 0) FROM waybill_code w JOIN parcel p ON p.id = w.parcel"
            " WHERE w.code = ? AND w.parcel <> ?"
        )
        for code in sorted(codes):
            holder, is_old = self._db.execute(
                held, (self._used_since, code, number)
            ).fetchone() or ("", True)
            if not is_old:
                return Taken(code, number, holder)
            if holder:
                self._db.execute(
                    "UPDATE waybill_code SET parcel = ?, stale = 0 WHERE code = ?", (number, code)
                )
        return None

    def replace(self, old: ParcelRow, new: ParcelRow) -> None:
        """Write a parcel's new row. Codes that it no longer has stay, as stale."""
        before, after = decode(old.content), decode(new.content)
        self._db.execute(
            "UPDATE parcel SET (content, digest, printed, cancelled, print_order,"
            " source, shipped, facts, vanished)"
            " = (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " WHERE id = ?",
            (*new[2:], new.id),
        )
        if old.content == new.content:
            return
        self._recode("waybill_code", new.id, before.on_waybill, after.on_waybill)
        self._recode("list_code", new.id, frozenset(before.list_codes), frozenset(after.list_codes))

    def _recode(
        self, table: str, number: int, before: frozenset[str], after: frozenset[str]
    ) -> None:
        self._db.executemany(
            f"UPDATE {table} SET stale = 1 WHERE code = ? AND parcel = ?",
            [(code, number) for code in before - after],
        )
        self._db.executemany(
            f"INSERT OR REPLACE INTO {table} (code, parcel) VALUES (?, ?)",
            [(code, number) for code in after - before],
        )

    def put_aside(self, parts: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep parts of parcels, each with its name and its line in the order file, until the file
        is read."""
        self._db.executemany("INSERT INTO aside VALUES (?, ?, ?)", parts)

    def asides(self) -> Iterator[tuple[str, int, bytes]]:
        """The parts put aside, those of one parcel together and in the order of the file."""
        return self._db.execute("SELECT name, line, part FROM aside ORDER BY name, line")

    def refuse(self, texts: Iterable[str]) -> None:
        """Note what refused rows name: parcels, by their name or by a code of their waybill."""
        self._db.executemany(
            "INSERT OR IGNORE INTO refused VALUES (?)", [(text,) for text in texts]
        )

    def is_refused(self, name: str, content: Content) -> bool:
        ask = "SELECT 1 FROM refused WHERE text = ?"
        return any(
            self._db.execute(ask, (text,)).fetchone() for text in (name, *content.on_waybill)
        )

    def refused(self) -> list[int]:
        """The parcels in the book that refused rows name."""
        rows = self._db.execute(
            "SELECT id FROM refused CROSS JOIN parcel ON name = text"
            " UNION SELECT parcel FROM refused CROSS JOIN waybill_code ON code = text"
        )
        return [number for (number,) in rows]

    def remove(self, number: int) -> ParcelRow:
        """Take a parcel of this import out again; returns what it was."""
        row = _row(
            self._db.execute(
                f"DELETE FROM parcel WHERE id = ? RETURNING {COLUMNS}", (number,)
            ).fetchone()
        )
        content = decode(row.content)
        for table, codes in (
            ("waybill_code", content.on_waybill),
            ("list_code", content.list_codes),
        ):
            self._db.executemany(
                f"DELETE FROM {table} WHERE code = ? AND parcel = ?",
                [(code, number) for code in codes],
            )
        return row

    def of_source(self, source: int) -> Iterator[int]:
        """Its parcels from before this import."""
        ask = "SELECT id FROM parcel WHERE source = ? AND id <= ? ORDER BY id"
        return (number for (number,) in self._db.execute(ask, (source, self.last_before)))

    def note_lists_shipped(self, source: int) -> None:
        """Its files list what is shipped too, so that what vanishes from them is cancelled."""
        self._db.execute("UPDATE source SET lists_shipped = 1 WHERE id = ?", (source,))

    def vanish(self, number: int) -> str | None:
        """Returns the parcel's name, or None if it was cancelled already."""
        row = self._db.execute(
            "UPDATE parcel SET cancelled = 1, vanished = 1 WHERE id = ? AND NOT"
            " cancelled RETURNING name",
            (number,),
        ).fetchone()
        return row[0] if row else None


def _forget_last_import(db: sqlite3.Connection) -> str:
    found = db.execute("DELETE FROM meta WHERE name = ? RETURNING value", (LAST_IMPORT,)).fetchone()
    return found[0] if found else ""


def _bound(number: int, new: ParcelSaid) -> tuple[object, ...]:
    """A new parcel for NEW_PARCELS: sqlite3 takes thrice as long to bind None, bool or bytes."""
    return (
        number,
        new.name,
        bytearray(new.content),
        bytearray(new.digest),
        1 if new.is_closed else 0,
        -1 if new.print_order is None else new.print_order,
        1 if new.standing is Standing.SHIPPED else 0,
        new.facts or "",
    )


def _row(values: Sequence[Any]) -> ParcelRow:
    (
        number,
        name,
        content,
        mark,
        printed,
        cancelled,
        print_order,
        source,
        shipped,
        facts,
        vanished,
    ) = values
    said = bool(cancelled), print_order, source, bool(shipped), facts, bool(vanished)
    return ParcelRow(number, name, content, mark, printed, *said)


@contextmanager
def writing(path: Path, form: CodeForm, today: date | None = None) -> Iterator[BookWriter]:
    """One import: commits when the body ends, leaves the book as it was when it raises or the power
    goes.

    ``form`` is used by a new book only; afterwards the book's own form holds. Only with ``today``
    are old tracking numbers given to other parcels.
    """
    # an order file is put away once its import is on disk
    db = open_writer(path, BOOK, synchronous="FULL")
    with translated(path, BOOK):
        try:
            _begin(db, path)
            yield BookWriter(db, _settle_form(db, form), today)
            db.execute("COMMIT")
            # the log of a long import is as large as the book
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()  # rolls back what is not committed


def _begin(db: sqlite3.Connection, path: Path) -> None:
    db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    db.executescript(SCRATCH)
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as err:
        if err.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise StoreError(
            f"{path}: another import is writing this book: wait until it has ended"
        ) from err


def _settle_form(db: sqlite3.Connection, form: CodeForm) -> CodeForm:
    known = read_form(db)
    if known is None:
        db.execute(
            "INSERT INTO meta VALUES ('code form', ?)", (msgspec.json.encode(form).decode(),)
        )
    return known or form
