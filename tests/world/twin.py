"""Whether an honest bag could have sent the very same events as a false green: then no rule on
reads can tell the two.

The twin is built, not argued. On a table of the same physics lies a bag with both labels of the
parcel, from the first frame on that showed one of them; what a frame did not read is creased in
that frame, what was scanned is scanned. The bag that passed before may lie beside it, and its
waybill may bear further codes that the book lacks (rules.md 5.4). If the last frames and scans
before the green, as many as it takes to read both labels, come out the same, then whatever came
earlier may have been another bag, and nothing tells the false green from this true one.

It explains nothing that a rule on reads could have told:
- events count in the order in which they happened, however late they came, and none from before a
  CLEAR; a frame that others overtook proves nothing, for or against;
- what was seen before a while without views (``clear_s``), or before the camera was lost, proves
  nothing;
- each label must be read by a code that the other one does not bear;
- no foreign label may have counted since the table was bare, unless it passed on its own bag or was
  seen to move away; with one-frame pairing that goes for tracking numbers that the book lacks, too,
  and none may lie beside the pair. One sighting by one decoder, SETTLE_S or more before the green,
  may be a neighbour's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from samebag.core.codes.tracking import carrier_of
from samebag.core.events import CodeScanned, CommandGiven, DeviceLost, Event, Sighting, ViewSeen
from samebag.core.labels import Kind, Label
from samebag.core.rules import Pairing, Rules

from .acts import Act
from .roll import Bag, Mark, Paper
from .table import Table
from .truth import Fault
from .world import World

PLAIN = 0  # the seed of a table that is not shiny
LONGEST = 150  # events: no pair is older
CLEAR_S, SETTLE_S = Rules().clear_s, Rules().settle_s
LATENCY_S = 0.45  # the latest frame's
MOVED = 3.0  # percent of the view


@dataclass(frozen=True, slots=True)
class _Window:
    """The last events before the fault, by when they happened; ``blind``: how many of the first
    prove nothing."""

    events: list[Event]
    blind: int


def is_explained(world: World, fault: Fault) -> bool:
    """``world`` has run, with its events recorded."""
    before = [parcel for at_s, parcel in world.judge.matches if at_s < fault.at_s]
    bags = [
        _honest_bag(world, fault.about),
        *(_honest_bag(world, parcel) for parcel in before[-1:]),
    ]
    happened = _happened(world, fault.at_s)
    for window in _windows(world, happened, fault.at_s):
        last = window.events
        if _reads_both(world, fault.about, last, window.blind):
            if not _sends_same(world, bags, last, fault.at_s):
                return False
            own = {fault.about, *before}
            earlier = happened[: len(happened) - len(last)]
            return not _foreign_counted(world, earlier, own) and not _just_glimpsed(
                world, happened, fault.at_s, own
            )
    return False


def _sends_same(world: World, bags: list[Bag], events: list[Event], until_s: float) -> bool:
    """Whether the twin's table sends those events too."""
    glimpsed, labels = _glimpsed(events, until_s, bags), world.roll.labels
    for event in events:
        codes = _codes(event) - glimpsed
        if world.shift.pairing is Pairing.ONE_FRAME and any(
            c not in labels and carrier_of(c) for c in codes
        ):
            return False
        if not _is_same(bags, event, codes, labels, lies=_has_lain(bags[0], events, event)):
            return False
    return True


def is_blind_seal(world: World, fault: Fault) -> bool:
    """Whether nothing tells whose bag the merged label is on.

    No label of another parcel had counted since the match. Or one had, and since then, with neither
    a bare table nor a while without views between, its bag's two labels and the merged one were
    read, and nothing else: as of an honest bag that is back for its label (rules.md 8.3).
    """
    matched_s = max(at_s for at_s, parcel in world.judge.matches if parcel == fault.about)
    happened = _happened(world, fault.at_s)
    before = {parcel for at_s, parcel in world.judge.matches if at_s <= matched_s}
    since = [event for event in happened if _at_s(event) > matched_s]
    return not any(_is_anothers(world, code, before) for code in _counted(since)) or _is_back(
        world, fault, happened
    )


