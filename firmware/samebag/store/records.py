"""How a parcel lies in the book: its content as a compact JSON array, and the digest that tells a change. Pure.

msgspec structs, not dataclasses: an import makes four million of them, and as arrays they take half the card.
"""

from __future__ import annotations

import hashlib

import msgspec

from samebag.core.parcels import Item, Parcel, Standing
from samebag.ports import StoreError


class Line(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """One line of the cargo list."""

    sku: str
    name: str
    attributes: str
    quantity: int


class Content(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the labels of a parcel are printed from. Codes are normalised, except the orders."""

    tracking_number: str
    waybill_codes: tuple[str, ...]
    orders: tuple[str, ...]
    list_codes: tuple[str, ...]
    service: str
    country: str
    items: tuple[Line, ...]

    @property
    def on_waybill(self) -> frozenset[str]:
        return frozenset((self.tracking_number, *self.waybill_codes))


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of the table ``parcel``."""

    id: int
    name: str
    content: str
    digest: bytes
    printed: bytes
    cancelled: bool
    print_order: int | None
    source: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Content)


def encode(content: Content) -> str:
    return _encoder.encode(content).decode()


def decode(content: str) -> Content:
    """Raises msgspec.MsgspecError on anything that ``encode`` does not write."""
    return _decoder.decode(content)


def decode_stored(name: str, content: str) -> Content:
    """The same of a book on disk. Raises StoreError."""
    try:
        return decode(content)
    except msgspec.MsgspecError as err:
        raise StoreError(f"book: parcel {name}: {err}: move book.db away and import the order files again") from err


def forgotten(content: Content) -> Content:
    """What stays of a parcel after ``storage.keep_days``: its codes, so that no label of it is ever taken for another
    parcel's, and its channel. All else goes, the goods too: with an order number they tell of a person.
    """
    codes = (content.tracking_number, content.waybill_codes, content.orders, content.list_codes)
    return Content(*codes, content.service, content.country, ())


def digest(content: Content) -> bytes:
    """16 bytes that differ when the labels would. The order of items and codes does not count: exports shuffle them."""
    parts = (
        content.tracking_number,
        sorted(content.waybill_codes),
        sorted(content.orders),
        sorted(content.list_codes),
        content.service,
        content.country,
        sorted(content.items),
    )
    return hashlib.blake2b(_encoder.encode(parts), digest_size=16).digest()


def to_parcel(name: str, text: str, standing: Standing, print_order: int | None) -> Parcel:
    content = decode(text)
    return Parcel(
        name=name,
        tracking_number=content.tracking_number,
        waybill_codes=content.waybill_codes,
        orders=content.orders,
        list_codes=content.list_codes,
        service=content.service,
        country=content.country,
        standing=standing,
        print_order=print_order,
        items=tuple(Item(line.sku, line.name, line.attributes, line.quantity) for line in content.items),
    )
