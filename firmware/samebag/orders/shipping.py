"""Shipments out: parcels that left as rows of the sheet that a platform takes; the sheets' columns are data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from samebag.core.parcels import Parcel
from samebag.core.tracking import carrier_named, explain
from samebag.named_files import load_named
from samebag.ports import OrderFileError, Passed

STORES_OWN = Path("/etc/samebag/shipments")  # beside the settings

Field = Literal[
    "parcel",
    "order",
    "tracking_number",
    "carrier",
    "service",
    "tracking_page",
    "country",
    "sent",
    "date",
    "station",
    "bag",
]


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``columns`` by title, in their order. ``whole`` and ``part`` are the words of ``sent``: whether with that row
    all parcels of its order are out. ``contains`` is said wherever the sheet goes."""

    contains: str
    whole: str
    part: str
    date: str
    columns: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel to be told to its platform."""

    parcel: Parcel
    passed: Passed


def load_sheet(name: str) -> Sheet:
    built_in = resources.files(__package__).joinpath("shipments")
    return load_named("shipping profile", name, (STORES_OWN, built_in), Sheet, OrderFileError)


def to_rows(shipments: Iterable[Shipment], sheet: Sheet, left: Mapping[str, frozenset[str]]) -> Iterator[list[str]]:
    """The titles, then a row for each parcel and order. ``left``: of each order the parcels still to be told."""
    yield list(sheet.columns)
    to_tell = {order: set(parcels) for order, parcels in left.items()}
    for shipment in shipments:
        for order in shipment.parcel.orders:
            rest = to_tell.get(order, set())
            rest.discard(shipment.parcel.name)
            fields = _fields(shipment, order, sheet, is_last=not rest)
            yield [fields[field] for field in sheet.columns.values()]


def _fields(shipment: Shipment, order: str, sheet: Sheet, *, is_last: bool) -> dict[Field, str]:
    parcel, passed = shipment.parcel, shipment.passed
    carrier, page = _carrier(parcel)
    return {
        "parcel": parcel.name,
        "order": order,
        "tracking_number": parcel.tracking_number,
        "carrier": carrier,
        "service": parcel.service,
        "tracking_page": page,
        "country": parcel.country,
        "sent": sheet.whole if is_last else sheet.part,
        "date": datetime.fromisoformat(passed.wall_time).strftime(sheet.date),
        "station": passed.station,
        "bag": str(passed.bag),
    }


def _carrier(parcel: Parcel) -> tuple[str, str]:
    """Its name and the page where the number is followed: by the order file's word, else by what the number must be."""
    readings = explain(parcel.tracking_number)
    named = carrier_named(parcel.service)
    sure = next((reading for reading in readings if reading.form.sure and reading.carrier), None)
    carrier = named or (sure.carrier if sure else None)
    if carrier is None:
        return parcel.service, ""
    pages = [service.tracking for reading in readings if reading.carrier == carrier for service in reading.services]
    page = next((page for page in [*pages, carrier.tracking] if page), "")
    return parcel.service or carrier.name, page.format(parcel.tracking_number)
