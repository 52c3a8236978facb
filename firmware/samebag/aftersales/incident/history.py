"""What the ledgers say about the parcels of an incident: verdicts, notices, neighbours. Reads
only."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from samebag.aftersales.incident.gathering import Gathered, Progress, Window, gather
from samebag.aftersales.incident.why import Why
from samebag.aftersales.sources import OpenLedger, Sources
from samebag.core.verdicts import NoticeKind
from samebag.store.ledger.by_day import Recorded, recorded

OF_PASSED = """
SELECT e.seq, e.bag, e.wall_time, e.mono_s, e.body, e.hash FROM passed p
  JOIN entry e ON e.seq = p.seq
WHERE p.parcel = ?"""
OF_ENTRY = "SELECT seq, bag, wall_time, mono_s, body, hash FROM entry WHERE seq = ?"
BESIDE = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND bag BETWEEN ? AND ? AND body ->> 'kind' = 'match'"""
NOTICES = (
    "SELECT seq, bag, wall_time, body ->> 'notice', body ->> 'parcels' FROM entry"
    " WHERE kind = 'swaps' ORDER BY seq"
)
PICTURE = (
    "SELECT body ->> 'path' FROM entry WHERE bag = ? AND kind = 'evidence' ORDER"
    " BY seq DESC LIMIT 1"
)
ON_ROLL = """
SELECT p.name FROM parcel p JOIN source s ON s.id = p.source
WHERE s.name = ? AND p.print_order BETWEEN ? AND ? ORDER BY p.print_order"""
NEXT_TO = 3  # ours: bags that may have lain on one table with this one


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice about swaps that named the parcel."""

    seq: int
    bag: int
    wall_time: str
    notice: NoticeKind


@dataclass(frozen=True, slots=True)
class ParcelHistory:
    """All that the ledgers say of a parcel; ``match`` is the verdict with which it passed. Later
    ones last."""

    parcel: str
    match: Recorded | None = None
    mismatches: tuple[Recorded, ...] = ()
    notices: tuple[Noticed, ...] = ()
    picture: str = ""


@dataclass(slots=True)
class Evidence:
    """Asks the ledgers; what is asked twice is read once. All verdicts are gone through before the
    first answer, with those of ``window`` in view."""

    sources: Sources
    window: Window | None = None
    progress: Progress = lambda verdicts: None
    _known: dict[str, ParcelHistory] = field(default_factory=dict)
    _noticed: dict[str, list[Noticed]] | None = None
    _gathered: list[Gathered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._gathered = [
            gather(s.db, s.path, self.window, self.progress) for s in self.sources.stations
        ]

    def of(self, parcel: str) -> ParcelHistory:
        if parcel not in self._known:
            self._known[parcel] = self._read(parcel)
        return self._known[parcel]

    def in_question(self) -> set[str]:
        """Parcels of the window that a match alone does not speak for: of other verdicts, wrong
        bags, notices."""
        named = set[str]().union(*(of.named for of in self._gathered))
        doubted = set(self._notices()).union(*(of.mismatches for of in self._gathered))
        return named | {parcel for parcel in doubted if self._is_in_window(self.of(parcel).match)}

    def count(self, why: Why, but: set[str]) -> int:
        """How many ``passed`` tells."""
        if len(self.sources.stations) > 1:
            return sum(1 for _ in self.passed(why, but))
        entries = self._gathered[0].passed.get(why, array("q"))
        told = {match.seq for parcel in but if (match := self.of(parcel).match)}
        return len(entries) - sum(1 for seq in entries if seq in told)

    def passed(self, why: Why, but: set[str]) -> Iterator[ParcelHistory]:
        """All other parcels of the window, each with the match with which it passed, whose proof
        says that; as they came."""
        for station, of in zip(self.sources.stations, self._gathered, strict=True):
            for seq in of.passed.get(why, ()):
                match = recorded(station.db.execute(OF_ENTRY, (seq,)).fetchone())
                parcel = str(match.verdict.parcel)
                if parcel not in but and not self._passed_before(station, parcel):
                    yield ParcelHistory(parcel, match, picture=_picture(station, match))

    def beside(self, match: Recorded) -> set[str]:
        """Parcels that passed right before or after that bag."""
        bag = match.verdict.bag
        return {
            str(found.verdict.parcel)
            for station in self.sources.stations
            for row in station.db.execute(BESIDE, (bag - NEXT_TO, bag + NEXT_TO))
            if (found := recorded(row)).station == match.station and found.verdict.bag != bag
        }

    def _read(self, parcel: str) -> ParcelHistory:
        matches = [
            (s, recorded(row))
            for s in self.sources.stations
            for row in s.db.execute(OF_PASSED, (parcel,))
        ]
        match = min(matches, key=lambda at: at[1].wall_time, default=None)
        mismatches = [row for of in self._gathered for row in of.mismatches.get(parcel, ())]
        return ParcelHistory(
            parcel,
            match[1] if match else None,
            tuple(sorted(mismatches, key=lambda row: row.wall_time)),
            tuple(self._notices().get(parcel, ())),
            _picture(*match) if match else "",
        )

    def _is_in_window(self, match: Recorded | None) -> bool:
        """Where only some parcels are asked for, all of them are named already."""
        if not self.window or self.window.only is not None or not match:
            return False
        return self.window.has(match.wall_time, match.verdict.packer)

    def _passed_before(self, station: OpenLedger, parcel: str) -> bool:
        """At another station, of two that were apart."""
        others = self.sources.stations[: self.sources.stations.index(station)]
        return any(other.db.execute(OF_PASSED, (parcel,)).fetchone() for other in others)

    def _notices(self) -> dict[str, list[Noticed]]:
        if self._noticed is None:
            self._noticed = {}
            for name, noticed in sorted(
                self._all_notices(), key=lambda at: (at[1].wall_time, at[1].seq)
            ):
                self._noticed.setdefault(name, []).append(noticed)
        return self._noticed

    def _all_notices(self) -> Iterator[tuple[str, Noticed]]:
        for station in self.sources.stations:
            for seq, bag, wall_time, notice, parcels in station.db.execute(NOTICES):
                for parcel in json.loads(parcels or "[]"):
                    yield parcel, Noticed(seq, bag, wall_time, NoticeKind(notice))


def on_roll(sources: Sources, source: str, first: int, last: int) -> frozenset[str]:
    """Those of an order file that stand there in print order."""
    book = sources.book
    return (
        frozenset(name for (name,) in book.db.execute(ON_ROLL, (source, first, last)))
        if book
        else frozenset()
    )


def _picture(station: OpenLedger, row: Recorded) -> str:
    found = station.db.execute(PICTURE, (row.verdict.bag,)).fetchone()
    return str(found[0]) if found else ""
