"""How a parcel lies in the book: its content as a compact JSON array, and the digest that tells a
change. Pure.

msgspec structs, not dataclasses: an import makes four million of them, and as arrays they take half
the card.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

import msgspec

from samebag.core.parcels import Item, Parcel, Standing
from samebag.ports import StoreError


class ItemLine(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """One line of the cargo list."""

    sku: str
    name: str
    attributes: str
    quantity: int


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False, omit_defaults=True):
    """What an order file says of a parcel beside its labels; a change of it is none of them.

    ``goods`` are special ones, as the file calls them; ``ship_by`` is an ISO date; ``note``: the
    buyer left one, whose text is not kept.
    """

    weight_g: int | None = None
    goods: tuple[str, ...] = ()
    ship_by: str = ""
    note: bool = False


NO_FACTS = Facts()


class Content(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the labels of a parcel are printed from. Codes are normalised, except the orders."""

    tracking_number: str
    waybill_codes: tuple[str, ...]
    orders: tuple[str, ...]
    list_codes: tuple[str, ...]
    service: str
    country: str
    items: tuple[ItemLine, ...]

    @property
    def on_waybill(self) -> frozenset[str]:
        return frozenset((self.tracking_number, *self.waybill_codes))


class ParcelRow(NamedTuple):
    """One row of the table ``parcel``, as SQLite takes it."""

    id: int
    name: str
    content: str
    digest: bytes
    printed: bytes
    cancelled: bool
    print_order: int | None
    source: int
    shipped: bool
    facts: str | None
    vanished: bool


AWAITING = (None, Standing.OPEN)


class ParcelSaid(msgspec.Struct, array_like=True, gc=False):
    """What an order file says of a parcel from its row ``row`` on, or all that it says, as the book
    keeps it.

    ``further`` are its other waybill codes; ``items`` is how many there are; ``content`` is
    encoded.
    """

    row: int
    name: str
    standing: Standing | None
    print_order: int | None
    facts: str | None
    tracking_number: str
    further: tuple[str, ...]
    list_codes: tuple[str, ...]
    items: int
    content: bytes
    digest: bytes

    @property
    def is_closed(self) -> bool:
        """Whether its parcel awaits no shipment."""
        return self.standing not in AWAITING


_encoder = msgspec.json.Encoder()
_facts_decoder = msgspec.json.Decoder(Facts)
_decoder = msgspec.json.Decoder(Content)


def encode(content: Content) -> str:
    return _encoder.encode(content).decode()


@lru_cache(maxsize=256)
def encode_facts(facts: Facts) -> str | None:
    """None for what most parcels have: nothing."""
    return None if facts == NO_FACTS else _encoder.encode(facts).decode()


def decode_facts(text: str | None) -> Facts:
    """Raises msgspec.MsgspecError on anything that ``encode_facts`` does not write."""
    return _facts_decoder.decode(text) if text else NO_FACTS


def decode(content: str | bytes) -> Content:
    """Raises msgspec.MsgspecError on anything that ``encode`` does not write."""
    return _decoder.decode(content)


def encode_with_digest(content: Content) -> tuple[bytes, bytes]:
    """``encode`` and ``digest`` at once: mostly there is one of each code, the items are sorted,
    and both are alike."""
    text = _encoder.encode(content)
    codes_alone = (
        len(content.waybill_codes) < 2 and len(content.orders) < 2 and len(content.list_codes) < 2
    )
    is_sorted = len(content.items) < 2 or content.items == tuple(sorted(content.items))
    return text, _digest(text) if codes_alone and is_sorted else digest(content)


def decode_stored(name: str, content: str) -> Content:
    """The same of a book on disk. Raises StoreError."""
    try:
        return decode(content)
    except msgspec.MsgspecError as err:
        raise StoreError(
            f"book: parcel {name}: {err}: move book.db away and import the order files again"
        ) from err


def parcel_aside(name: str, text: str) -> Parcel:
    """What a match recorded, of a ledger on disk. Raises StoreError."""
    try:
        return to_parcel(name, text)
    except msgspec.MsgspecError as err:
        raise StoreError(
            f"ledger: parcel {name}: {err}: samebag verify says whether it was altered"
        ) from err


def forgotten(content: Content) -> Content:
    """What stays of a parcel after ``storage.keep_days``: its codes, so that no label of it is ever
    taken for another parcel's, and its channel. All else goes, the goods too: with an order number
    they tell of a person.
    """
    codes = (content.tracking_number, content.waybill_codes, content.orders, content.list_codes)
    return Content(*codes, content.service, content.country, ())


def digest(content: Content) -> bytes:
    """16 bytes that differ when the labels would. The order of items and codes does not count:
    exports shuffle them."""
    parts = (
        content.tracking_number,
        sorted(content.waybill_codes),
        sorted(content.orders),
        sorted(content.list_codes),
        content.service,
        content.country,
        sorted(content.items),
    )
    return _digest(_encoder.encode(parts))


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def content_of(parcel: Parcel) -> Content:
    """What its labels are printed from."""
    items = tuple(
        ItemLine(item.sku, item.name, item.attributes, item.quantity) for item in parcel.items
    )
    codes = (parcel.tracking_number, parcel.waybill_codes, parcel.orders, parcel.list_codes)
    return Content(*codes, parcel.service, parcel.country, items)


def encode_parcel(parcel: Parcel) -> str:
    """All that its merged label shows but its name; ``to_parcel`` takes it."""
    return encode(content_of(parcel))


def to_parcel(
    name: str,
    text: str,
    standing: Standing = Standing.OPEN,
    print_order: int | None = None,
    beside: str | None = None,
) -> Parcel:
    content, facts = decode(text), decode_facts(beside)
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
        weight_g=facts.weight_g,
        goods=facts.goods,
        ship_by=facts.ship_by,
        note=facts.note,
        items=tuple(
            Item(line.sku, line.name, line.attributes, line.quantity) for line in content.items
        ),
    )
