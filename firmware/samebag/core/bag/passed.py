"""The bag that passed last, while its labels may still lie there: what it goes through, and its
merged label. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from samebag.core.bag.reads import Read
from samebag.core.labels import Label
from samebag.core.rules import Rules
from samebag.core.verdicts import NoticeKind, ShowSignal, Signal

if TYPE_CHECKING:
    from samebag.core.bag.bag import Bag
    from samebag.core.bag.turn import Turn

# ours: the slowest printer, a jam to clear, gloves; where no camera sees the bag meanwhile
SEAL_WITHIN_S = 60.0
GONE_VIEWS = 2  # in a row that show other labels and none of its own: one may miss what lies there
BOTH = 2  # of its labels: then it was laid down again


class Where(StrEnum):
    """Where the camera's views leave the bag that passed."""

    UNSEEN = "unseen"  # scanned; no view has shown a label of it
    IN_HAND = "in hand"  # scanned, and the table was bare then or since
    LIES = "lies there"
    MOVED = "moved"  # other labels were in view and none of its own
    LIFTED = "lifted"  # the table was bare since it lay there
    LEFT = "left"  # and then other labels came: it is remembered only until its verdict is on disk


class Glance(StrEnum):
    """What one view says of it, the first that fits."""

    BARE = "the table is bare"
    FOREIGN = "another parcel's label"  # asked only of a bag that was lifted or is in a hand
    BOTH = "two of its codes"
    OWN = "one of its codes"
    OTHERS = "labels, none of its own"
    NOTHING = "no label"


NEXT: Mapping[Where, Mapping[Glance, Where]] = {  # what is not here changes nothing
    Where.UNSEEN: {Glance.BARE: Where.IN_HAND, Glance.BOTH: Where.LIES, Glance.OWN: Where.LIES},
    Where.IN_HAND: {Glance.FOREIGN: Where.LEFT, Glance.BOTH: Where.LIES, Glance.OWN: Where.LIFTED},
    Where.LIES: {Glance.BARE: Where.LIFTED, Glance.OTHERS: Where.MOVED},
    Where.MOVED: {Glance.BARE: Where.LIFTED, Glance.BOTH: Where.LIES, Glance.OWN: Where.LIES},
    Where.LIFTED: {Glance.FOREIGN: Where.LEFT, Glance.BOTH: Where.LIES},
    Where.LEFT: {},
}
LIES, LEFT, FOREIGN = Where.LIES, Where.LEFT, Glance.FOREIGN  # asked of each frame: see verdicts.py
BARE, TWO, OWN, OTHERS, NOTHING = (
    Glance.BARE,
    Glance.BOTH,
    Glance.OWN,
    Glance.OTHERS,
    Glance.NOTHING,
)
AWAY = (Where.IN_HAND, Where.LIFTED, Where.LEFT)
SCANNED, ON_TABLE = (Where.UNSEEN, Where.IN_HAND), (Where.LIES, Where.MOVED)


class PassedBag(msgspec.Struct, frozen=True):
    """``seen_s``: when each of its labels was last read. ``unseen``: views in a row that showed
    only other labels.

    ``sealed_by`` is the code of the merged label on it: None while that is waited for, empty where
    none need be. ``followed``: another parcel's label was read since it passed. ``trail`` are the
    codes of the bag that passed before it, pushed out by it: until ``trail_until_s`` they are that
    one's.
    """

    parcel: str
    seen_s: Mapping[str, float]
    where: Where
    bag: int
    sealed_by: str | None = ""
    unseen: int = 0
    followed: bool = False
    trail: frozenset[str] = frozenset()
    trail_until_s: float = 0.0

    @property
    def last_s(self) -> float:
        """When any of its labels was last read."""
        return max(self.seen_s.values())

    def gone_at_s(self, rules: Rules) -> float:
        """When its labels, unread from now on, count as gone.

        Unread is not gone: a hand may lie on them, or the camera start anew. So ``clear_s`` is
        enough only for a bag that has moved or that no camera ever saw; for one that lies there it
        takes as long as a pair may. One that no camera saw waits for its merged label.
        """
        if self.where is LEFT:
            return self.last_s
        if self.where in SCANNED and self.sealed_by is None:
            return self.last_s + SEAL_WITHIN_S
        return self.last_s + (rules.pair_within_s if self.where is LIES else rules.clear_s)

    def read_again(self, code: str, at_s: float) -> PassedBag:
        return replace(self, seen_s={**self.seen_s, code: at_s})

    def moved(self, where: Where, at_s: float) -> PassedBag:
        """The camera has looked: the time that it was given to start in (rules.md 9.3) is over."""
        return replace(
            self,
            where=where,
            seen_s={code: min(last_s, at_s) for code, last_s in self.seen_s.items()},
        )


# ---- questions


def lies_in_view(turn: Turn) -> bool:
    """Whether it lies there, though the newest frame may have missed it."""
    passed = turn.bag.passed
    if not passed or passed.where not in ON_TABLE or passed.unseen >= GONE_VIEWS:
        return False
    view_s = turn.bag.view.at_s
    if view_s == -inf:
        return False  # after a stop no view has shown it yet
    since_s = min(turn.now_s - turn.rules.settle_s, view_s)
    recent = [code for code, seen_s in passed.seen_s.items() if since_s <= seen_s <= turn.now_s]
    if not turn.bag.reads:
        return bool(recent)
    return any(is_its_own(turn, code, turn.label(code)) for code in recent)


