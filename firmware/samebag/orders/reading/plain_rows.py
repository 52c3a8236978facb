"""Rows as if each column were there once: numbered ones (SKU 1, SKU 2), repeated ones, what is left
to send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from samebag.orders.meaning.code_cells import LIST_SPLIT
from samebag.orders.meaning.quantities import parse_quantity
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.profile import (
    FACTS,
    ITEM,
    PRODUCTS,
    RETURNED,
    TO_SEND,
    Layout,
    Profile,
    title_of,
)
from samebag.ports import OrderFileError

NUMBERED = re.compile(r"(?P<title>.*?\D)[ _#-]?(?P<number>[0-9]{1,2})")
FIRST = "1"
JOINED = ("tracking_number", PRODUCTS)  # of whose columns all that are filled are one cell

Row = list[str]
Groups = Mapping[str, Mapping[str, int]]  # of each number its columns' places


def without_first(header: Sequence[str], titles: frozenset[str]) -> list[str]:
    """SKU 1 is SKU where a known title is there with numbers alone."""
    have = {title_of(title) for title in header}
    plain = []
    for title in header:
        match = NUMBERED.fullmatch(title_of(title))
        is_first = match and match["number"] == FIRST and match["title"] in titles - have
        plain.append(match["title"] if match and is_first else title)
    return plain


def plain_rows(
    path: Path,
    rows: Iterator[tuple[int, Row]],
    header: Sequence[str],
    layout: Layout,
    profile: Profile,
) -> Iterator[tuple[int, Row]]:
    """``rows`` themselves where each column is there once, as in nearly all files."""
    groups = _groups(header, layout, profile)
    if groups:
        rows = _spread(rows, layout, groups)
    if again := _again(header, layout):
        rows = _told_once(path, rows, header, again)
    left = [layout.places[column] for column in (TO_SEND, RETURNED)]
    return rows if left == [layout.width] * 2 else _left(rows, layout, *left)


def further_places(
    header: Sequence[str], layout: Layout, profile: Profile
) -> list[tuple[str, int]]:
    """Of numbered columns, beside those of the layout."""
    return [each for places in _groups(header, layout, profile).values() for each in places.items()]


def _groups(header: Sequence[str], layout: Layout, profile: Profile) -> Groups:
    columns = {
        title_of(title): column for column, titles in profile.columns.items() for title in titles
    }
    groups: dict[str, dict[str, int]] = {}
    for place, title in enumerate(header):
        match = NUMBERED.fullmatch(title_of(title))
        column = match and columns.get(match["title"])
        if match and column in (*ITEM, *JOINED) and layout.places[column] != layout.width:
            groups.setdefault(match["number"], {}).setdefault(column, place)
    return groups


def _spread(
    rows: Iterator[tuple[int, Row]], layout: Layout, groups: Groups
) -> Iterator[tuple[int, Row]]:
    """A row for each item; each has all numbers of the waybill."""
    items = [layout.places[column] for column in ITEM]
    joined = {
        column: [places[column] for places in groups.values() if column in places]
        for column in JOINED
    }
    of_items = [[places.get(column, layout.width) for column in ITEM] for places in groups.values()]
    for number, row in rows:
        if len(row) != layout.width:
            yield number, row
            continue
        for column, places in joined.items():
            cells = [
                row[place] for place in (layout.places[column], *places) if place != layout.width
            ]
            if places:
                row[layout.places[column]] = LIST_SPLIT.join(cell for cell in cells if cell.strip())
        yield number, row
        for places in of_items:
            cells = [*row[: layout.width], ""]
            said = [cells[place] for place in places]
            if any(cell.strip() for cell in said[:-1]):
                further = [*row[: layout.width], ""]
                for place, cell in zip(items, said, strict=True):
                    further[place] = cell
                yield number, further[:-1]


def _again(header: Sequence[str], layout: Layout) -> list[tuple[int, int]]:
    """Of columns that are read, their place and the place of one with the same title."""
    titles = [*map(title_of, header)]
    beside = {layout.places[column] for column in FACTS}  # they refuse no row
    read = sorted({*layout.head, *layout.places.values()} - beside - {layout.width})
    return [
        (place, other)
        for place in read
        for other, title in enumerate(titles)
        if title == titles[place] and other != place
    ]


def _told_once(
    path: Path,
    rows: Iterator[tuple[int, Row]],
    header: Sequence[str],
    again: Sequence[tuple[int, int]],
) -> Iterator[tuple[int, Row]]:
    for number, row in rows:
        for place, other in again if len(row) >= len(header) else ():
            if row[place].strip() and row[other].strip() not in ("", row[place].strip()):
                raise OrderFileError(
                    f"{path}: row {number}: column {header[place]} is there more than"
                    " once and says two things: remove"
                    " all but one; nothing was taken"
                )
            row[place] = row[place] if row[place].strip() else row[other]
        yield number, row


def _left(
    rows: Iterator[tuple[int, Row]], layout: Layout, to_send: int, returned: int
) -> Iterator[tuple[int, Row]]:
    """An item of which nothing is left to be sent is on no list; what cannot be read is refused as
    a quantity."""
    quantity = layout.places["quantity"]
    items = [layout.places[column] for column in ITEM if layout.places[column] != layout.width]
    for number, row in rows:
        if len(row) == layout.width and quantity != layout.width:
            left = _pieces_left(
                *([*row, ""][place].strip() for place in (quantity, to_send, returned))
            )
            if left == "0":
                for place in items:
                    row[place] = ""
            else:
                row[quantity] = left
        yield number, row


def _pieces_left(quantity: str, to_send: str, returned: str) -> str:
    try:
        ordered = parse_quantity(quantity)
        kept = ordered if not to_send else _count(to_send)
        return (
            str(max(0, min(kept, ordered - _count(returned))))
            if to_send or _count(returned)
            else quantity
        )
    except BadCell:
        return f"{to_send or quantity} - {returned}" if returned else to_send or quantity


def _count(cell: str) -> int:
    return parse_quantity(cell) if cell.strip("0., ") else 0
