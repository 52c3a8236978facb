"""What one day of a station adds to a report, also of the parcels behind its verdicts. SQL on open
connections."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from samebag.core.codes.tracking import (
    Digit,
    Recognised,
    carrier_named,
    carrier_of,
    explain,
    service_named,
)
from samebag.core.verdicts import HELD, VerdictKind
from samebag.store.book.records import Content
from samebag.store.ledger import by_day
from samebag.store.ledger.by_day import Origin

MOST_NAMED = 200  # ours: of parcels shipped on a channel that is not recognised; all are counted


class By(StrEnum):
    """What near misses are told by: how the work was set up comes before who did it."""

    ROLL = "roll"
    HOUR = "hour"
    LABELS = "labels"
    PACKER = "packer"


class Labels(StrEnum):
    """Which code the cargo list carries, as its order file has it."""

    SAME_CODE = "same-code"
    ORDER = "order"
    PARCEL = "parcel"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SumRow:
    """A line of a table: how many bags, how many mix-ups stopped, how many held otherwise."""

    name: str
    bags: int
    mismatches: int
    held: int


@dataclass(frozen=True, slots=True)
class Shipped:
    """A parcel that somebody should look after. ``carrier`` is empty where nothing tells it."""

    parcel: str
    tracking_number: str
    service: str
    carrier: str


@dataclass(slots=True)
class Sums:
    """Counts that can be added up: ``kinds`` of verdicts, ``by`` the same for each name,
    ``channels`` of parcels packed by carrier, with what the platform says of it. ``off_list`` are
    parcels on channels that it does not recognise."""

    kinds: Counter[str] = field(default_factory=Counter)
    by: dict[By, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {by: Counter() for by in By}
    )
    channels: Counter[tuple[str, Recognised | None]] = field(default_factory=Counter)
    off_list: list[Shipped] = field(default_factory=list)

    def add(self, other: Sums) -> None:
        self.kinds += other.kinds
        for by in By:
            self.by[by] += other.by[by]
        self.channels += other.channels
        self.off_list += other.off_list[: MOST_NAMED - len(self.off_list)]

    def rows(self, by: By) -> list[SumRow]:
        """Worst first; hours in their order."""
        kinds: dict[str, dict[str, int]] = {}
        for (name, kind), count in sorted(self.by[by].items()):
            kinds.setdefault(name, {})[kind] = count
        found = [row(name, of_name) for name, of_name in kinds.items()]
        return (
            found
            if by is By.HOUR
            else sorted(found, key=lambda row: (-row.mismatches, -row.bags, row.name))
        )


def row(name: str, kinds: Mapping[str, int]) -> SumRow:
    red, mismatches = sum(kinds.get(kind, 0) for kind in HELD), kinds.get(VerdictKind.MISMATCH, 0)
    return SumRow(name, kinds.get(VerdictKind.MATCH, 0) + red, mismatches, red - mismatches)


def sums(ledger: sqlite3.Connection, book: sqlite3.Connection | None, day: date) -> Sums:
    """Parcels that the book lacks by now are in no roll, have no label profile and no channel."""
    found = Sums()
    for counted in by_day.tally(ledger, day):
        found.kinds[counted.kind] += counted.verdicts
        found.by[By.HOUR][f"{counted.hour:02}", counted.kind] += counted.verdicts
        found.by[By.PACKER][counted.packer, counted.kind] += counted.verdicts
    verdicts = by_day.involved(ledger, day)
    if book:
        origins = by_day.origins(book, {name for names, _ in verdicts for name in names})
        _add_origins(found, verdicts, origins)
    return found


def _add_origins(
    found: Sums, verdicts: Iterable[tuple[list[str], str]], origins: Mapping[str, Origin]
) -> None:
    rolls, profiles = found.by[By.ROLL], found.by[By.LABELS]
    labels = {name: labels_of(name, origin.content).value for name, origin in origins.items()}
    for names, kind in verdicts:
        known = [name for name in names if name in origins]
        for roll in {origins[name].roll for name in known}:
            rolls[roll, kind] += 1
        for profile in {labels[name] for name in known}:
            profiles[profile, kind] += 1
        if kind == VerdictKind.MATCH:
            for name in known:
                _add_channel(found, name, origins[name].content)


def _add_channel(found: Sums, name: str, content: Content) -> None:
    carrier, official = channel_of(content.service, content.tracking_number)
    found.channels[carrier, official] += 1
    if official in (Recognised.NO, None) and len(found.off_list) < MOST_NAMED:
        found.off_list.append(Shipped(name, content.tracking_number, content.service, carrier))


def labels_of(name: str, content: Content) -> Labels:
    lists = set(map(_plain, content.list_codes))
    if not lists.isdisjoint(map(_plain, (content.tracking_number, *content.waybill_codes))):
        return Labels.SAME_CODE
    if lists == set(map(_plain, content.orders)):
        return Labels.ORDER
    return Labels.PARCEL if _plain(name) in lists else Labels.OTHER


def channel_of(service: str, number: str) -> tuple[str, Recognised | None]:
    """The carrier, and whether the platform recognises it; None where nothing tells. By the number
    where only one carrier's looks so, else by the service that the order file names, else by the
    likeliest carrier's number."""
    known = service_named(service)
    name = carrier_of(number) or (known.carrier if known else service.strip() or _likeliest(number))
    carrier = carrier_named(name)
    return name, carrier.recognised if carrier else None


def _likeliest(number: str) -> str:
    right = (
        reading
        for reading in explain(number)
        if reading.carrier and reading.digit is not Digit.WRONG
    )
    return next((reading.form.carrier for reading in right), "")


def _plain(code: str) -> str:
    """However the book writes its codes."""
    return "".join(code.split()).casefold()
