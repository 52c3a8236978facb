"""What packers do: habits, good and bad, as acts on the physical table. They see the lamps and nothing else.

A packer is a generator of seconds to wait; between two waits it acts. The acts are kept, so that the same shift can be
played again, or shortened, without the packer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from random import Random
from typing import Protocol

from samebag.core.verdicts import Signal

from .roll import Bag, Mistakes, Paper

Waits = Iterator[float]
REDS = frozenset(
    {Signal.MISMATCH, Signal.UNKNOWN, Signal.DUPLICATE, Signal.CANCELLED, Signal.CHANGED, Signal.BARRED}
)  # of a hold: they stay


class Do(Enum):
    """What happens physically. ``what`` is a bag's, paper's or parcel's number; see World.do for the rest."""

    PICK_UP = "pick up"
    LAY = "lay"
    TAKE = "take"
    COVER = "cover"
    PEEL = "peel"
    STICK = "stick"
    SCAN = "scan"
    SCAN_GOODS = "scan goods"
    CLEAR = "clear"
    CUT = "power cut"
    LOSE = "lose printer"
    STALL = "camera stalls"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Act:
    at_s: float
    do: Do
    what: int = 0
    to: float = 0.0
    for_s: float = 0.0


class Way(Enum):
    """What the station has, and so how its packers work."""

    CAMERA = "camera"
    BOTH = "scanner and camera"
    SCANNER = "scanner"


@dataclass(frozen=True, slots=True)
class Habits:
    """How often, as a share of bags."""

    hurry: float = 0.5  # takes the bag without waiting for an answer
    two_at_once: float = 0.10
    exchange: float = 0.25  # one bag out, the next in, never an empty table
    scan_over: float = 0.10  # scans one bag while another lies under the camera
    double_scan: float = 0.20
    mis_aim: float = 0.05  # scans a label of another bag, or of goods
    half_way: float = 0.10  # takes the bag away after its first label
    gloves: float = 0.30  # a hand lies on a label for a while
    late_label: float = 0.05
    put_back: float = 0.03  # a bag that was done comes again
    ignores_red: float = 0.5  # does not clear, or leaves the bag there
    trouble: float = 0.02  # power cut, no paper, camera stalls, a parcel cancelled meanwhile

    def scaled(self, by: float) -> Habits:
        return Habits(*(getattr(self, name) * by for name in self.__slots__))

    def one_at_a_time(self) -> Habits:
        return replace(self, two_at_once=0.0, scan_over=0.0, exchange=0.0, mis_aim=0.0)


MISTAKES = Mistakes(swapped=0.03, chained=0.01, slipped=0.01, third=0.01, missing=0.02)


@dataclass(frozen=True, slots=True)
class Level:
    """How careless. The careful have one bag at hand at a time."""

    name: str
    habits: Habits
    mistakes: Mistakes


LEVELS = {
    level.name: level
    for level in (
        Level("careful", Habits().scaled(0.02).one_at_a_time(), MISTAKES.scaled(0.05)),
        Level("normal", Habits().scaled(0.1), MISTAKES.scaled(0.15)),
        Level("careless", Habits().scaled(0.4), MISTAKES.scaled(0.4)),
        Level("reckless", Habits(), MISTAKES),
    )
}


class Hands(Protocol):
    """What a packer works with."""

    @property
    def lamp(self) -> Signal: ...
    def act(self, do: Do, what: int = 0, to: float = 0.0, for_s: float = 0.0) -> None: ...


