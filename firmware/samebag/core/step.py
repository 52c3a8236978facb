"""The rules of a bag (README, "Life of a bag"): one event in, the new state and what to do about it out. Pure.

Nothing here can turn red into green: a hold only ends when it is acknowledged and its labels have left the view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from math import inf
from typing import Any

from samebag.core.bag import Bag, Hold, PassedBag, Stranger, View, due_s
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.judging import Read, are_two_bags, common_parcels, count_boxes, is_complete, named, proof_of
from samebag.core.labels import Command, Kind, Label
from samebag.core.parcels import Known, Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.tracking import carrier_of
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    PrintLabel,
    Proof,
    ReadBy,
    RecordVerdict,
    ShowSignal,
    Signal,
    Verdict,
    VerdictKind,
)

GREEN_FOR_S = 5.0  # DESIGN §3: green till the bag leaves, 5 s at most
CLOSED = {  # why a match is not green, gravest first
    Standing.PASSED: VerdictKind.DUPLICATE,
    Standing.CANCELLED: VerdictKind.CANCELLED,
    Standing.CHANGED: VerdictKind.CHANGED,
}
TICK = ShowSignal(Signal.ONE_LABEL, once=True)
_FIELDS = tuple(f.name for f in fields(Bag))


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


class _Turn:
    """One event at work on a mutable copy of the bag."""

    number: int
    reads: tuple[Read, ...]
    strangers: tuple[Stranger, ...]
    view: View
    passed: PassedBag | None
    last_parcel: str | None
    hold: Hold | None
    storing: Verdict | None
    settle_from_s: float | None
    crowded_from_s: float | None
    crowded: bool
    green_until_s: float | None
    faults: frozenset[str]

    def __init__(self, bag: Bag, now_s: float, rules: Rules, known: Known) -> None:
        for name in _FIELDS:
            setattr(self, name, getattr(bag, name))
        self.now_s, self.rules, self.known = now_s, rules, known
        self.actions: list[Action] = []

    def end(self, before: Bag) -> tuple[Bag, tuple[Action, ...]]:
        """LEDs and buzzer come first: red waits for nothing, not even for the disk."""
        after = Bag(*[getattr(self, name) for name in _FIELDS])
        shown = after.shown
        if shown != before.shown:
            self.actions.insert(0, shown)
        return after, tuple(self.actions)

    # ---- events

    def scanned(self, event: CodeScanned) -> None:
        self.pass_time()
        label = self.known.label(event.code)
        if self.is_held_back(event.code, label, event.at_s):
            return
        if label:
            self.add(label, ReadBy.SCANNER, event.at_s, 1)
        elif not self.hold or self.hold.acknowledged:
            unknown = (LabelRead(Kind.UNKNOWN, event.code, ReadBy.SCANNER),)
            self.refuse(VerdictKind.UNKNOWN, self.reads, unknown, holds=carrier_of(event.code) is not None)
        self.judge()

    def seen(self, event: ViewSeen) -> None:
        boxes = count_boxes(event.sightings)
        sure = count_boxes([s for s in event.sightings if len(s.by) > 1])
        counted = {c: max(sure.get(c, 0), min(n, self.view.boxes.get(c, 0))) for c, n in boxes.items()}
        labels = {code: self.known.label(code) for code in boxes}
        waiting = self.is_waiting()
        self.view = View(event.at_s, boxes, event.unread)
        occupied = event.occupied or any(labels.values())
        self.watch_passed_bag(labels, event.at_s, occupied)
        if self.hold and not self.hold.codes.isdisjoint(boxes):
            self.hold = replace(self.hold, seen_s=event.at_s)
        self.pass_time(waiting)
        if occupied:
            self.take_in(labels, counted, event.at_s)
            self.judge()
        else:
            self.table_empty(event.at_s)

    def commanded(self, event: CommandGiven) -> None:
        self.pass_time()
        if event.command is not Command.CLEAR:
            return
        if self.hold:
            if not self.hold.acknowledged:
                self.next_bag()
            self.hold = replace(self.hold, acknowledged=True)
            self.release_hold()
        elif self.reads or self.strangers:
            self.actions.append(GiveNotice(NoticeKind.CLEARED, self.number, self.now_s))
            self.next_bag()

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
        parcel, self.storing = self.storing.parcel, None
        assert parcel is not None  # only matches are waited for
        if not self.reads and not self.hold:  # green never stands over the next bag
            self.green_until_s = self.now_s + GREEN_FOR_S
        self.actions.append(PrintLabel(parcel, event.bag))
        self.judge()

    def store_failed(self, event: StoreFailed) -> None:
        """What is not on disk has not passed: the bag must be read again."""
        if self.storing and self.storing.bag == event.bag:
            self.storing = self.passed = self.last_parcel = None

    # ---- what was read

    def take_in(self, labels: Mapping[str, Label | None], counted: Mapping[str, int], at_s: float) -> None:
        """The view's codes that count become reads, or strangers where the book lacks them."""
        for code, label in labels.items():
            if self.is_held_back(code, label, at_s):
                continue
            if label and (counted[code] or self.has_read(code)):
                self.add(label, ReadBy.CAMERA, at_s, counted[code])
            elif not label and counted[code] and not self.passed and not self.hold and carrier_of(code):
                self.add_stranger(code, at_s)

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

    def is_final_hold(self) -> bool:
        """A mismatch can get no worse; the other holds still become one if a foreign label turns up."""
        hold = self.hold
        return hold is not None and not hold.acknowledged and hold.verdict.kind is VerdictKind.MISMATCH

    def is_passed_bags(self, code: str, label: Label | None) -> bool:
        """Whether the code is on the bag that passed; one of its list's codes may be on the next bag instead."""
        passed = self.passed
        if not passed or not (code in passed.seen_s or (label and label.parcels == {passed.parcel})):
            return False
        if label is None or not any(self.explains(read, label) for read in self.reads):
            return True
        still_there = any(c in passed.seen_s and c != code for c in self.view.boxes)
        return still_there and self.view.boxes.get(code, 0) < 2

    def explains(self, read: Read, label: Label) -> bool:
        """Whether a read of the next bag shares its order with that label."""
        return read.label.kind is Kind.WAYBILL and not read.label.parcels.isdisjoint(label.parcels)

    def has_read(self, code: str) -> bool:
        return any(read.label.code == code for read in self.reads)

    def add(self, label: Label, by: ReadBy, at_s: float, boxes: int) -> None:
        self.green_until_s = None
        boxes = max(boxes, 1)
        if not self.has_read(label.code):
            self.reads = (*self.reads, Read(label, by, at_s, boxes))
            if TICK not in self.actions:
                self.actions.append(TICK)
            return
        self.reads = tuple(
            Read(label, r.by, max(r.last_s, at_s), boxes) if r.label.code == label.code else r for r in self.reads
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
        if self.passed and self.now_s >= self.passed.gone_at_s(self.rules):
            self.passed = None
        if self.green_until_s is not None and self.now_s >= self.green_until_s:
            self.green_until_s = None
        if waiting:
            return
        self.forget_old_reads()
        oldest_s = min((s.first_s for s in self.strangers), default=self.now_s)
        if oldest_s + self.rules.pair_within_s <= self.now_s and not self.hold:
            self.refuse_strangers()

    def watch_passed_bag(self, labels: Mapping[str, Label | None], at_s: float, occupied: bool) -> None:
        if not self.passed:
            return
        seen = {c: at_s for c, label in labels.items() if self.is_passed_bags(c, label)}
        moved = not seen and (self.passed.moved or not occupied or any(labels.values()))
        sighted = self.passed.sighted or bool(seen)
        self.passed = replace(self.passed, seen_s={**self.passed.seen_s, **seen}, sighted=sighted, moved=moved)
        if moved and sighted:
            self.green_until_s = None

    def release_hold(self) -> None:
        hold = self.hold
        if hold and hold.acknowledged and self.now_s >= hold.seen_s + self.rules.clear_s:
            self.hold = None
            self.actions.append(GiveNotice(NoticeKind.CLEARED, hold.verdict.bag, self.now_s))

    def forget_old_reads(self) -> None:
        """Reads more than ``pair_within_s`` old pair with nothing; a whole pair may wait for the last bag to go."""
        since_s = self.now_s - self.rules.pair_within_s
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
        if all(read.by is ReadBy.SCANNER for read in self.reads):
            self.judge()
        if self.hold:
            self.reads = tuple(read for read in self.reads if read.last_s >= at_s)
        if self.hold or self.is_waiting():
            return
        last_s = [read.last_s for read in self.reads] + [stranger.last_s for stranger in self.strangers]
        if min(last_s, default=at_s) < at_s:
            self.bag_left()
        self.judge()

    def bag_left(self) -> None:
        """The bag went without a verdict. One label of the bag that passed last, read again, is not a new bag."""
        if self.strangers:
            self.refuse_strangers()
        elif any(read.label.parcels != {self.last_parcel} for read in self.reads):
            self.refuse(VerdictKind.INCOMPLETE, self.reads, holds=False)
        if not self.hold:
            self.next_bag()

    def next_bag(self) -> None:
        self.reads = self.strangers = ()
        self.settle_from_s = None
        self.number += 1

    # ---- judging

    def judge(self) -> None:
        reads = self.judged_reads()
        in_view = [read for read in reads if read.label.code in self.view.boxes]
        settle_from_s, self.settle_from_s = self.settle_from_s, None
        two_bags = bool(reads) and are_two_bags(reads, in_view)
        if reads and not self.is_final_hold():
            common = common_parcels(reads)
            if not common and not two_bags:
                self.mismatch(reads, in_view)
            elif common and not self.hold:
                self.judge_parcels(reads, in_view, common, settle_from_s)
        self.watch_crowd(two_bags or (bool(in_view) and self.passed_in_view()))

    def judged_reads(self) -> tuple[Read, ...]:
        """With one-frame pairing, what the camera saw in earlier views is on another bag."""
        if self.rules.pairing is Pairing.ONE_BAG:
            return self.reads
        return tuple(r for r in self.reads if r.by is ReadBy.SCANNER or r.label.code in self.view.boxes)

    def mismatch(self, reads: tuple[Read, ...], in_view: list[Read]) -> None:
        proof = Proof.ONE_FRAME if len(in_view) == len(reads) else proof_of(reads, (), "", Pairing.ONE_BAG)
        self.refuse(VerdictKind.MISMATCH, reads, proof=proof)

    def judge_parcels(
        self, reads: tuple[Read, ...], in_view: list[Read], common: frozenset[str], settle_from_s: float | None
    ) -> None:
        standings = {parcel: self.standing(parcel, reads) for parcel in common}
        if Standing.OPEN not in standings.values():
            self.judge_closed(reads, in_view, standings)
        elif len(common) == 1:
            self.judge_open(reads, in_view, next(iter(common)), settle_from_s)

    def standing(self, parcel: str, reads: Iterable[Read]) -> Standing:
        standing = self.known.standing(parcel)
        if standing is Standing.OPEN and any(parcel in read.label.stale for read in reads):
            return Standing.CHANGED
        return standing

    def judge_closed(self, reads: tuple[Read, ...], in_view: list[Read], standings: Mapping[str, Standing]) -> None:
        """No candidate may leave: red at once. Only a lone label of the bag that passed last says nothing new."""
        whole = next((parcel for parcel in sorted(standings) if is_complete(reads, parcel)), None)
        if whole is None and set(standings) == {self.last_parcel}:
            return
        kind = next(CLOSED[standing] for standing in CLOSED if standing in standings.values())
        proof = proof_of(reads, in_view, whole, Pairing.ONE_BAG) if whole else None
        self.refuse(kind, reads, proof=proof)

    def judge_open(
        self, reads: tuple[Read, ...], in_view: list[Read], parcel: str, settle_from_s: float | None
    ) -> None:
        """Green needs all of DESIGN §2.3; what is missing here may still come while the bag lies there."""
        if not is_complete(reads, parcel) or self.faults or self.storing or self.passed_in_view():
            return
        proof = proof_of(reads, in_view, parcel, self.rules.pairing)
        camera_only = proof in (Proof.ONE_FRAME, Proof.CAMERA)
        if proof is None or (camera_only and self.now_s - self.view.at_s > self.rules.clear_s):
            return
        unread = self.view.unread if camera_only else 0
        if self.strangers and self.rules.strict_unknown:
            self.refuse_strangers()
        elif not unread or self.is_settled(settle_from_s):
            self.match(reads, in_view, parcel, proof, unread)

    def is_settled(self, from_s: float | None) -> bool:
        """Whether the reader had ``settle_s`` for what is still unread."""
        self.settle_from_s = self.now_s if from_s is None else from_s
        return self.now_s >= self.settle_from_s + self.rules.settle_s

    def match(self, reads: tuple[Read, ...], in_view: list[Read], parcel: str, proof: Proof, unread: int) -> None:
        verdict = Verdict(VerdictKind.MATCH, self.number, self.now_s, named(reads), parcel, (parcel,), proof, unread)
        self.actions = [a for a in self.actions if not isinstance(a, ShowSignal)]  # no tick before the long beep
        self.actions.append(RecordVerdict(verdict))
        seen_s = {read.label.code: self.now_s for read in reads}
        self.passed = PassedBag(parcel, seen_s, sighted=bool(in_view))
        self.storing, self.last_parcel = verdict, parcel
        self.next_bag()

    def refuse_strangers(self) -> None:
        unknown = tuple(LabelRead(Kind.UNKNOWN, s.code, ReadBy.CAMERA) for s in self.strangers)
        self.refuse(VerdictKind.UNKNOWN, self.reads, unknown)

    def refuse(
        self,
        kind: VerdictKind,
        reads: tuple[Read, ...],
        unknown: tuple[LabelRead, ...] = (),
        *,
        holds: bool = True,
        proof: Proof | None = None,
    ) -> None:
        labels = (*unknown, *named(reads))
        common = common_parcels(reads) if reads else frozenset()
        parcel = next(iter(common)) if len(common) == 1 else None
        parcels = tuple(sorted(frozenset[str]().union(*(read.label.parcels for read in reads))))
        verdict = Verdict(kind, self.number, self.now_s, labels, parcel, parcels, proof)
        self.actions = [a for a in self.actions if not isinstance(a, ShowSignal)]
        if holds:
            codes = frozenset(label.code for label in labels) | (self.hold.codes if self.hold else frozenset())
            in_view = not codes.isdisjoint(self.view.boxes)
            self.hold = Hold(verdict, codes, self.view.at_s if in_view else -inf)
            self.strangers, self.green_until_s, self.settle_from_s = (), None, None
        else:
            self.actions.append(ShowSignal(Signal(kind), once=True))
        self.actions.append(RecordVerdict(verdict))

    def passed_in_view(self) -> bool:
        return self.passed is not None and any(
            code in self.passed.seen_s and self.is_passed_bags(code, self.known.label(code)) for code in self.view.boxes
        )

    def watch_crowd(self, crowd: bool) -> None:
        if not crowd:
            self.crowded_from_s, self.crowded = None, False
        elif self.crowded_from_s is None:
            self.crowded_from_s = self.now_s
        elif not self.crowded and self.now_s >= self.crowded_from_s + self.rules.crowded_s:
            self.crowded = True
            self.actions.append(GiveNotice(NoticeKind.CROWDED, self.number, self.now_s))


_HANDLERS: dict[type[Event], Callable[[_Turn, Any], None]] = {
    CodeScanned: _Turn.scanned,
    ViewSeen: _Turn.seen,
    CommandGiven: _Turn.commanded,
    TimePassed: _Turn.time_passed,
    DeviceLost: _Turn.device_lost,
    DeviceBack: _Turn.device_back,
    VerdictStored: _Turn.stored,
    StoreFailed: _Turn.store_failed,
}
