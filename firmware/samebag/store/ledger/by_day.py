"""What the ledger says of a day, and of the weeks before it, by index only. Pure SQL on an open
connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from samebag.core.heads import Head
from samebag.core.verdicts import Verdict, VerdictKind
from samebag.store.book import records
from samebag.store.book.records import Content
from samebag.store.ledger import chain

TALLY = """
SELECT hour, packer, kind, sum(verdicts) FROM tally_now WHERE day = ? GROUP BY hour, packer, kind"""
DAYS = "SELECT day, kind, sum(verdicts) FROM tally_now WHERE day BETWEEN ? AND ? GROUP BY day, kind"
NEWEST_DAY = (
    "SELECT max(day) FROM (SELECT max(day) AS day FROM tally UNION ALL SELECT"
    " max(day) FROM tally_due)"
)
# Local ISO times sort as text within a day, whatever their zone
VERDICTS = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? ORDER BY wall_time"""
HELD = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? AND body ->> 'kind' NOT IN ('match',
  'incomplete')
ORDER BY wall_time DESC LIMIT ?"""
INVOLVED = """
SELECT coalesce(body ->> 'parcels', '[' || (body -> 'parcel') || ']', '[]'), body ->> 'kind'
  FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? AND body ->> 'kind' <> 'incomplete'"""
ORIGINS = """
SELECT p.name, s.name, p.content FROM json_each(?) j JOIN parcel p ON p.name = j.value
JOIN source s ON s.id = p.source"""
LEFT = """
SELECT body ->> 'parcel' FROM entry WHERE kind = 'dispatch' AND wall_time >= ? AND wall_time < ?
ORDER BY wall_time LIMIT ?"""
LEFT_COUNT = (
    "SELECT count(*) FROM entry WHERE kind = 'dispatch' AND wall_time >= ? AND wall_time < ?"
)
PACKED = """
SELECT body ->> 'parcel' FROM entry WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ?
AND body ->> 'kind' = 'match' ORDER BY wall_time LIMIT ?"""
LAST_HEAD = """
SELECT seq, hash FROM entry WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ?
ORDER BY wall_time DESC LIMIT 1"""

# a fifth of the time that json takes, five thousand times a page
_names = msgspec.json.Decoder(list[str])


@dataclass(frozen=True, slots=True)
class Tally:
    """How many verdicts of one kind one packer had in one hour of the day."""

    hour: int
    packer: str
    kind: str
    verdicts: int


@dataclass(frozen=True, slots=True)
class DayTally:
    day: str
    kind: str
    verdicts: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict as the ledger has it; ``hash`` vouches for it and for all before."""

    seq: int
    wall_time: str
    verdict: Verdict
    station: str
    hash: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a parcel's labels come from: the order file that is its roll, and what they were
    printed from."""

    roll: str
    content: Content


def tally(ledger: sqlite3.Connection, day: date) -> list[Tally]:
    return [Tally(*row) for row in ledger.execute(TALLY, (day.isoformat(),))]


def days(ledger: sqlite3.Connection, first: date, last: date) -> list[DayTally]:
    return [DayTally(*row) for row in ledger.execute(DAYS, (first.isoformat(), last.isoformat()))]


def newest_day(ledger: sqlite3.Connection) -> date | None:
    """The last one that has a bag."""
    (day,) = ledger.execute(NEWEST_DAY).fetchone()
    return None if day is None else date.fromisoformat(day)


def verdicts(ledger: sqlite3.Connection, day: date) -> Iterator[Recorded]:
    """Of that day, in time."""
    return map(recorded, ledger.execute(VERDICTS, _bounds(day)))


def held(ledger: sqlite3.Connection, day: date, most: int) -> list[Recorded]:
    """What was stopped that day, newest first."""
    return [recorded(row) for row in ledger.execute(HELD, (*_bounds(day), most))]


def involved(ledger: sqlite3.Connection, day: date) -> list[tuple[list[str], str]]:
    """Of each verdict of that day but incomplete ones the parcels and the kind."""
    return [
        (_names.decode(parcels), kind) for parcels, kind in ledger.execute(INVOLVED, _bounds(day))
    ]


def origins(book: sqlite3.Connection, names: Iterable[str]) -> dict[str, Origin]:
    """Of those parcels that the book has."""
    found = book.execute(ORIGINS, (json.dumps(sorted(names)),))
    return {
        name: Origin(roll, records.decode_stored(name, content)) for name, roll, content in found
    }


def packed(ledger: sqlite3.Connection, first: date, last: date, most: int) -> tuple[int, list[str]]:
    """How many parcels passed on those days, and the names of the first."""
    count = sum(row.verdicts for row in days(ledger, first, last) if row.kind == VerdictKind.MATCH)
    return count, [name for (name,) in ledger.execute(PACKED, (*_bounds(first, last), most))]


def last_head(ledger: sqlite3.Connection, first: date, last: date) -> str:
    """Of the newest verdict of those days, as core.heads writes it; empty without one."""
    row = ledger.execute(LAST_HEAD, _bounds(first, last)).fetchone()
    return str(Head(*row)) if row else ""


def left(door: sqlite3.Connection, first: date, last: date, most: int) -> tuple[int, list[str]]:
    """The same of those that left through the door, by its own ledger."""
    (count,) = door.execute(LEFT_COUNT, _bounds(first, last)).fetchone()
    return count, [name for (name,) in door.execute(LEFT, (*_bounds(first, last), most))]


def recorded(row: tuple[int, int, str, float, str, bytes]) -> Recorded:
    seq, bag, wall_time, mono_s, body, mark = row
    return Recorded(seq, wall_time, *chain.to_verdict(bag, mono_s, body), mark.hex())


def _bounds(first: date, last: date | None = None) -> tuple[str, str]:
    return first.isoformat(), ((last or first) + timedelta(days=1)).isoformat()
