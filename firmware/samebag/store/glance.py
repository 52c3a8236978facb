"""A glance into book or ledger by a process that may not write there, while another one may be
writing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samebag.core.parcels import Parcel
from samebag.ports import StoreError
from samebag.store.book.reader import BOOK, PARCEL, parcel_in
from samebag.store.database import BUSY_S, Schema, translated, version_of

MOST_S = 10.0  # ours: a page that takes longer is not worth what it costs the card
STEPS = 20_000  # of SQLite's machine between two looks at the clock, some milliseconds


@contextmanager
def looking(path: Path, schema: Schema, most_s: float = MOST_S) -> Iterator[sqlite3.Connection]:
    """One state of the file, for as long as the block takes. StoreError if it is absent or cannot
    be read.

    Without a -wal nobody has the file open, and who may not write here cannot make one: then it is
    read as a file that does not change (sqlite.org/uri.html, immutable).
    """
    if not path.exists():
        raise StoreError(f"{path}: is not there yet: start the station, import an order file")
    is_still = not path.with_name(f"{path.name}-wal").exists()
    address = f"{path.resolve().as_uri()}?{'immutable=1' if is_still else 'mode=ro'}"
    with translated(path, schema):
        db = sqlite3.connect(
            address, timeout=BUSY_S, isolation_level=None, check_same_thread=False, uri=True
        )
        try:
            if not (version := version_of(db, path, schema)):
                raise StoreError(
                    f"{path}: is empty: give the path of a {schema.thing}, or start what"
                    " writes it once"
                )
            if version != schema.version:
                raise StoreError(
                    f"{path}: has version {version}, not {schema.version}: start what"
                    " writes it once"
                )
            until_s = time.monotonic() + most_s
            db.set_progress_handler(lambda: time.monotonic() > until_s, STEPS)
            db.execute("BEGIN")
            yield db
        finally:
            db.close()


def parcel_of(book: sqlite3.Connection, name: str, path: Path) -> Parcel | None:
    row = book.execute(PARCEL, (name,)).fetchone()
    return parcel_in(row, name, path) if row else None


def look_up(path: Path, name: str) -> Parcel | None:
    """A parcel's record; None also where there is no book to ask."""
    try:
        with looking(path, BOOK) as book:
            return parcel_of(book, name, path)
    except StoreError:
        return None
