"""What the ledgers say about the parcels of an incident: verdicts, notices, neighbours. Reads only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from samebag.aftersales.sources import OpenLedger, Sources
from samebag.core.verdicts import NoticeKind, Verdict, VerdictKind
from samebag.store.days import Recorded, recorded
from samebag.store.traces import tail_of

OF_CODE = """
SELECT e.seq, e.bag, e.wall_time, e.mono_s, e.body, e.hash FROM code_read_now c JOIN entry e ON e.seq = c.seq
WHERE c.tail = ? AND c.code = ?"""
OF_PASSED = """
SELECT e.seq, e.bag, e.wall_time, e.mono_s, e.body, e.hash FROM passed p JOIN entry e ON e.seq = p.seq
WHERE p.parcel = ?"""
IN_SCOPE = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND wall_time >= ?1 AND wall_time <= ?2 AND (?3 = '' OR body ->> 'packer' = ?3)"""
BESIDE = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry
WHERE kind = 'verdict' AND bag BETWEEN ? AND ? AND body ->> 'kind' = 'match'"""
NOTICES = (
    "SELECT seq, bag, wall_time, body ->> 'notice', body ->> 'parcels' FROM entry WHERE kind = 'swaps' ORDER BY seq"
)
PICTURE = "SELECT body ->> 'path' FROM entry WHERE bag = ? AND kind = 'evidence' ORDER BY seq DESC LIMIT 1"
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
class Known:
    """All that the ledgers say of a parcel; ``match`` is the verdict with which it passed. Later ones last."""

    parcel: str
    match: Recorded | None = None
    mismatches: tuple[Recorded, ...] = ()
    notices: tuple[Noticed, ...] = ()
    picture: str = ""


@dataclass(slots=True)
class Evidence:
    """Asks the ledgers; what is asked twice is read once."""

    sources: Sources
    _known: dict[str, Known] = field(default_factory=dict)
    _noticed: dict[str, list[Noticed]] | None = None

    def of(self, parcel: str) -> Known:
        if parcel not in self._known:
            self._known[parcel] = self._read(parcel)
        return self._known[parcel]

    def in_window(self, first: str, last: str, packer: str) -> set[str]:
        """Parcels of every verdict from ``first`` on until all that begins with ``last``; the packer's, if named."""
        scope = (first, f"{last}~", packer)  # "~" sorts after every character of an ISO time
        return {
            parcel
            for station in self.sources.stations
            for row in station.db.execute(IN_SCOPE, scope)
            for parcel in recorded(row).verdict.parcels
        }

    def on_roll(self, source: str, first: int, last: int) -> set[str]:
        book = self.sources.book
        return {name for (name,) in book.db.execute(ON_ROLL, (source, first, last))} if book else set()

    def beside(self, match: Recorded) -> set[str]:
        """Parcels that passed right before or after that bag."""
        bag = match.verdict.bag
        return {
            str(found.verdict.parcel)
            for station in self.sources.stations
            for row in station.db.execute(BESIDE, (bag - NEXT_TO, bag + NEXT_TO))
            if (found := recorded(row)).station == match.station and found.verdict.bag != bag
        }

    def _read(self, parcel: str) -> Known:
        found = [(station, row) for station in self.sources.stations for row in self._verdicts(station, parcel)]
        found.sort(key=lambda at: at[1].wall_time)
        match = next(
            (at for at in found if _is(at[1].verdict, VerdictKind.MATCH) and at[1].verdict.parcel == parcel), None
        )
        return Known(
            parcel,
            match[1] if match else None,
            tuple(row for _, row in found if _is(row.verdict, VerdictKind.MISMATCH)),
            tuple(self._notices_of(parcel)),
            _picture(*match) if match else "",
        )

    def _verdicts(self, station: OpenLedger, parcel: str) -> Iterable[Recorded]:
        rows = station.db.execute(OF_PASSED, (parcel,)).fetchall()
        for code in self.sources.codes(parcel):
            rows += station.db.execute(OF_CODE, (tail_of(code), code))
        verdicts = {row.seq: row for row in map(recorded, rows)}
        return [row for row in verdicts.values() if parcel in row.verdict.parcels]

    def _notices_of(self, parcel: str) -> list[Noticed]:
        if self._noticed is None:
            self._noticed = defaultdict(list)
            for name, noticed in sorted(self._all_notices(), key=lambda at: (at[1].wall_time, at[1].seq)):
                self._noticed[name].append(noticed)
        return self._noticed.get(parcel, [])

    def _all_notices(self) -> Iterator[tuple[str, Noticed]]:
        for station in self.sources.stations:
            for seq, bag, wall_time, notice, parcels in station.db.execute(NOTICES):
                for parcel in json.loads(parcels or "[]"):
                    yield parcel, Noticed(seq, bag, wall_time, NoticeKind(notice))


def _is(verdict: Verdict, kind: VerdictKind) -> bool:
    return verdict.kind is kind


def _picture(station: OpenLedger, row: Recorded) -> str:
    found = station.db.execute(PICTURE, (row.verdict.bag,)).fetchone()
    return str(found[0]) if found else ""
