"""The door's own ledger: which parcels left, and what was stopped. A file like the station's, with its chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from samebag.ports import PrintJob, StoreError
from samebag.store import chain
from samebag.store.chain import LEDGER, Moment
from samebag.store.database import open_writer, translated


class Dispatches:
    """Calls return when it is on disk, or raise StoreError. Doors that share the file let no parcel leave twice."""

    def __init__(
        self, path: Path, *, wall_clock: Callable[[], datetime], clock: Callable[[], float], boot_id: str
    ) -> None:
        self._path, self._wall_clock, self._clock, self._boot_id = path, wall_clock, clock, boot_id
        self._db = open_writer(path, LEDGER, synchronous="FULL")

    def left(self, parcel: str) -> str | None:
        """When it did, ISO 8601 with zone."""
        select = "SELECT wall_time FROM entry WHERE kind = 'dispatch' AND body ->> 'parcel' = ?"
        with translated(self._path, LEDGER):
            row = self._db.execute(select, (parcel,)).fetchone()
        return str(row[0]) if row else None

    def leave(self, job: PrintJob, code: str) -> None:
        with translated(self._path, LEDGER):
            try:
                self._append("dispatch", job.bag, {"parcel": job.parcel, "code": code})
            except sqlite3.IntegrityError as err:
                raise StoreError(f"parcel {job.parcel}: has just left through another door: stop this bag") from err

    def stopped(self, code: str, parcel: str, reason: str) -> None:
        with translated(self._path, LEDGER):
            self._append("stop", 0, {"parcel": parcel, "code": code, "reason": reason})

    def close(self) -> None:
        self._db.close()

    def _append(self, kind: str, bag: int, body: dict[str, object]) -> None:
        moment = Moment(self._wall_clock().isoformat(timespec="milliseconds"), self._boot_id, self._clock())
        with self._transaction():
            chain.append(self._db, kind, bag, moment, chain.to_json(body))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
