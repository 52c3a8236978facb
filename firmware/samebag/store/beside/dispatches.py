"""The door's own ledger: which parcels left, and what was stopped. A file like the station's, with
its chain."""

from __future__ import annotations

import sqlite3

from samebag.ports import PrintJob, StoreError
from samebag.store.beside.side_ledger import SideLedger
from samebag.store.database import translated
from samebag.store.ledger.chain import LEDGER


class Dispatches(SideLedger):
    """Calls return when it is on disk, or raise StoreError. Doors that share the file let no parcel
    leave twice."""

    def left(self, parcel: str) -> str | None:
        """When it did, ISO 8601 with zone."""
        with translated(self._path, LEDGER):
            return left(self._db, parcel)

    def leave(self, job: PrintJob, code: str) -> None:
        try:
            with self._writing():
                self._append("dispatch", job.bag, {"parcel": job.parcel, "code": code})
        except StoreError as err:
            if not isinstance(err.__cause__, sqlite3.IntegrityError):
                raise
            raise StoreError(
                f"parcel {job.parcel}: has just left through another door: stop this bag"
            ) from err

    def stopped(self, code: str, parcel: str, reason: str) -> None:
        with self._writing():
            self._append("stop", 0, {"parcel": parcel, "code": code, "reason": reason})


def left(door: sqlite3.Connection, parcel: str) -> str | None:
    """The same, of a door's ledger that is open for reading."""
    row = door.execute(
        "SELECT wall_time FROM entry WHERE kind = 'dispatch' AND body ->> 'parcel' = ?", (parcel,)
    ).fetchone()
    return str(row[0]) if row else None
