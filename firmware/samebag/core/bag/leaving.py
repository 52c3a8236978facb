"""What time, a blind camera and the bare table take from the bag. Pure."""

from __future__ import annotations

from math import inf

from msgspec.structs import replace

from samebag.core.bag import hold, passed, swaps
from samebag.core.bag.judge import judge
from samebag.core.bag.reads import Read, common_parcels, is_complete
from samebag.core.bag.turn import Turn
from samebag.core.labels import PROOF_PARCELS
from samebag.core.verdicts import ReadBy

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
    """Reads more than ``pair_within_s`` old pair with nothing; a whole pair may wait for the last
    bag to go."""
    bag = turn.bag
    if not (bag.reads or bag.in_hand or bag.doubts or bag.strangers):
        return
    since_s = turn.now_s - turn.rules.pair_within_s
    if bag.doubts:
        bag.doubts = {
            code: doubt for code, doubt in bag.doubts.items() if doubt.view.at_s >= since_s
        }
    if bag.in_hand:
        _put_aside(turn, since_s)
    old = tuple([read for read in bag.reads if read.last_s < since_s])
    if old or bag.strangers:
        _forget(turn, old, since_s)
    if bag.strangers:
        _refuse_old_strangers(turn)


def _refuse_old_strangers(turn: Turn) -> None:
    """They had as long as a pair may take to be explained."""
    bag = turn.bag
    oldest_s = min(stranger.first_s for stranger in bag.strangers)
    if oldest_s + turn.rules.pair_within_s <= turn.now_s and hold.is_unknown(bag):
        hold.refuse_strangers(turn)


def _put_aside(turn: Turn, since_s: float) -> None:
    """A bag that was scanned in a hand, and was not laid down; if something of it is read here it
    is not told twice."""
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
    """Reads from before this moment are on no bag that may still come; a pair scanned whole is
    judged first."""
    bag = turn.bag
    bag.knows_bare = True
    two_bags = bag.two_bags
    if not (bag.reads or bag.strangers):
        turn.forget_table()
        judge(turn)
        return
    scanned_whole = all(read.seen_s == inf for read in bag.reads)  # what the camera saw has left
    if scanned_whole:
        judge(turn)
    turn.forget_table()
    if bag.hold or not (scanned_whole and is_waiting(turn)):
        _clear_away(turn, was_bare=was_bare, two_bags=two_bags)
        turn.forget_table()
        judge(turn)


def heed_clear(turn: Turn) -> None:
    """The camera cannot tell that the table is bare; a person did, and since then nothing is in
    view (rules.md 5.3).

    So what it had seen has left. What was only scanned may be in a hand.
    """
    bag = turn.bag
    if bag.view.at_s - bag.quiet_from_s < turn.rules.settle_s:
        return
    turn.forget_table()
    if seen := tuple(read for read in bag.reads if read.seen_s < inf):
        hold.refuse_incomplete(turn, seen)
        bag.reads, bag.whole_s = tuple(read for read in bag.reads if read not in seen), inf


def _clear_away(turn: Turn, *, was_bare: bool, two_bags: bool) -> None:
    """What lay there has left: as the red bag, as two bags that nobody parted, or as one without a
    verdict."""
    bag, at_s = turn.bag, turn.bag.view.at_s
    _take_in_hand(turn, was_bare=was_bare)
    last_s = [read.last_s for read in bag.reads] + [stranger.last_s for stranger in bag.strangers]
    if bag.hold:
        bag.reads = tuple(read for read in bag.reads if read.last_s >= at_s)
    elif min(last_s, default=at_s) < at_s and two_bags:
        turn.next_bag()
    elif min(last_s, default=at_s) < at_s:
        bag_left(turn)


def _take_in_hand(turn: Turn, *, was_bare: bool) -> None:
    """Scans over a table that was bare already are of a bag in a hand: a bare view says nothing
    about that.

    So is one just before: the table counts as bare after three frames.
    """
    bag = turn.bag
    since_s = -inf if was_bare else bag.view.at_s - turn.rules.settle_s
    in_hand = tuple(
        read for read in bag.reads if read.seen_s == inf and since_s <= read.last_s < bag.view.at_s
    )
    bag.in_hand = (*bag.in_hand, *in_hand)
    bag.reads = tuple(read for read in bag.reads if read not in in_hand)


def bag_left(turn: Turn) -> None:
    """The bag went without a verdict."""
    bag = turn.bag
    if hold.is_unknown(bag):
        hold.refuse_strangers(turn)
    else:
        hold.refuse_incomplete(turn, bag.reads)
        call_back(turn)
    if not bag.hold:
        turn.next_bag()


def call_back(turn: Turn) -> None:
    """A foreign label that came and went with the bag that just passed was on it, for all that can
    be known."""
    bag, last = turn.bag, turn.bag.passed
    parcels = frozenset(parcel for read in bag.reads for parcel in read.label.parcels)
    if not last or not PROOF_PARCELS.isdisjoint(parcels | {last.parcel}):
        return
    left_s = last.last_s + turn.rules.settle_s
    if all(read.by is ReadBy.CAMERA and read.last_s <= left_s for read in bag.reads):
        recall = swaps.Recall(last.parcel, unless=parcels)
        hold.swap(turn, swaps.recalled(bag.swaps, recall, last.bag, turn.now_s))
