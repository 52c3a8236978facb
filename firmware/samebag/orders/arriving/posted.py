"""Orders that an ERP posts as JSON: checked as an import would, then put into the inbox as one
whole file."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from samebag.core.labels import CodeForm
from samebag.orders.meaning.code_cells import LIST_SPLIT
from samebag.orders.meaning.facts import parse_facts
from samebag.orders.meaning.refusals import RowRefusal
from samebag.orders.profile import COLUMNS, FACTS, OWN, lay_out, load_profiles
from samebag.orders.reading.rows import PartReader
from samebag.orders.reading.tables import Table
from samebag.orders.taking.never_green import LabelTally, NeverGreen

PREFIX = "posted-"
HEADER = (*COLUMNS, *FACTS)
MOST_WAITING = 1000  # ours: no import has run for long when so many files wait
SHAPE = (
    'send {"parcels": [{"parcel", "tracking_number", "orders": [], …, "items":'
    ' [{"sku", "name", …}]}]}'
)

IS_ONE = "give it its number and its codes and send it again"

Codes = tuple[str, ...]


class PostedItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: str = ""
    name: str = ""
    attributes: str = ""
    quantity: int = 1


class PostedParcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of the book's own order file (docs/manual.md, "The book's CSV"), lists as
    lists."""

    parcel: str
    tracking_number: str = ""
    waybill_codes: Codes = ()
    orders: Codes = ()
    list_codes: Codes = ()
    service: str = ""
    country: str = ""
    status: Literal["open", "shipped", "cancelled"] = "open"
    print_order: int | None = None
    weight_g: int | None = None
    goods: Codes = ()
    ship_by: str = ""
    note: str = ""
    items: tuple[PostedItem, ...] = ()


class Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parcels: tuple[PostedParcel, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is HTTP's; of refused parcels the reasons are told and nothing is kept.
    ``never_green`` are kept. ``no_number`` await shipment and have no tracking number yet: each is
    open once it is posted with one.
    """

    status: int
    says: str
    file: str = ""
    parcels: int = 0
    refused: list[RowRefusal] = field(default_factory=list)
    never_green: NeverGreen | None = None
    no_number: int = 0


def take(body: bytes, inbox: Path) -> Answer:
    """Each post is a file and a source of its own: parcels that it does not name stay as they are.

    The same body again is the same file again. OSError when the inbox cannot be written.
    """
    try:
        posted = msgspec.json.decode(body, type=Posted)
    except (msgspec.MsgspecError, UnicodeDecodeError) as err:
        return Answer(400, f"{err}: {SHAPE}")
    if not posted.parcels:
        return Answer(400, "parcels is empty: send one at least")
    rows = [row for parcel in posted.parcels for row in _rows(parcel)]
    refused, never_green, no_number = _checked(rows)
    if refused:
        return Answer(
            422, "nothing was taken: correct what is refused and send it again", refused=refused
        )
    if sum(1 for _ in inbox.glob(f"{PREFIX}*")) >= MOST_WAITING:
        return Answer(
            503,
            f"{MOST_WAITING} files wait in the inbox: see whether samebag import runs;"
            " send it again later",
        )
    name = f"{PREFIX}{hashlib.sha256(body).hexdigest()[:32]}.csv"
    _write_whole(inbox / name, _csv(rows))
    return Answer(
        202,
        "will be imported",
        name,
        len(posted.parcels),
        never_green=never_green,
        no_number=no_number,
    )


def _rows(parcel: PostedParcel) -> Iterator[list[str]]:
    head = [
        parcel.parcel,
        _in_one_line(parcel.tracking_number),
        *(
            _in_one_line(LIST_SPLIT.join(codes))
            for codes in (parcel.waybill_codes, parcel.orders, parcel.list_codes)
        ),
        parcel.service,
        parcel.country,
        parcel.status,
        "" if parcel.print_order is None else str(parcel.print_order),
    ]
    facts = _facts(parcel)
    for item in parcel.items or (PostedItem(),):
        yield [*head, item.sku, item.name, item.attributes, str(item.quantity), *facts]


def _facts(parcel: PostedParcel) -> list[str]:
    """As the book keeps them: of a buyer's note only that there is one, for its text may break a
    file."""
    weight = "" if parcel.weight_g is None else str(parcel.weight_g)
    kept = parse_facts(weight, "", LIST_SPLIT.join(parcel.goods), parcel.ship_by, parcel.note)
    grams = "" if kept.weight_g is None else str(kept.weight_g)
    return [grams, "", LIST_SPLIT.join(kept.goods), kept.ship_by, "1" if kept.note else ""]


def _in_one_line(codes: str) -> str:
    """A cell of several lines looks like an open quote to an import."""
    return codes.replace("\r", LIST_SPLIT).replace("\n", LIST_SPLIT)


def _checked(rows: list[list[str]]) -> tuple[list[RowRefusal], NeverGreen | None, int]:
    profile = load_profiles(OWN)[OWN]
    found: list[RowRefusal] = []
    table = Table(
        "", list(HEADER), ((number, [*row]) for number, row in enumerate(rows, 1)), lambda: 1.0
    )
    layout = lay_out(Path("orders"), profile, HEADER)
    reader = PartReader(
        Path("orders"), table, layout, profile, CodeForm(), lambda refusal, _: found.append(refusal)
    )
    labels = LabelTally(layout, profile)
    parts = [*reader.parts()]
    labels.count(part.said() for part in parts)
    found += (
        RowRefusal(row, "parcel", rows[row - 1][0], what, IS_ONE)
        for row, what in reader.told().no_parcels
    )
    waiting = {part.name for part in parts if part.head.awaits and not part.head.tracking_number}
    return found, labels.found(), len(waiting)


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue()


def _write_whole(path: Path, text: str) -> None:
    """The inbox passes over what begins with a dot, so it never sees half a file."""
    part = path.with_name(f".{path.name}.part")
    with _alone_in(path.parent):
        try:
            with part.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The same post may come several times at once."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
