"""What an order file's columns are called and how its cells are written: profiles/NAME.toml, or a
store's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import msgspec

from samebag.core.codes.rules import Rule, fault_of
from samebag.core.labels import CodeForm
from samebag.files.toml import BadToml, toml_in
from samebag.orders.reading.encodings import is_encoding
from samebag.ports import OrderFileError

HEAD = (
    "parcel",
    "tracking_number",
    "waybill_codes",
    "orders",
    "list_codes",
    "service",
    "country",
    "status",
    "print_order",
)
# what is no label's, but warns of a parcel
FACTS = (
    "weight_g",
    "weight_kg",
    "goods",
    "ship_by",
    "note",
)
ITEM = ("sku", "name", "attributes", "quantity")
COLUMNS = HEAD + ITEM
BESIDE = len(HEAD) + len(FACTS)  # in Layout.head: where what else tells the standing begins
PRODUCTS: Literal["products"] = (
    # in place of ITEM: all products of the parcel in one cell, as AliExpress writes them
    "products"
)
PAYMENT, SENT, TO_SEND, RETURNED, GOODS_ROWS = (
    "payment",
    "sent",
    "to_send",
    "returned",
    "goods rows",
)
ANY_WORD = "*"  # in place of a cell's words: whatever it says, if it says something
BYTE_ORDER_MARK = "\ufeff"
AUTO = "auto"
OWN = "samebag"
# beside the settings; what `samebag profile new` writes goes here
STORES_OWN = Path("/etc/samebag/profiles")
BUILT_IN = resources.files(__package__).joinpath("profiles")

Column = Literal[
    "parcel",
    "tracking_number",
    "waybill_codes",
    "orders",
    "list_codes",
    "service",
    "country",
    "print_order",
    "sku",
    "name",
    "attributes",
    "quantity",
    "products",
    "weight_g",
    "weight_kg",
    "goods",
    "ship_by",
    "note",
]


class Awaits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that tells whether a parcel awaits shipment: it does if the cell is one of ``open``.

    It does no longer if it is one of ``shipped``. Any other word means that it does not; where
    ``closed`` lists those words, one in no list is refused. "*" stands for whatever the cell says,
    if it says something. ``on_delivery`` are open where the buyer pays then (Profile.payment).
    ``label_bought`` are open, in place of ``open``, where bags are packed after their labels were
    bought (Profile.awaiting). The file may lack an ``optional`` column. What only ``narrows`` (is
    it paid, was it cancelled) tells no state by itself.
    """

    column: tuple[str, ...]
    open: tuple[str, ...]
    closed: tuple[str, ...] | None = None
    optional: bool = False
    shipped: tuple[str, ...] = ()
    on_delivery: tuple[str, ...] = ()
    label_bought: tuple[str, ...] = ()
    narrows: bool = False


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that tells of each item whether it has left already: then it is on no list."""

    column: tuple[str, ...]
    words: tuple[str, ...]


class GoodsRows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that tells which rows are goods: of all others, such as discounts and fees, nothing
    is on a list."""

    column: tuple[str, ...]
    words: tuple[str, ...]


class Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that tells how the buyer pays: on delivery if its cell has one of ``words`` in
    it."""

    column: tuple[str, ...]
    words: tuple[str, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of order file. Case of titles does not count; of a column's several titles the first
    that is there does.

    ``separators`` split a list of codes as ";" and "," do. ``several_numbers``: a parcel's waybill
    may have several. ``number_later``: an empty cell means that it has none yet. ``products_as``:
    how the cell of products is written. ``carrier_first``: the tracking number's cell is
    carrier:number. ``fill_down``: an empty cell means what the row above says of the same parcel.
    ``line_breaks`` may be in cells. ``rules``: what the store's labels say beside the bare codes,
    checked when the profile is read. ``on_list``: what the barcodes on the cargo list say, where no
    column tells. ``to_send``: columns that tell how many of an item are still to be sent,
    ``returned``: how many are sent no more. ``encoding``: of CSV that is not UTF-8, where its words
    do not tell (a name that Python knows, such as cp1252). ``awaiting``: what parcels wait for
    where they are packed. ``by_contract``: what tells no state may leave, as whoever writes such
    files knows; so are the book's own alone, and no copy of their profile.
    """

    columns: dict[Column, tuple[str, ...]]
    awaits: tuple[Awaits, ...] = ()
    payment: Payment | None = None
    sent: Sent | None = None
    goods_rows: GoodsRows | None = None
    codes: CodeForm = CodeForm()
    separators: str = ""
    several_numbers: bool = False
    number_later: bool = False
    products_as: Literal["aliexpress", "sku*quantity", "quantity*sku", "named"] = "aliexpress"
    carrier_first: bool = False
    fill_down: bool = False
    line_breaks: bool = False
    rules: tuple[Rule, ...] = ()
    on_list: tuple[Literal["parcel", "orders", "tracking_number"], ...] = ("orders",)
    to_send: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    encoding: str = ""
    awaiting: Literal["shipment", "label bought"] = "shipment"
    by_contract: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are in one file. A column that the file lacks lies at ``width``, one past
    the row's end.

    ``head`` are the places of HEAD, of FACTS, of what else tells whether the parcel awaits
    shipment, and of the payment where the profile has one; ``titles`` are the file's own, by
    column.
    """

    width: int
    places: dict[str, int]
    head: tuple[int, ...]
    titles: dict[str, str]

    @property
    def products(self) -> int | None:
        place = self.places[PRODUCTS]
        return None if place == self.width else place


def load_profiles(name: str) -> dict[str, Profile]:
    """The profile of that name or in that TOML file; with AUTO all, a store's own first."""
    if name.endswith(".toml"):
        return {Path(name).stem: _load(Path(name))}
    files = _files()
    if name == AUTO:
        return {known: _load(file) for known, file in files.items()}
    if name not in files:
        raise OrderFileError(f"profile {name}: must be one of {', '.join(files)}, or a .toml file")
    return {name: _load(files[name])}


def _files() -> dict[str, Traversable]:
    """A store's own come first, and in place of a built-in one of that name, but for the book's own
    files."""
    found: dict[str, Traversable] = {}
    for folder in (STORES_OWN, BUILT_IN):
        files = (
            [file for file in folder.iterdir() if file.name.endswith(".toml")]
            if folder.is_dir()
            else []
        )
        for file in sorted(files, key=lambda file: (file.name != f"{OWN}.toml", file.name)):
            name = file.name.removesuffix(".toml")
            found[name] = file if name == OWN else found.get(name, file)
    return found


def _load(file: Traversable) -> Profile:
    try:
        profile = msgspec.convert(toml_in(file.read_bytes()), Profile)
    except OSError as err:
        raise OrderFileError(
            f"profile {file}: {err.strerror}: give the path of a profile that can be read"
        ) from err
    except BadToml as err:
        raise OrderFileError(f"profile {file}: {err}") from err
    except msgspec.MsgspecError as err:
        raise OrderFileError(
            f"profile {file}: {err}: correct it, or write it anew with samebag profile new"
        ) from err
    if profile.encoding and not is_encoding(profile.encoding):
        raise OrderFileError(
            f"profile {file}: encoding = {profile.encoding}: must be one that Python"
            " knows: cp1252, …"
        )
    if file != BUILT_IN.joinpath(f"{OWN}.toml"):
        profile = msgspec.structs.replace(profile, by_contract=False)  # a copy is the store's own
    for rule in profile.rules:
        if fault := fault_of(rule):
            raise OrderFileError(f"profile {file}: rule {rule.name!r}: {fault}")
    return profile


def choose(profiles: Mapping[str, Profile], header: Sequence[str]) -> str:
    """The name of the profile that knows the most of this header's columns and misses none that it
    must have.

    A cell of all products is written so by one system alone.
    """
    places = _places(header)
    found = {name: known_columns(profile, places) for name, profile in profiles.items()}
    fits = {name: not _missing(profile, places) for name, profile in profiles.items()}
    return max(
        profiles,
        key=lambda name: (fits[name], PRODUCTS in found[name], len(found[name]), name == OWN),
    )


