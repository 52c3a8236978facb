"""What a scan or a view adds to the bag. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from msgspec.structs import replace

from samebag.core.bag import hold, passed, seal
from samebag.core.bag.passed import PassedBag
from samebag.core.bag.reads import Doubt, Read, Stranger, View, count_boxes, most_places
from samebag.core.bag.turn import SCAN_AGAIN, TICK, Turn
from samebag.core.codes.rules import is_waybills
from samebag.core.codes.tracking import carrier_of
from samebag.core.events import ViewSeen
from samebag.core.labels import Label
from samebag.core.verdicts import ReadBy

BY_CAMERA = ReadBy.CAMERA  # asked of each frame: see verdicts.py


def is_outdated(turn: Turn, event: ViewSeen) -> bool:
    """A frame from before a newer one, a CLEAR or a lost device says nothing, nor does an old one
    (rules.md 1.4)."""
    bag, at_s = turn.bag, event.at_s
    return (
        at_s <= bag.view.at_s or at_s <= bag.not_before_s or turn.now_s - at_s > turn.rules.clear_s
    )


def look_at(turn: Turn, event: ViewSeen, before: View) -> dict[str, Label | None]:
    """The new view, and the labels that its codes are."""
    bag = turn.bag
    is_as_before = event.sightings == before.sightings  # all lies still: nothing to count
    boxes = before.boxes if is_as_before else count_boxes(event.sightings)
    bag.view = View(event.at_s, boxes, event.unread, event.sightings)
    labels = {code: turn.label(code) for code in boxes}
    bag.occupied = event.occupied or any(labels.values())
    if event.unread:
        bag.unread_s = event.at_s
    if boxes or event.unread:
        bag.quiet_from_s = inf
    elif bag.quiet_from_s == inf:
        bag.quiet_from_s = event.at_s
    return labels


def look(turn: Turn, labels: Mapping[str, Label | None]) -> None:
    """What the view says of the bag that passed, and of the one on hold."""
    bag = turn.bag
    passed.watch(turn, labels, bag.view.at_s)
    if bag.hold and not bag.hold.codes.isdisjoint(labels):
        bag.hold = replace(bag.hold, seen_s=bag.view.at_s)


def take_in(turn: Turn, labels: Mapping[str, Label | None], before: View) -> None:
    """The view's codes that count become reads, or strangers where the book lacks them (rules.md
    1.2).

    One counts that two decoders read, or that the view before had too.
    """
    view, was = turn.bag.view, before.boxes
    for code, label in labels.items():
        if passed.was_seen_on_it(turn.bag, code):
            continue
        boxes = 1 if code in was and view.boxes[code] == 1 else _counted(view, was, code)
        if label and (boxes or _has_read(turn, code)):
            read(turn, label, BY_CAMERA, view.at_s, boxes)
        elif leave_to_another(turn, code, label, view.at_s) or (
            label is None and not is_strange(turn, code)
        ):
            continue
        elif boxes:
            meet(turn, code)
        else:
            turn.bag.doubts = {**turn.bag.doubts, code: Doubt(label, view)}


def _counted(view: View, was: Mapping[str, int], code: str) -> int:
    """In how many places the code counts."""
    sure = most_places([s for s in view.sightings if s.code == code and len(s.by) > 1])
    return max(sure, min(view.boxes[code], was.get(code, 0)))


def read(turn: Turn, label: Label, by: ReadBy, at_s: float, boxes: int = 1) -> None:
    """A label that counts: a merged one, a label of the bag that passed or of the red one, or one
    of this bag."""
    bag = turn.bag
    if (
        bag.hold
        and by is BY_CAMERA
        and (hold.is_final(bag) or hold.is_held(bag.hold, label.code, label))
    ):
        turn.set_aside([Read(label, by, at_s, at_s, seen_s=at_s)])
    if label.merged_of and seal.is_of_the_last_bag(bag, label):
        read_merged(turn, label, by, at_s)
    elif label.merged_of and by is BY_CAMERA and seal.is_on_the_last_bag(turn, label):
        seal.stuck_on_another(turn, label, by)
    elif leave_to_another(turn, label.code, label, at_s):
        return
    elif by is not BY_CAMERA and is_bare_now(turn):
        add_in_hand(turn, label, at_s)
    else:
        add(turn, label, by, at_s, boxes)


def read_merged(turn: Turn, label: Label, by: ReadBy, at_s: float) -> None:
    """Of the bag that passed last."""
    if seal.is_on_its_bag(turn, by) or not seal.would_seal(turn.bag, label):
        seal.seal(turn, label, by)
    elif not passed.lies_in_view(turn):
        add(turn, label, by, at_s)  # on another's bag, for all that can be known
    elif by is ReadBy.SCANNER:
        turn.actions.append(SCAN_AGAIN)  # once more, when the other bag is done


def is_bare_now(turn: Turn) -> bool:
    """Whether the newest view shows the bare table: what is scanned now is in a hand (rules.md
    4.7)."""
    return not turn.bag.occupied and turn.now_s - turn.bag.view.at_s <= turn.rules.clear_s


def leave_to_another(turn: Turn, code: str, label: Label | None, at_s: float) -> bool:
    """A read of the bag that passed, of the one before it, or of the one on hold stays with that;
    whether it was."""
    bag = turn.bag
    if bag.hold is None and bag.passed is None:
        return False
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


def add(turn: Turn, label: Label, by: ReadBy, at_s: float, boxes: int = 1) -> None:
    bag, code = turn.bag, label.code
    turn.end_green()
    if bag.passed:
        follow(turn, label, bag.passed)
    if code in bag.doubts:
        bag.doubts = {other: doubt for other, doubt in bag.doubts.items() if other != code}
    if bag.in_hand:
        bag.in_hand = tuple(read for read in bag.in_hand if read.label.code != code)
    fresh = Read(label, by, turn.now_s, at_s, max(boxes, 1), at_s if by is BY_CAMERA else inf)
    if _has_read(turn, code):
        bag.reads = tuple(
            [_again(known, fresh) if known.label.code == code else known for known in bag.reads]
        )
        return
    bag.reads = (*bag.reads, fresh)
    if TICK not in turn.actions:
        turn.actions.append(TICK)


def follow(turn: Turn, label: Label, last: PassedBag) -> None:
    """Another parcel's label after the bag that passed: its merged label may end up on that one
    (rules.md 8.2)."""
    if last.parcel not in label.parcels and not last.followed:
        turn.bag.passed = replace(last, followed=True)


def add_in_hand(turn: Turn, label: Label, at_s: float) -> None:
    bag = turn.bag
    turn.end_green()
    if bag.passed:
        follow(turn, label, bag.passed)
    others = tuple(read for read in bag.in_hand if read.label.code != label.code)
    bag.in_hand = (*others, Read(label, ReadBy.SCANNER, at_s, at_s))
    turn.actions.append(TICK)


def _again(known: Read, fresh: Read) -> Read:
    """A label that was scanned is a scan for ever, whoever read it first: a person meant it."""
    by, boxes = (known.by, fresh.boxes) if fresh.by is BY_CAMERA else (fresh.by, known.boxes)
    last_s, seen_s = max(known.last_s, fresh.last_s), min(known.seen_s, fresh.seen_s)
    return Read(fresh.label, by, known.first_s, last_s, boxes, seen_s)


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
    """Whether a code that the book lacks says something: it is no goods' code, nor a waybill's
    known second number."""
    is_number = carrier_of(code) is not None or is_waybills(code)
    return is_number and not code.startswith(turn.rules.also_on_waybills)
