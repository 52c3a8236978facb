"""The physical table: what lies where, what a hand covers, and what the camera's next frame shows of it.

Lengths are percent of the view's width: a bag is 40 wide and carries its labels 10 left and right of its middle, a
third one between them. Papers in the packer's hand are never in the view: fingers lie on them.
"""

from __future__ import annotations

from array import array
from math import inf
from random import Random

from samebag.core.events import Sighting, ViewSeen

from .roll import Bag, Mark, Paper

FRAME_S = 1 / 12
LEFT, RIGHT, OUTSIDE = 0.0, 100.0, 140.0
HALF_BAG = 20.0
SIDES = (-10.0, 10.0, 0.0)  # where a bag's labels lie
BLURRED = 0.25  # a sliding label is read in so many of the frames that would read it at rest
BY_BOTH = 0.7  # of the reads at rest; a sliding label is read by one decoder only
AS_REGION = 0.8  # of the labels in view but not read that are seen as a code-like region
NOT_LEARNT, NEVER_LEARNT = 0.1, 0.01  # of the shifts: what an empty table looks like; until then none is empty
EMPTY_FRAMES = 3  # vision.scene: so many in a row before the table counts as empty
LEARN_FRAMES = 5  # vision.scene.STILL_S at this frame rate, after a bag was there
FALSE_EMPTY = 0.0005  # of the frames in which no label is read: a white bag on a white table


def _noise(count: int) -> array[float]:
    rng = Random(5)
    return array("d", (rng.random() for _ in range(count)))


_MASK = (1 << 18) - 1
_NOISE = _noise(_MASK + 65)  # drawn once: a generator for every frame would cost more than the frame

Shown = tuple[float, float, Mark, Paper]  # chance to be read by both decoders, by any, and what


class Table:
    """Bags at hand and the camera above them. ``seed`` decides what the camera misses, frame by frame."""

    def __init__(self, bags: list[Bag], papers: list[Paper], seed: int) -> None:
        self.bags, self.papers = bags, papers
        self.at_hand: list[Bag] = []  # lying or in a hand; of those that overlap, the later lies on top
        self.loose: list[Paper] = []  # in a hand, to be stuck
        rng = Random(seed)
        self._base = rng.randrange(1 << 18)
        self._learns = rng.random() > NEVER_LEARNT
        self._learnt = self._learns and rng.random() > NOT_LEARNT
        self._valid_until_s = -inf
        self._shown: list[Shown] = []
        self._is_covered = False
        self._empty_frames = 0
        self._seen = False

    # ---- what hands do

    def pick_up(self, bag: Bag) -> None:
        self._changed(bag)
        bag.in_hand, bag.on_table = True, False

    def lay(self, bag: Bag, x: float, at_s: float, over_s: float) -> None:
        self._changed(bag)
        bag.in_hand, bag.on_table = False, True
        bag.from_x, bag.to_x, bag.from_s, bag.until_s = OUTSIDE, x, at_s, at_s + over_s
        for paper in bag.papers:
            self._place(paper, bag)

    def take(self, bag: Bag, at_s: float, over_s: float) -> None:
        """Off the table to the left, or out of the hand; ``tidy`` forgets it when it has left the view."""
        if bag.in_hand or not bag.on_table:
            self._forget(bag, at_s)
            return
        bag.from_x, bag.to_x, bag.from_s, bag.until_s = bag.x_at(at_s), -HALF_BAG, at_s, at_s + over_s
        self._valid_until_s = -inf

    def cover(self, paper: Paper, at_s: float, for_s: float) -> None:
        paper.covered_until_s = at_s + for_s
        self._valid_until_s = -inf

    def peel(self, paper: Paper) -> None:
        """Off its bag, into the hand."""
        if paper.bag:
            paper.bag.papers.remove(paper)
            paper.bag = None
            self.loose.append(paper)
            self._valid_until_s = -inf

    def stick(self, paper: Paper, bag: Bag) -> None:
        if paper.bag is None:
            self.loose.remove(paper)
            paper.bag = bag
            bag.papers.append(paper)
            self._place(paper, bag)
            self._valid_until_s = -inf

    def _changed(self, bag: Bag) -> None:
        if bag in self.at_hand:
            self.at_hand.remove(bag)
        self.at_hand.append(bag)
        self._valid_until_s = -inf

    def _forget(self, bag: Bag, at_s: float) -> None:
        if bag in self.at_hand:
            self.at_hand.remove(bag)
        bag.in_hand = bag.on_table = False
        bag.left_s, bag.passed_s = at_s, None
        for paper in bag.papers:
            paper.sighted = 0
        self._valid_until_s = -inf

    def _place(self, paper: Paper, bag: Bag) -> None:
        side = bag.papers.index(paper)
        for row, mark in enumerate(paper.marks):
            mark.move_to(bag.to_x + SIDES[side], 10.0 * row + 30 * (side == 2) + 0.1 * bag.number)

    # ---- what the camera sees

    def frame(self, number: int, at_s: float) -> ViewSeen:
        if at_s >= self._valid_until_s:
            self._look(at_s)
        noise, i = _NOISE, (self._base + 17 * number) & _MASK
        seen: list[Sighting] = []
        unread = 0
        for both, either, mark, paper in self._shown:
            dice = noise[i]
            i += 1
            if dice < either:
                seen.append(mark.twice if dice < both else mark.once)
                paper.sighted += 1
            elif dice < either + (1 - either) * AS_REGION:
                unread += 1
        return ViewSeen(tuple(seen), at_s, self._is_occupied(bool(seen), noise[i]), unread, number)

    def dice(self, number: int) -> float:
        """What decides how that frame travels."""
        return _NOISE[((self._base + 17 * number) & _MASK) + 16]

    def _is_occupied(self, seen: bool, dice: float) -> bool:
        self._empty_frames = 0 if seen or (self._is_covered and dice > FALSE_EMPTY) else self._empty_frames + 1
        is_occupied = not self._learnt or self._empty_frames < EMPTY_FRAMES
        self._seen |= seen
        self._learnt |= self._learns and self._seen and self._empty_frames == LEARN_FRAMES
        return is_occupied

    def _look(self, at_s: float) -> None:
        """What is open to the camera from now on, and until when that stays so."""
        for bag in [b for b in self.at_hand if b.on_table and b.until_s <= at_s and b.to_x <= -HALF_BAG]:
            self._forget(bag, bag.until_s)
        lying = [bag for bag in self.at_hand if bag.on_table]
        self._shown, until_s = [], inf
        places = [bag.x_at(at_s) for bag in lying]
        self._is_covered = any(x + HALF_BAG > LEFT and x - HALF_BAG < RIGHT for x in places)
        for place, bag in enumerate(lying):
            sliding = at_s < bag.until_s
            if sliding:
                until_s = at_s
            for side, paper in enumerate(bag.papers):
                x = places[place] + SIDES[side]
                if at_s < paper.covered_until_s:
                    until_s = min(until_s, paper.covered_until_s)
                elif LEFT <= x <= RIGHT and all(abs(x - above) > HALF_BAG for above in places[place + 1 :]):
                    self._shown += [_chances(mark, paper, sliding) for mark in paper.marks]
        self._valid_until_s = until_s


def _chances(mark: Mark, paper: Paper, sliding: bool) -> Shown:
    return (
        (0.0, mark.legible * BLURRED, mark, paper) if sliding else (mark.legible * BY_BOTH, mark.legible, mark, paper)
    )
