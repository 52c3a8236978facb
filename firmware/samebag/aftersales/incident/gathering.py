"""One pass through the verdicts of a station: what an incident asks of all of them, in little
memory.

Nothing but the entries is believed. That the tables say the same, by which single parcels are
looked up afterwards, is proven on the way.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from samebag.aftersales.incident.why import Why, by_proof
from samebag.core.labels import Kind
from samebag.ports import StoreError
from samebag.store.ledger.by_day import Recorded, recorded
from samebag.store.ledger.chain import CodeRead
from samebag.store.ledger.derived import TableSums

VERDICTS = """
SELECT seq, kind, bag, wall_time, mono_s, body, hash FROM entry WHERE kind IN ('verdict', 'seal')
  ORDER BY seq"""
TELL_EVERY = 100_000  # ours: verdicts between two words of progress, a second

Progress = Callable[[int], None]


class _ReadLabel(msgspec.Struct, gc=False):
    kind: str
    code: str


class _ReadVerdict(msgspec.Struct, gc=False):
    """What chain.verdict_body makes; before version 11 ``labels`` were objects."""

    kind: str
    parcel: str | None = None
    parcels: list[str] = []
    read: list[CodeRead] = []
    labels: list[_ReadLabel] = []
    proof: str | None = None
    unread: int = 0
    packer: str = ""

    def named(self) -> list[str]:
        return self.parcels or ([self.parcel] if self.parcel is not None else [])

    def why(self) -> Why:
        """What its proof says of a parcel that passed with it."""
        labels = self.read or self.labels
        read = {kind: {label.code for label in labels if label.kind == kind} for kind in Kind}
        return by_proof(self.proof, self.unread, read[Kind.WAYBILL], read[Kind.CARGO_LIST])


_decode = msgspec.json.Decoder(_ReadVerdict).decode


@dataclass(frozen=True, slots=True)
class Window:
    """Verdicts from ``first`` on until all that begins with ``last``; the packer's, if named; of
    ``only`` those parcels, if given."""

    first: str = ""
    last: str = ""
    packer: str = ""
    only: frozenset[str] | None = None

    def has(self, wall_time: str, packer: str) -> bool:
        """ "~" sorts after every character of an ISO time."""
        return self.first <= wall_time <= f"{self.last}~" and (
            not self.packer or packer == self.packer
        )


@dataclass(slots=True)
class Gathered:
    """``mismatches`` by parcel. Of the window: ``named`` are parcels of verdicts that are no match;
    ``passed`` has the entries of its matches by what their proof says."""

    mismatches: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    named: set[str] = field(default_factory=set)
    passed: dict[Why, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("q")))


def gather(
    db: sqlite3.Connection, path: Path, window: Window | None, progress: Progress
) -> Gathered:
    """Raises StoreError where the tables are not what the entries say."""
    found, sums = Gathered(), TableSums()
    for number, (seq, kind, bag, wall_time, mono_s, body, mark) in enumerate(db.execute(VERDICTS)):
        if number % TELL_EVERY == 0:
            progress(number)
        if kind == "seal":
            sums.seals(seq, bag, wall_time, body)
            continue
        verdict = _decode(body)
        if verdict.kind == "match":
            sums.passes(verdict.parcel or "", seq)
        if verdict.kind == "mismatch":
            row = recorded((seq, bag, wall_time, mono_s, body, mark))
            for parcel in verdict.named():
                found.mismatches[parcel].append(row)
        if window and window.has(wall_time, verdict.packer):
            _take(found, window, seq, verdict)
    if not sums.are_of(db):
        raise StoreError(
            f"{path}: its tables are not what its entries say: samebag verify names the fault"
        )
    return found


def _take(found: Gathered, window: Window, seq: int, verdict: _ReadVerdict) -> None:
    if window.only is not None:
        found.named.update(window.only.intersection(verdict.named()))
    elif verdict.kind == "match":
        found.passed[verdict.why()].append(seq)
    else:
        found.named.update(verdict.named())
