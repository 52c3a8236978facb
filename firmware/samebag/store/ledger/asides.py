"""What a ledger forgets: the words beside its chain. The station goes on writing meanwhile, so in
short turns."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path

from samebag.store.database import open_writer, translated
from samebag.store.leave import Leave
from samebag.store.ledger.chain import LEDGER

AT_ONCE = 500  # ours: some milliseconds, a verdict waits a second
BETWEEN_TURNS_S = 0.02
OLD = """
SELECT a.seq FROM aside a JOIN entry e USING (seq) WHERE a.seq > ? AND e.wall_time < ?
  ORDER BY a.seq LIMIT ?"""

FIRST = (
    "SELECT e.wall_time FROM aside a JOIN entry e USING (seq) WHERE e.wall_time < ?"
    " ORDER BY a.seq LIMIT 1"
)


def purge_asides(path: Path, before: date, leave: Leave) -> int:
    """Those of entries from before that day, of them what the night may take; returns how many.
    Raises StoreError."""
    if not path.exists():
        return 0
    # NORMAL: no turn holds the file while the card is slow; what a power cut brings back goes the
    # next night
    with closing(open_writer(path, LEDGER, synchronous="NORMAL")) as db, translated(path, LEDGER):
        db.execute("PRAGMA secure_delete=ON")
        count = last = 0
        until = until_in(db, before, leave).isoformat()
        while turn := db.execute(OLD, (last, until, AT_ONCE)).fetchall():
            last = turn[-1][0]
            count += _forget(db, turn)
            time.sleep(BETWEEN_TURNS_S)
        for how in (
            "PASSIVE",
            "TRUNCATE",
        ):  # the log has the old pages too; the first holds nobody up
            db.execute(f"PRAGMA wal_checkpoint({how})")
        return count


def until_in(db: sqlite3.Connection, before: date, leave: Leave) -> date:
    """Asides of entries from before that day may go this night."""
    first = db.execute(FIRST, (before.isoformat(),)).fetchone()
    return leave.until(date.fromisoformat(first[0][:10]) if first else None, before)


def _forget(db: sqlite3.Connection, turn: list[tuple[int]]) -> int:
    db.execute("BEGIN IMMEDIATE")
    try:
        done = db.executemany("DELETE FROM aside WHERE seq = ?", turn).rowcount
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return done
