"""Which parcels' shipment may be told to a platform: packed with a match (and let out of the door), once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from samebag.core.parcels import Parcel, Standing
from samebag.orders.shipping import Shipment
from samebag.ports import Book, Passed
from samebag.screen import Words


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
    Held.NOT_OPEN: Words("订单已取消、变更或已发货", "is cancelled, changed or shipped by now: look at its order"),
    Held.VANISHED: Words(
        "最新订单文件中没有", "is not in the newest order file, shipped or cancelled by now: look at its order"
    ),
    Held.NO_RECORD: Words("订单库中没有", "is not in the book any more: import its order file"),
    Held.NO_ORDER: Words("没有订单号", "has no order number: give its order file one"),
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """``ready`` in the order of packing."""

    ready: tuple[Shipment, ...]
    held: tuple[tuple[str, Held], ...]


def sort_out(
    packed: Iterable[Passed], book: Book, recalled: frozenset[str], has_left: Callable[[str], object]
) -> Sorted:
    """``has_left`` tells whether a parcel is out, where only those are told."""
    ready: list[Shipment] = []
    held: list[tuple[str, Held]] = []
    for passed in packed:
        parcel = book.parcel(passed.parcel)
        why = Held.RECALLED if passed.parcel in recalled else _closed(parcel)
        if parcel and not why and has_left(passed.parcel):
            ready.append(Shipment(parcel, passed))
        else:
            held.append((passed.parcel, why or Held.NOT_DISPATCHED))
    return Sorted(tuple(sorted(ready, key=lambda shipment: shipment.passed.wall_time)), tuple(held))


def again(packed: Iterable[Passed], book: Book) -> Sorted:
    """What was told before, with what the book says by now; that its order is closed since is no wonder."""
    records = [(passed, book.parcel(passed.parcel)) for passed in packed]
    ready = tuple(Shipment(parcel, passed) for passed, parcel in records if parcel and parcel.orders)
    held = ((p.parcel, Held.NO_ORDER if parcel else Held.NO_RECORD) for p, parcel in records)
    return Sorted(ready, tuple((name, why) for name, why in held if name not in {s.parcel.name for s in ready}))


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
