"""What a shift begins with: parcels in a book, labels on a roll, and bags with those labels on them, some wrong.

A label's truth is the paper itself: whose it is, what is printed on it, and on which bag it is stuck.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from samebag.core.events import Box, Sighting
from samebag.core.labels import Kind, Label
from samebag.core.parcels import Parcel, Standing

GOODS_EAN = "4006381333931"  # no label, but a scanner reads it
CSV_FIELDS = ("parcel", "tracking_number", "waybill_codes", "orders", "list_codes", "status", "print_order")

# Shares of all parcels. The first four are the store's business, not its packers'.
SPLIT, MERGED, SAME_CODE, CANCELLED, UNKNOWN = 0.04, 0.04, 0.03, 0.005, 0.003
CRUMPLED, CREASED = 0.004, 0.06  # of all labels: hardly ever read; read in every other frame


@dataclass(slots=True, eq=False)
class Mark:
    """One printed code. ``legible`` is the chance that a frame in which it lies still and open reads it."""

    code: str
    legible: float
    box: Box = ()
    once: Sighting = field(init=False)
    twice: Sighting = field(init=False)

    def move_to(self, x: float, y: float) -> None:
        self.box = ((x, y), (x + 8, y), (x + 8, y + 3), (x, y + 3))
        self.once = Sighting(self.code, "code128", self.box, ("zxing",))
        self.twice = Sighting(self.code, "code128", self.box, ("zxing", "zbar"))


@dataclass(slots=True, eq=False)
class Paper:
    """A printed label: on its bag, or in the packer's hand (``bag`` is None) until it is stuck."""

    number: int
    kind: Kind
    parcel: str
    marks: tuple[Mark, ...]
    bag: Bag | None = None
    covered_until_s: float = 0.0
    sighted: int = 0  # in how many frames and scans since its bag came

    @property
    def codes(self) -> set[str]:
        return {mark.code for mark in self.marks}


@dataclass(slots=True, eq=False)
class Bag:
    """A bag with its labels. It slides from ``from_x`` to ``to_x`` while it is laid or taken."""

    number: int
    papers: list[Paper] = field(default_factory=list)
    in_hand: bool = False
    on_table: bool = False
    from_x: float = 0.0
    to_x: float = 0.0
    from_s: float = 0.0
    until_s: float = 0.0
    left_s: float = float("-inf")  # when it was last at hand
    scanned_s: float = float("-inf")  # when one of its labels was last heard
    passed_s: float | None = None  # when a green was for it, while it has not been away since

    def x_at(self, at_s: float) -> float:
        if at_s >= self.until_s:
            return self.to_x
        return self.from_x + (self.to_x - self.from_x) * (at_s - self.from_s) / (self.until_s - self.from_s)


@dataclass(frozen=True, slots=True)
class Mistakes:
    """How often a bag gets wrong labels, as shares of bags."""

    swapped: float  # the lists of two neighbours crossed
    chained: float  # of three, in a ring
    slipped: float  # the roll slips by one for some bags
    third: float  # a foreign label besides its own two
    missing: float  # one of its labels is not there

    def scaled(self, by: float) -> Mistakes:
        return Mistakes(*(getattr(self, name) * by for name in self.__slots__))


