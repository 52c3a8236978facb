"""Proves each night what a ledger got since it was last proven, in a fraction of a second, and all
of it each week.

What was proven is noted in a file that nobody need believe: it names the entry up to which all was
whole, with its hash, which that entry must still have, and after a week it counts no more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from samebag.core.heads import Head
from samebag.ports import StoreError
from samebag.store.doubts import KnownHead
from samebag.store.ledger import contradictions
from samebag.store.ledger.verify import (
    WHOLE,
    Broken,
    Disproven,
    Verified,
    chained,
    check_end,
    check_head,
    reading,
    verify,
)

# ours: a Pi goes through a year's ledger in minutes, at night
ALL_AFTER = timedelta(days=6, hours=12)
HASH = "SELECT hash FROM entry WHERE seq = ?"
MATCHES = (
    "SELECT count(*) FROM entry WHERE seq > ? AND kind = 'verdict' AND body ->> 'kind' = 'match'"
)


class Mark(msgspec.Struct, frozen=True):
    """``at`` and ``all_at``, when the whole ledger was gone through, are ISO 8601 with zone;
    ``fault`` is empty for a ledger that was whole."""

    at: str
    all_at: str
    fault: str = ""
    seq: int = 0
    head: str = ""
    matches: int = 0


def read_mark(path: Path) -> Mark | None:
    """None where there is none, or it cannot be read: then all is proven anew."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None


def prove(
    ledger: Path, mark_path: Path, now: datetime, known: Sequence[KnownHead] = ()
) -> Verified | Broken:
    """Raises StoreError. A ledger that was found broken is gone through from its start until it is
    whole."""
    mark, at = read_mark(mark_path), now.isoformat(timespec="seconds")
    if (
        mark
        and mark.seq
        and not mark.fault
        and timedelta() <= now - datetime.fromisoformat(mark.all_at) < ALL_AFTER
    ):
        found, all_at = _since(ledger, mark, known), mark.all_at
    else:
        found, all_at = verify(ledger, known=known), at
    if isinstance(found, Broken):
        new = Mark(at, all_at, found.fault)
    else:
        new = Mark(at, all_at, "", found.rows, found.head, found.matches)
    draft = mark_path.with_name(f".{mark_path.name}")
    try:
        draft.write_bytes(msgspec.json.encode(new))
        draft.replace(mark_path)
    except OSError as err:
        raise StoreError(
            f"{mark_path}: {err.strerror}: run it as root, or as the station's user"
        ) from err
    return found


def _since(ledger: Path, mark: Mark, known: Sequence[KnownHead]) -> Verified | Broken:
    with reading(ledger) as db:
        try:
            return _proven(db, mark, known)
        except Disproven as fault:
            return Broken(str(fault))


def _proven(db: sqlite3.Connection, mark: Mark, known: Sequence[KnownHead]) -> Verified:
    head = Head(mark.seq, bytes.fromhex(mark.head))
    if db.execute(HASH, (mark.seq,)).fetchone() != (head.mark,):
        raise Disproven(
            f"entry {mark.seq}: is not the one that was whole on {mark.at[:10]}: it, or"
            " one before, is another"
        )
    for entry in chained(db, head, WHOLE):
        head = Head(entry[0], entry[8])
    check_end(db, head)
    if fault := contradictions.lacking(db, mark.seq, head.seq):
        raise Disproven(fault)
    matches = mark.matches + db.execute(MATCHES, (mark.seq,)).fetchone()[0]
    (passed,) = db.execute("SELECT count(*) FROM passed").fetchone()
    if passed != matches:
        raise Disproven(f"passed: has {passed} parcels, the entries have {matches} matches")
    for of in known:
        check_head(db, head, of)
    return Verified(head.seq, head.mark.hex(), matches=matches)