def is_its_own(turn: Turn, code: str, label: Label | None) -> bool:
    """Whether the code is on the bag that passed; one of its list's codes may be on the next bag
    instead.

    One that no camera saw, and that only waits for its merged label, has left (rules.md 7.3): a
    label of its parcel beside another's is on that one's bag.
    """
    passed, bag = turn.bag.passed, turn.bag
    assert passed
    if passed.where is LEFT:
        return False
    if label and label.merged_of and code != passed.sealed_by:
        return False  # it may be stuck on any bag
    if code not in passed.seen_s and not (label and label.parcels == {passed.parcel}):
        return False
    if label is None or not bag.reads:
        return True
    if not any(_explains(read, label) for read in bag.reads):
        return passed.where not in SCANNED or turn.now_s < passed.last_s + turn.rules.clear_s
    since_s = bag.view.at_s - turn.rules.settle_s  # one frame may miss what lies there
    return any(other != code and seen_s >= since_s for other, seen_s in passed.seen_s.items())


def _explains(read: Read, label: Label) -> bool:
    """Whether a read of the next bag shares its order with that label."""
    return bool(read.label.waybill_of) and not read.label.parcels.isdisjoint(label.parcels)


def was_seen_on_it(bag: Bag, code: str) -> bool:
    """Whether the newest view's code is on the bag that passed and says nothing more: with most
    codes, that is all."""
    passed = bag.passed
    return passed is not None and not bag.hold and passed.seen_s.get(code) == bag.view.at_s


def is_on_its_trail(bag: Bag, code: str, at_s: float) -> bool:
    """Whether it is the bag before it that is still sliding out."""
    passed = bag.passed
    return passed is not None and code in passed.trail and at_s <= passed.trail_until_s


def green_ends_s(bag: Bag, rules: Rules) -> float:
    """By time alone: sooner where the camera saw the bag, but has not for ``clear_s``."""
    assert bag.green_until_s is not None
    passed = bag.passed
    if not passed or passed.where in SCANNED:
        return bag.green_until_s
    return min(bag.green_until_s, passed.last_s + rules.clear_s)


# ---- verbs


def passes(
    turn: Turn, parcel: str, reads: Iterable[Read], sealed_by: str | None, *, in_view: bool
) -> None:
    """The bag on the table passed, now."""
    bag, before = turn.bag, turn.bag.passed
    if before:
        leave(turn, before)
    trail = frozenset(before.seen_s) if before and before.where not in AWAY else frozenset()
    where = Where.LIES if in_view else Where.UNSEEN if bag.occupied else Where.IN_HAND
    seen_s = {read.label.code: turn.now_s for read in reads}
    bag.passed = PassedBag(
        parcel,
        seen_s,
        where,
        bag.number,
        sealed_by,
        trail=trail - seen_s.keys(),
        trail_until_s=turn.now_s + turn.rules.clear_s,
    )
    bag.last_parcel, bag.in_hand = parcel, ()
    turn.next_bag()
    turn.settle(parcel)


def leave(turn: Turn, passed: PassedBag) -> None:
    turn.bag.passed = None
    if passed.sealed_by is None:
        turn.actions.append(ShowSignal(Signal.INCOMPLETE, once=True))
        turn.give(NoticeKind.UNSEALED, passed.bag, parcels=(passed.parcel,))


def watch(turn: Turn, labels: Mapping[str, Label | None], at_s: float) -> None:
    """What the newest view says of the bag that passed, and of the green that stands for it
    (rules.md 7)."""
    bag, passed = turn.bag, turn.bag.passed
    if not passed:
        if not bag.occupied:
            turn.end_green()
        return
    seen = {code: at_s for code, label in labels.items() if is_its_own(turn, code, label)}
    glance = _glance(passed, labels, len(seen), occupied=bag.occupied)
    where = NEXT[passed.where].get(glance, passed.where)
    if where is LEFT:
        seen = {}  # what is there of its parcel is on another bag
    unseen = passed.unseen + 1 if glance is OTHERS else 0 if seen else passed.unseen
    now = passed if where is passed.where else passed.moved(where, turn.now_s)
    if seen or now is not passed or unseen != passed.unseen:
        bag.passed = now = replace(now, seen_s={**now.seen_s, **seen}, unseen=unseen)
    if bag.owes_green or bag.green_until_s is not None:
        is_covered = where is LIES and at_s > now.last_s + turn.rules.settle_s
        if is_covered or _is_another(passed.where, where, glance):
            turn.end_green()


def _glance(
    passed: PassedBag, labels: Mapping[str, Label | None], own: int, *, occupied: bool
) -> Glance:
    if not occupied:
        return BARE
    if passed.where in AWAY and _has_foreign(labels, passed.parcel):
        return FOREIGN
    if own:
        return TWO if own >= BOTH else OWN
    return OTHERS if _has_foreign(labels, passed.parcel) else NOTHING


def _has_foreign(labels: Mapping[str, Label | None], parcel: str) -> bool:
    return any(label and parcel not in label.parcels for label in labels.values())


def _is_another(before: Where, now: Where, glance: Glance) -> bool:
    """Whether another bag may lie there by now, or none: green over it would be another's.

    What was moved or lifted is green no more, though its own labels are seen again.
    """
    if glance in (OWN, TWO):
        return False
    return now is not before or glance is OTHERS or (now is Where.IN_HAND and glance is NOTHING)
