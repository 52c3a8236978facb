"""Cells of an order file as a parcel's fields, each with the rules it must keep. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from samebag.core.labels import CodeForm
from samebag.orders.profile import COLUMNS, HEAD, Layout
from samebag.orders.refusals import BadCell
from samebag.orders.spreadsheets import NotText
from samebag.store.records import Content, Line

CELL_CHARS = 500  # ours: more is no field of a label but a row that went wrong
CODE_CHARS = 80  # the longest code in use, Code 128 of GS1, holds 48
QUANTITY_DIGITS = 6
PRINT_ORDER_DIGITS = 15
LIST_SPLIT = ";"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MANGLED = re.compile(r"[+-]?\d+([.,]\d*)?(E[+-]\d+)?", re.IGNORECASE)
STATUSES = {"": None, "open": False, "cancelled": True}


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a row says of its parcel. An empty field says nothing; the parcel's other rows may say it."""

    tracking_number: str
    waybill_codes: tuple[str, ...]
    orders: tuple[str, ...]
    list_codes: tuple[str, ...]
    service: str
    country: str
    cancelled: bool | None
    print_order: int | None

    def content(self, items: Sequence[Line]) -> Content:
        return Content(
            self.tracking_number,
            self.waybill_codes,
            self.orders,
            self.list_codes,
            self.service,
            self.country,
            tuple(items),
        )


def check_cells(row: Sequence[str], layout: Layout) -> None:
    """Length and control characters of all cells; called only for rows in which something is long or odd."""
    for column in COLUMNS:
        cell = row[layout.places[column]]
        if len(cell) > CELL_CHARS:
            raise BadCell(column, cell, f"must have {CELL_CHARS} characters at most, has {len(cell)}")
        if CONTROL.search(cell):
            raise BadCell(column, cell, "must have no control characters or line breaks")


def parse_name(cell: str) -> str:
    name = cell.strip()
    if not name:
        raise BadCell("parcel", cell, "must not be empty", "give every row its parcel and import again")
    _check_code("parcel", cell, name)
    return name


def parse_head(cells: Sequence[str], form: CodeForm) -> Head:
    """``cells`` are those of HEAD, in its order."""
    _, tracking, waybills, orders, lists, service, country, status, print_order = cells
    number = _codes("tracking_number", tracking, form)
    if len(number) != 1:
        raise BadCell("tracking_number", tracking, "must be one code")
    order_numbers = _codes("orders", orders, None)
    list_codes = _codes("list_codes", lists, form) or _codes("orders", orders, form)
    if not list_codes:
        raise BadCell("orders", orders, "one of orders and list_codes must be given")
    return Head(
        number[0],
        _codes("waybill_codes", waybills, form),
        order_numbers,
        list_codes,
        service.strip(),
        country.strip(),
        _cancelled(status),
        _whole("print_order", print_order, 0, PRINT_ORDER_DIGITS) if print_order else None,
    )


def merge(first: Head, other: Head, earlier_row: int) -> Head:
    """Both rows' words on one parcel; raises BadCell where they contradict each other."""
    merged = []
    for column, old, new in zip(HEAD[1:], _fields(first), _fields(other), strict=True):
        if _says(old) and _says(new) and old != new:
            raise BadCell(
                column,
                _cell(new),
                f"contradicts {_cell(old)!r} in row {earlier_row} of the same parcel",
                "make the rows of the parcel agree and import again",
            )
        merged.append(old if _says(old) else new)
    return Head(*merged)  # type: ignore[arg-type]  # each comes from its own field


def parse_item(sku: str, name: str, attributes: str, quantity: str) -> Line | None:
    """None for a row that names no item: a parcel may have none."""
    sku, name, attributes = sku.strip(), name.strip(), attributes.strip()
    if not sku and not name:
        if attributes:
            raise BadCell("name", "", f"an item ({attributes}) must have a sku or a name")
        return None
    return Line(sku, name, attributes, _quantity(quantity))


def _check_code(column: str, cell: str, code: str) -> None:
    if isinstance(cell, NotText) or (not code.isalnum() and MANGLED.fullmatch(code)):
        raise BadCell(
            column,
            cell,
            "is a number from which a spreadsheet has dropped digits",
            "format the column as text, fetch the codes again and import again",
        )
    if len(code) > CODE_CHARS:
        raise BadCell(column, code, f"a code must have {CODE_CHARS} characters at most, has {len(code)}")


def _codes(column: str, cell: str, form: CodeForm | None) -> tuple[str, ...]:
    """The codes in a cell, each once, in the cell's order; as the book writes them, or as they stand."""
    if not cell:
        return ()
    if cell.isascii() and cell.isalnum() and len(cell) <= CODE_CHARS and type(cell) is str:
        return (cell.upper() if form and form.upper else cell,)  # what the rest comes to, in a fifth of the time
    codes = []
    for part in cell.split(LIST_SPLIT):
        code = form.normalise(part) if form else part.strip()
        if code:
            _check_code(column, cell, code)
            codes.append(code)
    return tuple(dict.fromkeys(codes))


@lru_cache(maxsize=16)
def _cancelled(cell: str) -> bool | None:
    status = cell.strip().casefold()
    if status not in STATUSES:
        raise BadCell("status", cell, "must be open or cancelled")
    return STATUSES[status]


@lru_cache(maxsize=1024)
def _quantity(cell: str) -> int:
    return _whole("quantity", cell, 1, QUANTITY_DIGITS) if cell.strip() else 1


def _whole(column: str, cell: str, least: int, digits: int) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= digits and int(text) >= least):
        raise BadCell(column, cell, f"must be a whole number from {least} to {10**digits - 1}")
    return int(text)


def _fields(head: Head) -> tuple[object, ...]:
    return msgspec.structs.astuple(head)


def _says(field: object) -> bool:
    return field is not None and field != "" and field != ()


def _cell(field: object) -> str:
    """A field as the order file writes it."""
    if isinstance(field, tuple):
        return LIST_SPLIT.join(field)
    if isinstance(field, bool):
        return "cancelled" if field else "open"
    return str(field)