class Packer:
    def __init__(self, bags: list[Bag], habits: Habits, way: Way, rng: Random, hands: Hands) -> None:
        self._bags, self._last = bags[:-1], bags[-1]
        self._habits, self._way, self._rng, self._hands = habits, way, rng, hands
        self._at_hand: list[Bag] = []

    def shift(self) -> Waits:
        yield 1.0
        shelf = list(reversed(self._bags))
        while shelf:
            bag = shelf.pop()
            other = shelf[-1] if shelf else None
            self._trouble(bag)
            if other and self._often("two_at_once"):
                yield from self._two_at_once(bag, shelf.pop())
            elif other and self._often("scan_over"):
                yield from self._scan_over(bag, shelf.pop())
            else:
                yield from self._one(bag, other)
            if self._often("put_back"):
                yield from self._one(self._rng.choice(self._bags[: bag.number + 1]), other)
        yield from self._prove_alive()

    # ---- one bag

    def _one(self, bag: Bag, other: Bag | None) -> Waits:
        late = self._rng.choice(bag.papers) if bag.papers and self._often("late_label") else None
        if late:
            self._do(Do.PEEL, late.number)
        if self._way is Way.SCANNER:
            yield from self._scan_in_hand(bag, late, other)
        else:
            yield from self._under_camera(bag, late, other)
        yield from self._away(bag)

    def _scan_in_hand(self, bag: Bag, late: Paper | None, other: Bag | None) -> Waits:
        self._pick_up(bag)
        yield self._between(0.2, 0.6)
        yield from self._scan_labels(bag.papers + ([late] if late else []), other)
        if late:
            self._do(Do.STICK, late.number, bag.number)
        yield from self._answer(bag)

    def _under_camera(self, bag: Bag, late: Paper | None, other: Bag | None) -> Waits:
        scan_first = self._way is Way.BOTH and self._rng.random() < 0.5
        if scan_first and bag.papers:
            self._pick_up(bag)
            yield self._between(0.2, 0.5)
            yield from self._scan_labels([self._rng.choice(bag.papers)], other)
        yield from self._lay(bag, self._between(40, 60))
        yield from self._gloves(bag)
        if self._often("half_way"):
            yield self._between(0.1, 0.5)
            return
        if self._way is Way.BOTH and not scan_first and bag.papers:
            yield from self._scan_labels([self._rng.choice(bag.papers)], other)
        if late:
            yield self._between(0.3, 1.5)
            if self._rng.random() < 0.3 and self._way is Way.BOTH:
                self._scan(late)
                yield self._between(0.2, 0.8)
            self._do(Do.STICK, late.number, bag.number)
        yield from self._answer(bag)

    def _answer(self, bag: Bag) -> Waits:
        """Waits for green or red; helps with the scanner, once, when nothing comes."""
        if self._often("hurry"):
            yield self._between(0.1, 0.8)
            return
        for _ in range(2):
            for _ in range(12):
                yield 0.15
                if self._hands.lamp is Signal.MATCH:
                    yield self._between(0.1, 0.3)
                    return
                if self._hands.lamp in REDS:
                    yield from self._red(bag)
                    return
            if self._way is not Way.CAMERA:
                yield from self._scan_labels(bag.papers, None)
        if not self._often("ignores_red"):
            self._do(Do.CLEAR)  # as the screen says: start over; this bag goes aside

    def _red(self, bag: Bag) -> Waits:
        yield self._between(0.3, 1.0)
        if not self._often("ignores_red"):
            self._away_now(bag)
            yield self._between(0.8, 1.2)
            self._do(Do.CLEAR)
            yield 1.1
        elif self._rng.random() < 0.5:
            self._do(Do.CLEAR)
            yield self._between(0.0, 1.0)

    # ---- two bags

    def _two_at_once(self, one: Bag, two: Bag) -> Waits:
        """Side by side, one on the other, or both in the hands."""
        if self._way is Way.SCANNER:
            self._pick_up(one)
            self._pick_up(two)
            papers = one.papers + two.papers
            self._rng.shuffle(papers)
            yield from self._scan_labels(papers, None)
        else:
            apart = self._rng.choice((0.0, 25.0, 45.0, 45.0))
            yield from self._lay(one, 50 - apart / 2)
            yield self._between(0.0, 0.6)
            yield from self._gloves(one)
            yield from self._lay(two, 50 + apart / 2)
            yield from self._gloves(two)
            if self._way is Way.BOTH and self._rng.random() < 0.5:
                yield from self._scan_labels([self._rng.choice(one.papers + two.papers)], None)
        yield from self._answer(one)
        first, then = (one, two) if self._rng.random() < 0.5 else (two, one)
        yield from self._away(first)
        yield from self._answer(then)
        yield from self._away(then)

    def _scan_over(self, lying: Bag, scanned: Bag) -> Waits:
        if self._way is Way.SCANNER:
            yield from self._one(lying, scanned)
            yield from self._one(scanned, None)
            return
        yield from self._lay(lying, self._between(40, 60))
        yield from self._gloves(lying)
        if self._way is Way.BOTH:
            self._pick_up(scanned)
            yield from self._scan_labels(scanned.papers, None)
        yield from self._answer(lying)
        yield from self._away(lying)
        if self._rng.random() < 0.5 or self._way is Way.CAMERA:
            yield from self._lay(scanned, self._between(40, 60))
        yield from self._answer(scanned)
        yield from self._away(scanned)

    # ---- single movements

    def _lay(self, bag: Bag, x: float) -> Waits:
        over_s = self._between(0.15, 0.6)
        self._do(Do.LAY, bag.number, x, over_s)
        self._at_hand.append(bag)
        yield over_s

    def _pick_up(self, bag: Bag) -> None:
        self._do(Do.PICK_UP, bag.number)
        self._at_hand.append(bag)

    def _away(self, bag: Bag) -> Waits:
        slide_s = self._away_now(bag)
        if not self._often("exchange"):
            yield slide_s + self._between(0.3, 0.8)

    def _away_now(self, bag: Bag) -> float:
        over_s = self._between(0.1, 0.5)
        if bag in self._at_hand:
            self._at_hand.remove(bag)
            self._do(Do.TAKE, bag.number, 0.0, over_s)
        return over_s

    def _gloves(self, bag: Bag) -> Waits:
        if bag.papers and self._often("gloves"):
            self._do(Do.COVER, self._rng.choice(bag.papers).number, 0.0, self._between(0.1, 2.5))
        yield 0.05

    def _scan_labels(self, papers: list[Paper], other: Bag | None) -> Waits:
        """Those labels once, in any order; now and then twice, or a label of another bag."""
        for paper in self._rng.sample(papers, len(papers)):
            if self._often("mis_aim"):
                if other and other.papers and self._rng.random() < 0.7:
                    paper = self._rng.choice(other.papers)
                else:
                    self._do(Do.SCAN_GOODS)
            self._scan(paper)
            yield self._between(0.3, 0.9)
            if self._often("double_scan"):
                self._scan(paper)
                yield self._between(0.1, 0.5)

    def _scan(self, paper: Paper) -> None:
        mark = self._rng.randrange(len(paper.marks))
        late_s = self._between(0.3, 2.0) if self._often("trouble") else self._between(0.02, 0.08)
        self._do(Do.SCAN, paper.number, mark, late_s)

    def _trouble(self, bag: Bag) -> None:
        if not self._often("trouble"):
            return
        match self._rng.randrange(4):
            case 0:
                self._do(Do.CUT, self._rng.randrange(2), 0.0, self._between(2, 8))
            case 1:
                self._do(Do.LOSE, 0, 0.0, self._between(0.5, 6))
            case 2:
                self._do(Do.STALL, 0, 0.0, self._between(0.3, 4))
            case 3:
                self._do(Do.CANCEL, min(bag.number + self._rng.randrange(3), len(self._bags) - 1))

    def _prove_alive(self) -> Waits:
        """The table is cleared as the screen says, then comes one plain bag: it must go green."""
        for bag in list(self._at_hand):
            self._away_now(bag)
        yield 10.0
        self._do(Do.CLEAR)
        yield 1.5
        if self._way is not Way.SCANNER:
            yield from self._lay(self._last, 50)
        for attempt in range(3):
            if self._way is Way.SCANNER or (self._way is Way.BOTH and attempt):
                yield from self._scan_plain()
            yield 3.0
            if self._hands.lamp is Signal.MATCH:
                return

    def _scan_plain(self) -> Waits:
        if self._way is Way.SCANNER:
            self._pick_up(self._last)
        for paper in self._last.papers:
            self._do(Do.SCAN, paper.number, 0, 0.05)
            yield 0.5

    # ----

    def _do(self, do: Do, what: int = 0, to: float = 0.0, for_s: float = 0.0) -> None:
        self._hands.act(do, what, to, for_s)

    def _often(self, habit: str) -> bool:
        return bool(self._rng.random() < getattr(self._habits, habit))

    def _between(self, low: float, high: float) -> float:
        return self._rng.uniform(low, high)
