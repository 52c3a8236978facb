"""What packers do: habits, good and bad, as acts on the physical table. They see the lamps and
nothing else.

A packer is a generator of seconds to wait; between two waits it acts. The acts are kept, so that
the same shift can be played again, or shortened, without the packer.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Protocol

from samebag.core.verdicts import Signal

from .acts import IMPORTS, Do, Habits, Way
from .roll import Bag, Paper

Waits = Iterator[float]
# of a hold: they stay
REDS = frozenset(
    {
        Signal.MISMATCH,
        Signal.UNKNOWN,
        Signal.DUPLICATE,
        Signal.CANCELLED,
        Signal.CHANGED,
        Signal.BARRED,
    }
)
PRINTER_S = 4.0  # nobody waits longer for a merged label


class Hands(Protocol):
    """What a packer works with."""

    @property
    def lamp(self) -> Signal: ...
    @property
    def printed(self) -> list[Paper]: ...
    def act(self, do: Do, what: int = 0, to: float = 0.0, for_s: float = 0.0) -> None: ...


class Packer:
    def __init__(
        self, bags: list[Bag], habits: Habits, way: Way, rng: Random, hands: Hands, *, seals: bool
    ) -> None:
        self._bags, self._last = bags[:-1], bags[-1]
        self._habits, self._way, self._rng, self._hands, self._seals = (
            habits,
            way,
            rng,
            hands,
            seals,
        )
        self._at_hand: list[Bag] = []

    def shift(self) -> Waits:
        yield 1.0
        if self._way is Way.LINE:
            yield from self._line()
        shelf = list(reversed(self._bags)) if self._way is not Way.LINE else []
        while shelf:
            bag = shelf.pop()
            other = shelf[-1] if shelf else None
            self._trouble()
            self._import(bag)
            if other and self._often("two_at_once"):
                yield from self._two_at_once(bag, shelf.pop())
            elif other and self._often("scan_over"):
                yield from self._scan_over(bag, shelf.pop())
            elif other and self._way is not Way.SCANNER and self._often("blind"):
                yield from self._blind(bag, shelf.pop())
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
        yield from self._seal(bag)
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
            both = self._often("scan_first")
            yield from self._scan_labels(
                bag.papers if both else [self._rng.choice(bag.papers)], other
            )
        yield from self._lay(bag, self._between(40, 60))
        yield from self._gloves(bag)
        yield from self._fidget(bag, other)
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
            yield from self._clear()  # as the screen says: start over; this bag goes aside

    def _red(self, bag: Bag) -> Waits:
        yield self._between(0.3, 1.0)
        if not self._often("ignores_red"):
            self._away_now(bag)
            yield self._between(0.8, 1.2)
            yield from self._clear()
            yield 1.1
        elif self._rng.random() < 0.5:
            self._do(Do.CLEAR)
            yield self._between(0.0, 1.0)

    def _seal(self, bag: Bag) -> Waits:
        """Sticks the merged label on, where the station prints one; in rhythm, whichever lies
        there."""
        if not self._seals or self._hands.lamp is not Signal.MATCH:
            return
        rhythm, label = self._often("rhythm"), None
        for _ in range(1 if rhythm else int(PRINTER_S / 0.2)):
            yield 0.2
            own = [
                p
                for p in self._hands.printed
                if rhythm or any(p.parcel == other.parcel for other in bag.papers)
            ]
            label = own[0] if own else None
            if label:
                break
        if label:
            yield self._between(0.2, 0.6)
            self._do(Do.STICK, label.number, bag.number)
            if self._way is not Way.CAMERA and (
                self._way is Way.SCANNER or self._rng.random() < 0.5
            ):
                yield 0.3
                self._scan(label)
            yield self._between(0.4, 0.8)

    def _fidget(self, bag: Bag, other: Bag | None) -> Waits:
        """What else happens while a bag lies there."""
        if other and other.papers and self._often("glimpse"):
            self._do(
                Do.CARRY_PAST, self._rng.choice(other.papers).number, 0.0, self._between(0.04, 0.16)
            )
        if self._often("straighten"):
            self._do(Do.SLIDE, bag.number, self._between(40, 60), self._between(0.1, 0.4))
            yield 0.3
        if any(paper.face for paper in bag.papers):
            yield self._between(0.3, 1.0)
            self._do(Do.FLIP, bag.number)
            yield 0.3

    def _clear(self) -> Waits:
        if self._way is not Way.SCANNER and self._often("lag"):
            self._do(Do.LAG, 0, 0.0, self._between(0.1, 0.45))
            yield self._between(0.03, 0.1)
        self._do(Do.CLEAR)

    # ---- the fast line

    def _line(self) -> Waits:
        """The next bag pushes out the one before; one that is not green is taken up, as lamps and
        screen ask."""
        before: Bag | None = None
        for bag in self._bags:
            self._trouble()
            self._import(bag)
            yield from self._push_in(before, bag, self._between(0.3, 0.6))
            yield from self._gloves(bag)
            yield from self._fidget(bag, None)
            yield self._between(0.9, 1.9)
            before = bag
            if self._hands.lamp is not Signal.MATCH:
                yield 0.8
            if self._hands.lamp is not Signal.MATCH:
                yield from self._help(bag)
                before = None
        if before:
            self._do(Do.TAKE, before.number, 0.0, 0.3)

    def _help(self, bag: Bag) -> Waits:
        """Takes it up and lays it down again, once; what is red, or still not green, goes aside."""
        for attempt in range(2):
            is_red = self._hands.lamp in REDS
            self._do(Do.TAKE, bag.number, 0.0, 0.3)
            yield 1.2
            if is_red or attempt:
                yield from self._clear()
                yield 1.1
                return
            self._do(Do.LAY, bag.number, 50, 0.3)
            yield 1.3
            if self._hands.lamp is Signal.MATCH:
                self._do(Do.TAKE, bag.number, 0.0, 0.3)
                yield 0.8
                return

    def _push_in(self, before: Bag | None, bag: Bag, over_s: float) -> Waits:
        if before and self._rng.random() < 0.3:
            yield from self._push_half_way(before, bag)
            self._do(Do.TAKE, before.number, 0.0, over_s / 2)
            self._do(Do.SLIDE, bag.number, 50, over_s / 2)
        else:
            if before:
                self._do(Do.TAKE, before.number, 0.0, over_s)
            self._do(Do.LAY, bag.number, 50, over_s)
        yield over_s

    def _push_half_way(self, before: Bag, bag: Bag) -> Waits:
        """Both in view for a moment."""
        self._do(Do.SLIDE, before.number, 28, 0.3)
        self._do(Do.LAY, bag.number, 72, 0.3)
        yield 0.3 + self._between(0.1, 0.5)

    # ---- two bags

    def _blind(self, one: Bag, two: Bag) -> Waits:
        """The camera stalls over one bag, and another lies there when it sees again."""
        yield from self._lay(one, self._between(40, 60))
        yield from self._gloves(one)
        yield self._between(0.0, 0.3)
        for_s = self._between(1.0, 8.0)
        self._do(Do.STALL, 0, self._rng.choice((0.0, 0.1, 2.0)), for_s)
        yield self._between(0.1, 0.5)
        self._away_now(one)
        yield self._between(0.4, for_s - 0.5)
        if self._way is Way.BOTH and self._rng.random() < 0.5:
            self._pick_up(two)
            yield from self._scan_labels(
                [self._rng.choice(one.papers + two.papers)] if two.papers else [], None
            )
        yield from self._lay(two, self._between(40, 60))
        yield from self._gloves(two)
        yield from self._answer(two)
        yield from self._seal(two)
        yield from self._away(two)

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
            if self._way is not Way.SCANNER and self._often("lag"):
                self._do(Do.LAG, 0, 0.0, self._between(0.2, 0.45))
                over_s = self._between(0.05, 0.15)
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

    def _trouble(self) -> None:
        if not self._often("trouble"):
            return
        match self._rng.randrange(3):
            case 0:
                self._do(Do.CUT, self._rng.randrange(2), 0.0, self._between(2, 8))
            case 1:
                self._do(Do.LOSE, 0, 0.0, self._between(0.5, 6))
            case 2:
                self._do(Do.STALL, 0, self._rng.choice((0.0, 0.1, 2.0)), self._between(0.3, 8))

    def _import(self, bag: Bag) -> None:
        """At some moment while this bag or one of the next is packed: before a read, a match, or
        its label."""
        if self._often("imports"):
            what = Do.ELSEWHERE if self._rng.random() < 0.25 else self._rng.choice(IMPORTS)
            number = min(bag.number + self._rng.choice((0, 0, 0, 1, 2)), len(self._bags) - 1)
            self._do(what, number, 0.0, self._between(0.0, 5.0))

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
