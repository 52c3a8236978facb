"""Whether a ledger is the one that this station wrote last, by what others know of it. Reads only.

A station whose ledger is gone, or an older or another one, would call parcels open that have
passed: it asks first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from samebag.core.heads import Head
from samebag.store.ledger.chain import head_of

# who knows, as faults.py has them
NOTE, BOOK, JOURNAL = (
    "the station's note",
    "the book",
    "the journal",
)
CURE = (
    "bring the right file back and restart the station; else a supervisor: scan the"
    " badge, then SAMEBAG-ACCEPT-LEDGER;"
    " what only the missing entries know may pass a second time"
)
REPLACED = "the ledger was replaced while the station ran"
NO_NOTE = f"{NOTE} of the ledger is gone: nothing here tells whether entries are missing"


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The newest entry that somebody knows of, with the highest bag and print job of its time, as
    far as known."""

    by: str
    head: Head
    bag: int = 0
    job: int = 0


def doubt(db: sqlite3.Connection, known: Iterable[KnownHead], printed: int) -> str:
    """What is wrong with the ledger in words, empty if nothing. ``printed``: the highest number of
    a label kept."""
    return next(_doubts(db, known, printed), "")


def _doubts(db: sqlite3.Connection, known: Iterable[KnownHead], printed: int) -> Iterator[str]:
    last = head_of(db).seq
    (ends_at,) = db.execute("SELECT ifnull(max(seq), 0) FROM entry").fetchone()
    for of in known:
        if not of.head.seq or _is_accepted(db, of.head):
            continue
        if not ends_at:
            yield f"the ledger is gone: {of.by} knows of {of.head.seq} entries, up to bag {of.bag}"
        elif ends_at < of.head.seq:
            yield (
                f"the ledger is an older one: it ends at entry {ends_at}, {of.by}"
                f" knows of {of.head.seq}"
            )
        elif db.execute("SELECT hash FROM entry WHERE seq = ?", (of.head.seq,)).fetchone() != (
            of.head.mark,
        ):
            yield (
                f"the ledger is another one: its entry {of.head.seq} is not the one"
                f" that {of.by} knows"
            )
    if last > ends_at:
        yield f"the ledger was cut: it ends at entry {ends_at}, it had {last}"
    if printed > (jobs := last_job(db)):
        yield (
            f"the ledger is an older one: it knows of {jobs} labels, but label"
            f" {printed} was printed"
        )


def _is_accepted(db: sqlite3.Connection, head: Head) -> bool:
    return db.execute("SELECT 1 FROM accepted WHERE head = ?", (str(head),)).fetchone() is not None


def last_job(db: sqlite3.Connection) -> int:
    """The highest print number ever given."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'print_job'").fetchone()
    return int(row[0]) if row else 0


def newest_printed(folder: Path) -> int:
    """The highest number of the labels that are kept there (snapshot.printed_path), 0 for none."""
    thousands = max((int(f.name) for f in folder.glob("*") if f.name.isdecimal()), default=0)
    return max(
        (int(f.stem) for f in folder.glob(f"{thousands}/*.png") if f.stem.isdecimal()), default=0
    )
