"""What the reads on the table amount to, and the verdict: the judging half of a step. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from math import inf
from operator import attrgetter
from typing import Any

from samebag.core.bag import swaps as swapped
from samebag.core.bag.bag import Bag, Stranger, View
from samebag.core.bag.hold import Hold
from samebag.core.bag.passed import PassedBag
from samebag.core.bag.reads import Read, are_two_bags, common_parcels, is_complete, named, proof_of
from samebag.core.bag.swaps import Swaps
from samebag.core.labels import PROOF_LABELS, PROOF_PARCELS, Kind, Label
from samebag.core.parcels import Known, Standing
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    LabelRead,
    NoticeKind,
    Proof,
    ReadBy,
    RecordVerdict,
    ShowSignal,
    Signal,
    Verdict,
    VerdictKind,
)

CLOSED = {  # why a match is not green, gravest first
    Standing.PASSED: VerdictKind.DUPLICATE,
    Standing.SHIPPED: VerdictKind.DUPLICATE,
    Standing.CANCELLED: VerdictKind.CANCELLED,
    Standing.VANISHED: VerdictKind.CANCELLED,
    Standing.CHANGED: VerdictKind.CHANGED,
    Standing.BARRED: VerdictKind.BARRED,
}
_FIELDS = tuple(f.name for f in fields(Bag))
_values = attrgetter(*_FIELDS)


class Judge:
    """One step at work on a mutable copy of the bag."""

    number: int
    reads: tuple[Read, ...]
    in_hand: tuple[Read, ...]
    doubts: Mapping[Label, float]
    strangers: tuple[Stranger, ...]
    view: View
    occupied: bool
    passed: PassedBag | None
    last_parcel: str | None
    hold: Hold | None
    storing: Verdict | None
    settle_from_s: float | None
    unread_s: float
    two_bags: bool
    crowded_from_s: float | None
    crowded: bool
    green_until_s: float | None
    faults: frozenset[str]
    unproven: frozenset[Signal]
    swaps: Swaps

    def __init__(self, bag: Bag, now_s: float, rules: Rules, known: Known) -> None:
        self.__dict__.update(zip(_FIELDS, _values(bag), strict=True))
        self.now_s, self.rules, self.known = now_s, rules, known
        self.actions: list[Action] = []

    def end(self, before: Bag) -> tuple[Bag, tuple[Action, ...]]:
        """LEDs and buzzer come first: red waits for nothing, not even for the disk."""
        after = Bag(*_values(self))
        shown = after.shown
        if shown != before.shown:
            self.actions.insert(0, shown)
        return after, tuple(self.actions)

    def judge(self) -> None:
        two_bags = self.sees_two_bags()
        reads = self.judged_reads()
        in_view = self.in_view(reads)
        settle_from_s, self.settle_from_s = self.settle_from_s, None
        if reads and not self.is_final_hold():
            common = common_parcels(reads)
            if self.in_hand:  # none of them shares a parcel with what was read since
                self.mismatch((*self.in_hand, *reads), in_view)
            elif not common and not two_bags:
                self.mismatch(reads, in_view)
            elif not self.hold and not two_bags:
                self.judge_parcels(reads, in_view, common, settle_from_s)
        self.watch_crowd(two_bags or (bool(in_view) and self.passed_in_view()))

    def sees_two_bags(self) -> bool:
        """Whether two whole pairs lay side by side; a frame that misses one of their labels changes nothing.

        Until the table was cleared nothing passes, also after a while in which no label was read: of two bags with
        crossed labels, half covered, a whole pair of one parcel is in view. What stays and does not go together
        turns red.
        """
        reads = self.judged_reads()
        if are_two_bags(reads, self.in_view(reads)):
            self.two_bags = True
        if not self.two_bags:
            return False
        self.reads = tuple(read for read in self.reads if self.view.at_s - read.last_s <= self.rules.clear_s)
        if not self.reads:
            return False
        return bool(common_parcels(self.reads)) or are_two_bags(self.reads, self.reads)

    def in_view(self, reads: Iterable[Read]) -> list[Read]:
        return [read for read in reads if read.label.code in self.view.boxes]

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

    def label(self, code: str) -> Label | None:
        return PROOF_LABELS.get(code) or self.known.label(code)

    def standing(self, parcel: str, reads: tuple[Read, ...]) -> Standing:
        """A bag that is back for its merged label may have been cancelled since it passed."""
        standing = Standing.OPEN if parcel in PROOF_PARCELS else self.known.standing(parcel)
        if standing is Standing.OPEN and any(parcel in read.label.stale for read in reads):
            return Standing.CHANGED
        if standing is Standing.PASSED and self.may_be_sealed(reads) and self.known.is_cancelled(parcel):
            return Standing.CANCELLED
        return standing

    def judge_closed(self, reads: tuple[Read, ...], in_view: list[Read], standings: Mapping[str, Standing]) -> None:
        """No candidate may leave: red at once. Only a lone label of the bag that passed last says nothing new."""
        whole = next((parcel for parcel in sorted(standings) if is_complete(reads, parcel)), None)
        if self.may_be_sealed(reads) and set(standings.values()) == {Standing.PASSED}:
            if whole and not self.faults and not self.storing and not self.passed_in_view():
                self.seal_late(reads, in_view, whole)
            return
        if whole is None and standings == {self.last_parcel: Standing.PASSED}:
            return
        kind = next(CLOSED[standing] for standing in CLOSED if standing in standings.values())
        proof = proof_of(reads, in_view, whole, Pairing.ONE_BAG) if whole else None
        self.refuse(kind, reads, proof=proof)

    def judge_open(
        self, reads: tuple[Read, ...], in_view: list[Read], parcel: str, settle_from_s: float | None
    ) -> None:
        """Green needs all of DESIGN §2.3; what is missing here may still come while the bag lies there."""
        is_proven = not self.unproven or parcel in PROOF_PARCELS
        if not is_complete(reads, parcel) or self.faults or not is_proven or self.storing or self.passed_in_view():
            return
        proof = proof_of(reads, in_view, parcel, self.rules.pairing)
        camera_only = proof in (Proof.ONE_FRAME, Proof.CAMERA)
        if proof is None or (camera_only and self.now_s - self.view.at_s > self.rules.clear_s):
            return
        if any(parcel not in label.parcels for label in self.doubts):
            return  # a foreign label, perhaps: it must count, or be gone, first
        if proof is not Proof.SCANNER_TWICE and not in_view:
            return  # it waited for the bag before it, and may have been taken away meanwhile
        if self.strangers and self.rules.strict_unknown:
            self.refuse_strangers()
        elif self.is_settled(reads, in_view, proof, settle_from_s):
            self.match(reads, in_view, parcel, proof, self.view.unread if camera_only else 0)

    def is_settled(self, reads: tuple[Read, ...], in_view: list[Read], proof: Proof, from_s: float | None) -> bool:
        """Whether the reader had its chance at whatever else lies there.

        It gets ``settle_s`` while a region of one view is unread. It also gets them where the camera never saw both
        labels together: the bag may have been exchanged, and the new one's own label must get its chance to turn it
        red.
        """
        if self.rules.pairing is Pairing.ONE_FRAME:
            return self.is_still_alone(in_view, from_s)
        newest_s = max((read.first_s for read in reads if read.by is ReadBy.CAMERA), default=-inf)
        if proof is Proof.ONE_FRAME:
            newest_s = (self.now_s if from_s is None else from_s) if self.view.unread else -inf
        if self.now_s >= newest_s + self.rules.settle_s:
            return True
        self.settle_from_s = newest_s
        return False

    def is_still_alone(self, in_view: list[Read], from_s: float | None) -> bool:
        """Whether one more view shows both labels and nothing else: hands uncover labels one by one.

        Where a region was unread beside them, that view is ``settle_s`` later. It may come late: its own time counts.
        """
        seen_s = max(min(read.seen_s, self.view.at_s) for read in in_view)
        if self.view.unread:
            self.unread_s = self.view.at_s
        if self.unread_s < seen_s:
            return seen_s < self.view.at_s
        if from_s is None:
            from_s = self.view.at_s if self.view.unread else seen_s
        if self.view.at_s >= from_s + self.rules.settle_s:
            return True
        self.settle_from_s = from_s
        return False

    def match(self, reads: tuple[Read, ...], in_view: list[Read], parcel: str, proof: Proof, unread: int) -> None:
        shadow = self.rules.shadow
        verdict = Verdict(
            VerdictKind.MATCH, self.number, self.now_s, named(reads), parcel, (parcel,), proof, unread, shadow
        )
        self.actions = [a for a in self.actions if not isinstance(a, ShowSignal)]  # no tick before the long beep
        sealed_by = None if self.rules.confirm_label and verdict.prints else ""
        self.passes(PassedBag(parcel, self.seen_now(reads), bool(in_view), self.number, sealed_by))
        self.storing = verdict
        self.actions.append(RecordVerdict(verdict))

    def passes(self, bag: PassedBag) -> None:
        if self.passed:
            self.passed_left(self.passed)
        self.passed, self.last_parcel = bag, bag.parcel
        self.next_bag()

    def passed_left(self, passed: PassedBag) -> None:
        self.passed = None
        if passed.sealed_by is None:
            self.give(NoticeKind.UNSEALED, passed.bag, parcels=(passed.parcel,))
            self.actions.append(ShowSignal(Signal.INCOMPLETE, once=True))

    def seen_now(self, reads: Iterable[Read]) -> dict[str, float]:
        return {read.label.code: self.now_s for read in reads}

    # ---- the merged label, where it must be seen on its bag

    def may_be_sealed(self, reads: Iterable[Read]) -> bool:
        """Whether a fresh merged label was read: its bag passed unsealed, and is back for it."""
        return any(read.label.merged_of and not read.label.stale for read in reads)

    def seal_late(self, reads: tuple[Read, ...], in_view: list[Read], parcel: str) -> None:
        merged = next(read for read in reads if read.label.merged_of)
        self.passes(PassedBag(parcel, self.seen_now(reads), bool(in_view), self.number, sealed_by=None))
        self.seal(merged.label, merged.by)

    def seal(self, label: Label, by: ReadBy) -> None:
        """A merged label on the bag that passed last: its fresh one seals it, any other is a copy.

        A bag whose order was cancelled meanwhile is told so, and no more waited for.
        """
        assert self.passed
        if self.known.is_cancelled(self.passed.parcel):
            self.passed = None
            self.refuse(VerdictKind.CANCELLED, (Read(label, by, self.now_s, self.now_s),))
            return
        if label.stale or self.passed.sealed_by is not None:
            self.refuse(VerdictKind.DUPLICATE, (Read(label, by, self.now_s, self.now_s),))
            return
        sealed = (LabelRead(Kind.MERGED, label.code, by),)
        self.passed = replace(self.passed, sealed_by=label.code, seen_s={**self.passed.seen_s, label.code: self.now_s})
        self.give(NoticeKind.SEALED, self.passed.bag, parcels=(self.passed.parcel,), labels=sealed)

    def give(self, notice: NoticeKind, bag: int, **about: Any) -> None:
        self.actions.append(GiveNotice(notice, bag, self.now_s, **about))

    # ---- refusals

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
        verdict = Verdict(kind, self.number, self.now_s, labels, parcel, parcels, proof, shadow=self.rules.shadow)
        self.actions = [a for a in self.actions if not isinstance(a, ShowSignal)]
        if holds:
            codes = frozenset(label.code for label in labels) | (self.hold.codes if self.hold else frozenset())
            in_view = not codes.isdisjoint(self.view.boxes)
            self.hold = Hold(verdict, codes, self.view.at_s if in_view else -inf, lies=in_view)
            self.in_hand, self.strangers, self.green_until_s, self.settle_from_s = (), (), None, None
        else:
            self.actions.append(ShowSignal(Signal(kind), once=True))
        self.actions.append(RecordVerdict(verdict))
        if kind is VerdictKind.MISMATCH and PROOF_PARCELS.isdisjoint(parcels):
            self.swap(swapped.mismatched(self.swaps, self.number, self.now_s, reads, self.known))
        if holds and self.rules.shadow:
            self.acknowledge()  # nobody is shown it, so nobody can

    def swap(self, change: swapped.Change) -> None:
        self.swaps, notices = change
        self.actions += notices

    def acknowledge(self) -> None:
        """The packer has seen the red; what is read from now on is the next bag's."""
        assert self.hold
        self.next_bag()
        self.hold = replace(self.hold, acknowledged=True)

    def passed_in_view(self) -> bool:
        """Whether it lies there, though the newest frame may have missed it."""
        passed = self.passed
        if not passed or passed.lifted:
            return False
        since_s = min(self.now_s - self.rules.settle_s, self.view.at_s)
        return any(
            since_s <= seen_s <= self.view.at_s and self.is_passed_bags(code, self.label(code))
            for code, seen_s in passed.seen_s.items()
        )

    def watch_crowd(self, crowd: bool) -> None:
        if not crowd:
            self.crowded_from_s, self.crowded = None, False
        elif self.crowded_from_s is None:
            self.crowded_from_s = self.now_s
        elif not self.crowded and self.now_s >= self.crowded_from_s + self.rules.crowded_s:
            self.crowded = True
            self.give(NoticeKind.CROWDED, self.number)

    def next_bag(self) -> None:
        self.reads = self.strangers = ()  # doubts stay: nobody knows whose label that is
        self.settle_from_s, self.unread_s = None, -inf
        self.number += 1

    def is_final_hold(self) -> bool:
        """A mismatch can get no worse; the other holds still become one if a foreign label turns up."""
        hold = self.hold
        return hold is not None and not hold.acknowledged and hold.verdict.kind is VerdictKind.MISMATCH

    def is_passed_bags(self, code: str, label: Label | None) -> bool:
        """Whether the code is on the bag that passed; one of its list's codes may be on the next bag instead."""
        passed = self.passed
        if not passed or passed.left or not (code in passed.seen_s or (label and label.parcels == {passed.parcel})):
            return False
        if label is None or not any(self.explains(read, label) for read in self.reads):
            return True
        since_s = self.view.at_s - self.rules.settle_s  # one frame may miss what lies there
        still_there = any(c != code and seen_s >= since_s for c, seen_s in passed.seen_s.items())
        return still_there and self.view.boxes.get(code, 0) < 2

    def explains(self, read: Read, label: Label) -> bool:
        """Whether a read of the next bag shares its order with that label."""
        return read.label.kind is Kind.WAYBILL and not read.label.parcels.isdisjoint(label.parcels)
