"""One event at work: a copy of the bag, and what the station is to do. The verbs of this folder
take it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Any

from samebag.core.bag.bag import Bag
from samebag.core.bag.reads import Read, Stranger
from samebag.core.labels import PROOF_LABELS, PROOF_PARCELS, Label
from samebag.core.parcels import Known, Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    ReadBy,
    ShowSignal,
    Signal,
    TellWait,
)

# asked of each frame: see verdicts.py
ONE_BAG, OPEN, SCANNER = (
    Pairing.ONE_BAG,
    Standing.OPEN,
    ReadBy.SCANNER,
)
TICK, SCAN_AGAIN = ShowSignal(Signal.ONE_LABEL, once=True), ShowSignal(Signal.INCOMPLETE, once=True)


class Turn:
    """``bag`` is this turn's own; nobody has seen it yet. ``in_the_way``: the labels that it waits
    for to go."""

    __slots__ = ("actions", "bag", "in_the_way", "known", "now_s", "parcel", "rules")

    def __init__(self, bag: Bag, at_s: float, rules: Rules, known: Known) -> None:
        """The bag's own time never runs back: events may come late."""
        self.bag = own = bag.copy()
        own.now_s = self.now_s = max(at_s, bag.now_s)
        self.rules, self.known = rules, known
        self.actions: list[Action] = []
        self.parcel: str | None = None
        self.in_the_way: tuple[LabelRead, ...] = ()

    def ended(self, before: Bag) -> tuple[Bag, tuple[Action, ...]]:
        """LEDs and buzzer come first: red waits for nothing, not even for the disk."""
        bag = self.bag
        if not bag.reads and not bag.in_hand:
            bag.waits = None
        if bag.waits and bag.waits is not before.waits:
            self.actions.append(
                TellWait(bag.waits, bag.number, self.now_s, self.parcel, self.in_the_way)
            )
        shown, was = bag.shown, before.shown
        if shown is not was and shown != was:  # mostly they are one
            self.actions.insert(0, shown)
        return bag, tuple(self.actions)

    # ---- questions

    def label(self, code: str) -> Label | None:
        return PROOF_LABELS.get(code) or self.known.label(code)

    def standing(self, parcel: str, reads: Iterable[Read]) -> Standing:
        """A bag that is back for its merged label may have been cancelled, or changed, since it
        passed."""
        standing = OPEN if parcel in PROOF_PARCELS else self.known.standing(parcel)
        if standing is OPEN:
            return (
                Standing.CHANGED if [read for read in reads if parcel in read.label.stale] else OPEN
            )
        if standing is Standing.PASSED and may_be_sealed(reads):
            meanwhile = self.known.meanwhile(parcel)
            return standing if meanwhile is Standing.OPEN else meanwhile
        return standing

    def judged_reads(self) -> tuple[Read, ...]:
        """With one-frame pairing, what the camera saw in earlier views keeps green away but turns
        nothing red."""
        if self.rules.pairing is ONE_BAG:
            return self.bag.reads
        boxes = self.bag.view.boxes
        return tuple(
            [read for read in self.bag.reads if read.label.code in boxes or read.by is SCANNER]
        )

    # ---- verbs

    def give(self, notice: NoticeKind, bag: int, **about: Any) -> None:
        self.actions.append(GiveNotice(notice, bag, self.now_s, **about))

    def silence(self) -> None:
        """No tick before a verdict's own sound."""
        self.actions = [action for action in self.actions if not isinstance(action, ShowSignal)]

    def refuse_ticks(self) -> None:
        """The label that was read is heard as one that says nothing, and must be scanned again."""
        self.actions = [SCAN_AGAIN if action == TICK else action for action in self.actions]

    def end_green(self) -> None:
        """The bag that it stands for may not be the one that lies there any more."""
        self.bag.green_until_s, self.bag.owes_green = None, False

    def next_bag(self) -> None:
        """What is read from now on is on another bag. Doubts stay: nobody knows whose label that
        is."""
        bag = self.bag
        self.set_aside(bag.reads, bag.strangers)
        bag.reads = bag.strangers = ()
        bag.settle_from_s, bag.whole_s, bag.said_clear = None, inf, False
        bag.number += 1

    def set_aside(self, reads: Iterable[Read], strangers: Iterable[Stranger] = ()) -> None:
        """What the camera read and no verdict was about: it may lie there, under a hand, until the
        table was bare."""
        seen: dict[str, Label | None] = {
            read.label.code: read.label for read in reads if read.seen_s < inf
        }
        if self.rules.pairing is Pairing.ONE_FRAME:
            seen.update(dict.fromkeys(stranger.code for stranger in strangers))
        if seen:
            self.bag.aside = {**self.bag.aside, **seen}

    def settle(self, parcel: str) -> None:
        """That parcel passed on its own bag: its labels are in nobody's way."""
        bag = self.bag
        if bag.aside:
            bag.aside = {
                code: label
                for code, label in bag.aside.items()
                if not (label and parcel in label.parcels)
            }
        if bag.doubts:
            bag.doubts = {
                code: doubt
                for code, doubt in bag.doubts.items()
                if not (doubt.label and parcel in doubt.label.parcels)
            }

    def forget_table(self) -> None:
        """The table is bare."""
        bag = self.bag
        if bag.aside or bag.doubts:
            bag.aside, bag.doubts = {}, {}
        bag.two_bags = bag.asked = False


def may_be_sealed(reads: Iterable[Read]) -> bool:
    """Whether a fresh merged label was read: its bag passed unsealed, and is back for it."""
    return any(read.label.merged_of and not read.label.stale for read in reads)
