"""What the book keeps of the ledger: its newest entry of last night, a witness where the ledger is
lost or replaced."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from samebag.core.heads import head_in
from samebag.ports import StoreError
from samebag.store.book.reader import BOOK
from samebag.store.database import open_writer, translated
from samebag.store.doubts import BOOK as BY
from samebag.store.doubts import KnownHead, doubt
from samebag.store.glance import looking
from samebag.store.keeper import known_head
from samebag.store.ledger.chain import LEDGER

NAME = "ledger"  # in meta
READ = "SELECT value FROM meta WHERE name = ?"


def ledger_in(book: Path) -> KnownHead | None:
    """None where there is no book, or it cannot be read: it is one witness of several."""
    try:
        with looking(book, BOOK) as db, translated(book, BOOK):
            row = db.execute(READ, (NAME,)).fetchone()
    except StoreError:
        return None
    told = json.loads(row[0]) if row else {}
    head = head_in(str(told.get("head", "")))
    return KnownHead(BY, head, int(told["bag"]), int(told["job"])) if head else None


def note_ledger(book: Path, ledger: Path) -> None:
    """Not of a ledger that is not the one that the book knows. Raises StoreError."""
    if not ledger.exists():
        return
    before = ledger_in(book)
    with looking(ledger, LEDGER) as db, translated(ledger, LEDGER):
        if before and doubt(db, [before], printed=0):
            return
        known = known_head(db, BY)
    value = json.dumps({"head": str(known.head), "bag": known.bag, "job": known.job})
    with closing(open_writer(book, BOOK, synchronous="FULL")) as db, translated(book, BOOK):
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (NAME, value))