def fits(profile: Profile, header: Sequence[str]) -> bool:
    """Whether that header has all columns that the profile must have."""
    return not _missing(profile, _places(header))


def lay_out(path: Path, profile: Profile, header: Sequence[str], row: int = 1) -> Layout:
    """``row`` is the header's. Raises OrderFileError for a header that lacks a column."""
    places = _places(header)
    known = known_columns(profile, places)
    if missing := _missing(profile, places):
        raise OrderFileError(
            f"{path}: row {row} has no column {', '.join(missing)}, it has"
            f" {_shown(list(map(title_of, header)))}: "
            "put the column names into the first row, or write a profile for it:"
            " samebag profile new"
        )
    width = len(header)
    found = {column: places[title][0] for column, title in known.items()}
    awaits = [found.get(name, width) for name in named(profile.awaits)]
    paid = [found.get(PAYMENT, width)] if profile.payment else []
    where = {
        column: found.get(column, width)
        for column in (*COLUMNS, *FACTS, PRODUCTS, SENT, TO_SEND, RETURNED, GOODS_ROWS)
    } | {"status": [*awaits, width][0]}
    if where["quantity"] == width:
        where["quantity"] = where[TO_SEND]
    titles = {column: " ".join(header[place].split()) for column, place in found.items()}
    return Layout(
        width, where, (*(where[column] for column in HEAD + FACTS), *awaits[1:], *paid), titles
    )


def _places(header: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, title in enumerate(header):
        places.setdefault(title_of(title), []).append(place)
    return places


def title_of(title: str) -> str:
    """Titles differ in case, in line breaks and in how many spaces there are; files put together
    have marks within."""
    return " ".join(title.strip(BYTE_ORDER_MARK).split()).casefold()


def named(awaits: Sequence[Awaits]) -> dict[str, Awaits]:
    """Each by a name that no column has; the first stands for HEAD's status."""
    return {
        f"status {number}" if number else "status": column for number, column in enumerate(awaits)
    }


def known_columns(profile: Profile, places: Mapping[str, object]) -> dict[str, str]:
    """Of each column the title under which this header has it."""
    wanted = _titles(profile)
    wanted |= {name: awaits.column for name, awaits in named(profile.awaits).items()}
    wanted |= {TO_SEND: profile.to_send, RETURNED: profile.returned}
    wanted |= {SENT: profile.sent.column} if profile.sent else {}
    wanted |= {GOODS_ROWS: profile.goods_rows.column} if profile.goods_rows else {}
    wanted |= {PAYMENT: profile.payment.column} if profile.payment else {}
    found = {
        column: [title for title in map(title_of, titles) if title in places]
        for column, titles in wanted.items()
    }
    return {column: titles[0] for column, titles in found.items() if titles}


def _missing(profile: Profile, places: Mapping[str, object]) -> list[str]:
    known = known_columns(profile, places)
    must = ["parcel", "tracking_number", *([PRODUCTS] if PRODUCTS in profile.columns else [])]
    missing = [
        _called(column, _titles(profile).get(column, ())) for column in must if column not in known
    ]
    if not ({"orders", "list_codes"} & known.keys() or set(profile.on_list) - {"orders"}):
        missing.append("orders (or list_codes)")
    needed = {name: awaits for name, awaits in named(profile.awaits).items() if not awaits.optional}
    return missing + [
        _called("status", awaits.column) for name, awaits in needed.items() if name not in known
    ]


def _titles(profile: Profile) -> dict[str, tuple[str, ...]]:
    return dict(profile.columns.items())


def _called(column: str, titles: Sequence[str]) -> str:
    return column if column in titles or not titles else f"{column} ({titles[0]})"


def _shown(titles: list[str]) -> str:
    shown = ", ".join(title[:30] for title in titles[:20])
    return shown if shown.isprintable() else "unreadable text"
