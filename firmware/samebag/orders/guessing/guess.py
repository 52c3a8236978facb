"""A profile for a file that no profile fits: columns told by what is in them, with their titles as
a help. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from samebag.core.codes.rules import Rule
from samebag.orders.guessing.columns import ColumnFinder, Columns
from samebag.orders.guessing.states import (
    Cells,
    States,
    beside,
    explained,
    guess_states,
    only_open,
    unexplained,
)
from samebag.orders.meaning.code_cells import pieces
from samebag.orders.profile import (
    OWN,
    PRODUCTS,
    Awaits,
    Column,
    Profile,
    choose,
    fits,
    title_of,
)
from samebag.orders.reading.looks import goes_on, is_shipment, is_skus, mostly

SAMPLE_ROWS = 500
SEPARATORS = ",，；|"
KEYS: tuple[Column, ...] = ("tracking_number", "orders", "list_codes", "service", "country")


@dataclass(frozen=True, slots=True)
class Guess:
    """``how`` each column was told. ``doubts``: columns for which several titles are equally
    likely."""

    profile: Profile
    how: dict[Column, str]
    doubts: dict[Column, tuple[str, ...]]
    states: States


def guess(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Profile],
    said: Mapping[Column, str],
    words: Sequence[str],
    states: Sequence[str] = (),
) -> Guess:
    """``said`` are columns, ``states`` columns of states, and ``words`` what means *to be shipped*
    in them, as a person gave them."""
    cells = {
        title_of(title): [row[place].strip() for row in rows] for place, title in enumerate(header)
    }
    told = {column: title_of(title) for column, title in said.items()}
    fitting = _fitting(header, known)
    columns = ColumnFinder(cells, {fitting: known[fitting]} if fitting else known, told)
    columns.find()
    found = _states(cells, known, fitting, [title_of(title) for title in states], words)
    base = known[fitting] if fitting else Profile(columns={})
    profile = _told_by_cells(cells, base, columns.titles, found, words)
    return Guess(profile, columns.how, columns.doubts, found)


def missing(profile: Profile) -> list[Column]:
    """What only a person can tell."""
    must: tuple[Column, ...] = ("parcel", "tracking_number", "orders")
    return [column for column in must if column not in profile.columns]


def unknown_words(
    profile: Profile, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[str]:
    """What the file says of the parcels' state and nobody has told the meaning of."""
    titles = [title_of(title) for title in header]
    columns = [
        (a, [row[titles.index(a.column[0])].strip() for row in rows]) for a in profile.awaits
    ]
    return [word for awaits, cells in columns for word in unexplained(awaits, cells)]


def to_toml(profile: Profile, comment: str) -> str:
    """JSON's strings, numbers and lists are TOML's too."""
    tables = ("columns", "awaits", "codes", "rules", "payment", "sent", "goods_rows")
    lines = [f"# {comment}", "", *_pairs(profile, Profile(columns={}), tables)]
    for awaits in profile.awaits:
        lines += [
            "",
            "[[awaits]]",
            f"open = {_value(awaits.open)}",
            *_pairs(awaits, Awaits((), ()), ("open",)),
        ]
    for name, table in (
        ("payment", profile.payment),
        ("sent", profile.sent),
        ("goods_rows", profile.goods_rows),
    ):
        lines += ["", f"[{name}]", *_pairs(table, type(table)((), ()))] if table else []
    for rule in profile.rules:
        lines += ["", "[[rules]]", *_pairs(rule, Rule(name=""))]
    lines += [
        "",
        "[columns]",
        *(f"{column} = {_value(titles)}" for column, titles in profile.columns.items()),
    ]
    return "\n".join(lines) + "\n"


