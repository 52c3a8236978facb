"""Proves that a ledger is whole and unaltered, or names the first fault. Works beside a running
station."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from samebag.core.heads import Head
from samebag.ports import StoreError
from samebag.store.database import translated
from samebag.store.doubts import KnownHead
from samebag.store.glance import looking
from samebag.store.keeper import STAMPING
from samebag.store.ledger import contradictions
from samebag.store.ledger.chain import FIRST_PREV, FORM, LEDGER, entry_hash, entry_hash_before_11
from samebag.store.ledger.derived import Derived
from samebag.store.ledger.stamps import Key, next_key, stamp

ENTRIES = """
SELECT seq, kind, bag, wall_time, boot_id, mono_s, body, prev, hash, stamp FROM entry WHERE seq > ?
  AND seq <= ?
ORDER BY seq"""
LAST = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'entry'"
WHOLE = 2**62  # more entries than any ledger has


@dataclass(frozen=True, slots=True)
class StampedSpan:
    """Entries with stamps of one first key. ``proven``: that key was given, and made every one of
    them."""

    first: int
    last: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole ledger: its number of entries, and the hash of the last in hex, which vouches for all
    of them."""

    rows: int
    head: str
    stamped: tuple[StampedSpan, ...] = ()
    matches: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first fault, such as ``entry 7: altered``."""

    fault: str


class Disproven(Exception):
    """What is wrong, in words."""


def verify(
    path: Path, keys: Sequence[Key] = (), known: Sequence[KnownHead] = ()
) -> Verified | Broken:
    """``keys``: first keys of its stamps; ``known``: heads that others keep. Raises StoreError for
    a file that is absent or cannot be read as a ledger."""
    with reading(path) as db:
        try:
            return _verify(db, keys, known)
        except Disproven as fault:
            return Broken(str(fault))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """One state of the ledger throughout, while the station goes on writing."""
    if not path.exists():
        raise StoreError(
            f"{path}: is not there yet: start the station, or give the path of a ledger"
        )
    if not path.stat().st_size:
        raise StoreError(f"{path}: is empty: give the path of a ledger")
    with looking(path, LEDGER, most_s=float("inf")) as db, translated(path, LEDGER):
        yield db


def _verify(db: sqlite3.Connection, keys: Sequence[Key], known: Sequence[KnownHead]) -> Verified:
    derived, stamping = Derived(db), _Stamping(keys)
    start, was_stamped = Head(0, FIRST_PREV), False
    seq, mark = start.seq, start.mark
    for seq, kind, bag, wall_time, _, _, body, _, mark, stamped in chained(db, start, WHOLE):
        if fault := derived.told(seq, kind, bag, wall_time, body):
            raise Disproven(fault)
        if keys or (stamped is None) is was_stamped or kind == STAMPING:
            stamping.told(seq, kind, body, mark, stamped)
            was_stamped = stamped is not None
    head = Head(seq, mark)
    check_end(db, head)
    if not derived.is_whole() or contradictions.accepted(db):
        raise Disproven(_named(db))
    for of in known:
        check_head(db, head, of)
    return Verified(head.seq, head.mark.hex(), tuple(stamping.spans(seq)), derived.matches)


Hashed = Callable[[bytes, int, str, int, str, str, float, str], bytes]
Row = tuple[int, str, int, str, str, float, str, bytes, bytes, bytes | None]


def chained(db: sqlite3.Connection, after: Head, up_to: int) -> Iterator[Row]:
    """The entries behind ``after``, each proven to follow. Raises Disproven."""
    (first,) = db.execute(FORM).fetchone() or (1,)
    head = yield from _chained(db, after, min(up_to, first - 1), entry_hash_before_11)
    yield from _chained(db, head, up_to, entry_hash)


def _chained(
    db: sqlite3.Connection, after: Head, up_to: int, hashed: Hashed
) -> Generator[Row, None, Head]:
    """Returns the last one."""
    seq, prev = after.seq, after.mark
    for row in db.execute(ENTRIES, (seq, up_to)):
        seq += 1
        if row[0] != seq:
            raise Disproven(f"entry {seq}: missing")
        stored_prev, mark = row[7], row[8]
        if mark != hashed(stored_prev or prev, *row[:7]):
            raise Disproven(f"entry {seq}: altered: its hash is not that of its fields")
        if stored_prev and stored_prev != prev:
            raise Disproven(
                f"entry {seq}: does not follow entry {seq - 1}: one of them was put in"
                " another's place"
            )
        prev = mark
        yield row
    return Head(seq, prev)


def check_end(db: sqlite3.Connection, head: Head) -> None:
    (last,) = db.execute(LAST).fetchone()
    if last > head.seq:
        raise Disproven(
            f"entry {head.seq + 1}: missing: entries up to {last} were written and then cut off"
        )


def check_head(db: sqlite3.Connection, newest: Head, known: KnownHead) -> None:
    """Of a ledger that is whole up to ``newest``."""
    head = known.head
    if head.seq > newest.seq:
        raise Disproven(f"entry {newest.seq + 1}: missing: {known.by} knows of entry {head.seq}")
    if head.seq and db.execute("SELECT hash FROM entry WHERE seq = ?", (head.seq,)).fetchone() != (
        head.mark,
    ):
        raise Disproven(
            f"entry {head.seq}: is not the one that {known.by} knows: it, or one before,"
            " was written anew"
        )


def _named(db: sqlite3.Connection) -> str:
    named = (
        contradictions.unproven(db)
        or contradictions.lacking(db, 0, WHOLE)
        or contradictions.accepted(db)
    )
    return named or "a table is not what the entries say"


class _Stamping:
    """Tells whose stamps the entries bear; those of given first keys are proven. Without keys it
    need only be told where stamps begin and end."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._first = {key.commitment(): key for key in keys}
        self._spans: list[StampedSpan] = []
        self._key: Key | None = None
        self._begins = 0

    def told(self, seq: int, kind: str, body: str, mark: bytes, stamped: bytes | None) -> None:
        """Raises Disproven."""
        if kind == STAMPING or stamped is None:
            self._end(seq - 1)
        if kind == STAMPING:
            self._begins, self._key = seq, self._first.get(json.loads(body)["first"])
        if stamped and (key := self._key):
            if stamp(key.key, mark) != stamped or key.seq != seq:
                raise Disproven(
                    f"entry {seq}: altered: its stamp was not made with the first key"
                    " that was given"
                )
            self._key = Key(seq + 1, next_key(key.key))

    def spans(self, last: int) -> list[StampedSpan]:
        self._end(last)
        return self._spans

    def _end(self, last: int) -> None:
        if self._begins:
            self._spans.append(StampedSpan(self._begins, last, self._key is not None))
        self._key, self._begins = None, 0
