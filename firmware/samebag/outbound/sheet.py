"""Shipments out: parcels that left as rows of the sheet that a platform takes; the sheets' columns
are data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from samebag.core.codes.tracking import carrier_named, explain
from samebag.core.parcels import Parcel
from samebag.files.named import load_named
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
    """``columns`` by title, in their order. ``whole`` and ``part`` are the words of ``sent``:
    whether with that row all parcels of its order are out. ``contains`` is said wherever the sheet
    goes."""

    contains: str
    whole: str
    part: str
    date: str
    columns: dict[str, Field]

    @property
    def is_dated(self) -> bool:
        return "date" in self.columns.values()


class Shipment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What any sheet says of a parcel that passed."""

    parcel: str
    tracking_number: str
    orders: tuple[str, ...]
    service: str
    country: str
    bag: int
    wall_time: str
    station: str


def shipment_of(parcel: Parcel, passed: Passed) -> Shipment:
    said = parcel.name, parcel.tracking_number, parcel.orders, parcel.service, parcel.country
    return Shipment(*said, passed.bag, passed.wall_time, passed.station)


def load_sheet(name: str) -> Sheet:
    built_in = resources.files(__package__).joinpath("shipment_sheets")
    return load_named("shipping profile", name, (STORES_OWN, built_in), Sheet, OrderFileError)


def to_rows(
    shipments: Iterable[Shipment], sheet: Sheet, is_last: Callable[[str, str], bool]
) -> Iterator[list[str]]:
    """A row for each parcel and order; ``is_last`` tells of an order and a parcel whether all of
    the order are out."""
    for shipment in shipments:
        for order in shipment.orders:
            fields = _fields(shipment, order, sheet, is_last=is_last(order, shipment.parcel))
            yield [fields[field] for field in sheet.columns.values()]


def _fields(shipment: Shipment, order: str, sheet: Sheet, *, is_last: bool) -> dict[Field, str]:
    carrier, page = _carrier(shipment)
    return {
        "parcel": shipment.parcel,
        "order": order,
        "tracking_number": shipment.tracking_number,
        "carrier": carrier,
        "service": shipment.service,
        "tracking_page": page,
        "country": shipment.country,
        "sent": sheet.whole if is_last else sheet.part,
        "date": datetime.fromisoformat(shipment.wall_time).strftime(sheet.date)
        if sheet.is_dated
        else "",
        "station": shipment.station,
        "bag": str(shipment.bag),
    }


def _carrier(shipment: Shipment) -> tuple[str, str]:
    """Its name and the page where the number is followed: by the order file's word, else by what
    the number must be."""
    readings = explain(shipment.tracking_number)
    named = carrier_named(shipment.service)
    sure = next((reading for reading in readings if reading.form.sure and reading.carrier), None)
    carrier = named or (sure.carrier if sure else None)
    if carrier is None:
        return shipment.service, ""
    pages = [
        service.tracking
        for reading in readings
        if reading.carrier == carrier
        for service in reading.services
    ]
    page = next((page for page in [*pages, carrier.tracking] if page), "")
    return shipment.service or carrier.name, page.format(shipment.tracking_number)
