"""What a scan or a view adds to the bag, and what time and the bare table take from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from msgspec.structs import replace

from samebag.core.bag import hold, passed
from samebag.core.bag.judge import judge
from samebag.core.bag.reads import Doubt, Read, Stranger, View, common_parcels, is_complete, most_places
from samebag.core.bag.turn import TICK, Turn
from samebag.core.labels import Label
from samebag.core.tracking import carrier_of
from samebag.core.verdicts import ReadBy, ShowSignal, Signal

BY_CAMERA = ReadBy.CAMERA  # asked of each frame: see verdicts.py

# ---- what is read


def take_in(turn: Turn, labels: Mapping[str, Label | None], before: View) -> None:
    """The view's codes that count become reads, or strangers where the book lacks them (rules.md 1.2).

    One counts that two decoders read, or that the view before had too.
    """
    view, was = turn.bag.view, before.boxes
    for code, label in labels.items():
        if passed.was_seen_on_it(turn.bag, code, label):
            continue
        boxes = most_places([s for s in view.sightings if s.code == code and len(s.by) > 1])
        if boxes < view.boxes[code] and code in was:
            boxes = max(boxes, min(view.boxes[code], was[code]))
        if label and (boxes or _has_read(turn, code)):
            read(turn, label, BY_CAMERA, view.at_s, boxes)
        elif leave_to_another(turn, code, label, view.at_s):
            continue
        elif label is None and boxes:
            meet(turn, code)
        elif label or carrier_of(code):
            turn.bag.doubts = {**turn.bag.doubts, code: Doubt(label, view)}


def read(turn: Turn, label: Label, by: ReadBy, at_s: float, boxes: int) -> None:
    """A label that counts: a seal of the bag that passed, a label of that or of the red bag, or one of this bag."""
    bag = turn.bag
    if label.merged_of and passed.is_its_seal(bag, label):
        if passed.is_alone(turn) or not passed.would_seal(bag, label):
            passed.seal(turn, label, by)
        elif not passed.lies_in_view(turn):
            add(turn, label, by, at_s, boxes)  # on another's bag, for all that can be known
        elif by is ReadBy.SCANNER:
            turn.actions.append(ShowSignal(Signal.INCOMPLETE, once=True))  # once more, when the other bag is done
    elif hold.is_final(bag):
        if by is BY_CAMERA:
            turn.set_aside([Read(label, by, at_s, at_s, seen_s=at_s)])
    elif not leave_to_another(turn, label.code, label, at_s):
        add(turn, label, by, at_s, boxes)


def leave_to_another(turn: Turn, code: str, label: Label | None, at_s: float) -> bool:
    """A read of the bag that passed, of the one before it, or of the one on hold stays with that; whether it was."""
    bag = turn.bag
    if hold.is_final(bag) or passed.is_on_its_trail(bag, code, at_s):
        return True
    if hold.is_held(bag.hold, code, label):
        hold.take_with_it(turn, code)
        return True
    if bag.passed is None:
        return False
    if bag.passed.seen_s.get(code) == at_s:
        return True  # as the view has shown
    if passed.is_its_own(turn, code, label):
        bag.passed = bag.passed.read_again(code, at_s)
        return True
    return False


def _has_read(turn: Turn, code: str) -> bool:
    return code in [read.label.code for read in turn.bag.reads]


def add(turn: Turn, label: Label, by: ReadBy, at_s: float, boxes: int) -> None:
    bag, code = turn.bag, label.code
    turn.end_green()
    if code in bag.doubts:
        bag.doubts = {other: doubt for other, doubt in bag.doubts.items() if other != code}
    if bag.in_hand:
        bag.in_hand = tuple(read for read in bag.in_hand if read.label.code != code)
    fresh = Read(label, by, at_s, at_s, max(boxes, 1), at_s if by is BY_CAMERA else inf)
    if _has_read(turn, code):
        bag.reads = tuple([_again(known, fresh) if known.label.code == code else known for known in bag.reads])
        return
    bag.reads = (*bag.reads, fresh)
    if TICK not in turn.actions:
        turn.actions.append(TICK)


def _again(known: Read, fresh: Read) -> Read:
    """A label that was scanned is a scan for ever, whoever read it first: a person meant it."""
    by = known.by if fresh.by is BY_CAMERA else fresh.by
    last_s, seen_s = max(known.last_s, fresh.last_s), min(known.seen_s, fresh.seen_s)
    return Read(fresh.label, by, known.first_s, last_s, fresh.boxes, seen_s)


def meet(turn: Turn, code: str) -> None:
    """A code that the book lacks counts if it is shaped like a tracking number, and not on a bag that was judged."""
    bag, at_s = turn.bag, turn.bag.view.at_s
    if bag.hold or not carrier_of(code) or passed.lies_in_view(turn):
        return
    first_s = next((stranger.first_s for stranger in bag.strangers if stranger.code == code), at_s)
    others = tuple(stranger for stranger in bag.strangers if stranger.code != code)
    bag.strangers = (*others, Stranger(code, first_s, at_s))


# ---- what time takes


def is_waiting(turn: Turn) -> bool:
    """Whether a whole pair only waits for the bag before it."""
    bag = turn.bag
    if not bag.reads or not (bag.storing or passed.lies_in_view(turn)):
        return False
    return any(is_complete(bag.reads, parcel) for parcel in common_parcels(bag.reads))


def go_blind(turn: Turn) -> None:
    """The camera did not look: whatever it had read may be on another bag (rules.md 4.4)."""
    bag = turn.bag
    turn.set_aside(bag.reads, bag.strangers)
    scanned = tuple(read for read in bag.reads if read.by is ReadBy.SCANNER)
    bag.reads = tuple(replace(read, seen_s=inf) for read in scanned)
    bag.strangers = ()
    bag.view = replace(bag.view, boxes={}, sightings=())


def forget_old(turn: Turn) -> None:
    """Reads more than ``pair_within_s`` old pair with nothing; a whole pair may wait for the last bag to go."""
    bag, since_s = turn.bag, turn.now_s - turn.rules.pair_within_s
    if not (bag.reads or bag.in_hand or bag.doubts or bag.strangers):
        return
    if bag.doubts:
        bag.doubts = {code: doubt for code, doubt in bag.doubts.items() if doubt.view.at_s >= since_s}
    if bag.in_hand:
        _put_aside(turn, since_s)
    old = tuple([read for read in bag.reads if read.last_s < since_s])
    if old or (bag.strangers and any(stranger.last_s < since_s for stranger in bag.strangers)):
        _forget(turn, old, since_s)
    if bag.strangers:
        _refuse_old_strangers(turn)


def _refuse_old_strangers(turn: Turn) -> None:
    """They had as long as a pair may take to be explained."""
    bag = turn.bag
    oldest_s = min(stranger.first_s for stranger in bag.strangers)
    if oldest_s + turn.rules.pair_within_s <= turn.now_s and not bag.hold and hold.is_unknown(bag):
        hold.refuse_strangers(turn)


def _put_aside(turn: Turn, since_s: float) -> None:
    """A bag that was scanned in a hand, and was not laid down; if something of it is read here it is not told twice."""
    bag = turn.bag
    if any(read.last_s >= since_s for read in bag.in_hand):
        return
    in_hand, bag.in_hand = bag.in_hand, ()
    here = frozenset[str]().union(*(read.label.parcels for read in bag.reads))
    if all(here.isdisjoint(read.label.parcels) for read in in_hand):
        hold.refuse_incomplete(turn, in_hand)


def _forget(turn: Turn, old: tuple[Read, ...], since_s: float) -> None:
    bag = turn.bag
    reads = tuple(read for read in bag.reads if read not in old)
    strangers = tuple(stranger for stranger in bag.strangers if stranger.last_s >= since_s)
    if reads or strangers or bag.hold:
        turn.set_aside(old, set(bag.strangers) - set(strangers))
        bag.reads, bag.strangers = reads, strangers
    else:
        bag_left(turn)


# ---- the bare table


def table_is_bare(turn: Turn, *, was_bare: bool) -> None:
    """Reads from before this moment are on no bag that may still come; a pair scanned whole is judged first."""
    bag = turn.bag
    at_s = bag.view.at_s
    bag.knows_bare = True
    if not (bag.reads or bag.in_hand or bag.strangers):
        turn.forget_table()
        judge(turn)
        return
    scanned_whole = all(read.seen_s == inf for read in bag.reads)  # what the camera saw has left
    if scanned_whole:
        judge(turn)
    two_bags = bag.two_bags
    turn.forget_table()
    if bag.hold:
        bag.reads = tuple(read for read in bag.reads if read.last_s >= at_s)
    elif not (scanned_whole and is_waiting(turn)):
        last_s = [read.last_s for read in bag.reads] + [stranger.last_s for stranger in bag.strangers]
        if min(last_s, default=at_s) < at_s:
            _leave_table(turn, was_bare=was_bare, two_bags=two_bags)
        turn.forget_table()
        judge(turn)


def _leave_table(turn: Turn, *, was_bare: bool, two_bags: bool) -> None:
    """Scans over a table that was bare already are of a bag in a hand: a bare view says nothing about that.

    So is one just before: the table counts as bare after three frames.
    """
    bag = turn.bag
    since_s = -inf if was_bare else bag.view.at_s - turn.rules.settle_s
    if bag.reads and all(read.last_s >= since_s and (was_bare or read.seen_s == inf) for read in bag.reads):
        bag.in_hand, bag.reads = (*bag.in_hand, *bag.reads), ()
    elif not two_bags:
        bag_left(turn)
    else:
        turn.next_bag()


def bag_left(turn: Turn) -> None:
    """The bag went without a verdict."""
    bag = turn.bag
    if hold.is_unknown(bag):
        hold.refuse_strangers(turn)
    else:
        hold.refuse_incomplete(turn, bag.reads)
        passed.call_back(turn)
    if not bag.hold:
        turn.next_bag()
