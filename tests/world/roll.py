"""What a shift begins with: parcels in a book, labels on a roll, and bags with those labels on
them, some wrong.

A label's truth is the paper itself: whose it is, what is printed on it, and on which bag it is
stuck.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from random import Random

from msgspec import structs

from samebag.core.events import Sighting
from samebag.core.labels import Kind, Label
from samebag.core.parcels import Item, Parcel, Standing

GOODS_EAN = "4006381333931"  # no label, but a scanner reads it
PARCEL_FIELDS = (
    "parcel",
    "tracking_number",
    "waybill_codes",
    "orders",
    "list_codes",
    "status",
    "print_order",
)
CSV_FIELDS = (*PARCEL_FIELDS, "sku", "name", "attributes", "quantity")

# Shares of all parcels. All but the last are the store's business, not its packers'.
SPLIT, MERGED, SAME_CODE, CANCELLED, UNKNOWN = 0.04, 0.04, 0.03, 0.005, 0.003
OWN_NUMBER = 0.4  # of the lists that carry the tracking number: they have their own number besides
# of the waybills: the tracking number stands there two or three times (stubs, customs sheet)
STUBS = 0.12
FURTHER, UNLISTED = 0.3, 0.08  # of the waybills: they bear a second number; one that the book lacks
CRUMPLED, CREASED = 0.004, 0.06  # of all labels: hardly ever read; read in every other frame
DECODERS = ("zxing", "zbar")
# how legible the old waybills of returned parcels are: beside, crumpled, under
OLD = (
    0.97,
    0.97,
    0.5,
    0.02,
    0.0,
)


@dataclass(slots=True, eq=False)
class Mark:
    """One printed code. ``legible`` is the chance that a frame in which it lies still and open
    reads it.

    ``proves``: only one of its parcel's two labels bears it. ``counts`` once it was read as
    rules.md 1.2 wants.
    """

    code: str
    legible: float
    proves: bool = True
    x: float = 0.0
    y: float = 0.0
    read_s: float = inf  # when a frame or a scan first read it, since its bag came
    read_in: int = -2  # the newest frame that read it, until it counts
    counts: bool = False
    once: Sighting | None = None  # by one decoder, where it lies; made when it is first read there
    twice: Sighting | None = None
    mirrored: Mark | None = None  # by a shiny table

    def move_to(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        self.once = self.twice = self.mirrored = None

    def sighted(self, *, by_both: bool) -> Sighting:
        found = self.twice if by_both else self.once
        if found is None:
            found = self.sighted_at(self.x, DECODERS if by_both else DECODERS[:1])
            self.once, self.twice = (self.once, found) if by_both else (found, self.twice)
        return found

    def sighted_at(self, x: float, by: tuple[str, ...] = DECODERS[:1]) -> Sighting:
        """While it moves one decoder reads it."""
        y = self.y
        return Sighting(self.code, "code128", ((x, y), (x + 8, y), (x + 8, y + 3), (x, y + 3)), by)

    def mirror(self) -> Mark:
        if self.mirrored is None:
            self.mirrored = Mark(
                self.code, 0.6 * self.legible, x=self.x + 2, y=self.y + 60, counts=True
            )
        return self.mirrored

    def forget(self) -> None:
        self.read_s, self.read_in, self.counts = inf, -2, False


@dataclass(slots=True, eq=False)
class Paper:
    """A printed label: on its bag, or in the packer's hand (``bag`` is None) until it is stuck.

    ``face`` is the side of the bag that it is on. A merged label is there from ``printed_s`` on.
    """

    number: int
    kind: Kind
    parcel: str
    marks: tuple[Mark, ...]
    bag: Bag | None = None
    face: int = 0
    covered_until_s: float = 0.0
    printed_s: float = -inf

    @property
    def codes(self) -> set[str]:
        return {mark.code for mark in self.marks}

    @property
    def counts(self) -> bool:
        return any(mark.counts and mark.proves for mark in self.marks)


@dataclass(slots=True, eq=False)
class Bag:
    """A bag with its labels. It slides from ``from_x`` to ``to_x`` while it is laid or taken."""

    number: int
    papers: list[Paper] = field(default_factory=list)
    in_hand: bool = False
    on_table: bool = False
    face: int = 0  # that is up
    from_x: float = 0.0
    to_x: float = 0.0
    from_s: float = 0.0
    until_s: float = 0.0
    left_s: float = -inf  # when it was last at hand
    scanned_s: float = -inf  # when one of its labels was last heard
    passed_s: float | None = None  # when a green was for it, while it has not been away since

    def x_at(self, at_s: float) -> float:
        if at_s >= self.until_s:
            return self.to_x
        return self.from_x + (self.to_x - self.from_x) * (at_s - self.from_s) / (
            self.until_s - self.from_s
        )


@dataclass(frozen=True, slots=True)
class Mistakes:
    """How often a bag gets wrong labels, as shares of bags."""

    swapped: float  # the lists of two neighbours crossed
    chained: float  # of three, in a ring
    slipped: float  # the roll slips by one for some bags
    third: float  # a foreign label besides its own two
    missing: float  # one of its labels is not there
    returned: float  # an old waybill that the book does not know is still on it
    faces: float  # no mistake, but as rare: its labels are on two sides

    def scaled(self, by: float) -> Mistakes:
        return Mistakes(*(getattr(self, name) * by for name in self.__slots__))


class Roll:
    """Parcels, papers and bags of one shift, the same for the same random numbers. The last bag is
    plain and right."""

    def __init__(
        self, bags: int, mistakes: Mistakes, rng: Random, *, same_code: float = SAME_CODE
    ) -> None:
        self.parcels: dict[str, Parcel] = {}
        self.labels: dict[str, Label] = {}
        self.papers: list[Paper] = []
        self.on_labels: dict[
            str, tuple[set[str], set[str]]
        ] = {}  # what a parcel's waybill and list bear, by name
        self.elsewhere: set[str] = set()  # passed at another station
        self.imports = 0
        self.imported: Counter[str] = Counter()  # how often an import changed a parcel
        self._rng, self._same_code = rng, same_code
        while len(self.parcels) < bags:
            self._print_parcels(len(self.parcels))
        self._print_last(len(self.parcels))
        for parcel in self.parcels.values():
            self._know(parcel)
        self.last = next(reversed(self.parcels))
        self.bags = [Bag(number) for number in range(len(self.parcels))]
        self._unknown_waybills()
        self._stick(mistakes)
        self.merged = {name: self._merged_label(name) for name in self.parcels}
        self.printed: list[Paper] = []

    def _print_parcels(self, number: int) -> None:
        """One parcel, or the two of a split order."""
        dice, order = self._rng.random(), f"8{number:015d}"
        if dice < SPLIT:
            self._print(number, (order,))
            self._print(number + 1, (order,))
        elif dice < SPLIT + MERGED:
            self._print(number, (order, f"7{number:015d}"))
        elif dice < SPLIT + MERGED + self._same_code:
            own = (order,) if self._rng.random() < OWN_NUMBER else ()
            self._print(number, (f"LX{number:09d}CN", *own))
        else:
            self._print(number, (order,))

    def _print(self, number: int, list_codes: tuple[str, ...], *, plain: bool = False) -> None:
        name, rng = f"P{number}", self._rng
        tracking, further = f"LX{number:09d}CN", f"LP{number:014d}"
        dice = 1.0 if plain else rng.random()
        listed = (further,) if dice < FURTHER else ()
        waybill = (tracking, *listed, *((further,) if FURTHER <= dice < FURTHER + UNLISTED else ()))
        if not plain and rng.random() < STUBS:
            waybill += (tracking,) * rng.randrange(1, 3)
        standing = Standing.CANCELLED if not plain and rng.random() < CANCELLED else Standing.OPEN
        self.parcels[name] = Parcel(
            name, tracking, listed, list_codes, list_codes, standing=standing, print_order=number
        )
        self.on_labels[name] = (set(waybill), set(list_codes))
        for kind, codes, others in (
            (Kind.WAYBILL, waybill, list_codes),
            (Kind.CARGO_LIST, list_codes, waybill),
        ):
            self._add(
                kind,
                name,
                tuple(self._mark(code, 0.97 if plain else 0, code not in others) for code in codes),
            )

    def _print_last(self, number: int) -> None:
        self._print(number, (f"8{number:015d}",), plain=True)

    def _add(self, kind: Kind, parcel: str, marks: tuple[Mark, ...]) -> Paper:
        self.papers.append(Paper(len(self.papers), kind, parcel, marks))
        return self.papers[-1]

    def _mark(self, code: str, legible: float = 0.0, proves: bool = True) -> Mark:
        dice = self._rng.random()
        return Mark(
            code,
            legible or (0.02 if dice < CRUMPLED else 0.5 if dice < CRUMPLED + CREASED else 0.97),
            proves,
        )

    def _merged_label(self, name: str) -> Paper:
        """Not printed yet; stations that want none seen never print it here."""
        paper = self._add(Kind.MERGED, name, (Mark(f"SB1|{name}|1|1|AAAAAAAA", 0.97),))
        paper.printed_s = inf
        return paper

    def _know(self, parcel: Parcel) -> None:
        for code in (parcel.tracking_number, *parcel.waybill_codes):
            old = self.labels.get(code, Label(code))
            self.labels[code] = structs.replace(old, waybill_of=old.waybill_of | {parcel.name})
        for code in parcel.list_codes:
            old = self.labels.get(code, Label(code))
            self.labels[code] = structs.replace(old, list_of=old.list_of | {parcel.name})

    def _unknown_waybills(self) -> None:
        """Waybills whose order never reached the book."""
        for paper in self.papers[:-2:2]:
            if self._rng.random() < UNKNOWN:
                paper.marks = (Mark(f"RR{paper.number:09d}CN", 0.97, proves=False),)

    def _stick(self, mistakes: Mistakes) -> None:
        lists = self._mixed_up(mistakes)
        for number, bag in enumerate(self.bags):
            papers = [self.papers[2 * number], self.papers[2 * lists[number] + 1]]
            if number < len(self.bags) - 1:
                self._spoil(papers, mistakes)
            for paper in papers:
                paper.bag = bag
            bag.papers = papers

    def _spoil(self, papers: list[Paper], mistakes: Mistakes) -> None:
        rng = self._rng
        if rng.random() < mistakes.missing:
            papers.pop(rng.randrange(2))
        if rng.random() < mistakes.third:
            papers.append(self._copy(rng.choice(self.papers)))
        if rng.random() < mistakes.returned:
            old = Mark(f"RB{len(self.papers):09d}CN", rng.choice(OLD), proves=False)
            papers.append(self._add(Kind.WAYBILL, "", (old,)))
        if rng.random() < mistakes.faces:
            papers[-1].face = 1

    def _copy(self, paper: Paper) -> Paper:
        """A second print: the bag with the first one stays right."""
        return self._add(
            paper.kind,
            paper.parcel,
            tuple(self._mark(m.code, proves=m.proves) for m in paper.marks),
        )

    def _mixed_up(self, mistakes: Mistakes) -> list[int]:
        """Which list each bag gets."""
        lists = list(range(len(self.bags)))
        for first in range(len(lists) - 6):
            dice, ring = self._rng.random(), 0
            if dice < mistakes.slipped / 6:
                ring = 6
            elif dice < mistakes.slipped / 6 + mistakes.chained / 3:
                ring = 3
            elif dice < mistakes.slipped / 6 + mistakes.chained / 3 + mistakes.swapped / 2:
                ring = 2
            part = lists[first : first + ring]
            lists[first : first + ring] = part[1:] + part[:1]
        return lists

    def print_merged(self, parcel: str, at_s: float) -> Label:
        """It is out at ``at_s``."""
        paper = self.merged[parcel]
        paper.printed_s = at_s
        self.printed.append(paper)
        return Label(paper.marks[0].code, merged_of=frozenset({parcel}))

    # ---- what becomes of an order while its bag is packed

    def cancel(self, name: str) -> None:
        self._import(replace(self.parcels[name], standing=Standing.CANCELLED))

    def change(self, name: str) -> None:
        """Its items do; the labels on the bag are those from before."""
        if self.parcels[name].standing is Standing.OPEN:
            goods = (Item("A-1", "mug", "", 1 + self.imports),)
            self._import(replace(self.parcels[name], standing=Standing.CHANGED, items=goods))

    def relabel(self, name: str) -> None:
        """It gets another tracking number, printed anew: at another place on the roll. The old
        label is stale."""
        old = self.parcels[name]
        if old.standing is not Standing.OPEN:
            return
        code, place = f"LZ{int(name[1:]):09d}CN", 100_000 + self.imports
        stale = self.labels[old.tracking_number]
        self.labels[stale.code] = structs.replace(stale, stale=stale.stale | {name})
        self._import(replace(old, tracking_number=code, print_order=place))
        self._know(self.parcels[name])

    def _import(self, parcel: Parcel) -> None:
        self.parcels[parcel.name] = parcel
        self.imports += 1
        self.imported[parcel.name] += 1

    def is_provable(self, name: str) -> bool:
        """Whether each of its labels bears a code that the other one does not."""
        on_waybill, on_list = self.on_labels[name]
        return not on_list <= on_waybill and not on_waybill <= on_list

    def is_open(self, name: str) -> bool:
        record = self.parcels.get(name)  # an old waybill's is none of ours
        return (
            record is not None and record.standing is Standing.OPEN and name not in self.elsewhere
        )

    def write_book(self, path: Path) -> None:
        """As ``samebag replay --book`` takes it."""
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(CSV_FIELDS)
            for p in self.parcels.values():
                status = "cancelled" if p.standing is Standing.CANCELLED else "open"
                lists = [";".join(codes) for codes in (p.waybill_codes, p.orders, p.list_codes)]
                items = [(i.sku, i.name, i.attributes, str(i.quantity)) for i in p.items] or [
                    ("", "", "", "")
                ]
                for item in items:
                    out.writerow((p.name, p.tracking_number, *lists, status, p.print_order, *item))