def _pairs(told: msgspec.Struct, default: msgspec.Struct, but: Sequence[str] = ()) -> Iterator[str]:
    """What is not as it is anyway."""
    usual = msgspec.to_builtins(default)
    for key, value in msgspec.to_builtins(told).items():
        if key not in but and value != usual[key]:
            yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _fitting(header: Sequence[str], known: Mapping[str, Profile]) -> str:
    """The shop or ERP whose file it is, as far as the header tells; its profile knows more than
    cells can say."""
    fitting = {
        name: profile for name, profile in known.items() if name != OWN and fits(profile, header)
    }
    return choose(fitting, header) if fitting else ""


def _states(
    cells: Cells,
    known: Mapping[str, Profile],
    fitting: str,
    said: Sequence[str],
    words: Sequence[str],
) -> States:
    """Of a known shop's file its own columns, with what its words mean there."""
    own = [] if said or not fitting else _there(cells, known[fitting])
    opened = {word.casefold() for word in words}
    meant = [
        awaits
        for awaits in own
        if not opened.isdisjoint(map(str.casefold, cells[awaits.column[0]]))
    ]
    if not own or (words and not meant):
        return guess_states(cells, known, said, words)
    own = [only_open(a, cells[a.column[0]], opened) if a in meant else a for a in own]
    mine = [explained(awaits, cells[awaits.column[0]], known) for awaits in own]
    other = beside(cells, own, known, words)
    if words or any(unexplained(awaits, cells[awaits.column[0]]) for awaits in mine):
        return States((*mine, *other.awaits), aside=other.aside)
    return States(tuple(mine), aside=(*(awaits.column[0] for awaits in other.awaits), *other.aside))


def _there(cells: Cells, profile: Profile) -> list[Awaits]:
    found = []
    for awaits in profile.awaits:
        titles = [title for title in map(title_of, awaits.column) if title in cells]
        found += [msgspec.structs.replace(awaits, column=(titles[0],))] if titles else []
    return found


def _told_by_cells(
    cells: Cells, base: Profile, columns: Columns, states: States, words: Sequence[str]
) -> Profile:
    parcels, numbers = (
        cells.get(_title(columns, "parcel"), ()),
        cells.get(_title(columns, "tracking_number"), ()),
    )
    codes = [
        cell
        for column in ("orders", "list_codes", "parcel")
        for cell in cells.get(_title(columns, column), ())
    ]
    keys = [_title(columns, column) for column in KEYS] + [
        awaits.column[0] for awaits in states.awaits
    ]
    products = cells.get(_title(columns, PRODUCTS), ())
    marks = {
        *base.separators,
        *(mark for mark in SEPARATORS if any(mark in code for code in codes)),
    }
    return msgspec.structs.replace(
        base,
        columns=columns,
        awaits=states.awaits,
        separators="".join(sorted(marks, key=SEPARATORS.find)),
        several_numbers=base.several_numbers or any(_are_several(cell) for cell in numbers),
        number_later=base.number_later
        or any(p and not n for p, n in zip(parcels, numbers, strict=False)),
        products_as="sku*quantity" if mostly(products, is_skus) else base.products_as,
        carrier_first=base.carrier_first or mostly(numbers, is_shipment),
        fill_down=base.fill_down or _goes_on(cells, parcels, keys),
        on_list=base.on_list
        if base.columns or columns.get("parcel") == columns.get("orders")
        else ("parcel",),
        line_breaks=base.line_breaks
        or any("\n" in cell for column in cells.values() for cell in column),
        sent=None
        if base.sent and _has(base.sent.words, words)
        else base.sent,  # of what is open nothing has left
        by_contract=False,
    )


def _goes_on(cells: Cells, parcels: Sequence[str], keys: Sequence[str]) -> bool:
    columns = [parcels, *(cells[key] for key in keys if key in cells)] if parcels else []
    return any(goes_on(column, parcels) for column in columns)


def _has(known: Sequence[str], words: Sequence[str]) -> bool:
    return not set(map(str.casefold, words)).isdisjoint(known)


def _are_several(cell: str) -> bool:
    return sum(1 for piece in pieces(cell, "") if piece.strip()) > 1


def _title(columns: Columns, column: Column) -> str:
    return columns.get(column, ("",))[0]
