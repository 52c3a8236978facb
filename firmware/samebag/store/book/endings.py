"""Which parcels have a code that ends so. Kept by night, in short turns; what came since then is
looked through."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from samebag.store.book.reader import BOOK
from samebag.store.book.records import decode_stored
from samebag.store.database import open_writer, translated
from samebag.store.ledger.by_code import LETTERS, tail_of

UP_TO = "endings up to"  # in meta: the highest number of a parcel whose codes are in ending
PARCELS_AT_ONCE = 500  # ours: some milliseconds, an import waits a second
BETWEEN_TURNS_S = 0.02
KEPT = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?"
NEW = "SELECT id, name, content FROM parcel WHERE id > ? ORDER BY id LIMIT ?"
DUE = (
    "SELECT p.id, p.name, p.content FROM ending_due d JOIN parcel p ON p.id ="
    " d.parcel ORDER BY p.id LIMIT ?"
)
ENDING = """
SELECT name, content FROM parcel WHERE (instr(upper(content), ?2) OR instr(upper(name), ?4))
  AND id IN (
  SELECT parcel FROM ending WHERE tail = ?1 UNION SELECT parcel FROM ending_due)
UNION SELECT name, content FROM parcel WHERE id > ?3 AND (instr(upper(content), ?2)
  OR instr(upper(name), ?4))"""


def codes_of(name: str, text: str) -> tuple[str, ...]:
    """All by which somebody may ask for a parcel. ``text`` is its content as the book has it."""
    content = decode_stored(name, text)
    return (
        name,
        content.tracking_number,
        *content.waybill_codes,
        *content.orders,
        *content.list_codes,
    )


def parcels_ending(book: sqlite3.Connection, ending: str) -> Iterator[str]:
    """``ending`` in capitals, with four characters or more before its letters. Raises
    StoreError."""
    text = json.dumps(ending, ensure_ascii=False)[1:-1]  # as it stands in the content
    for name, content in book.execute(ENDING, (tail_of(ending), text, _up_to(book), ending)):
        if any(ends(code.upper(), ending) for code in codes_of(name, content)):
            yield name


def note_endings(path: Path) -> None:
    """Raises StoreError."""
    with closing(open_writer(path, BOOK, synchronous="NORMAL")) as db, translated(path, BOOK):
        while turn := db.execute(DUE, (PARCELS_AT_ONCE,)).fetchall():
            _note(db, turn, _up_to(db))
        while turn := db.execute(NEW, (_up_to(db), PARCELS_AT_ONCE)).fetchall():
            _note(db, turn, turn[-1][0])
            time.sleep(BETWEEN_TURNS_S)  # so that an import gets its turn too


def _note(db: sqlite3.Connection, turn: list[tuple[int, str, str]], up_to: int) -> None:
    """Endings that a parcel has no more stay: whoever finds it by one looks at its codes."""
    tails = {(tail_of(code.upper()), n) for n, name, text in turn for code in codes_of(name, text)}
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany("INSERT OR IGNORE INTO ending VALUES (?, ?)", sorted(tails))
        db.executemany(
            "DELETE FROM ending_due WHERE parcel = ?", [(number,) for number, *_ in turn]
        )
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (UP_TO, str(up_to)))
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _up_to(db: sqlite3.Connection) -> int:
    row = db.execute(KEPT, (UP_TO,)).fetchone()
    return int(row[0]) if row else 0


def ends(code: str, ending: str) -> bool:
    """Both in capitals; the letters behind a code need not be said."""
    return code.endswith(ending) or code.rstrip(LETTERS).endswith(ending)