class Roll:
    """Parcels, papers and bags of one shift, the same for the same random numbers. The last bag is plain and right."""

    def __init__(self, bags: int, mistakes: Mistakes, rng: Random, *, same_code: float = SAME_CODE) -> None:
        self.parcels: dict[str, Parcel] = {}
        self.labels: dict[str, Label] = {}
        self.papers: list[Paper] = []
        self.cancelled = 0
        self._rng, self._same_code = rng, same_code
        while len(self.parcels) < bags:
            self._print_parcels(len(self.parcels))
        self._print_last(len(self.parcels))
        for parcel in self.parcels.values():
            self._know(parcel)
        self.bags = [Bag(number) for number in range(len(self.parcels))]
        self._unknown_waybills()
        self._stick(mistakes)

    def _print_parcels(self, number: int) -> None:
        """One parcel, or the two of a split order."""
        dice = self._rng.random()
        if dice < SPLIT:
            self._print(number, (f"8{number:015d}",))
            self._print(number + 1, (f"8{number:015d}",))
        elif dice < SPLIT + MERGED:
            self._print(number, (f"8{number:015d}", f"7{number:015d}"))
        elif dice < SPLIT + MERGED + self._same_code:
            self._print(number, (f"LX{number:09d}CN",))
        else:
            self._print(number, (f"8{number:015d}",))

    def _print(self, number: int, list_codes: tuple[str, ...]) -> None:
        name, rng = f"P{number}", self._rng
        waybill = (f"LX{number:09d}CN",) + ((f"LP{number:014d}",) if rng.random() < 0.3 else ())
        standing = Standing.CANCELLED if rng.random() < CANCELLED else Standing.OPEN
        self.parcels[name] = Parcel(
            name, waybill[0], waybill[1:], list_codes, list_codes, standing=standing, print_order=number
        )
        for kind, codes in ((Kind.WAYBILL, waybill), (Kind.CARGO_LIST, list_codes)):
            self.papers.append(Paper(len(self.papers), kind, name, tuple(self._mark(code) for code in codes)))

    def _print_last(self, number: int) -> None:
        self._print(number, (f"8{number:015d}",))
        name = f"P{number}"
        self.parcels[name] = replace(self.parcels[name], standing=Standing.OPEN)
        for paper in self.papers[-2:]:
            for mark in paper.marks:
                mark.legible = 0.97

    def _mark(self, code: str) -> Mark:
        dice = self._rng.random()
        return Mark(code, 0.02 if dice < CRUMPLED else 0.5 if dice < CRUMPLED + CREASED else 0.97)

    def _know(self, parcel: Parcel) -> None:
        for code in (parcel.tracking_number, *parcel.waybill_codes):
            old = self.labels.get(code, Label(code))
            self.labels[code] = Label(code, old.waybill_of | {parcel.name}, old.list_of)
        for code in parcel.list_codes:
            old = self.labels.get(code, Label(code))
            self.labels[code] = Label(code, old.waybill_of, old.list_of | {parcel.name})

    def _unknown_waybills(self) -> None:
        """Waybills whose order never reached the book."""
        for paper in self.papers[:-2:2]:
            if self._rng.random() < UNKNOWN:
                paper.marks = (Mark(f"RR{paper.number:09d}CN", 0.97),)

    def _stick(self, mistakes: Mistakes) -> None:
        lists = self._mixed_up(mistakes)
        for number, bag in enumerate(self.bags):
            papers = [self.papers[2 * number], self.papers[2 * lists[number] + 1]]
            is_last = number == len(self.bags) - 1
            if self._rng.random() < mistakes.missing and not is_last:
                papers.pop(self._rng.randrange(2))
            if self._rng.random() < mistakes.third and not is_last:
                papers.append(self._copy(self._rng.choice(self.papers)))
            for paper in papers:
                paper.bag = bag
            bag.papers = papers

    def _copy(self, paper: Paper) -> Paper:
        """A second print: the bag with the first one stays right."""
        copy = Paper(len(self.papers), paper.kind, paper.parcel, tuple(self._mark(m.code) for m in paper.marks))
        self.papers.append(copy)
        return copy

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

    def cancel(self, number: int) -> None:
        """An order is cancelled while its bag is packed."""
        name = f"P{number}"
        self.parcels[name] = replace(self.parcels[name], standing=Standing.CANCELLED)
        self.cancelled += 1

    def write_book(self, path: Path) -> None:
        """As ``samebag replay --book`` takes it."""
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(CSV_FIELDS)
            for p in self.parcels.values():
                status = "cancelled" if p.standing is Standing.CANCELLED else "open"
                lists = (";".join(codes) for codes in (p.waybill_codes, p.orders, p.list_codes))
                out.writerow((p.name, p.tracking_number, *lists, status, p.print_order))
