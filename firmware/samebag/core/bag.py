"""What is known of the bag on the table, and when that must be looked at again. Pure; ``step`` changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from math import inf

from samebag.core.labels import Label
from samebag.core.reads import Read
from samebag.core.rules import Rules
from samebag.core.swaps import Swaps
from samebag.core.verdicts import ShowSignal, Signal, Verdict

A_MOMENT_S = 1e-6  # a deadline falls just after its last allowed instant
SEAL_WITHIN_S = 60.0  # ours: the slowest printer, a jam to clear, gloves; where no camera sees the bag meanwhile
TO_PROVE = frozenset({Signal.MATCH, Signal.MISMATCH})
CAMERA_START_S = 10.0  # spawning the worker, opening the camera and its first frames, on a Pi Zero 2 W


class State(Enum):
    """Where a bag is; derived from what is known of it, never set."""

    READY = "ready"  # nothing read, nothing waited for
    READING = "reading"  # at least one label or stranger read, no verdict
    SETTLING = "settling"  # a match that waits for the reader to look at what is still unread
    STORING = "storing"  # a match that is not on disk yet
    PASSED = "passed"  # the bag that just passed still lies there
    HOLD = "hold"  # red until acknowledged
    ACKNOWLEDGED = "acknowledged"  # red until its labels have left the view


@dataclass(frozen=True, slots=True)
class View:
    """What is kept of the newest decoded frame: how many separate boxes each sighted code has."""

    at_s: float = -inf
    boxes: Mapping[str, int] = field(default_factory=dict)
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Stranger:
    """A code shaped like a tracking number that the book lacks, seen by the camera."""

    code: str
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class PassedBag:
    """The bag that passed last, while its labels may still lie there. ``seen_s``: when each was last read.

    ``sealed_by`` is the code of the merged label on it: None while that is waited for, empty where none need be.
    """

    parcel: str
    seen_s: Mapping[str, float]
    sighted: bool  # the camera has seen it
    bag: int
    sealed_by: str | None = ""
    moved: bool = False  # it was not in the newest view, and the table was empty or another label had come
    lifted: bool = False  # the table was empty since, and has not shown both its labels again
    left: bool = False  # other labels came then: it is remembered only until its verdict is on disk

    @property
    def last_s(self) -> float:
        """When any of its labels was last read."""
        return max(self.seen_s.values())

    def gone_at_s(self, rules: Rules) -> float:
        """When its labels, unread from now on, count as gone.

        Unread is not gone: a hand may lie on them, or the camera start anew. So ``clear_s`` is enough for a bag
        that has moved or that no camera ever saw; otherwise it takes as long as a pair may. One that no camera saw
        waits for its merged label.
        """
        if self.left:
            return self.last_s
        if not self.sighted and self.sealed_by is None:
            return self.last_s + SEAL_WITHIN_S
        is_plain = self.moved or not self.sighted
        return self.last_s + (rules.clear_s if is_plain else rules.pair_within_s)


@dataclass(frozen=True, slots=True)
class Hold:
    """A red verdict that waits. ``seen_s`` is when one of its labels was last in view, -inf if never.

    ``lies``: one was in view, and the table has not been empty since.
    """

    verdict: Verdict
    codes: frozenset[str]
    seen_s: float
    acknowledged: bool = False
    lies: bool = False


@dataclass(frozen=True, slots=True)
class Bag:
    """All that is known of the bag on the table. Read its ``state``; change it with ``step`` only.

    ``in_hand`` are scans over a table that the camera saw empty, of a bag in a hand: they turn red, but nothing green.
    """

    number: int = 1
    now_s: float = -inf
    reads: tuple[Read, ...] = ()
    in_hand: tuple[Read, ...] = ()
    doubts: Mapping[Label, float] = field(default_factory=dict)  # labels sighted that do not count yet, and when last
    strangers: tuple[Stranger, ...] = ()
    view: View = field(default_factory=View)
    occupied: bool = True  # as the newest view had it
    passed: PassedBag | None = None
    last_parcel: str | None = None  # passed last, also after its bag has left
    hold: Hold | None = None
    storing: Verdict | None = None
    settle_from_s: float | None = None
    unread_s: float = -inf  # when a view had both labels and an unread region besides
    two_bags: bool = False  # two whole pairs lay side by side, and the table was not cleared since
    crowded_from_s: float | None = None
    crowded: bool = False
    green_until_s: float | None = None
    faults: frozenset[str] = frozenset()
    unproven: frozenset[Signal] = frozenset()  # what the proof cards have yet to show
    swaps: Swaps = field(default_factory=Swaps)

    @property
    def state(self) -> State:
        if self.hold:
            return State.ACKNOWLEDGED if self.hold.acknowledged else State.HOLD
        if self.storing:
            return State.STORING
        if self.settle_from_s is not None:
            return State.SETTLING
        if self.reads or self.in_hand or self.strangers:
            return State.READING
        return State.PASSED if self.passed else State.READY

    @property
    def shown(self) -> ShowSignal:
        """What LEDs and buzzer show from now on: the gravest thing first."""
        if self.hold:
            return ShowSignal(Signal(self.hold.verdict.kind), quiet=self.hold.acknowledged)
        if self.faults:
            return ShowSignal(Signal.FAULT)
        if self.crowded:
            return ShowSignal(Signal.CROWDED)
        if self.green_until_s is not None:
            return ShowSignal(Signal.MATCH)
        return ShowSignal(Signal.FAULT if self.unproven else Signal.READY)


def resumed(
    number: int,
    at_s: float,
    faults: frozenset[str] = frozenset(),
    last_parcel: str | None = None,
    codes: frozenset[str] = frozenset(),
    *,
    sealed_by: str | None = "",
    unproven: frozenset[Signal] = frozenset(),
    swaps: Swaps | None = None,
) -> Bag:
    """The bag after any kind of stop: nothing read, nothing green. ``faults`` are devices that have yet to report.

    The parcel that passed last may still lie on the table: its labels (``codes``) are ignored until they have left
    the view of a camera that has yet to start, not called a duplicate. ``sealed_by`` as in PassedBag.
    """
    bag = Bag(number=number, now_s=at_s, faults=faults, unproven=unproven, swaps=swaps or Swaps())
    if last_parcel is None or not codes:
        return bag
    seen_s = dict.fromkeys(codes, at_s + CAMERA_START_S)
    passed = PassedBag(last_parcel, seen_s, sighted=True, bag=number - 1, sealed_by=sealed_by)
    return replace(bag, passed=passed, last_parcel=last_parcel)


def due_s(bag: Bag, rules: Rules) -> float:
    """When TimePassed must be sent if nothing else happens; infinity if never."""
    due = [read.last_s + rules.pair_within_s for read in (*bag.reads, *bag.in_hand)]
    due += [stranger.first_s + rules.pair_within_s for stranger in bag.strangers]
    if bag.settle_from_s is not None:
        due.append(bag.settle_from_s + rules.settle_s)
    if bag.crowded_from_s is not None:
        due.append(bag.crowded_from_s + rules.crowded_s)
    if bag.passed:
        due.append(bag.passed.gone_at_s(rules))
        if bag.reads and not bag.passed.lifted:
            due.append(bag.passed.last_s + rules.settle_s)
    if bag.hold and bag.hold.acknowledged:
        due.append(bag.hold.seen_s + rules.clear_s)
    if bag.green_until_s is not None:
        due.append(bag.green_until_s)
        if bag.passed and bag.passed.sighted:
            due.append(bag.passed.last_s + rules.clear_s)
    coming = [at_s for at_s in due if at_s + A_MOMENT_S > bag.now_s]
    return min(coming, default=inf) + A_MOMENT_S