def _is_anothers(world: World, code: str, parcels: set[str]) -> bool:
    label = world.roll.labels.get(code)
    return label is not None and label.parcels.isdisjoint(parcels)


def _is_back(world: World, fault: Fault, happened: Sequence[Event]) -> bool:
    merged = {name: paper.codes for name, paper in world.roll.merged.items()}
    others = set[str]().union(*(codes for name, codes in merged.items() if name != fault.about))
    for window in _windows(world, happened, fault.at_s):
        read, first = set[str]().union(*map(_codes, window.events)), window.events[0]
        is_bare = isinstance(first, ViewSeen) and not first.occupied
        is_anothers = any(
            code in others or _is_anothers(world, code, {fault.about}) for code in read
        )
        if is_bare or is_anothers or window.blind:
            return False
        if not merged[fault.about].isdisjoint(read) and _reads_both(
            world, fault.about, window.events, 0
        ):
            return True
    return False


def _happened(world: World, until_s: float) -> list[Event]:
    """What had arrived by then, in the order in which it happened, without frames that others
    overtook."""
    happened: list[Event] = []
    newest_s = -inf
    for arrived_s, event in world.arrived:
        if isinstance(event, ViewSeen):
            if event.at_s < newest_s:
                continue
            newest_s = event.at_s
        if arrived_s <= until_s and not isinstance(event, Act):
            happened.append(event)
    return sorted(happened[-LONGEST:], key=_at_s)


def _at_s(event: Event) -> float:
    return event.at_s


def _windows(world: World, happened: Sequence[Event], until_s: float) -> Iterator[_Window]:
    """Ever longer ends of what happened, up to a CLEAR."""
    seen_s, blind_before = until_s - LATENCY_S, 0
    for first in reversed(range(len(happened))):
        event = happened[first]
        if isinstance(event, CommandGiven):
            return
        if isinstance(event, ViewSeen):
            if seen_s - event.at_s > CLEAR_S and not blind_before:
                blind_before = first + 1
            seen_s = min(seen_s, event.at_s)
        elif isinstance(event, DeviceLost) and event.device == "camera" and not blind_before:
            blind_before = first + 1
        yield _Window(list(happened[first:]), max(blind_before - first, 0))


def _glimpsed(events: Sequence[Event], until_s: float, bags: Sequence[Bag]) -> set[str]:
    """Codes of other bags that were seen just once, by one decoder, and had time to be seen
    again."""
    own = set[str]().union(*(paper.codes for bag in bags for paper in bag.papers))
    reads = [code for event in events for code in _codes(event)]
    return {
        s.code
        for event in events
        if isinstance(event, ViewSeen) and until_s - event.at_s >= SETTLE_S
        for s in event.sightings
        if len(s.by) == 1 and s.code not in own and reads.count(s.code) == 1
    }


def _counted(events: Sequence[Event]) -> set[str]:
    """The codes that came to count (rules.md 1.2)."""
    counted, before = set[str](), set[str]()
    for event in events:
        if isinstance(event, CodeScanned):
            counted.add(event.code)
        elif isinstance(event, ViewSeen):
            codes = _codes(event)
            counted |= {s.code for s in event.sightings if len(s.by) > 1} | (codes & before)
            before = codes
    return counted


def _foreign_counted(world: World, earlier: Sequence[Event], own: set[str]) -> bool:
    """Whether a label of none of those parcels counted since the table was bare, and was not seen
    to move away."""
    since: list[ViewSeen] = []
    for event in reversed(earlier):
        if isinstance(event, CommandGiven | DeviceLost) or (
            isinstance(event, ViewSeen) and not event.occupied
        ):
            break
        if isinstance(event, ViewSeen):
            since.insert(0, event)
    beside = {code for view in since if _has_one_of(world, view, own) for code in _codes(view)}
    foreign = {code for code in _counted(since) if _is_foreign(world, code, own)}
    # a second number on that parcel's waybill
    foreign -= {code for code in beside if code not in world.roll.labels}
    return any(not _moved_away(code, since) for code in foreign)


