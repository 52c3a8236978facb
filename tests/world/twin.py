"""Whether an honest bag could have sent the very same events as a false green: then no rule on reads can tell the two.

The twin is built, not argued. On a table of the same physics lies a bag with both labels of the parcel, from the first
frame on that showed one of them; what a frame did not read is creased in that frame, what was scanned is scanned. The
bag that passed before may lie beside it, and its waybill may bear further codes that the book lacks (DESIGN §2.6). If
the last frames and scans before the green, as many as it takes to read both labels, come out the same, then whatever
came earlier may have been another bag, and nothing tells the false green from this true one.
"""

from __future__ import annotations

from dataclasses import replace

from samebag.core.events import CodeScanned, Event, ViewSeen
from samebag.core.labels import Kind, Label

from .roll import Bag, Mark, Paper
from .table import Table
from .truth import Fault
from .world import World

LONGEST = 150  # events: no pair is older


def is_explained(world: World, fault: Fault) -> bool:
    """``world`` has run, with its events recorded."""
    arrived = [event for arrived_s, event in world.arrived if arrived_s <= fault.at_s]
    before = [parcel for at_s, parcel in world.judge.matches if at_s < fault.at_s]
    bags = [_honest_bag(world, fault.about), *(_honest_bag(world, parcel) for parcel in before[-1:])]
    arrived = arrived[-LONGEST:]
    for first in reversed(range(len(arrived))):
        last = arrived[first:]
        if not all(_is_same(bags, event, world.roll.labels, lies=_has_lain(bags[0], last, event)) for event in last):
            return False
        if _reads_both(bags[0], last):
            return True
    return False


def _honest_bag(world: World, parcel: str) -> Bag:
    record = world.roll.parcels[parcel]
    codes = {Kind.WAYBILL: (record.tracking_number, *record.waybill_codes), Kind.CARGO_LIST: record.list_codes}
    papers = [Paper(n, kind, parcel, tuple(Mark(c, 1.0) for c in codes[kind])) for n, kind in enumerate(codes)]
    return Bag(0, papers)


def _codes(event: Event) -> set[str]:
    match event:
        case ViewSeen(sightings):
            return {sighting.code for sighting in sightings}
        case CodeScanned(code):
            return {code}
    return set()


def _has_lain(bag: Bag, events: list[Event], event: Event) -> bool:
    """Whether the twin's bag lies there by then: some frame up to it has shown one of its labels."""
    own = set[str]().union(*(paper.codes for paper in bag.papers))
    views = [view for view in events if isinstance(view, ViewSeen) and view.at_s <= event.at_s]
    return any(not own.isdisjoint(_codes(view)) for view in views)


def _is_same(bags: list[Bag], event: Event, labels: dict[str, Label], *, lies: bool) -> bool:
    """Whether the twin's table sends that event too."""
    if isinstance(event, CodeScanned):
        return event.code not in labels or any(event.code in paper.codes for bag in bags for paper in bag.papers)
    if not isinstance(event, ViewSeen):
        return True  # commands and devices have nothing to do with bags
    frame = _twin_frame(bags, event, {code for code in _codes(event) if code not in labels}, lies=lies)
    return _codes(frame) == _codes(event) and (event.occupied or not lies)


def _twin_frame(bags: list[Bag], event: ViewSeen, further: set[str], *, lies: bool) -> ViewSeen:
    wanted = _codes(event)
    twins = []
    for number, bag in enumerate(bags):
        papers = [replace(p, marks=tuple(Mark(code, float(code in wanted)) for code in p.codes)) for p in bag.papers]
        if number == 0:
            papers[0] = replace(papers[0], marks=papers[0].marks + tuple(Mark(code, 1.0) for code in further))
        twins.append(Bag(number, papers))
    table = Table(twins, [paper for bag in twins for paper in bag.papers], 0)
    for bag, x in zip(twins, (70.0, 30.0), strict=False):
        if lies or bag.number:
            table.lay(bag, x, event.at_s - 1, 0.1)
    return table.frame(event.frame, event.at_s)


def _reads_both(bag: Bag, events: list[Event]) -> bool:
    read = set[str]().union(*(_codes(event) for event in events))
    return all(not paper.codes.isdisjoint(read) for paper in bag.papers)
