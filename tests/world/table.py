"""The physical table: what lies where, what a hand covers, and what the camera's next frame shows
of it.

Lengths are percent of the view's width: a bag is 40 wide and carries its labels 10 left and right
of its middle, others between them. Papers in the packer's hand are never in the view: fingers lie
on them.
"""

from __future__ import annotations

from math import inf
from random import Random

from samebag.core.events import Sighting, ViewSeen

from .roll import Bag, Mark, Paper

FRAME_S = 1 / 12
LEFT, RIGHT, OUTSIDE = 0.0, 100.0, 140.0
HALF_BAG = 20.0
SIDES = (-10.0, 10.0, 0.0, 3.0, -3.0, 5.0)  # where a bag's labels lie
BLURRED = 0.25  # a sliding label is read in so many of the frames that would read it at rest
BY_BOTH = 0.7  # of the reads at rest; a sliding label is read by one decoder only
AS_REGION = 0.8  # of the labels in view but not read that are seen as a code-like region
# of the shifts: what an empty table looks like; until then none is empty
NOT_LEARNT, NEVER_LEARNT = (
    0.1,
    0.01,
)
EMPTY_FRAMES = 3  # vision.scene: so many in a row before the table counts as empty
LEARN_FRAMES = 5  # vision.scene.STILL_S at this frame rate, after a bag was there
FALSE_EMPTY = 0.0005  # of the frames in which no label is read: a white bag on a white table
# of the tables; of the places where a label lies on one: it is seen twice
SHINY, MIRRORS = (
    0.15,
    0.15,
)
CARRIED, EDGE = 0.6, 97.0  # a neighbour's label is read so often, there
TURNING_S = 0.3


def _noise(count: int) -> tuple[float, ...]:
    """A tuple of numbers is nothing to the garbage collector; a list is walked through each
    time."""
    rng = Random(5)
    return tuple(rng.random() for _ in range(count))


_MASK = (1 << 18) - 1
# drawn once: a generator for every frame would cost more than the frame
_NOISE = _noise(_MASK + 65)
DICE, TRAVEL = 40, 41  # of a frame's 64 numbers, those from here on are not for its labels
BOTH = 1  # decoders, in a pattern of what is read: two bits for each code shown