def _just_glimpsed(world: World, happened: Sequence[Event], until_s: float, own: set[str]) -> bool:
    """Whether a foreign label was seen so short ago that it has not had its time to be seen
    again."""
    views = [e for e in happened if isinstance(e, ViewSeen) and until_s - e.at_s < SETTLE_S]
    return any(_is_foreign(world, code, own) for view in views for code in _codes(view))


def _is_foreign(world: World, code: str, own: set[str]) -> bool:
    label = world.roll.labels.get(code)
    if label:
        return label.parcels.isdisjoint(own)
    return world.shift.pairing is Pairing.ONE_FRAME and carrier_of(code) is not None


def _has_one_of(world: World, view: ViewSeen, parcels: set[str]) -> bool:
    labels = (world.roll.labels.get(code) for code in _codes(view))
    return any(label and not label.parcels.isdisjoint(parcels) for label in labels)


def _moved_away(code: str, views: Sequence[ViewSeen]) -> bool:
    places = [_place(s) for view in views for s in view.sightings if s.code == code]
    return abs(places[-1] - places[max(len(places) - 3, 0)]) > MOVED or not 10 < places[-1] < 90


def _place(sighting: Sighting) -> float:
    return sighting.box[0][0]


def _honest_bag(world: World, parcel: str) -> Bag:
    """With what was printed: the book may have given it another tracking number since."""
    codes = zip((Kind.WAYBILL, Kind.CARGO_LIST), world.roll.on_labels[parcel], strict=True)
    papers = [
        Paper(n, kind, parcel, tuple(Mark(code, 1.0) for code in sorted(printed)))
        for n, (kind, printed) in enumerate(codes)
    ]
    return Bag(0, papers)


def _codes(event: Event) -> set[str]:
    match event:
        case ViewSeen(sightings):
            return {sighting.code for sighting in sightings}
        case CodeScanned(code):
            return {code}
    return set()


def _has_lain(bag: Bag, events: list[Event], event: Event) -> bool:
    """Whether the twin's bag lies there by then: some frame up to it has shown one of its
    labels."""
    own = set[str]().union(*(paper.codes for paper in bag.papers))
    views = [view for view in events if isinstance(view, ViewSeen) and view.at_s <= event.at_s]
    return any(not own.isdisjoint(_codes(view)) for view in views)


def _is_same(
    bags: list[Bag], event: Event, codes: set[str], labels: dict[str, Label], *, lies: bool
) -> bool:
    """Whether the twin's table sends that event too."""
    if isinstance(event, CodeScanned):
        return event.code not in labels or any(
            event.code in paper.codes for bag in bags for paper in bag.papers
        )
    if not isinstance(event, ViewSeen):
        return True  # devices have nothing to do with bags
    frame = _twin_frame(
        bags, event, codes, {code for code in codes if code not in labels}, lies=lies
    )
    return _codes(frame) == codes and (event.occupied or not lies)


def _twin_frame(
    bags: list[Bag], event: ViewSeen, wanted: set[str], further: set[str], *, lies: bool
) -> ViewSeen:
    twins = []
    for number, bag in enumerate(bags):
        papers = [
            replace(p, marks=tuple(Mark(code, float(code in wanted)) for code in p.codes))
            for p in bag.papers
        ]
        if number == 0:
            papers[0] = replace(
                papers[0], marks=papers[0].marks + tuple(Mark(code, 1.0) for code in further)
            )
        twins.append(Bag(number, papers))
    table = Table(twins, [paper for bag in twins for paper in bag.papers], PLAIN)
    for bag, x in zip(twins, (70.0, 30.0), strict=False):
        if lies or bag.number:
            table.lay(bag, x, event.at_s - 1, 0.1)
    return table.frame(event.frame, event.at_s)


def _reads_both(world: World, parcel: str, events: list[Event], blind: int) -> bool:
    """Scans in the hand need no camera."""
    proving = [
        event
        for number, event in enumerate(events)
        if number >= blind or isinstance(event, CodeScanned)
    ]
    read = set[str]().union(*(_codes(event) for event in proving))
    on_waybill, on_list = world.roll.on_labels[parcel]
    return not read.isdisjoint(on_waybill - on_list) and not read.isdisjoint(on_list - on_waybill)
