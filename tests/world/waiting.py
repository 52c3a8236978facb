"""How long good bags wait: from when both their labels count, and the bag lies there alone, to
their green.

A good bag is right, its parcel may leave, and its labels can prove that they are two (rules.md
2.3). Its clock starts anew when another bag comes to hand, a hand covers a label, or the station is
at fault or red; a bag that leaves before WAIT_S is none of these. With one-frame pairing the clock
starts with the first view that had both labels; creased ones have none, for no rule keeps them out
of the next view. Nor have bags with a number that the book lacks, where the rules mind such: they
may wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import inf

from samebag.core.events import ViewSeen
from samebag.core.labels import Kind
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Signal

from .roll import Bag, Paper, Roll

WAIT_S = 0.7
UNSEEN_S = 0.25  # between two frames: the camera stalled


class Waiting:
    def __init__(self, roll: Roll, rules: Rules, tally: Counter[str]) -> None:
        self._roll, self._tally = roll, tally
        self._is_one_frame = rules.pairing is Pairing.ONE_FRAME
        self._minds_strangers = self._is_one_frame or rules.strict_unknown  # rules.md 5.4
        self.bag: Bag | None = None  # that waits
        self._since_s = inf  # when the clock started; infinity while it does not run
        self._newest_s = -inf
        self._told: set[int] = set()  # bags that had their answer

    def counted(self, paper: Paper, is_right: Callable[[Bag], bool], at_s: float) -> None:
        bag = paper.bag
        if (
            bag
            and bag is not self.bag
            and bag.number not in self._told
            and self._is_good(bag)
            and is_right(bag)
        ):
            self.bag, self._since_s, self._newest_s = bag, inf, at_s

    def _is_good(self, bag: Bag) -> bool:
        if bag.passed_s is not None:
            return False
        labels = [paper for paper in bag.papers if paper.kind is not Kind.MERGED]
        for paper in labels:
            if not paper.counts:
                return False
        marks = [mark for paper in labels for mark in paper.marks]
        if self._minds_strangers and not all(mark.code in self._roll.labels for mark in marks):
            return False
        return not self._is_one_frame or all(mark.legible > 0.9 for mark in marks)

    def passed(self, bag: Bag, at_s: float) -> None:
        """A green was for it."""
        if self.bag is bag:
            self._end(at_s)
        self._told.add(bag.number)

    def watch(self, alone: Bag | None, view: ViewSeen | None, at_s: float, lamp: Signal) -> None:
        """Once a frame, while a bag waits."""
        bag, stalled = self.bag, at_s - self._newest_s > UNSEEN_S
        self._newest_s = at_s
        if bag is None:
            return
        if bag is not alone or stalled or not self._may_pass(bag, lamp, at_s):
            self._since_s = inf
            if not bag.on_table and not bag.in_hand:
                self.bag = None
        elif self._since_s < inf:
            if at_s - self._since_s > WAIT_S:
                self._end(at_s)
        elif view is None or not self._is_one_frame or self._shows_both(bag, view):
            self._since_s = at_s

    def _may_pass(self, bag: Bag, lamp: Signal, at_s: float) -> bool:
        for paper in bag.papers:
            if at_s < paper.covered_until_s or not self._roll.is_open(paper.parcel):
                return False
        return lamp in (Signal.READY, Signal.MATCH, Signal.CROWDED)

    def _shows_both(self, bag: Bag, view: ViewSeen) -> bool:
        codes = {sighting.code for sighting in view.sightings}
        return all(any(m.proves and m.code in codes for m in paper.marks) for paper in bag.papers)

    def _end(self, at_s: float) -> None:
        assert self.bag
        self._told.add(self.bag.number)
        if self._since_s < inf or not self.bag.in_hand:
            self._tally["waited" if at_s - self._since_s > WAIT_S else "at once"] += 1
        self.bag, self._since_s = None, inf
