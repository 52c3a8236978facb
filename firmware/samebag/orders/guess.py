"""A profile for a file that no profile fits: columns told by their titles, then by what is in them. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import get_args

import msgspec

from samebag.core.labels import CodeForm
from samebag.core.tracking import carrier_of
from samebag.orders.products import split_products, split_shipment
from samebag.orders.profile import PRODUCTS, Awaits, Column, Profile, known_columns, title_of
from samebag.orders.refusals import BadCell

SAMPLE_ROWS = 500
MOSTLY = 0.8  # ours: so many of a column's filled cells must look alike
STATUS_WORDS = ("status", "state", "状态")
SEPARATORS = ",，；|"

Columns = dict[Column, tuple[str, ...]]
Cells = Mapping[str, Sequence[str]]


def guess(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Profile],
    said: Mapping[Column, str],
    words: Sequence[str],
) -> Profile:
    """``said`` are columns and ``words`` of a status that mean *awaits shipment*, as a person gave them."""
    cells = {title_of(title): [row[place].strip() for row in rows] for place, title in enumerate(header)}
    columns = _columns(cells, known, {column: title_of(title) for column, title in said.items()})
    codes = [cell for column in ("orders", "list_codes", "parcel") for cell in cells.get(_title(columns, column), ())]
    numbers = cells.get(_title(columns, "tracking_number"), ())
    return Profile(
        columns=columns,
        awaits=tuple(_awaits(cells, known, words)),
        separators="".join(mark for mark in SEPARATORS if any(mark in code for code in codes)),
        carrier_first=_mostly(numbers, _is_shipment),
        fill_down=not all(cells.get(_title(columns, "parcel"), ())),
        on_list=("orders",) if columns.get("parcel") == columns.get("orders") else ("parcel",),
        line_breaks=any("\n" in cell for column in cells.values() for cell in column),
    )


def missing(profile: Profile) -> list[Column]:
    """What only a person can tell."""
    must: tuple[Column, ...] = ("parcel", "tracking_number", "orders")
    return [column for column in must if column not in profile.columns]


def unknown_words(profile: Profile, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """What the file says of the parcels' state and nobody has told the meaning of."""
    titles = [title_of(title) for title in header]
    found = {
        row[titles.index(awaits.column[0])].strip(): None
        for awaits in profile.awaits
        for row in rows
        if awaits.column[0] in titles
    }
    if any(awaits.closed is None for awaits in profile.awaits):
        return []
    told = {
        word.casefold() for awaits in profile.awaits for word in (*awaits.open, *awaits.shipped, *(awaits.closed or ()))
    }
    return [word for word in found if word and word.casefold() not in told]


def to_toml(profile: Profile, comment: str) -> str:
    """JSON's strings, numbers and lists are TOML's too."""
    lines = [f"# {comment}", ""]
    plain = msgspec.to_builtins(profile)
    default = msgspec.to_builtins(Profile(columns={}))
    switches = [key for key in plain if key not in ("columns", "awaits", "codes") and plain[key] != default[key]]
    lines += [f"{key} = {_value(plain[key])}" for key in switches]
    for awaits in plain["awaits"]:
        said = {key: value for key, value in awaits.items() if value is not None and (value or key != "shipped")}
        lines += ["", "[[awaits]]", *(f"{key} = {_value(value)}" for key, value in said.items())]
    lines += ["", "[columns]", *(f"{column} = {_value(titles)}" for column, titles in plain["columns"].items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _columns(cells: Cells, known: Mapping[str, Profile], said: Mapping[Column, str]) -> Columns:
    """Said by a person, else called as in a known profile, else with content that fits."""
    told: dict[Column, str] = dict(said)
    likely = sorted(known.values(), key=lambda profile: -len(known_columns(profile, cells)))
    for column in get_args(Column):
        titles = [title_of(title) for profile in likely for title in profile.columns.get(column, ())]
        free = [title for title in titles if title in cells]
        if column not in told and free:
            told[column] = free[0]
    for column, fits in LOOKS.items():
        free = [title for title in cells if title not in told.values() and _mostly(cells[title], fits)]
        if column not in told and free:
            told[column] = free[0]
    names = [title for title in cells if title not in told.values() and _tells_apart(cells, title, told)]
    if not {"orders", "list_codes", "parcel"} & told.keys() and len(names) == 1:
        told["orders"] = names[0]
    if "orders" not in told and "list_codes" not in told and "parcel" in told:
        told["orders"] = told["parcel"]
    if "parcel" not in told and "orders" in told:
        told["parcel"] = told["orders"]
    return {column: (title,) for column, title in told.items()}


def _tells_apart(cells: Cells, title: str, told: Mapping[Column, str]) -> bool:
    """Whether that column has another code for each tracking number, and the same for the same."""
    pairs = {
        (number, code)
        for number, code in zip(cells.get(told.get("tracking_number", ""), ()), cells[title], strict=False)
    }
    codes = {code for _, code in pairs}
    return len(codes) == len(pairs) > 1 and all(
        code and not code.isalpha() and len(code.split()) == 1 for code in codes
    )


def _awaits(cells: Cells, known: Mapping[str, Profile], words: Sequence[str]) -> Iterator[Awaits]:
    every = [awaits for profile in known.values() for awaits in profile.awaits]
    titles = {title_of(title) for awaits in every for title in awaits.column}
    column = next((title for title in cells if title in titles or any(word in title for word in STATUS_WORDS)), None)
    if column is None:
        return
    opens = {word.casefold() for awaits in every for word in awaits.open if word}
    found = list(dict.fromkeys(filter(None, cells[column])))
    said = [word.casefold() for word in words]
    open_words = tuple(word for word in found if word.casefold() in (said or opens))
    shipped = _among(
        [word for word in found if word not in open_words], (w for awaits in every for w in awaits.shipped)
    )
    if said or any(awaits.closed is None and column in map(title_of, awaits.column) for awaits in every):
        yield Awaits((column,), open_words or tuple(words), shipped=shipped)
    else:
        closed = _among(found, (word for awaits in every for word in awaits.closed or ()))
        yield Awaits((column,), open_words, closed, shipped=shipped)


def _among(found: Sequence[str], words: Iterable[str]) -> tuple[str, ...]:
    known = set(map(str.casefold, words))
    return tuple(word for word in found if word.casefold() in known)


def _title(columns: Columns, column: str) -> str:
    return next((titles[0] for known, titles in columns.items() if known == column), "")


def _mostly(cells: Sequence[str], fits: Callable[[str], bool]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(fits, filled)) >= MOSTLY * len(filled)


def _is_tracking_number(cell: str) -> bool:
    return carrier_of(CodeForm().normalise(cell)) is not None


def _is_shipment(cell: str) -> bool:
    try:
        carrier, number = split_shipment(cell)
    except BadCell:
        return False
    return bool(carrier) and _is_tracking_number(number)


def _is_products(cell: str) -> bool:
    try:
        return bool(split_products(cell))
    except BadCell:
        return False


def _is_order_number(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and 14 <= len(cell) <= 18  # AliExpress has 15 or 16, its like a few more


def _is_quantity(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and 1 <= len(cell) <= 3 and int(cell) > 0


# Not the goods' names: a column of words may as well be the buyers'.
LOOKS: dict[Column, Callable[[str], bool]] = {
    PRODUCTS: _is_products,
    "tracking_number": lambda cell: _is_tracking_number(cell) or _is_shipment(cell),
    "orders": _is_order_number,
    "country": lambda cell: len(cell) == 2 and cell.isascii() and cell.isalpha() and cell.isupper(),
    "quantity": _is_quantity,
}
