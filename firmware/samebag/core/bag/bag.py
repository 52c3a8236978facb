"""What is known of the bag on the table. Pure; the verbs that ``step`` calls change it, on a copy
of their own."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from math import inf

import msgspec
from msgspec import field

from samebag.core.bag.hold import Hold
from samebag.core.bag.passed import PassedBag, Where
from samebag.core.bag.reads import Doubt, Read, Stranger, View
from samebag.core.bag.swaps import Swaps
from samebag.core.labels import Label
from samebag.core.verdicts import ShowSignal, Signal, Verdict, Waits

TO_PROVE = frozenset({Signal.MATCH, Signal.MISMATCH})
# spawning the worker, opening the camera and its first frames, on a Pi Zero 2 W
CAMERA_START_S = 10.0


class State(Enum):
    """Where a bag is; derived from what is known of it, never set."""

    READY = "ready"  # nothing read, nothing waited for
    READING = "reading"  # at least one label or stranger read, no verdict
    SETTLING = "settling"  # a match that waits for the reader to look at what is still unread
    STORING = "storing"  # a match that is not on disk yet
    PASSED = "passed"  # the bag that just passed still lies there
    HOLD = "hold"  # red until acknowledged
    ACKNOWLEDGED = "acknowledged"  # red until its labels have left the view


class Bag(msgspec.Struct):
    """All that is known of the bag on the table. Read it as you like; change it with ``step`` only.

    Not frozen, so that a step can work on a copy; all that it holds is immutable. A struct: its
    copy, one an event, and its attributes cost a quarter of a dataclass's. ``in_hand`` are scans
    over a table that the camera saw bare, of a bag in a hand: they turn red, but nothing green.
    ``aside`` are codes that the camera read and that came to no verdict since the table was bare,
    with their labels (None: a tracking number that the book lacks): they may lie under a hand
    (rules.md 4.5).
    """

    number: int = 1
    now_s: float = -inf
    reads: tuple[Read, ...] = ()
    in_hand: tuple[Read, ...] = ()
    aside: Mapping[str, Label | None] = field(default_factory=dict)
    # by code: labels sighted that do not count yet
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    strangers: tuple[Stranger, ...] = ()
    view: View = field(default_factory=View)
    whole_s: float = inf  # the first view that showed both its labels
    not_before_s: float = -inf  # a frame taken by then says nothing: CLEAR, a lost device
    unread_s: float = -inf  # the newest view with an unread region
    occupied: bool = True  # as the newest view had it
    quiet_from_s: float = inf  # since when views have shown neither a code nor an unread region
    said_clear: bool = False  # by a person, and no bag was judged since
    knows_bare: bool = False  # whether the camera has seen the bare table since it started
    passed: PassedBag | None = None
    last_parcel: str | None = None  # passed last, also after its bag has left
    hold: Hold | None = None
    storing: Verdict | None = None
    waits: Waits | None = None
    settle_from_s: float | None = None
    two_bags: bool = False  # two whole pairs lay side by side, and the table was not bare since
    crowded_from_s: float | None = None
    crowded: bool = False
    asked: bool = False  # to clear the table, which was not bare since
    # a match is on its way to disk, and its bag is still the one that lies there
    owes_green: bool = False
    green_until_s: float | None = None
    faults: frozenset[str] = frozenset()
    unproven: frozenset[Signal] = frozenset()  # what the proof cards have yet to show
    swaps: Swaps = field(default_factory=Swaps)

    def copy(self) -> Bag:
        """For a step to work on."""
        return self.__copy__()  # type: ignore[attr-defined, no-any-return]  # msgspec's own; its stubs lack it

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
            return FAULT
        if self.crowded:
            return CROWDED
        if self.green_until_s is not None:
            return GREEN
        return FAULT if self.unproven else READY


FAULT, CROWDED, GREEN, READY = map(
    ShowSignal, (Signal.FAULT, Signal.CROWDED, Signal.MATCH, Signal.READY)
)


# The parcel that passed last may still lie on the table: its labels (``codes``) are ignored until
# they have left the view of a camera that has yet to start, not called a duplicate. ``last_bag`` is
# its number, if that is not the one before ``number``: one may have been held since. ``sealed_by``
# as in PassedBag.
def resumed(
    number: int,
    at_s: float,
    faults: frozenset[str] = frozenset(),
    last_parcel: str | None = None,
    codes: frozenset[str] = frozenset(),
    *,
    last_bag: int | None = None,
    sealed_by: str | None = "",
    unproven: frozenset[Signal] = frozenset(),
    swaps: Swaps | None = None,
) -> Bag:
    """The bag after any kind of stop (rules.md 9.3): nothing read, nothing green. ``faults`` have
    yet to report."""
    bag = Bag(number=number, now_s=at_s, faults=faults, unproven=unproven, swaps=swaps or Swaps())
    if last_parcel is not None and codes:
        seen_s = dict.fromkeys(codes, at_s + CAMERA_START_S)
        bag.passed = PassedBag(last_parcel, seen_s, Where.LIES, last_bag or number - 1, sealed_by)
        bag.last_parcel = last_parcel
    return bag
