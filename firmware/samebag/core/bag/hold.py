"""A red verdict: given at once, and held until somebody has seen it and its labels are gone
(rules.md 6). Pure."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from samebag.core.bag import swaps
from samebag.core.bag.reads import Read, Stranger, common_parcels, is_complete, named
from samebag.core.codes.tracking import form_of
from samebag.core.labels import PROOF_PARCELS, Kind, Label
from samebag.core.verdicts import (
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

if TYPE_CHECKING:
    from samebag.core.bag.bag import Bag
    from samebag.core.bag.turn import Turn


MISMATCH = VerdictKind.MISMATCH  # asked of each frame: see verdicts.py


class Hold(msgspec.Struct, frozen=True):
    """A red verdict that waits. ``seen_s`` is when one of its labels was last in view, -inf if
    never."""

    verdict: Verdict
    codes: frozenset[str]
    seen_s: float
    acknowledged: bool = False


# ---- questions


def is_final(bag: Bag) -> bool:
    """A mismatch can get no worse; the other holds still become one if a foreign label turns up."""
    hold = bag.hold
    return hold is not None and not hold.acknowledged and hold.verdict.kind is MISMATCH


def is_held(hold: Hold | None, code: str, label: Label | None) -> bool:
    """Whether the code is on a bag on hold that was acknowledged.

    The other label of its parcel leaves with it; after a mismatch that label is on the partner's
    bag, and only the other codes of the labels that were read are on this one.
    """
    if not hold or not hold.acknowledged:
        return False
    other = hold.verdict.kind is not MISMATCH
    return code in hold.codes or (
        other and label is not None and label.parcels <= set(hold.verdict.parcels)
    )


def is_unknown(bag: Bag) -> bool:
    """Whether strangers make the bag unknown: its pair is incomplete, and none may be its waybill's
    second number."""
    if not bag.strangers or any(
        is_complete(bag.reads, parcel) for read in bag.reads for parcel in read.label.parcels
    ):
        return False
    return not any(may_share_a_waybill(stranger, bag.reads) for stranger in bag.strangers)


def may_share_a_waybill(stranger: Stranger, reads: tuple[Read, ...]) -> bool:
    """Whether an honest waybill bears both numbers: of different kinds, such as LP… beside S10
    (rules.md 5.4)."""
    form = form_of(stranger.code)
    return any(read.label.waybill_of and form_of(read.label.code) != form for read in reads)


# ---- verbs


def refuse(
    turn: Turn,
    kind: VerdictKind,
    reads: tuple[Read, ...],
    unknown: tuple[LabelRead, ...] = (),
    *,
    holds: bool = True,
    proof: Proof | None = None,
) -> None:
    """Red, at once; without ``holds``, or of a kind that never does, shown once. ``unknown``: the
    book lacks them."""
    holds = holds and kind.holds
    verdict, before = _verdict(turn, kind, reads, (*unknown, *named(reads)), proof), turn.bag.hold
    turn.silence()
    if holds:
        _hold(turn, verdict, _on_same_labels(turn, reads) if kind is MISMATCH else frozenset())
    turn.actions += () if holds else (ShowSignal(Signal(kind), once=True),)
    turn.actions.append(RecordVerdict(verdict))
    if kind is MISMATCH:
        look_for_partners(turn, verdict, reads, before)
    if holds and turn.rules.shadow:
        acknowledge(turn)  # nobody sees it


def _verdict(
    turn: Turn,
    kind: VerdictKind,
    reads: tuple[Read, ...],
    labels: tuple[LabelRead, ...],
    proof: Proof | None,
) -> Verdict:
    common = common_parcels(reads) if reads else frozenset()
    parcel = next(iter(common)) if len(common) == 1 else None
    parcels = tuple(sorted(frozenset[str]().union(*(read.label.parcels for read in reads))))
    return Verdict(
        kind, turn.bag.number, turn.now_s, labels, parcel, parcels, proof, shadow=turn.rules.shadow
    )


def _on_same_labels(turn: Turn, reads: tuple[Read, ...]) -> frozenset[str]:
    """What else the labels bear that were read: a waybill has several numbers, a list those of all
    its orders.

    Not of a label that may be the one or the other, nor of a list that may be of several parcels.
    """
    codes = set[str]()
    for label in (read.label for read in reads if len(read.label.parcels) == 1):
        parcel = turn.known.parcel(min(label.parcels))
        if parcel and label.waybill_of != label.list_of:
            on_waybill, on_list = (
                {parcel.tracking_number, *parcel.waybill_codes},
                {*parcel.list_codes},
            )
            codes |= on_waybill - on_list if label.waybill_of else on_list - on_waybill
    return frozenset(codes)


def _hold(turn: Turn, verdict: Verdict, further: frozenset[str]) -> None:
    bag = turn.bag
    codes = (
        frozenset(label.code for label in verdict.labels)
        | further
        | (bag.hold.codes if bag.hold else frozenset())
    )
    in_view = not codes.isdisjoint(bag.view.boxes)
    bag.hold = Hold(verdict, codes, bag.view.at_s if in_view else -inf)
    bag.in_hand, bag.strangers, bag.settle_from_s = (), (), None
    turn.end_green()


def look_for_partners(
    turn: Turn, verdict: Verdict, reads: tuple[Read, ...], before: Hold | None
) -> None:
    """One wrong bag means another; but a merged label alone that is foreign is only on the wrong
    bag itself."""
    labels = tuple(read for read in reads if not read.label.merged_of)
    if not PROOF_PARCELS.isdisjoint(verdict.parcels) or not labels or common_parcels(labels):
        return
    duplicate = before.verdict if before and before.verdict.kind is VerdictKind.DUPLICATE else None
    here = frozenset(duplicate.parcels if duplicate else ())
    swap(turn, swaps.mismatched(turn.bag.swaps, verdict.bag, turn.now_s, labels, turn.known, here))


def swap(turn: Turn, change: swaps.Change) -> None:
    turn.bag.swaps, notices = change
    turn.actions += notices


def refuse_strangers(turn: Turn) -> None:
    unknown = tuple(
        LabelRead(Kind.UNKNOWN, stranger.code, ReadBy.CAMERA) for stranger in turn.bag.strangers
    )
    refuse(turn, VerdictKind.UNKNOWN, turn.bag.reads, unknown)


def refuse_incomplete(turn: Turn, reads: tuple[Read, ...]) -> None:
    """One label of the bag that passed last, read again, is not a new bag."""
    if any(read.label.parcels != {turn.bag.last_parcel} for read in reads) and not turn.bag.hold:
        refuse(turn, VerdictKind.INCOMPLETE, reads)


def acknowledge(turn: Turn) -> None:
    """The packer has seen the red; what is read from now on is the next bag's."""
    assert turn.bag.hold
    turn.next_bag()
    turn.bag.hold = replace(turn.bag.hold, acknowledged=True)


def take_with_it(turn: Turn, code: str) -> None:
    """That code is on the held bag too, and leaves with it."""
    assert turn.bag.hold
    turn.bag.hold = replace(turn.bag.hold, codes=turn.bag.hold.codes | {code})


def release(turn: Turn) -> None:
    """Over, if it was acknowledged and its labels have left the view."""
    hold = turn.bag.hold
    assert hold
    if hold.acknowledged and turn.now_s >= hold.seen_s + turn.rules.clear_s:
        turn.bag.hold = None
        turn.give(NoticeKind.CLEARED, hold.verdict.bag)
