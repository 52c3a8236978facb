"""Counts the verdicts of a ledger for its pages, after the commits that people wait for. Pure SQL,
no thread, no clock.

Who asks reads ``tally_now`` and ``code_read_now`` (ledger-8.sql), which add what is not counted
yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 1000  # ours: entries a turn, some ten milliseconds, for a verdict may come meanwhile
DUE = "SELECT seq, (SELECT max(seq) FROM entry) FROM counted"
TALLY = """
INSERT INTO tally SELECT day, hour, packer, kind, count(*) FROM tally_due WHERE seq <= ? GROUP BY 1,
  2, 3, 4
ON CONFLICT DO UPDATE SET verdicts = verdicts + excluded.verdicts"""
CODES = "INSERT OR IGNORE INTO code_read SELECT tail, code, seq FROM code_read_due WHERE seq <= ?"
COUNTED = "UPDATE counted SET seq = ?"


def count_some(db: sqlite3.Connection) -> bool:
    """One turn, in one transaction. True if entries are left for another."""
    with _unsynced(db):
        db.execute("BEGIN IMMEDIATE")
        try:
            is_left = _count(db)
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
    return is_left


@contextmanager
def _unsynced(db: sqlite3.Connection) -> Iterator[None]:
    """What a power cut takes of such a commit is counted anew; the next one that is synced takes it
    along."""
    (before,) = db.execute("PRAGMA synchronous").fetchone()
    db.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        db.execute(f"PRAGMA synchronous={before}")


def _count(db: sqlite3.Connection) -> bool:
    counted, newest = db.execute(DUE).fetchone() or (0, 0)
    up_to = min(counted + MOST, newest or 0)
    if up_to <= counted:
        return False
    for statement in (TALLY, CODES, COUNTED):
        db.execute(statement, (up_to,))
    return bool(up_to < newest)
