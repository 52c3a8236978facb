"""What a scan or a view adds to the bag, and what time and the bare table take from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from msgspec.structs import replace

from samebag.core.bag import hold, passed, seal
from samebag.core.bag.judge import judge
from samebag.core.bag.reads import Doubt, Read, Stranger, View, common_parcels, is_complete, most_places
from samebag.core.bag.turn import TICK, Turn
from samebag.core.labels import Label
from samebag.core.tracking import carrier_of
from samebag.core.verdicts import ReadBy, ShowSignal, Signal

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
            read(turn, label, ReadBy.CAMERA, view.at_s, boxes)
        elif leave_to_another(turn, code, label, view.at_s) or (label is None and not is_strange(turn, code)):
            continue
        elif label is None and boxes:
            meet(turn, code)
        else:
            turn.bag.doubts = {**turn.bag.doubts, code: Doubt(label, view)}


def read(turn: Turn, label: Label, by: ReadBy, at_s: float, boxes: int) -> None:
    """A label that counts: a merged one, a label of the bag that passed or of the red one, or one of this bag."""
    bag = turn.bag
    if by is ReadBy.CAMERA and (hold.is_final(bag) or hold.is_held(bag.hold, label.code, label)):
        turn.set_aside([Read(label, by, at_s, at_s, seen_s=at_s)])
    if label.merged_of and seal.is_of_the_last_bag(bag, label):
        read_merged(turn, label, by, at_s)
    elif label.merged_of and by is ReadBy.CAMERA and seal.is_on_the_last_bag(turn, label):
        seal.stuck_on_another(turn, label, by)
    elif leave_to_another(turn, label.code, label, at_s):
        return
    elif by is ReadBy.SCANNER and is_bare_now(turn):
        add_in_hand(turn, label, at_s)
    else:
        add(turn, label, by, at_s, boxes)


def read_merged(turn: Turn, label: Label, by: ReadBy, at_s: float) -> None:
    """Of the bag that passed last."""
    if seal.is_on_its_bag(turn, by) or not seal.would_seal(turn.bag, label):
        seal.seal(turn, label, by)
    elif not passed.lies_in_view(turn):
        add(turn, label, by, at_s, 1)  # on another's bag, for all that can be known
    elif by is ReadBy.SCANNER:
        turn.actions.append(ShowSignal(Signal.INCOMPLETE, once=True))  # once more, when the other bag is done


def is_bare_now(turn: Turn) -> bool:
    """Whether the newest view shows the bare table: what is scanned now is in a hand (rules.md 4.7)."""
    return not turn.bag.occupied and turn.now_s - turn.bag.view.at_s <= turn.rules.clear_s


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
    if bag.passed and bag.passed.parcel not in label.parcels and not bag.passed.followed:
        bag.passed = replace(bag.passed, followed=True)
    if code in bag.doubts:
        bag.doubts = {other: doubt for other, doubt in bag.doubts.items() if other != code}
    if bag.in_hand:
        bag.in_hand = tuple(read for read in bag.in_hand if read.label.code != code)
    fresh = Read(label, by, turn.now_s, at_s, max(boxes, 1), at_s if by is ReadBy.CAMERA else inf)
    if _has_read(turn, code):
        bag.reads = tuple([_again(known, fresh) if known.label.code == code else known for known in bag.reads])
        return
    bag.reads = (*bag.reads, fresh)
    if TICK not in turn.actions:
        turn.actions.append(TICK)


def add_in_hand(turn: Turn, label: Label, at_s: float) -> None:
    bag = turn.bag
    turn.end_green()
    others = tuple(read for read in bag.in_hand if read.label.code != label.code)
    bag.in_hand = (*others, Read(label, ReadBy.SCANNER, at_s, at_s))
    if TICK not in turn.actions:
        turn.actions.append(TICK)


def _again(known: Read, fresh: Read) -> Read:
    """A label that was scanned is a scan for ever, whoever read it first: a person meant it."""
    by = known.by if fresh.by is ReadBy.CAMERA else fresh.by
    last_s, seen_s = max(known.last_s, fresh.last_s), min(known.seen_s, fresh.seen_s)
    return Read(fresh.label, by, known.first_s, last_s, fresh.boxes, seen_s)


def meet(turn: Turn, code: str) -> None:
    """A tracking number that the book lacks. Beside a bag that was judged it may be that one's."""
    bag, at_s = turn.bag, turn.bag.view.at_s
    if bag.hold or passed.lies_in_view(turn):
        turn.set_aside((), [Stranger(code, at_s, at_s)])
        return
    first_s = next((stranger.first_s for stranger in bag.strangers if stranger.code == code), at_s)
    others = tuple(stranger for stranger in bag.strangers if stranger.code != code)
    bag.strangers = (*others, Stranger(code, first_s, at_s))


def is_strange(turn: Turn, code: str) -> bool:
    """Whether a code that the book lacks says something: it is no goods' code, nor a waybill's known second number."""
    return carrier_of(code) is not None and not code.startswith(turn.rules.also_on_waybills)


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
    bag.strangers, bag.whole_s = (), inf
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
    if scanned_whole and is_waiting(turn) and not bag.hold:
        return
    _take_in_hand(turn, was_bare=was_bare)
    last_s = [read.last_s for read in bag.reads] + [stranger.last_s for stranger in bag.strangers]
    if bag.hold:
        bag.reads = tuple(read for read in bag.reads if read.last_s >= at_s)
    elif min(last_s, default=at_s) < at_s and two_bags:
        turn.next_bag()
    elif min(last_s, default=at_s) < at_s:
        bag_left(turn)
    turn.forget_table()
    judge(turn)


def _take_in_hand(turn: Turn, *, was_bare: bool) -> None:
    """Scans over a table that was bare already are of a bag in a hand: a bare view says nothing about that.

    So is one just before: the table counts as bare after three frames.
    """
    bag = turn.bag
    since_s = -inf if was_bare else bag.view.at_s - turn.rules.settle_s
    in_hand = tuple(read for read in bag.reads if read.seen_s == inf and since_s <= read.last_s < bag.view.at_s)
    bag.in_hand = (*bag.in_hand, *in_hand)
    bag.reads = tuple(read for read in bag.reads if read not in in_hand)


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
