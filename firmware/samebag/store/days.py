"""What the ledger says of a day, and of the weeks before it, by index only. Pure SQL on an open connection."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from samebag.core.verdicts import Verdict, VerdictKind
from samebag.store import chain

TALLY = "SELECT hour, packer, kind, verdicts FROM tally WHERE day = ?"
DAYS = "SELECT day, kind, sum(verdicts) FROM tally WHERE day BETWEEN ? AND ? GROUP BY day, kind"
# Local ISO times sort as text within a day, whatever their zone
VERDICTS = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? ORDER BY wall_time"""
HELD = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? AND body ->> 'kind' NOT IN ('match', 'incomplete')
ORDER BY wall_time DESC LIMIT ?"""
INVOLVED = """
SELECT body ->> 'parcels', body ->> 'kind' FROM entry
WHERE kind = 'verdict' AND wall_time >= ? AND wall_time < ? AND body ->> 'kind' <> 'incomplete'"""
ROLLS = """
SELECT p.name, s.name FROM json_each(?) j JOIN parcel p ON p.name = j.value JOIN source s ON s.id = p.source"""

_names = msgspec.json.Decoder(list[str])  # a fifth of the time that json takes, five thousand times a page


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
class Roll:
    """One roll of labels: an order file, and how many bags of that day had labels of it."""

    name: str
    bags: int
    mismatches: int


def tally(ledger: sqlite3.Connection, day: date) -> list[Tally]:
    return [Tally(*row) for row in ledger.execute(TALLY, (day.isoformat(),))]


def days(ledger: sqlite3.Connection, first: date, last: date) -> list[DayTally]:
    return [DayTally(*row) for row in ledger.execute(DAYS, (first.isoformat(), last.isoformat()))]


def newest_day(ledger: sqlite3.Connection) -> date | None:
    """The last one that has a bag."""
    (day,) = ledger.execute("SELECT max(day) FROM tally").fetchone()
    return None if day is None else date.fromisoformat(day)


def verdicts(ledger: sqlite3.Connection, day: date) -> Iterator[Recorded]:
    """Of that day, in time."""
    return map(recorded, ledger.execute(VERDICTS, _bounds(day)))


def held(ledger: sqlite3.Connection, day: date, most: int) -> list[Recorded]:
    """What was stopped that day, newest first."""
    return [recorded(row) for row in ledger.execute(HELD, (*_bounds(day), most))]


def rolls(ledger: sqlite3.Connection, book: sqlite3.Connection, day: date) -> list[Roll]:
    """Of that day's parcels, the worst first. A parcel that the book lacks by now has no roll."""
    involved = [(_names.decode(parcels), kind) for parcels, kind in ledger.execute(INVOLVED, _bounds(day))]
    names = json.dumps(sorted({parcel for parcels, _ in involved for parcel in parcels}))
    roll_of = dict(book.execute(ROLLS, (names,)).fetchall())
    bags, mismatches = Counter[str](), Counter[str]()
    for parcels, kind in involved:
        touched = {roll_of[parcel] for parcel in parcels if parcel in roll_of}
        bags.update(touched)
        mismatches.update(touched if kind == VerdictKind.MISMATCH else ())
    found = [Roll(name, count, mismatches[name]) for name, count in bags.items()]
    return sorted(found, key=lambda roll: (-roll.mismatches, -roll.bags, roll.name))


def recorded(row: tuple[int, int, str, float, str, bytes]) -> Recorded:
    seq, bag, wall_time, mono_s, body, mark = row
    return Recorded(seq, wall_time, chain.to_verdict(bag, mono_s, body), json.loads(body)["station"], mark.hex())


def _bounds(day: date) -> tuple[str, str]:
    return day.isoformat(), (day + timedelta(days=1)).isoformat()
