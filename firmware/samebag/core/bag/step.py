"""The rules of a bag (README, "Life of a bag"): one event in, the new state and what to do about it out. Pure.

Nothing here can turn red into green: a hold only ends when it is acknowledged and its labels have left the view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from samebag.core.bag import swaps
from samebag.core.bag.bag import TO_PROVE, Bag, Stranger, View
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.hold import Hold
from samebag.core.bag.judge import Judge
from samebag.core.bag.reads import Read, common_parcels, count_boxes, is_complete
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    ShiftBegan,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import PROOF_PARCELS, Command, Kind, Label
from samebag.core.parcels import Known
from samebag.core.rules import Pairing, Prove, Rules
from samebag.core.sealing import MERGED
from samebag.core.tracking import carrier_of
from samebag.core.verdicts import (
    Action,
    LabelRead,
    NoticeKind,
    PrintLabel,
    ReadBy,
    ShowSignal,
    Signal,
    VerdictKind,
)

BOTH = 2  # labels of the passed bag: then it was laid down again
GREEN_FOR_S = 5.0  # DESIGN §3: green till the bag leaves, 5 s at most
TICK = ShowSignal(Signal.ONE_LABEL, once=True)


def step(bag: Bag, event: Event, rules: Rules, known: Known) -> tuple[Bag, tuple[Action, ...]]:
    """The bag after the event, and what the station must do, in that order.

    Codes in events are normalised. Events may come late: a frame is stamped when it was taken. The bag's own time
    never runs back. ``bag.due_s`` says when TimePassed is wanted.
    """
    turn = _Turn(bag, max(bag.now_s, event.at_s), rules, known)
    _HANDLERS[type(event)](turn, event)
    return turn.end(bag)


def play(bag: Bag, event: Event, rules: Rules, known: Known) -> tuple[Bag, tuple[Action, ...]]:
    """``step``, after the deadlines that came before the event: what a queue delivers late is judged as if in time."""
    done: list[Action] = []
    while (due := due_s(bag, rules)) < event.at_s:
        bag, actions = step(bag, TimePassed(due), rules, known)
        done += actions
    bag, actions = step(bag, event, rules, known)
    return bag, (*done, *actions)


class _Turn(Judge):
    """One event: what was read, what time does, what leaves."""

    # ---- events

    def scanned(self, event: CodeScanned) -> None:
        self.pass_time()
        label = self.label(event.code)
        if self.seals(label, ReadBy.SCANNER) or self.is_held_back(event.code, label, event.at_s):
            return
        if label:
            self.add(label, ReadBy.SCANNER, event.at_s, 1)
        elif not self.hold or self.hold.acknowledged:
            unknown = (LabelRead(Kind.UNKNOWN, event.code, ReadBy.SCANNER),)
            is_forged = self.rules.confirm_label and event.code.startswith(MERGED)
            self.refuse(VerdictKind.UNKNOWN, self.reads, unknown, holds=is_forged or carrier_of(event.code) is not None)
        self.judge()

    def seen(self, event: ViewSeen) -> None:
        if self.now_s - event.at_s > self.rules.clear_s:
            return  # too old to say what lies there now; the camera refuses such frames too
        boxes = count_boxes(event.sightings)
        sure = count_boxes([s for s in event.sightings if len(s.by) > 1])
        counted = {c: max(sure.get(c, 0), min(n, self.view.boxes.get(c, 0))) for c, n in boxes.items()}
        labels = {code: self.label(code) for code in boxes}
        waiting = self.is_waiting()
        self.view = View(event.at_s, boxes, event.unread)
        occupied = event.occupied or any(labels.values())
        self.watch_passed_bag(labels, event.at_s, occupied)
        if self.hold and not self.hold.codes.isdisjoint(boxes):
            self.hold = replace(self.hold, seen_s=event.at_s, lies=True)
        self.pass_time(waiting)
        if occupied:
            self.take_in(labels, counted, event.at_s)
            self.judge()
        else:
            self.table_empty(event.at_s)
        self.occupied = occupied

    def commanded(self, event: CommandGiven) -> None:
        self.pass_time()
        if event.command is Command.END_WARNINGS:
            self.swap(swaps.ended(self.swaps, self.number, self.now_s))
        elif event.command is Command.CLEAR:
            self.clear()

    def clear(self) -> None:
        if not self.view.boxes:
            self.two_bags = False
        if self.hold:
            if not self.hold.acknowledged:
                self.acknowledge()
                self.hold_what_lies_there(self.hold)
                if self.hold.verdict.proves:
                    self.prove(Signal(self.hold.verdict.kind))
            self.release_hold()
        elif self.reads or self.in_hand or self.strangers:
            self.give(NoticeKind.CLEARED, self.number)
            self.in_hand = ()
            self.next_bag()

    def hold_what_lies_there(self, hold: Hold) -> None:
        """With one-frame pairing: its own label may be covered, and the others be all that is seen of it."""
        if hold.lies and self.rules.pairing is Pairing.ONE_FRAME:
            self.hold = replace(hold, codes=hold.codes.union(self.view.boxes), seen_s=self.view.at_s)

    def shift_began(self, event: ShiftBegan) -> None:
        self.pass_time()
        if self.rules.prove is Prove.SHIFT:
            self.unproven = TO_PROVE

    def prove(self, signal: Signal) -> None:
        """A person saw and heard it, on a proof card."""
        if signal in self.unproven:
            self.unproven -= {signal}
            if not self.unproven:
                self.give(NoticeKind.PROVEN, self.number)

    def time_passed(self, event: TimePassed) -> None:
        self.pass_time()
        self.judge()

    def device_lost(self, event: DeviceLost) -> None:
        self.faults |= {event.device}

    def device_back(self, event: DeviceBack) -> None:
        self.pass_time()
        self.faults -= {event.device}
        self.judge()

    def stored(self, event: VerdictStored) -> None:
        if not self.storing or self.storing.bag != event.bag:
            return
        verdict, self.storing = self.storing, None
        assert verdict.parcel is not None  # only matches are waited for
        if self.passed and not self.passed.sighted:  # the packer still has it in his hand, however slow the disk was
            self.passed = replace(self.passed, seen_s=dict.fromkeys(self.passed.seen_s, self.now_s))
        until_s = self.now_s + GREEN_FOR_S
        if not self.reads and not self.hold and self.now_s < self.green_ends_s(until_s):  # never over the next bag
            self.green_until_s = until_s
            if verdict.proves:
                self.prove(Signal.MATCH)
        if verdict.prints:
            self.actions.append(PrintLabel(verdict.parcel, event.bag))
        if verdict.passes:
            self.swap(swaps.passed(self.swaps, verdict.parcel, event.bag, self.now_s))
        self.judge()

    def store_failed(self, event: StoreFailed) -> None:
        """What is not on disk has not passed: the bag must be read again."""
        if self.storing and self.storing.bag == event.bag:
            self.storing = self.passed = self.last_parcel = None

    # ---- what was read

    def take_in(self, labels: Mapping[str, Label | None], counted: Mapping[str, int], at_s: float) -> None:
        """The view's codes that count become reads, or strangers where the book lacks them."""
        for code, label in labels.items():
            if (counted[code] and self.seals(label, ReadBy.CAMERA)) or self.is_held_back(code, label, at_s):
                continue
            if label and (counted[code] or self.has_read(code)):
                self.add(label, ReadBy.CAMERA, at_s, counted[code])
            elif label:
                self.doubts = {**self.doubts, label: at_s}
            elif counted[code] and not self.passed and not self.hold and carrier_of(code):
                self.add_stranger(code, at_s)

    def seals(self, label: Label | None, by: ReadBy) -> bool:
        """Whether it is a merged label of the bag that passed last, which waits for it or has another already."""
        passed = self.passed
        if not passed or not label or self.hold:
            return False
        if label.merged_of != {passed.parcel} or label.code == passed.sealed_by:
            return False
        self.seal(label, by)
        return True

    def is_held_back(self, code: str, label: Label | None, at_s: float) -> bool:
        """Whether the read belongs to the bag that passed, or to one on hold that needs nothing more."""
        if self.is_final_hold() or self.is_held_bags(code, label):
            return True
        if not self.passed or not self.is_passed_bags(code, label):
            return False
        self.passed = replace(self.passed, seen_s={**self.passed.seen_s, code: at_s})
        return True

    def is_held_bags(self, code: str, label: Label | None) -> bool:
        """Whether the code is on a bag on hold that was acknowledged.

        The other label of its parcel leaves with it; after a mismatch that label is on the partner's bag.
        """
        hold = self.hold
        if not hold or not hold.acknowledged:
            return False
        other = hold.verdict.kind is not VerdictKind.MISMATCH
        if other and label and label.parcels <= set(hold.verdict.parcels):
            self.hold = replace(hold, codes=hold.codes | {code})
            return True
        return code in hold.codes

    def has_read(self, code: str) -> bool:
        return any(read.label.code == code for read in self.reads)

    def add(self, label: Label, by: ReadBy, at_s: float, boxes: int) -> None:
        self.green_until_s = None
        self.in_hand = tuple(read for read in self.in_hand if read.label.parcels.isdisjoint(label.parcels))
        boxes, seen_s = max(boxes, 1), at_s if by is ReadBy.CAMERA else inf
        if not self.has_read(label.code):
            self.reads = (*self.reads, Read(label, by, at_s, at_s, boxes, seen_s))
            if TICK not in self.actions:
                self.actions.append(TICK)
            return
        self.reads = tuple(
            replace(r, label=label, last_s=max(r.last_s, at_s), boxes=boxes, seen_s=min(r.seen_s, seen_s))
            if r.label.code == label.code
            else r
            for r in self.reads
        )

    def add_stranger(self, code: str, at_s: float) -> None:
        first_s = next((s.first_s for s in self.strangers if s.code == code), at_s)
        others = tuple(s for s in self.strangers if s.code != code)
        self.strangers = (*others, Stranger(code, first_s, at_s))

    # ---- time, and what leaves

    def pass_time(self, waiting: bool | None = None) -> None:
        """What ends by itself. A whole pair that waited until now is still judged with this event."""
        waiting = self.is_waiting() if waiting is None else waiting
        self.release_hold()
        if self.passed and not self.storing and self.now_s >= self.passed.gone_at_s(self.rules):
            self.passed_left(self.passed)
        if self.green_until_s is not None and self.now_s >= self.green_ends_s(self.green_until_s):
            self.green_until_s = None
        if waiting:
            return
        self.forget_old_reads()
        oldest_s = min((s.first_s for s in self.strangers), default=self.now_s)
        if oldest_s + self.rules.pair_within_s <= self.now_s and not self.hold:
            self.refuse_strangers()

    def green_ends_s(self, until_s: float) -> float:
        """Sooner where the camera saw the bag, but has not for ``clear_s``, or saw another instead."""
        passed = self.passed
        if not passed or not passed.sighted:
            return until_s
        return -inf if passed.left else min(until_s, passed.last_s + self.rules.clear_s)

    def watch_passed_bag(self, labels: Mapping[str, Label | None], at_s: float, occupied: bool) -> None:
        passed = self.passed
        if not passed:
            return
        others = any(label and passed.parcel not in label.parcels for label in labels.values())
        if passed.lifted and others:  # if a label of its parcel is there too, it is on another bag
            self.passed = replace(passed, left=True)
            return
        seen = {c: at_s for c, label in labels.items() if self.is_passed_bags(c, label)}
        moved = not seen and (passed.moved or not occupied or any(labels.values()))
        lifted = len(seen) < BOTH and (passed.lifted or not occupied)
        sighted, seen_s = passed.sighted or bool(seen), {**passed.seen_s, **seen}
        self.passed = passed = replace(passed, seen_s=seen_s, sighted=sighted, moved=moved, lifted=lifted)
        is_covered = at_s > passed.last_s + self.rules.settle_s
        if sighted and (moved or is_covered):
            self.green_until_s = None  # another bag may lie there by now

    def release_hold(self) -> None:
        hold = self.hold
        if hold and hold.acknowledged and self.now_s >= hold.seen_s + self.rules.clear_s:
            self.hold = None
            self.give(NoticeKind.CLEARED, hold.verdict.bag)

    def forget_old_reads(self) -> None:
        """Reads more than ``pair_within_s`` old pair with nothing; a whole pair may wait for the last bag to go."""
        since_s = self.now_s - self.rules.pair_within_s
        self.doubts = {label: at_s for label, at_s in self.doubts.items() if at_s >= since_s}
        put_aside = tuple(read for read in self.in_hand if read.last_s < since_s)
        if put_aside:
            self.in_hand = tuple(read for read in self.in_hand if read not in put_aside)
            self.refuse_incomplete(put_aside)
        kept = tuple(read for read in self.reads if read.last_s >= since_s)
        strangers = tuple(s for s in self.strangers if s.last_s >= since_s)
        if len(kept) + len(strangers) == len(self.reads) + len(self.strangers):
            return
        if kept or strangers or self.hold:
            self.reads, self.strangers = kept, strangers
        else:
            self.bag_left()

    def is_waiting(self) -> bool:
        """Whether a whole pair only waits for the bag before it."""
        if not self.reads or not (self.storing or self.passed_in_view()):
            return False
        return any(is_complete(self.reads, parcel) for parcel in common_parcels(self.reads))

    def table_empty(self, at_s: float) -> None:
        """Reads from before this moment are on no bag that may still come; a pair scanned whole is judged first."""
        scanned_whole = all(read.by is ReadBy.SCANNER for read in self.reads)  # what the camera saw has left
        if scanned_whole:
            self.judge()
        if self.hold:
            self.reads = tuple(read for read in self.reads if read.last_s >= at_s)
            self.hold, self.two_bags = replace(self.hold, lies=False), False
        self.doubts = {}
        if self.hold or (scanned_whole and self.is_waiting()):
            return
        last_s = [read.last_s for read in self.reads] + [stranger.last_s for stranger in self.strangers]
        if min(last_s, default=at_s) < at_s:
            self.bag_left_or_is_in_hand()
        self.two_bags = False
        self.judge()

    def bag_left_or_is_in_hand(self) -> None:
        """Scans over a table that was empty already are of a bag in a hand: an empty view says nothing about that."""
        if self.reads and not self.occupied:
            self.in_hand, self.reads = (*self.in_hand, *self.reads), ()
        else:
            self.bag_left()

    def bag_left(self) -> None:
        """The bag went without a verdict. One label of the bag that passed last, read again, is not a new bag."""
        if self.two_bags:
            pass  # the table was cleared, as it should be
        elif self.strangers:
            self.refuse_strangers()
        else:
            self.refuse_incomplete(self.reads)
            self.call_back()
        if not self.hold:
            self.next_bag()

    def refuse_incomplete(self, reads: tuple[Read, ...]) -> None:
        if any(read.label.parcels != {self.last_parcel} for read in reads) and not self.hold:
            self.refuse(VerdictKind.INCOMPLETE, reads, holds=False)

    def call_back(self) -> None:
        """A foreign label that came and went with the bag that just passed was on it, for all that can be known."""
        passed, parcels = self.passed, frozenset(p for read in self.reads for p in read.label.parcels)
        if not passed or not PROOF_PARCELS.isdisjoint(parcels | {passed.parcel}):
            return
        left_s = passed.last_s + self.rules.settle_s
        if all(read.by is ReadBy.CAMERA and read.last_s <= left_s for read in self.reads):
            recall = swaps.Recall(passed.parcel, unless=parcels)
            self.swap(swaps.recalled(self.swaps, recall, passed.bag, self.now_s))


_HANDLERS: dict[type[Event], Callable[[_Turn, Any], None]] = {
    CodeScanned: _Turn.scanned,
    ViewSeen: _Turn.seen,
    CommandGiven: _Turn.commanded,
    ShiftBegan: _Turn.shift_began,
    TimePassed: _Turn.time_passed,
    DeviceLost: _Turn.device_lost,
    DeviceBack: _Turn.device_back,
    VerdictStored: _Turn.stored,
    StoreFailed: _Turn.store_failed,
}
