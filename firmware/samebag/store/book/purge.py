"""What the book forgets of old parcels: all but what tells their labels apart. Beside imports, in
short turns.

The book has no dates. Each purge notes the highest parcel number of its day; numbers rise, so a
parcel not above an old note has been in the book since then.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from samebag.store.book.reader import BOOK, LAST_IMPORT
from samebag.store.book.records import decode_stored, encode, forgotten
from samebag.store.database import open_reader, open_writer, translated
from samebag.store.leave import Leave

NOTE = "parcels by "  # of meta, then the day
# ours: a machine that was off for longer, or a clock that went wrong
LONGEST_GAP = timedelta(days=7)
PARCELS_AT_ONCE = 500  # ours: some milliseconds, an import waits a second
BETWEEN_TURNS_S = 0.02
BATCH = (
    "SELECT id, name, content, facts IS NOT NULL FROM parcel WHERE id > ? AND id <="
    " ? ORDER BY id LIMIT ?"
)

Needed = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """``trusted`` is False where the clock may be wrong: then nothing was done, and the next day's
    purge will.

    ``waits``: more is old than one night may forget.
    """

    trusted: bool
    parcels: int = 0
    waits: bool = False


def purge_book(path: Path, today: date, before: date, is_needed: Needed, leave: Leave) -> Forgotten:
    """Forget what is older than ``before``, but for parcels that ``is_needed`` names. Raises
    StoreError."""
    with closing(open_writer(path, BOOK, synchronous="FULL")) as db, translated(path, BOOK):
        db.execute("PRAGMA secure_delete=ON")
        trusted = (_note(db, today) and leave.vouched) or leave.by_person
        newest, waits = _known_since(db, before, leave) if trusted else (0, False)
        count = sum(_forget(db, turn) for turn in _turns(db, newest, is_needed))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log has the old pages too
        return Forgotten(trusted, count, waits)


def last_purge(path: Path) -> date | None:
    """The day of the newest, None if there was none. Raises StoreError."""
    db = open_reader(path, BOOK)
    if db is None:
        return None
    with closing(db), translated(path, BOOK):
        return _last(db)


def _last(db: sqlite3.Connection) -> date | None:
    (name,) = db.execute("SELECT max(name) FROM meta WHERE name GLOB ?", (f"{NOTE}*",)).fetchone()
    return date.fromisoformat(name.removeprefix(NOTE)) if name else None


def _note(db: sqlite3.Connection, today: date) -> bool:
    """Whether the last purge was about a day ago. A note of a day to come was made by a wrong
    clock."""
    db.execute("DELETE FROM meta WHERE name GLOB ? AND name > ?", (f"{NOTE}*", f"{NOTE}{today}"))
    last = _last(db)
    db.execute(
        "INSERT OR REPLACE INTO meta SELECT ?, ifnull(max(id), 0) FROM parcel", (f"{NOTE}{today}",)
    )
    return last is not None and today - last <= LONGEST_GAP


def _known_since(db: sqlite3.Connection, before: date, leave: Leave) -> tuple[int, bool]:
    """The highest number of a parcel that was there at the end of some day before, 0 for none;
    older notes go.

    And whether more must wait: of the oldest note's parcels all is forgotten already, so the next
    one counts.
    """
    rows = db.execute(
        "SELECT name, CAST(value AS INTEGER) FROM meta WHERE name GLOB ? ORDER BY name",
        (f"{NOTE}*",),
    )
    noted = [(date.fromisoformat(name.removeprefix(NOTE)), newest) for name, newest in rows]
    old = [(day, newest) for day, newest in noted if day < before]
    if not old:
        return 0, False
    until = leave.until(old[1][0] if len(old) > 1 else None, before)
    day, newest = [note for note in old if note[0] < until][-1]
    db.execute("DELETE FROM meta WHERE name GLOB ? AND name < ?", (f"{NOTE}*", f"{NOTE}{day}"))
    return newest, until < before and old[-1][0] != day


def _turns(
    db: sqlite3.Connection, newest: int, is_needed: Needed
) -> Iterator[list[tuple[str, int, str]]]:
    """New contents, each with its parcel's number and its old content."""
    last = 0
    while rows := db.execute(BATCH, (last, newest, PARCELS_AT_ONCE)).fetchall():
        last = rows[-1][0]
        turn = [
            (new, number, old)
            for number, name, old, has_facts in rows
            if ((new := encode(forgotten(decode_stored(name, old)))) != old or has_facts)
            and not is_needed(name)
        ]
        if turn:
            yield turn
            time.sleep(BETWEEN_TURNS_S)  # so that an import gets its turn too


def _forget(db: sqlite3.Connection, turn: list[tuple[str, int, str]]) -> int:
    """Digests stay, so that no parcel counts as changed. One that an import has just written is
    left as it is."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("DELETE FROM meta WHERE name = ?", (LAST_IMPORT,))
        done = db.executemany(
            "UPDATE parcel SET content = ?, facts = NULL WHERE id = ? AND content = ?", turn
        ).rowcount
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return done
