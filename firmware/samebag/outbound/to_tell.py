"""Shipments about to be told, in a file of SQLite's own without a name: a million are never in
memory together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from samebag.outbound.sheet import Shipment
from samebag.ports import StoreError

# An empty name is a file that goes with its connection (sqlite.org/inmemorydb.html, "Temporary
# Databases"). Nothing in it is wanted after a stop.
TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE shipment (
  place INTEGER PRIMARY KEY, wall_time TEXT NOT NULL, told BLOB NOT NULL
) STRICT;
CREATE TABLE waits (orders TEXT, parcel TEXT, PRIMARY KEY (orders, parcel)) STRICT, WITHOUT ROWID;
BEGIN"""
BY_TIME, AS_ADDED = "wall_time, place", "place"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Shipment)


class ToTell:
    """In the order of packing, or in that in which they were added; may be gone through again and
    again.

    Raises StoreError.
    """

    def __init__(self, *, by_time: bool) -> None:
        self._select = f"SELECT told FROM shipment ORDER BY {BY_TIME if by_time else AS_ADDED}"
        self.rows = 0  # in a sheet: one for each order of each parcel
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(TABLES)

    def close(self) -> None:
        self._db.close()

    def __iter__(self) -> Iterator[Shipment]:
        with _translated():
            for (told,) in self._db.execute(self._select):
                yield _decoder.decode(told)

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM shipment").fetchone()
        return int(count)

    def add(self, shipments: Iterable[Shipment]) -> None:
        with _translated():
            self._db.executemany(
                "INSERT INTO shipment VALUES (NULL, ?, ?)", map(self._row, shipments)
            )

    def wait_for(self, parts: Iterable[tuple[str, str]]) -> None:
        """Orders of several parcels, each with one that is still to be told."""
        with _translated():
            self._db.executemany("INSERT OR IGNORE INTO waits VALUES (?, ?)", parts)

    def is_last(self, order: str, parcel: str) -> bool:
        """Whether with that parcel, told herewith, all of its order are."""
        waiting = self._db.execute("SELECT parcel FROM waits WHERE orders = ?", (order,)).fetchall()
        if (parcel,) in waiting:
            self._db.execute("DELETE FROM waits WHERE orders = ? AND parcel = ?", (order, parcel))
            waiting.remove((parcel,))
        return not waiting

    def _row(self, shipment: Shipment) -> tuple[str, bytes]:
        self.rows += len(shipment.orders)
        return shipment.wall_time, _encoder.encode(shipment)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as err:  # it is in the first of the places that it can write to
        raise StoreError(
            f"temporary file: {err}: free space in /var/tmp, or name a folder in SQLITE_TMPDIR"
        ) from err
