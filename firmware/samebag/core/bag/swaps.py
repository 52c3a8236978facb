"""One wrong bag means another: which labels to look for, who is still wanted, when a roll slipped.
Pure.

A mismatch puts a wrong bag on record: the parcels whose waybill is on it and those whose list is.
Wrong bags that share a parcel make a chain; when each of its parcels has both labels on some wrong
bag, the chain is closed and only labels have to be exchanged. Its parcels stay wanted until all of
them have passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from samebag.core.bag.reads import Read
from samebag.core.labels import Kind
from samebag.core.parcels import Known, Parcel, Standing
from samebag.core.verdicts import GiveNotice, LookFor, NoticeKind


@dataclass(frozen=True, slots=True)
class WrongBag:
    """Each set has one parcel, or more where a label may belong to several. ``offsets``: by how
    many places in print order its list may be away from its waybill."""

    bag: int
    waybills: frozenset[str]
    lists: frozenset[str]
    offsets: frozenset[int] = frozenset()
    first: int | None = None  # the lowest place in print order of its labels

    @property
    def parcels(self) -> frozenset[str]:
        return self.waybills | self.lists


@dataclass(frozen=True, slots=True)
class Recall:
    """A parcel that left with a label too few or too many. Over when one of ``unless`` passes with
    its own label."""

    parcel: str
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RollSlip:
    """The roll slipped. ``waiting``: the parcels of the labels to check, from place ``first`` to
    ``last``."""

    first: int
    last: int
    waiting: frozenset[str]


@dataclass(frozen=True, slots=True)
class Swaps:
    """All that is still open: ``wanted`` parcels, the wrong bags that want them, the mismatch that
    came last."""

    wrong: tuple[WrongBag, ...] = ()
    wanted: frozenset[str] = frozenset()
    recalls: tuple[Recall, ...] = ()
    newest: WrongBag | None = None  # None when a bag has passed since
    slip: RollSlip | None = None

    def without(self, has_passed: Callable[[str], bool]) -> Swaps:
        """What is still open after a stop: parcels may have passed since this was put on disk."""
        slip = self.slip and replace(
            self.slip, waiting=frozenset(p for p in self.slip.waiting if not has_passed(p))
        )
        return replace(
            self, wanted=frozenset(p for p in self.wanted if not has_passed(p)), slip=slip
        )._closed()

    def _closed(self) -> Swaps:
        slip = self.slip if self.slip and self.slip.waiting else None
        return replace(
            self,
            wrong=tuple(
                w for w in self.wrong if any(c.parcels & self.wanted for c in self.chain(w))
            ),
            slip=slip,
        )

    def chain(self, start: WrongBag) -> list[WrongBag]:
        """That wrong bag and all that hang together with it by their parcels."""
        chain, parcels = [start], start.parcels
        while more := [w for w in self.wrong if w not in chain and w.parcels & parcels]:
            chain += more
            parcels = parcels.union(*(w.parcels for w in more))
        return chain


SETTLED = Swaps()
Change = tuple[Swaps, tuple[GiveNotice, ...]]


def mismatched(
    swaps: Swaps,
    bag: int,
    at_s: float,
    reads: Iterable[Read],
    known: Known,
    here: frozenset[str] = frozenset(),
) -> Change:
    """Name a wrong bag's partners, call back those that passed and are not ``here`` (rules.md 6.4),
    see the roll."""
    reads = tuple(reads)
    wrong = _wrong_bag(bag, reads, known)
    gone = frozenset(p for p in wrong.parcels if known.standing(p) is Standing.PASSED)
    others = tuple(w for w in swaps.wrong if (w.waybills, w.lists) != (wrong.waybills, wrong.lists))
    newest, swaps = swaps.newest, replace(swaps, wrong=(*others, wrong), newest=wrong)
    swaps = replace(swaps, wanted=swaps.wanted | (wrong.parcels - gone))
    notices = [_wanted(swaps, wrong, at_s, known.parcel)]
    for parcel in sorted(
        {p for read in reads if read.label.parcels <= gone - here for p in read.label.parcels}
    ):
        swaps, recall = recalled(swaps, Recall(parcel), bag, at_s)
        notices += recall
    slip = _slip(newest, wrong, known) if newest and not swaps.slip else None
    if slip:
        swaps = replace(swaps, slip=slip)
        notices.append(_slipped(NoticeKind.ROLL_SLIPPED, slip, bag, at_s))
    return swaps, tuple(notices)


def recalled(swaps: Swaps, recall: Recall, bag: int, at_s: float) -> Change:
    """That parcel is out, and its bag must be looked at again."""
    if any(r.parcel == recall.parcel for r in swaps.recalls):
        return swaps, ()
    swaps = replace(swaps, recalls=(*swaps.recalls, recall))
    return swaps, (GiveNotice(NoticeKind.RECALL, bag, at_s, parcels=(recall.parcel,)),)


def passed(swaps: Swaps, parcel: str, bag: int, at_s: float) -> Change:
    """A parcel passed: chains end when the last of theirs has, the roll's warning when its range
    has."""
    if swaps == SETTLED:  # mostly, and its green waits for this
        return swaps, ()
    recalls = tuple(recall for recall in swaps.recalls if parcel not in recall.unless)
    slip = swaps.slip and replace(swaps.slip, waiting=swaps.slip.waiting - {parcel})
    after = replace(swaps, newest=None, recalls=recalls, wanted=swaps.wanted - {parcel}, slip=slip)
    return _ended(swaps, after._closed(), bag, at_s)


def ended(swaps: Swaps, bag: int, at_s: float) -> Change:
    """A supervisor says that all of it is settled."""
    return _ended(swaps, SETTLED, bag, at_s)


def _ended(before: Swaps, after: Swaps, bag: int, at_s: float) -> Change:
    over = {p for w in before.wrong if w not in after.wrong for p in w.parcels}
    over |= {recall.parcel for recall in before.recalls if recall not in after.recalls}
    over -= {p for w in after.wrong for p in w.parcels} | {
        recall.parcel for recall in after.recalls
    }
    notices = (
        [GiveNotice(NoticeKind.CLEARED, bag, at_s, parcels=tuple(sorted(over)))] if over else []
    )
    if before.slip and not after.slip:
        notices.append(_slipped(NoticeKind.CLEARED, before.slip, bag, at_s))
    return after, tuple(notices)


def _wrong_bag(bag: int, reads: tuple[Read, ...], known: Known) -> WrongBag:
    waybills = frozenset(p for read in reads for p in read.label.waybill_of)
    lists = frozenset(
        p for read in reads if read.label.kind is not Kind.WAYBILL for p in read.label.parcels
    )
    places = {p: parcel.print_order for p in waybills | lists if (parcel := known.parcel(p))}
    orders = [place for place in places.values() if place is not None]
    offsets = (b - a for a in _at(places, waybills) for b in _at(places, lists))
    return WrongBag(bag, waybills, lists, frozenset(offsets) - {0}, min(orders, default=None))


def _at(places: dict[str, int | None], parcels: frozenset[str]) -> list[int]:
    return [place for p in parcels if (place := places.get(p)) is not None]


def _slip(before: WrongBag, now: WrongBag, known: Known) -> RollSlip | None:
    """Two mismatches in a row, of different bags, with the same offset: all labels from the first
    on are suspect."""
    if (
        not before.offsets & now.offsets
        or before.waybills & now.waybills
        or before.lists & now.lists
    ):
        return None
    first = min(place for place in (before.first, now.first) if place is not None)
    roll = known.roll(min(now.waybills), first)
    return RollSlip(first, max(roll.values()), frozenset(roll)) if roll else None


def _slipped(kind: NoticeKind, slip: RollSlip, bag: int, at_s: float) -> GiveNotice:
    return GiveNotice(
        kind, bag, at_s, parcels=tuple(sorted(slip.waiting)), places=(slip.first, slip.last)
    )


def still_wanted(swaps: Swaps, record: Callable[[str], Parcel | None]) -> tuple[GiveNotice, ...]:
    """What to look for as of now, a notice for each chain: a bag found since, or passed, is not
    asked for again."""
    chains = dict.fromkeys(frozenset(swaps.chain(wrong)) for wrong in swaps.wrong)
    notices = (
        _wanted(swaps, max(chain, key=lambda wrong: wrong.bag), 0.0, record) for chain in chains
    )
    return tuple(notice for notice in notices if notice.parcels)


def _wanted(
    swaps: Swaps, wrong: WrongBag, at_s: float, record: Callable[[str], Parcel | None]
) -> GiveNotice:
    """Everyone in the chain of that bag, the labels of theirs that no wrong bag carries, and those
    wrong bags."""
    chain = swaps.chain(wrong)
    wanted = sorted({p for w in chain for p in w.parcels} & swaps.wanted)
    found = {(Kind.WAYBILL, p) for w in chain for p in w.waybills} | {
        (Kind.CARGO_LIST, p) for w in chain for p in w.lists
    }
    look_for = tuple(
        LookFor(kind, name, _code(kind, record(name)))
        for name in wanted
        for kind in (Kind.WAYBILL, Kind.CARGO_LIST)
        if (kind, name) not in found
    )
    bags = tuple(sorted({w.bag for w in chain}))
    return GiveNotice(
        NoticeKind.WANTED, wrong.bag, at_s, parcels=tuple(wanted), look_for=look_for, bags=bags
    )


def _code(kind: Kind, parcel: Parcel | None) -> str:
    """What stands on that label; empty if its parcel has no record any more."""
    if parcel is None:
        return ""
    return parcel.tracking_number if kind is Kind.WAYBILL else "/".join(parcel.list_codes)
