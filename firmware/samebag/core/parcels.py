"""A parcel as the book knows it, and what the rules ask of the book. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from samebag.core.labels import Label


class Standing(StrEnum):
    """Whether a parcel may leave. Only OPEN may; PASSED is known from the ledger, BARRED is what a
    check holds.

    The rest comes from the book. SHIPPED is one of which the order file says so: at the table too
    late for a green, at the door no reason to stop. The same goes for VANISHED: a newer file of its
    source lacks it, and no file of that source ever listed one that is shipped, so that it may be
    shipped or cancelled.
    """

    OPEN = "open"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"
    VANISHED = "vanished"
    CHANGED = "changed"
    BARRED = "barred"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the cargo list. ``attributes`` is free text such as ``红色 / XL``; quantity >=
    1."""

    sku: str
    name: str
    attributes: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel's record. ``print_order`` is its place on the label roll, None where the ERP does
    not say.

    ``goods`` are the special ones, as the ERP calls them; ``ship_by`` is an ISO date; ``note``: the
    buyer left one.
    """

    name: str
    tracking_number: str
    waybill_codes: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    list_codes: tuple[str, ...] = ()
    service: str = ""
    country: str = ""
    standing: Standing = Standing.OPEN
    print_order: int | None = None
    items: tuple[Item, ...] = ()
    weight_g: int | None = None
    goods: tuple[str, ...] = ()
    ship_by: str = ""
    note: bool = False


class Known(Protocol):
    """What the rules of a bag look up: the book, with the ledger's knowledge of what has passed."""

    def label(self, code: str) -> Label | None:
        """The label that carries ``code`` (normalised), or None if the book lacks it."""
        ...

    def standing(self, parcel: str) -> Standing:
        """Whether that parcel may still leave, now."""
        ...

    def meanwhile(self, parcel: str) -> Standing:
        """What the book says of it now, whether or not it has passed: OPEN, CANCELLED, or CHANGED
        since its match."""
        ...

    def parcel(self, name: str) -> Parcel | None:
        """Its record."""
        ...

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        """The parcels whose labels are on the same roll from place ``first`` on and have yet to
        pass, by place."""
        ...