class Table:
    """Bags at hand and the camera above them. ``seed`` decides what the camera misses, frame by
    frame.

    ``newly_counted``: labels that came to count, for whoever empties it.
    """

    def __init__(self, bags: list[Bag], papers: list[Paper], seed: int) -> None:
        self.bags, self.papers = bags, papers
        self.at_hand: list[
            Bag
        ] = []  # lying or in a hand; of those that overlap, the later lies on top
        self.loose: list[Paper] = []  # in a hand, to be stuck
        self.newly_counted: list[tuple[Paper, float]] = []
        rng = Random(seed)
        self._base = rng.randrange(1 << 18)
        self._learns = rng.random() > NEVER_LEARNT
        self._learnt = self._learns and rng.random() > NOT_LEARNT
        self._is_shiny = rng.random() < SHINY
        self._carried: list[tuple[Paper, float]] = []
        self._valid_until_s = -inf
        self._chances: list[
            tuple[float, float, float]
        ] = []  # of each code shown: by both, by any, or as a region
        self._shown: list[tuple[Mark, float | None]] = []  # and where, if it moves
        self._uncounted: list[tuple[int, Mark, Paper]] = []  # the place among those shown
        self.travel = 0.0  # what decides how the newest frame does
        self._seen_before: dict[int, tuple[Sighting, ...]] = {0: ()}
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
        self._move(bag, OUTSIDE, x, at_s, over_s)

    def slide(self, bag: Bag, x: float, at_s: float, over_s: float) -> None:
        """Straightened, or pushed by the next one."""
        if bag.on_table:
            self._move(bag, bag.x_at(at_s), x, at_s, over_s)

    def flip(self, bag: Bag, at_s: float) -> None:
        if bag.on_table:
            bag.face = 1 - bag.face
            self._move(bag, bag.x_at(at_s), bag.to_x, at_s, TURNING_S)

    def take(self, bag: Bag, at_s: float, over_s: float) -> None:
        """Off the table to the left, or out of the hand; ``tidy`` forgets it when it has left the
        view."""
        if bag.in_hand or not bag.on_table:
            self._forget(bag, at_s)
            return
        bag.from_x, bag.to_x, bag.from_s, bag.until_s = (
            bag.x_at(at_s),
            -HALF_BAG,
            at_s,
            at_s + over_s,
        )
        self._valid_until_s = -inf

    def cover(self, paper: Paper, at_s: float, for_s: float) -> None:
        paper.covered_until_s = at_s + for_s
        self._valid_until_s = -inf

    def carry_past(self, paper: Paper, at_s: float, for_s: float) -> None:
        """A neighbour's bag, across the view's edge."""
        if paper.bag and paper.bag not in self.at_hand:
            self._carried.append((paper, at_s + for_s))
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
            if paper in self.loose:
                self.loose.remove(paper)
            paper.bag, paper.face = bag, bag.face
            bag.papers.append(paper)
            self._place(paper, bag)
            self._valid_until_s = -inf

    def _move(self, bag: Bag, from_x: float, x: float, at_s: float, over_s: float) -> None:
        bag.from_x, bag.to_x, bag.from_s, bag.until_s = from_x, x, at_s, at_s + over_s
        for paper in bag.papers:
            self._place(paper, bag)
        self._valid_until_s = -inf

    def _changed(self, bag: Bag) -> None:
        if bag in self.at_hand:
            self.at_hand.remove(bag)
        else:
            bag.face = 0
        self.at_hand.append(bag)
        self._valid_until_s = -inf

    def _forget(self, bag: Bag, at_s: float) -> None:
        if bag in self.at_hand:
            self.at_hand.remove(bag)
        bag.in_hand = bag.on_table = False
        bag.left_s, bag.passed_s = at_s, None
        for paper in bag.papers:
            for mark in paper.marks:
                mark.forget()
        self._valid_until_s = -inf

    def _place(self, paper: Paper, bag: Bag) -> None:
        side = bag.papers.index(paper)
        for row, mark in enumerate(paper.marks):
            mark.move_to(bag.to_x + SIDES[side], 10.0 * row + 15 * max(side, 1) + 0.1 * bag.number)

    def alone(self, *, lying: bool = True) -> Bag | None:
        """The one bag at hand, if it lies there."""
        at_hand = self.at_hand
        return at_hand[0] if len(at_hand) == 1 and (at_hand[0].on_table or not lying) else None

    # ---- what is read

    def scanned(self, paper: Paper, mark: Mark, at_s: float) -> None:
        mark.read_s = min(mark.read_s, at_s)
        self._count(mark, paper, at_s)

    def _count(self, mark: Mark, paper: Paper, at_s: float) -> None:
        if not mark.counts:
            mark.counts = True
            self.newly_counted.append((paper, at_s))

    def frame(self, number: int, at_s: float) -> ViewSeen:
        if at_s >= self._valid_until_s:
            self._look(at_s)
        i = (self._base + 17 * number) & _MASK
        self.travel, dice_of_table = _NOISE[i + TRAVEL], _NOISE[i + DICE]
        pattern, unread, bit = 0, 0, 1
        for both, either, region in self._chances:
            dice = _NOISE[i]
            i += 1
            if dice < either:
                pattern |= bit if dice < both else bit + bit
            elif dice < region:
                unread += 1
            bit <<= 2
        if pattern and self._uncounted:
            self._count_read(pattern, number, at_s)
        seen = self._seen_before.get(pattern)
        if seen is None:
            seen = self._seen_before[pattern] = self._sightings(pattern)
        return ViewSeen(seen, at_s, self._is_occupied(pattern > 0, dice_of_table), unread, number)

    def _count_read(self, pattern: int, number: int, at_s: float) -> None:
        for place, mark, paper in self._uncounted:
            by = pattern >> 2 * place & 3
            if by and not mark.counts:
                mark.read_s = min(mark.read_s, at_s)
                if by == BOTH or mark.read_in == number - 1:
                    self._count(mark, paper, at_s)
                mark.read_in = number
        self._uncounted = [shown for shown in self._uncounted if not shown[1].counts]

    def _sightings(self, pattern: int) -> tuple[Sighting, ...]:
        seen = []
        for mark, moving_x in self._shown:
            if by := pattern & 3:
                seen.append(
                    mark.sighted(by_both=by == BOTH)
                    if moving_x is None
                    else mark.sighted_at(moving_x)
                )
            pattern >>= 2
        return tuple(seen)

    def _is_occupied(self, seen: bool, dice: float) -> bool:
        if seen or (self._is_covered and dice > FALSE_EMPTY):
            self._empty_frames = 0
            self._seen |= seen
            return True
        self._empty_frames += 1
        is_occupied = not self._learnt or self._empty_frames < EMPTY_FRAMES
        if self._empty_frames == LEARN_FRAMES:
            self._learnt |= self._learns and self._seen
        return is_occupied

    def _look(self, at_s: float) -> None:
        """What is open to the camera from now on, and until when that stays so."""
        lying = [bag for bag in self.at_hand if bag.on_table]
        if left := [bag for bag in lying if bag.until_s <= at_s and bag.to_x <= -HALF_BAG]:
            for bag in left:
                self._forget(bag, bag.until_s)
            lying = [bag for bag in lying if bag not in left]
        self._chances, self._shown, self._uncounted, self._seen_before, until_s = (
            [],
            [],
            [],
            {0: ()},
            inf,
        )
        places = [bag.x_at(at_s) for bag in lying]
        self._is_covered = bool([x for x in places if x + HALF_BAG > LEFT and x - HALF_BAG < RIGHT])
        for place, bag in enumerate(lying):
            sliding = at_s < bag.until_s
            if sliding:
                until_s = at_s
            for side, paper in enumerate(bag.papers):
                x = places[place] + SIDES[side]
                if at_s < paper.covered_until_s:
                    until_s = min(until_s, paper.covered_until_s)
                elif paper.face != bag.face:
                    pass
                elif LEFT <= x <= RIGHT and (
                    place + 1 == len(lying) or _is_open(x, places[place + 1 :])
                ):
                    self._show(paper, x, sliding)
        if self._carried:
            until_s = min(until_s, self._show_carried(at_s))
        self._valid_until_s = until_s

    def _show(self, paper: Paper, x: float, sliding: bool) -> None:
        moving_x = x if sliding else None
        for mark in paper.marks:
            either = mark.legible * BLURRED if sliding else mark.legible
            self._add_shown(0.0 if sliding else either * BY_BOTH, either, mark, paper, moving_x)
        if self._is_shiny and not sliding and self._is_mirrored(paper, x):
            mark = paper.marks[0].mirror()
            self._add_shown(mark.legible * BY_BOTH, mark.legible, mark, paper, None)

    def _add_shown(
        self, both: float, either: float, mark: Mark, paper: Paper, moving_x: float | None
    ) -> None:
        if not mark.counts:
            self._uncounted.append((len(self._shown), mark, paper))
        self._chances.append((both, either, either + (1 - either) * AS_REGION))
        self._shown.append((mark, moving_x))

    def _is_mirrored(self, paper: Paper, x: float) -> bool:
        return _NOISE[(self._base + 31 * paper.number + int(7 * x)) & _MASK] < MIRRORS

    def _show_carried(self, at_s: float) -> float:
        """Until when one of them is in the view."""
        self._carried = [(paper, until_s) for paper, until_s in self._carried if at_s < until_s]
        for paper, _ in self._carried:
            mark = Mark(
                paper.marks[0].code, CARRIED * paper.marks[0].legible, x=EDGE, y=5.0, counts=True
            )
            self._add_shown(0.0, mark.legible, mark, paper, None)
        return min((until_s for _, until_s in self._carried), default=inf)


def _is_open(x: float, above: list[float]) -> bool:
    """Whether no bag that lies on top covers that place."""
    return all(abs(x - middle) > HALF_BAG for middle in above)
