"""What green needs: the rules of a match, each by its name, in the order in which a packer is told.
Pure.

A guard says what is missing, or nothing. Green is given when the labels agree, the parcel is open,
and every guard has nothing to say (``judge``); no other place in the station can give it. A guard
may not look at anything but its ``Case``, so that each can be read, and tested, alone. A new danger
is a new guard here, not a condition elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from samebag.core.bag.bag import Bag
from samebag.core.bag.reads import Doubt, Read, is_complete, lacking
from samebag.core.labels import PROOF_PARCELS, Label
from samebag.core.rules import Pairing, Rules
from samebag.core.verdicts import Proof, ReadBy, Waits

# asked of each frame: see verdicts.py
ONE_FRAME, SCANNER_TWICE = (
    Pairing.ONE_FRAME,
    Proof.SCANNER_TWICE,
)


class GreenCase(msgspec.Struct, frozen=True, gc=False):
    """``reads`` are those that are judged, ``in_view`` those of them in the newest view.

    ``parcels`` are the open ones that all labels can belong to, one at least; ``last_bag_lies`` is
    about the bag that passed; ``settle_from_s`` as ``settle_from`` has it.
    """

    bag: Bag
    rules: Rules
    reads: tuple[Read, ...]
    in_view: tuple[Read, ...]
    parcels: frozenset[str]
    proof: Proof | None
    last_bag_lies: bool
    settle_from_s: float | None = None

    @property
    def parcel(self) -> str:
        """The first of them by name; the only one, once ``one_parcel`` has nothing to say."""
        return min(self.parcels)


def lamps_proven(case: GreenCase) -> Waits | None:
    """By the proof cards, where the rules ask for it; a card itself is what proves (rules.md
    9.1)."""
    return Waits.PROOF_CARDS if case.bag.unproven and case.parcel not in PROOF_PARCELS else None


def both_labels(case: GreenCase) -> Waits | None:
    """A waybill and a cargo list of one parcel were read, on two sheets of paper (rules.md 2.2,
    2.3)."""
    if any(is_complete(case.reads, parcel) for parcel in case.parcels):
        return None
    together = (*case.bag.in_hand, *case.reads)
    missing = [lacking(together, parcel) for parcel in sorted(case.parcels)]
    return Waits.IN_HAND if None in missing else missing[0]


def one_parcel(case: GreenCase) -> Waits | None:
    """All labels name the same one (rules.md 2.1)."""
    return None if len(case.parcels) == 1 else Waits.ONE_PARCEL


def one_reading(case: GreenCase) -> Waits | None:
    """No text that can be read as several parcels' number stands alone for its label (rules.md
    1.6)."""
    doubtful = [read.label for read in case.reads if read.label.doubtful]
    sure = [read.label for read in case.reads if not read.label.doubtful] if doubtful else []
    return (
        Waits.READINGS
        if any(not any(_same_side(label, other) for other in sure) for label in doubtful)
        else None
    )


def _same_side(label: Label, other: Label) -> bool:
    return bool((label.waybill_of and other.waybill_of) or (label.list_of and other.list_of))


def last_bag_gone(case: GreenCase) -> Waits | None:
    """The bag that passed lies there no more (rules.md 5.1)."""
    return Waits.LAST_BAG if case.last_bag_lies else None


def devices_work(case: GreenCase) -> Waits | None:
    return Waits.DEVICE if case.bag.faults else None


def disk_free(case: GreenCase) -> Waits | None:
    """The match before is on disk, or known not to be (rules.md 3.3)."""
    return Waits.DISK if case.bag.storing else None


def on_one_bag(case: GreenCase) -> Waits | None:
    """As the pairing wants it proven (rules.md 4.1)."""
    return None if case.proof else Waits.ONE_VIEW


def camera_looks(case: GreenCase) -> Waits | None:
    """Where a read of the camera is part of the proof, its newest view is no older than ``clear_s``
    (rules.md 4.4)."""
    if case.proof is SCANNER_TWICE or case.bag.now_s - case.bag.view.at_s <= case.rules.clear_s:
        return None
    return Waits.FRESH_VIEW


def label_in_view(case: GreenCase) -> Waits | None:
    """So does one of its labels lie there: the bag may have waited, and been taken away
    meanwhile."""
    return None if case.in_view or case.proof is SCANNER_TWICE else Waits.IN_VIEW


def no_foreign_label(case: GreenCase) -> Waits | None:
    """No label of another parcel was read since the table was bare, unless that passed on its own
    bag (rules.md 4.5).

    It may lie under a hand on this very bag.
    """
    return Waits.FOREIGN_LABEL if foreign_labels(case) else None


def foreign_labels(case: GreenCase) -> list[Label]:
    labels, parcel = {read.label.code: read.label for read in case.bag.reads}, case.parcel
    if case.bag.aside:
        labels.update((code, label) for code, label in case.bag.aside.items() if label)
    return [label for label in labels.values() if parcel not in label.parcels]


def no_glimpse(case: GreenCase) -> Waits | None:
    """No label of another parcel was seen once, and has yet to count or be gone (rules.md 4.6)."""
    if not case.bag.doubts:
        return None
    foreign = (doubt for doubt in case.bag.doubts.values() if _is_foreign(doubt.label, case))
    return Waits.GLIMPSE if any(case.bag.now_s < ends_s(doubt, case) for doubt in foreign) else None


def _is_foreign(label: Label | None, case: GreenCase) -> bool:
    return _minds_strangers(case) if label is None else case.parcel not in label.parcels


def _minds_strangers(case: GreenCase) -> bool:
    return case.rules.pairing is ONE_FRAME or case.rules.strict_unknown


def ends_s(doubt: Doubt, case: GreenCase) -> float:
    """When a glimpse is over: after ``settle_s``, or, where it may have been of this bag, as a pair
    would be."""
    may_be_here = case.bag.unread_s > doubt.view.at_s or _came_with(doubt, case)
    return doubt.view.at_s + (case.rules.pair_within_s if may_be_here else case.rules.settle_s)


def _came_with(doubt: Doubt, case: GreenCase) -> bool:
    """Whether this bag was still moving when the label was glimpsed: it may have slid in with it.

    A neighbour's label is glimpsed while the bag rests in view, or well before it comes.
    """
    beside = [read.label.code for read in case.reads if read.label.code in doubt.view.boxes]
    if beside:
        return not any(case.bag.view.shows_as_before(code, doubt.view) for code in beside)
    came_s = min(min(read.first_s, read.seen_s) for read in case.reads)
    return came_s - doubt.view.at_s <= case.rules.settle_s


def no_stranger(case: GreenCase) -> Waits | None:
    """With one-frame pairing, no tracking number that the book lacks lies beside the pair (rules.md
    5.4)."""
    return Waits.STRANGER if _minds_strangers(case) and strangers(case) else None


def strangers(case: GreenCase) -> list[str]:
    if not case.bag.strangers and not case.bag.aside:
        return []
    codes = [stranger.code for stranger in case.bag.strangers]
    return codes + [
        code for code, label in case.bag.aside.items() if label is None and code not in codes
    ]


def settled(case: GreenCase) -> Waits | None:
    """The reader had its chance at whatever else lies there (rules.md 4.2, 4.3).

    A frame may come late: with one-frame pairing the views' own times count.
    """
    now_s = case.bag.view.at_s if case.rules.pairing is ONE_FRAME else case.bag.now_s
    if case.settle_from_s is not None:
        return Waits.SETTLING if now_s < case.settle_from_s + case.rules.settle_s else None
    if case.rules.pairing is ONE_FRAME and case.bag.whole_s >= now_s:
        return Waits.SECOND_VIEW
    return None


def settle_from(
    bag: Bag, rules: Rules, reads: tuple[Read, ...], proof: Proof | None, before_s: float | None
) -> float | None:
    """Since when the reader works on what else lies there, None where nothing else does.

    With one-frame pairing, since a region beside the whole pair was unread. Else the same; and
    where the camera never saw both labels together, since it first saw the newest: the bag may have
    been exchanged, and the new one's own label must get its chance to turn it red.
    """
    if rules.pairing is ONE_FRAME:
        if bag.unread_s < bag.whole_s:
            return None
        return (
            before_s if before_s is not None else bag.view.at_s if bag.view.unread else bag.whole_s
        )
    if proof is not Proof.ONE_FRAME:
        seen_s = [read.first_s for read in reads if read.by is ReadBy.CAMERA]
        return max(seen_s, default=None)
    if not bag.view.unread:
        return None
    return bag.now_s if before_s is None else before_s


Guard = Callable[[GreenCase], Waits | None]
NEEDS: tuple[Guard, ...] = (
    lamps_proven,  # first: a packer who has forgotten the cards is told so with the first label
    both_labels,
    one_parcel,
    one_reading,
    last_bag_gone,
    devices_work,
    disk_free,
    on_one_bag,
    camera_looks,
    label_in_view,
    no_foreign_label,
    no_glimpse,
    no_stranger,
    settled,
)


def first_missing(case: GreenCase) -> Waits | None:
    """What is waited for, None where nothing is."""
    for need in NEEDS:
        if waits := need(case):
            return waits
    return None
