"""Whether a wrong bag that was shown turned red.

- Missed red: a wrong bag, alone at hand, both labels read in MISSED_FRAMES frames in a row or
  scanned one after the other, and no hold shows within MISSED_S. A first scan while the bag before
  has just left may be of that one, and so may one of its parcel's codes until the table was seen
  bare for CLEAR_S (7.3); where a red that stands names its code, of the red one (rules.md 6.1).
  With one-frame pairing a label scanned in a hand over the bare table is the camera's read once
  that saw it lie there (4.5). After two whole pairs lay side by side it takes CLEAR_S more: a hand
  may cover what went (5.2). Not counted if one of the labels bears a code of the parcel that passed
  last, and the table was not seen bare for CLEAR_S since, or the power went after that: that one's
  bag may lie there still (5.1, 9.3); the station says *crowded* and passes nothing.
- Missed over time: the same for labels that came to count one after the other on one bag (it was
  turned over, or a hand uncovered them), never in one view. Counted; a fault with one-bag pairing
  only, which believes such reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from samebag.core.events import ViewSeen
from samebag.core.labels import Kind
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Signal, Verdict

from .packers import REDS
from .roll import Bag, Paper, Roll
from .table import Table

AT_HAND_S = 0.5
MISSED_FRAMES, MISSED_S = 3, 0.8
CLEAR_S = Rules().clear_s
SCANS_S = 4.0  # between two that are of one bag; well under rules.pair_within_s
LABELS = (Kind.WAYBILL, Kind.CARGO_LIST)


@dataclass(slots=True)
class _Scan:
    """The last one. ``is_its_own``: nothing that the station was told says that it may be of
    another bag."""

    paper: Paper
    at_s: float
    is_its_own: bool
    in_hand: bool  # over the bare table


@dataclass(frozen=True, slots=True)
class _Due:
    """A red: since when, and what it is if it does not come."""

    bag: Bag
    since_s: float
    what: str


class Missed:
    def __init__(
        self,
        roll: Roll,
        table: Table,
        rules: Rules,
        tally: Counter[str],
        at_hand: Callable[[float, float], list[Bag]],
        fault: Callable[[str, float, str], None],
    ) -> None:
        self._roll, self._table, self._pairing, self._tally = roll, table, rules.pairing, tally
        self._at_hand, self._fault = at_hand, fault
        self.due: _Due | None = None
        self.scan: _Scan | None = None
        self._last_passed = ""
        self._has_left = False  # as the frames have it
        self._in_a_row = 0
        self._bare_from_s = inf  # since when the frames have had it so
        self._red_codes: set[str] = set()  # what the last red named
        self._shown_wrong: set[int] = set()
        self._foreign: dict[
            int, tuple[object, bool]
        ] = {}  # what was found of sightings, by their identity

    # ---- what the station says

    def passed(self, parcel: str) -> None:
        self._last_passed, self._has_left, self.scan = parcel, False, None
        self._foreign.clear()

    def refused(self, verdict: Verdict) -> None:
        self.scan = None
        self._red_codes = {label.code for label in verdict.labels}

    def power_cut(self) -> None:
        """No disk knows whether the last bag has left."""
        self._has_left, self._bare_from_s = False, inf
        self._foreign.clear()

    # ---- what it was shown

    def watch(self, view: ViewSeen) -> None:
        """Once a frame."""
        if view.occupied:
            self._bare_from_s = inf
        elif self._bare_from_s == inf:
            self._bare_from_s = view.at_s
        elif not self._has_left and view.at_s - self._bare_from_s > CLEAR_S:
            self._has_left = True
            self._foreign.clear()
        if self.scan and self.scan.in_hand and self._pairing is Pairing.ONE_FRAME:
            self.scan.is_its_own &= all(s.code not in self.scan.paper.codes for s in view.sightings)
        if len(view.sightings) > 1 and (bag := self._table.alone()) and self._reads_foreign(view):
            self._in_a_row += 1
            if self._in_a_row == MISSED_FRAMES:
                self._expect(bag, self._parted_s(bag, view.at_s))
        else:
            self._in_a_row = 0

    def scanned(self, paper: Paper, at_s: float, lamp: Signal) -> None:
        last, bag = self.scan, paper.bag
        is_its_own = all(other is bag for other in self._at_hand(at_s, AT_HAND_S))
        is_its_own &= lamp not in REDS or paper.codes.isdisjoint(self._red_codes)
        is_its_own &= not self._may_be_of_last(paper)
        self.scan = _Scan(
            paper, at_s, is_its_own, self._bare_from_s < inf and bag is not None and bag.in_hand
        )
        if (
            not last
            or not bag
            or bag is not last.paper.bag
            or at_s - last.at_s > SCANS_S
            or lamp in REDS
        ):
            return
        is_alone = last.is_its_own and all(other is bag for other in self._table.at_hand)
        if is_alone and self._is_foreign([paper, last.paper]):
            self._expect(bag, max(at_s, last.at_s))

    def counted(self, bag: Bag, at_s: float) -> None:
        """A label on it came to count."""
        if self._table.alone() is bag and self._is_foreign(_counting(bag)):
            self._expect(bag, at_s, "missed over time")

    def cleared(self) -> None:
        self.scan = self.due = None
        self._in_a_row = 0

    def _parted_s(self, bag: Bag, at_s: float) -> float:
        """When it is one bag to the station: two that bore two whole pairs are parted CLEAR_S after
        one left."""
        left_s = (
            o.left_s
            for o in self._at_hand(at_s, CLEAR_S)
            if o is not bag and _are_two_pairs(o, bag)
        )
        return max([at_s, *(at_s + CLEAR_S for at_s in left_s)])

    def _expect(self, bag: Bag, at_s: float, what: str = "missed red") -> None:
        if what == "missed red" and bag.number not in self._shown_wrong:
            self._shown_wrong.add(bag.number)
            self._tally["shown wrong"] += 1
        if self.due is None or self.due.what != "missed red":
            self.due = _Due(bag, at_s, what)

    def check(self, at_s: float, lamp: Signal) -> None:
        """Whether the red that is due has come."""
        due = self.due
        if due is None:
            return
        if lamp in REDS or lamp is Signal.FAULT:
            self.due = None
        elif at_s - due.since_s > MISSED_S:
            self.due = None
            if not any(self._may_be_of_last(paper) for paper in due.bag.papers):
                self._fault(due.what, due.since_s, str(due.bag.number))

    # ---- whose labels they are

    def _may_be_of_last(self, paper: Paper) -> bool:
        """Both lists of a split order bear one code."""
        if self._has_left:
            return False
        labels = (self._roll.labels.get(code) for code in paper.codes)
        return paper.parcel == self._last_passed or any(
            known and self._last_passed in known.parcels for known in labels
        )

    def _is_foreign(self, papers: list[Paper]) -> bool:
        """Whether those labels have no parcel in common, as far as the book knows them."""
        if len({paper.parcel for paper in papers}) < 2:
            return False
        labels = [
            label for p in papers for code in p.codes if (label := self._roll.labels.get(code))
        ]
        return len(labels) > 1 and not frozenset.intersection(*(label.parcels for label in labels))

    def _reads_foreign(self, view: ViewSeen) -> bool:
        seen = view.sightings
        known = self._foreign.get(id(seen))
        if known is None or known[0] is not seen:
            known = self._foreign[id(seen)] = (seen, self._are_foreign(view))
        return known[1]

    def _are_foreign(self, view: ViewSeen) -> bool:
        known = self._roll.labels
        parcels = [known[s.code].parcels for s in view.sightings if s.code in known]
        if len(parcels) < 2 or frozenset.intersection(*parcels):
            return False
        return self._has_left or not any(self._last_passed in of_one for of_one in parcels)


def _are_two_pairs(one: Bag, other: Bag) -> bool:
    waybills, lists = (
        {p.parcel for p in one.papers + other.papers if p.kind is kind} for kind in LABELS
    )
    return waybills == lists


def _counting(bag: Bag) -> list[Paper]:
    return [
        p for p in bag.papers if p.kind is not Kind.MERGED and any(mark.counts for mark in p.marks)
    ]
