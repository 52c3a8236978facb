"""The merged label, where it must be seen on its bag: what seals, and what is on another's
(rules.md 8). Pure."""

from __future__ import annotations

from msgspec.structs import replace

from samebag.core.bag import hold, passed
from samebag.core.bag.bag import Bag
from samebag.core.bag.reads import Read
from samebag.core.bag.turn import Turn
from samebag.core.labels import Kind, Label
from samebag.core.parcels import Standing
from samebag.core.verdicts import LabelRead, NoticeKind, ReadBy, VerdictKind

# ---- questions


def is_of_the_last_bag(bag: Bag, label: Label) -> bool:
    """Whether it is a merged label of the bag that passed last, which waits for it or has another
    already."""
    last = bag.passed
    return (
        last is not None
        and not bag.hold
        and label.merged_of == {last.parcel}
        and label.code != last.sealed_by
    )


def would_seal(bag: Bag, label: Label) -> bool:
    """Whether it is the fresh one; any other is a copy, wherever it sticks."""
    assert bag.passed
    return not label.stale and bag.passed.sealed_by is None


def is_on_its_bag(turn: Turn, by: ReadBy) -> bool:
    """Whether nothing says that it sticks on another's bag (rules.md 8.2).

    No other parcel's label may be in work or in view. If one was read at all since the bag passed,
    only a view with a label of the bag itself is proof.
    """
    bag, last = turn.bag, turn.bag.passed
    assert last
    labels = [read.label for read in (*bag.reads, *bag.in_hand)]
    labels += [
        label
        for code in bag.view.boxes
        if (label := turn.label(code)) and not _slides_out(bag, code)
    ]
    if any(last.parcel not in label.parcels for label in labels):
        return False
    return not last.followed or (
        by is ReadBy.CAMERA and not bag.view.boxes.keys().isdisjoint(last.seen_s)
    )


def is_on_the_last_bag(turn: Turn, label: Label) -> bool:
    """Whether another parcel's merged label is in one view with the bag that passed, and with no
    label of its own."""
    bag, last = turn.bag, turn.bag.passed
    if not last or bag.hold or last.parcel in label.parcels or _slides_out(bag, label.code):
        return False
    if bag.view.boxes.keys().isdisjoint(last.seen_s):
        return False
    beside = [
        other for code in bag.view.boxes if code != label.code and (other := turn.label(code))
    ]
    return all(label.parcels.isdisjoint(other.parcels) for other in beside)


def _slides_out(bag: Bag, code: str) -> bool:
    """Whether the newest view has it on the bag that the last one pushed out (rules.md 5.1)."""
    return passed.is_on_its_trail(bag, code, bag.view.at_s)


# ---- verbs


def seal(turn: Turn, label: Label, by: ReadBy) -> None:
    """A merged label on the bag that passed last: its fresh one seals it, any other is a copy.

    A bag whose order was cancelled or changed meanwhile is told so, and no more waited for.
    """
    bag, last = turn.bag, turn.bag.passed
    assert last
    meanwhile = turn.known.meanwhile(last.parcel)
    merged = (Read(label, by, turn.now_s, turn.now_s),)
    if meanwhile is not Standing.OPEN:
        bag.passed = None
        hold.refuse(turn, VerdictKind(meanwhile.value), merged)
    elif not would_seal(bag, label):
        hold.refuse(turn, VerdictKind.DUPLICATE, merged)
    else:
        bag.passed = replace(last.read_again(label.code, turn.now_s), sealed_by=label.code)
        turn.settle(last.parcel)
        sealed = (LabelRead(Kind.MERGED, label.code, by),)
        turn.give(NoticeKind.SEALED, last.bag, parcels=(last.parcel,), labels=sealed)


def stuck_on_another(turn: Turn, label: Label, by: ReadBy) -> None:
    """It is on the bag that passed last, whose parcel is another."""
    bag, last = turn.bag, turn.bag.passed
    assert last
    own = [known for code in bag.view.boxes if code in last.seen_s and (known := turn.label(code))]
    reads = [Read(known, ReadBy.CAMERA, turn.now_s, turn.now_s) for known in own]
    hold.refuse(turn, VerdictKind.MISMATCH, (*reads, Read(label, by, turn.now_s, turn.now_s)))
