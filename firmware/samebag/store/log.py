"""When the ledger's log (SQLite's -wal file) goes into its file: after an answer, so that no green
waits for it.

SQLite itself would do it within the commit that fills the log, every hundredth bag's, three syncs
instead of one.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from samebag.store.database import Schema

# ours: about a megabyte of log; a longer one wears the card less, but is longer to read at a start
COMMITS = 100


class Log:
    """To be told of each commit. Counts them, for SQLite tells nobody how long the log is."""

    def __init__(self, db: sqlite3.Connection, schema: Schema) -> None:
        self._db, self._schema, self._commits = db, schema, 0
        db.execute("PRAGMA wal_autocheckpoint=0")

    def committed(self) -> None:
        self._commits += 1
        if self._commits >= COMMITS:
            with suppress(
                sqlite3.Error
            ):  # a card that fails is reported by the next commit; a reader is waited for
                self._empty()

    def _empty(self) -> None:
        """And write something: it is the first commit after this that must sync the log's new head
        too."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self._db.execute(f"PRAGMA user_version={self._schema.version}")
        self._commits = 0
