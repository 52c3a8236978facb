"""Which parcels' shipment may be told to a platform: packed with a match (and let out of the door),
once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from samebag.core.parcels import Parcel, Standing
from samebag.core.words import Words
from samebag.outbound.sheet import Shipment, shipment_of
from samebag.ports import Passed

Packed = tuple[Passed, Parcel | None]  # with what the book says of it by now


class Held(StrEnum):
    """Why a parcel that was packed is not told."""

    RECALLED = "recalled"
    NOT_DISPATCHED = "not-dispatched"
    NOT_OPEN = "not-open"
    VANISHED = "vanished"
    NO_RECORD = "no-record"
    NO_ORDER = "no-order"


WORDS = {
    Held.RECALLED: Words("须追回：请先检查此袋", "is recalled: have its bag checked first"),
    Held.NOT_DISPATCHED: Words("尚未发出", "has not left through the door yet"),
    Held.NOT_OPEN: Words(
        "订单已取消、变更或已发货", "is cancelled, changed or shipped by now: look at its order"
    ),
    Held.VANISHED: Words(
        "最新订单文件中没有",
        "is not in the newest order file, shipped or cancelled by now: look at its order",
    ),
    Held.NO_RECORD: Words("订单库中没有", "is not in the book any more: import its order file"),
    Held.NO_ORDER: Words("没有订单号", "has no order number: give its order file one"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Not told."""

    parcel: str
    why: Held


def sort_out(
    packed: Iterable[Packed], recalled: frozenset[str], has_left: Callable[[str], object]
) -> Iterator[Shipment | Kept]:
    """``has_left`` tells whether a parcel is out, where only those are told."""
    for passed, parcel in packed:
        why = Held.RECALLED if passed.parcel in recalled else _closed(parcel)
        if parcel and not why and has_left(passed.parcel):
            yield shipment_of(parcel, passed)
        else:
            yield Kept(passed.parcel, why or Held.NOT_DISPATCHED)


def again(packed: Iterable[Packed]) -> Iterator[Shipment | Kept]:
    """What was told before, with what the book says by now; that its order is closed since is no
    wonder."""
    for passed, parcel in packed:
        if parcel and parcel.orders:
            yield shipment_of(parcel, passed)
        else:
            yield Kept(passed.parcel, Held.NO_ORDER if parcel else Held.NO_RECORD)


def _closed(parcel: Parcel | None) -> Held | None:
    if parcel is None:
        return Held.NO_RECORD
    if parcel.standing is Standing.VANISHED:
        return Held.VANISHED
    if parcel.standing is not Standing.OPEN:
        return Held.NOT_OPEN
    return None if parcel.orders else Held.NO_ORDER


def untold(packed: Iterable[Passed], told: Iterator[str]) -> Iterator[Passed]:
    """Both by name; a million of each are never in memory together."""
    last = next(told, None)
    for passed in packed:
        while last is not None and last < passed.parcel:
            last = next(told, None)
        if last != passed.parcel:
            yield passed
