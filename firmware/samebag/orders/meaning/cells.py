"""Cells of an order file as a parcel's fields, each with the rules it must keep. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from unicodedata import category

import msgspec

from samebag.core.codes.own_codes import holds_own
from samebag.core.labels import CodeForm
from samebag.core.parcels import Standing
from samebag.orders.meaning.code_cells import (
    LIST_SPLIT,
    ReadAs,
    codes_of,
    may_be_number,
    numbers_in,
    pieces,
    says_not_yet,
)
from samebag.orders.meaning.facts import parse_facts
from samebag.orders.meaning.no_parcels import is_words, says_no_code
from samebag.orders.meaning.products import lists_goods, split_shipment
from samebag.orders.meaning.quantities import FULL_WIDTH, parse_quantity, whole
from samebag.orders.meaning.refusals import BadCell, told
from samebag.orders.profile import ANY_WORD, HEAD, ITEM, Awaits, Payment, Profile, named
from samebag.orders.workbooks.not_text import NotText
from samebag.store.book.records import NO_FACTS, Content, Facts, ItemLine

CELL_CHARS = 500  # ours: more is no field of a label but a row that went wrong
TELL_NONE = {
    ReadAs.LINK: "is a link that does not tell its number",
    ReadAs.JSON: "is a list of shipments, in JSON or PHP's notation, that does not tell"
    " their numbers",
}
CODE_CHARS = 80  # the longest code in use, Code 128 of GS1, holds 48
SEVERAL = "holds {} numbers, and nothing tells which goods are in which bag"
ONE_EACH = "export a row for each parcel, or import this order from the ERP's file, which has one"
AS_LIST = 'call that column products in a profile of the store, with products_as = "sku*quantity"'
UNKNOWN_WORD = (
    "correct the cell, or say what the word means in a profile of the"
    " store's own (samebag profile new)"
)
PRINT_ORDER_DIGITS = 15
DENIES = re.compile(r"\b(?:not|no|non|kein\w*|nicht|sans|sin|не)\b|非|不")  # of a way to pay
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Beside what stands between codes, and GS within one: control characters, what is nobody's or a
# font's own, line ends of Unicode, and what turns the writing around, so that a person sees another
# code than the one that is looked up
IN_NO_CODE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1c\x1e\x1f\x7f-\x9f\u061c\u200f\u2028\u2029\u202b\u202e\u2067\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
# how exports keep spreadsheets from taking a code for a number
AS_TEXT = re.compile(r"""="(.*)"|['`](.*)""")
MANGLED = re.compile(r"[+-]?\d+([.,]\d*)?(E[+-]\d+)?", re.IGNORECASE)
# with thousands, or a fraction
SHOWN_AS_NUMBER = re.compile(r"[+-]?\d+([.,]\d{0,3})+(E[+-]?\d+)?", re.IGNORECASE)


class Notation:
    """How one file writes its cells, and the book its codes.

    ``standing`` takes the cells of a row that tell whether its parcel awaits shipment. ``several``:
    a parcel's waybill may have several numbers. ``read_as`` counts what was got from cells in which
    a code does not stand alone.
    """

    def __init__(self, profile: Profile, form: CodeForm, *, several: bool) -> None:
        self.form = form
        self.several = several
        self.read_as: Counter[ReadAs] = Counter()
        self.carrier_first = profile.carrier_first
        self.separators = profile.separators
        self.number_later = profile.number_later
        self.on_list = profile.on_list
        self.standing = lru_cache(maxsize=64)(partial(_standing, profile.awaits, profile.payment))


class RowHead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a row says of its parcel. An empty field says nothing; the parcel's other rows may say
    it.

    ``standing`` is OPEN, CANCELLED or SHIPPED. Only a parcel that does not await shipment may lack
    a tracking number.
    """

    tracking_number: str
    waybill_codes: tuple[str, ...]
    orders: tuple[str, ...]
    list_codes: tuple[str, ...]
    service: str
    country: str
    standing: Standing | None
    print_order: int | None
    facts: Facts = NO_FACTS

    @property
    def awaits(self) -> bool:
        """Whether its parcel is to be shipped."""
        return self.standing in (None, Standing.OPEN)

    def content(self, items: Sequence[ItemLine]) -> Content:
        return Content(
            self.tracking_number,
            self.waybill_codes,
            self.orders,
            self.list_codes,
            self.service,
            self.country,
            tuple(items),
        )


def head_of(
    content: Content, standing: Standing | None, print_order: int | None, facts: Facts
) -> RowHead:
    """What was said of a parcel whose content this is."""
    return RowHead(*msgspec.structs.astuple(content)[:-1], standing, print_order, facts)  # type: ignore[call-arg]


def check_cells(row: Sequence[str], places: Iterable[tuple[str, int]]) -> None:
    """``places`` of columns whose cells are one line; called only for rows in which something is
    long or odd."""
    for column, place in places:
        check_text(column, row[place].strip())


def check_text(column: str, text: str) -> None:
    if len(text) > CELL_CHARS:
        raise BadCell(column, text, f"must have {CELL_CHARS} characters at most, has {len(text)}")
    if not text.isprintable() and CONTROL.search(text):
        raise BadCell(column, text, "must have no control characters or line breaks")


def parse_name(cell: str) -> str:
    if _is_plain(cell):
        return cell
    name = _bare(cell)
    if not name:
        raise BadCell(
            "parcel", cell, "must not be empty", "give every row its parcel and import again"
        )
    _check_signs("parcel", cell)
    _check_code("parcel", cell, name)
    return name


def parse_head(cells: Sequence[str], notation: Notation) -> RowHead:
    """``cells`` are those of Layout.head."""
    parcel, tracking, waybills, orders, lists, service, country, status, print_order, *beside = (
        cells
    )
    grams, kilograms, goods, ship_by, note, *others = beside
    standing = notation.standing((status, *others))
    if notation.carrier_first and "://" not in tracking:
        carrier, tracking = split_shipment(tracking) if type(tracking) is str else ("", tracking)
        if len(carrier) > CELL_CHARS or not carrier.isprintable():
            check_text("service", carrier)
        service = carrier or service
    number, *others = _numbers("tracking_number", tracking, notation) or ("",)
    if others and not notation.several:
        raise BadCell("tracking_number", tracking, SEVERAL.format(1 + len(others)), ONE_EACH)
    # a cell that gives no number says so
    is_to_come = bool(tracking.strip()) or notation.number_later
    if not number and standing in (None, Standing.OPEN) and not is_to_come:
        raise BadCell("tracking_number", tracking, "must be one code")
    of_orders = _codes("orders", orders, notation)
    list_codes = (lists and _codes("list_codes", lists, notation)) or _on_list(
        notation, parcel, of_orders, number
    )
    if not list_codes:
        raise BadCell("orders", orders, "one of orders and list_codes must be given")
    return RowHead(
        number,
        (*others, *_numbers("waybill_codes", waybills, notation)) if waybills or others else (),
        of_orders
        if of_orders == (orders,)
        else _codes("orders", orders, notation, as_they_stand=True),
        list_codes,
        service.strip(),
        country.strip(),
        standing,
        whole("print_order", print_order, 0, PRINT_ORDER_DIGITS) if print_order else None,
        parse_facts(grams, kilograms, goods, ship_by, note),
    )


def _on_list(
    notation: Notation, parcel: str, orders: tuple[str, ...], number: str
) -> tuple[str, ...]:
    """What the cargo list's barcodes say, where no column of the file tells."""
    if notation.on_list == ("orders",):
        return orders
    codes = {
        "parcel": _codes("parcel", parcel, notation),
        "orders": orders,
        "tracking_number": (number,) if number else (),
    }
    return tuple(dict.fromkeys(code for source in notation.on_list for code in codes[source]))


def merge(first: RowHead, other: RowHead, earlier_row: int) -> RowHead:
    """Both rows' words on one parcel; raises BadCell where they contradict each other."""
    merged = []
    for column, old, new in zip(HEAD[1:], _fields(first), _fields(other), strict=False):
        if _says(old) and _says(new) and old != new:
            raise BadCell(
                column,
                _cell(new),
                f"contradicts {told(column, _cell(old))!r} in row {earlier_row} of the same parcel",
                "make the rows of the parcel agree and import again",
            )
        merged.append(old if _says(old) else new)
    facts = other.facts if first.facts == NO_FACTS else first.facts
    return RowHead(*merged, facts)  # type: ignore[arg-type, call-arg]  # each comes from its own field


def parse_item(sku: str, name: str, attributes: str, quantity: str) -> ItemLine | None:
    """None for a row that names no item: a parcel may have none."""
    sku, name, attributes = sku.strip(), name.strip(), attributes.strip()
    text = sku + name + attributes + quantity
    if len(text) > CELL_CHARS or not text.isprintable():
        for column, word in zip(ITEM, (sku, name, attributes, quantity.strip()), strict=True):
            check_text(column, word)
    if not sku and not name:
        if attributes:
            raise BadCell("name", "", f"an item ({attributes}) must have a sku or a name")
        return None
    if _may_count(sku + name) or ":" in sku or "：" in sku:
        for column, cell, is_sku in (("sku", sku, True), ("name", name, False)):
            if lists_goods(cell, is_sku=is_sku):
                raise BadCell(column, cell, "lists several goods with quantities", AS_LIST)
    return ItemLine(sku, name, attributes, parse_quantity(quantity))


def _may_count(goods: str) -> bool:
    """Quickly, for nearly all goods: whether a sign is there with which several have their
    quantities."""
    if "*" in goods or "×" in goods or "(" in goods or "（" in goods:
        return True
    return ("x" in goods or " X" in goods) and (
        "x " in goods or " x" in goods or " X" in goods or not goods.isascii()
    )


def _check_signs(column: str, cell: str) -> None:
    if IN_NO_CODE.search(cell):
        raise BadCell(
            column, cell, "must have no control characters, nor such as turn the writing around"
        )
    if holds_own(cell if cell.isascii() else _bare(cell).translate(FULL_WIDTH)):
        raise BadCell(
            column, cell, "is a code that Samebag prints for itself", "give the one of the label"
        )


def _check_number(column: str, cell: str) -> None:
    """Before the cell is split: a comma may stand between codes, or within what a spreadsheet shows
    as a number."""
    _check_signs(column, cell)
    if isinstance(cell, NotText) or SHOWN_AS_NUMBER.fullmatch(cell.strip()):
        raise _mangled(column, cell)


def _mangled(column: str, cell: str) -> BadCell:
    return BadCell(
        column,
        cell,
        "is a number from which a spreadsheet may have dropped digits",
        "format the column as text, fetch the codes again and import again",
    )


def _check_code(column: str, cell: str, code: str) -> None:
    if isinstance(cell, NotText) or (not code.isalnum() and MANGLED.fullmatch(code)):
        raise _mangled(column, cell)
    if len(code) > CODE_CHARS:
        raise BadCell(
            column, code, f"a code must have {CODE_CHARS} characters at most, has {len(code)}"
        )


def _codes(
    column: str, cell: str, notation: Notation, *, as_they_stand: bool = False
) -> tuple[str, ...]:
    """The codes in a cell, each once, in the cell's order; as the book writes them, or as they
    stand."""
    if not cell:
        return ()
    form = None if as_they_stand else notation.form
    if _is_plain(cell) and not cell.isalpha():
        return (cell.upper() if form and form.upper else cell,)
    _check_number(column, cell)
    codes = []
    for piece in chain.from_iterable(map(codes_of, map(_bare, pieces(cell, notation.separators)))):
        code = form.normalise(piece.translate(FULL_WIDTH)) if form else piece
        if code and not says_not_yet(piece):
            _check_code(column, cell, code)
            are_words = says_no_code(piece) or (" " in piece and is_words(piece))
            if form and (
                not code.isascii() or (are_words and column != "list_codes")
            ):  # which has codes by contract
                raise BadCell(column, cell, "must be a code as a label bears it")
            codes.append(code)
    return tuple(dict.fromkeys(codes))


def _numbers(column: str, cell: str, notation: Notation) -> tuple[str, ...]:
    """The codes of waybills in a cell, as the book writes them."""
    if not cell:
        return ()
    if _is_plain(cell) and not cell.isalpha() and cell.strip("0"):
        return (cell.upper() if notation.form.upper else cell,)
    _check_number(column, cell)
    numbers = []
    for piece in map(_bare, pieces(cell.translate(FULL_WIDTH), notation.separators)):
        if not piece or says_not_yet(piece):
            notation.read_as[ReadAs.NOT_YET] += bool(piece)
            continue
        found, how = numbers_in(piece)
        if how:
            notation.read_as[how] += 1
            if how in TELL_NONE and not found:
                raise BadCell(column, cell, TELL_NONE[how], "give the number by itself")
        for number in found:
            code = notation.form.normalise(number)
            _check_code(column, cell, code)
            if not may_be_number(number, code):
                raise BadCell(column, cell, "must be a number as a waybill bears it")
            numbers.append(code)
    return tuple(dict.fromkeys(numbers))


def _is_plain(cell: str) -> bool:
    """Whether it is one code as it stands: what all the rules for codes come to for nearly every
    cell."""
    return cell.isalnum() and cell.isascii() and len(cell) <= CODE_CHARS and type(cell) is str


def _bare(cell: str) -> str:
    """Without surrounding space, signs that nobody sees, and what marks it as text for a
    spreadsheet."""
    text = (
        cell if cell.isprintable() else "".join(sign for sign in cell if category(sign) != "Cf")
    ).strip()
    match = AS_TEXT.fullmatch(text)
    return "".join(match.groups("")).strip() if match else text


def _standing(
    awaits: tuple[Awaits, ...], payment: Payment | None, cells: tuple[str, ...]
) -> Standing | None:
    """Whether the parcel awaits shipment; None if the row does not say, as it may where it need
    not."""
    words = [cell.strip() for cell in cells]
    pays = words.pop().casefold() if payment else ""
    on_delivery = (
        payment is not None
        and any(word in pays for word in payment.words)
        and not DENIES.search(pays)
    )
    if not any(words) and all(column.optional for column in awaits):
        return None
    columns = zip(named(awaits).items(), words, strict=False)
    standings = {
        _standing_by(name, column, word, on_delivery=on_delivery)
        for (name, column), word in columns
    }
    gravest_first = (Standing.CANCELLED, Standing.SHIPPED)
    return next((standing for standing in gravest_first if standing in standings), Standing.OPEN)


def _standing_by(name: str, awaits: Awaits, word: str, *, on_delivery: bool) -> Standing:
    if on_delivery and word.casefold() in awaits.on_delivery:
        return Standing.OPEN
    if _is_one(word, awaits.open) or (awaits.optional and not word):
        return Standing.OPEN
    if not word and not _is_one(word, awaits.closed or ()):
        raise BadCell(name, word, "must not be empty")
    if _is_one(word, awaits.shipped):
        return Standing.SHIPPED
    if awaits.closed is not None and not _is_one(word, awaits.closed):
        known = (
            " or ".join((*awaits.open, *awaits.shipped, *awaits.closed))
            or "a word that the profile knows"
        )
        raise BadCell(name, word, f"must be {known}", UNKNOWN_WORD)
    return Standing.CANCELLED


def _is_one(word: str, words: Iterable[str]) -> bool:
    return any(word.casefold() == one.casefold() or (one == ANY_WORD and word) for one in words)


def _fields(head: RowHead) -> tuple[object, ...]:
    return msgspec.structs.astuple(head)


def _says(field: object) -> bool:
    return field is not None and field != "" and field != ()


def _cell(field: object) -> str:
    """A field as the order file writes it."""
    if isinstance(field, tuple):
        return LIST_SPLIT.join(field)
    return str(field)
