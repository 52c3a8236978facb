"""What is known of the bag on the table, and when that must be looked at again. Pure; ``step`` changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from math import inf

from samebag.core.bag.hold import Hold
from samebag.core.bag.passed import PassedBag
from samebag.core.bag.reads import Read
from samebag.core.bag.swaps import Swaps
from samebag.core.labels import Label
from samebag.core.verdicts import ShowSignal, Signal, Verdict, Waits

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
    waits: Waits | None = None
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
