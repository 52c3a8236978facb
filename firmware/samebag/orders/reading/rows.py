"""Rows of an order file gathered into parts of parcels; every row that breaks a rule becomes a
refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec

from samebag.core.labels import CodeForm
from samebag.core.parcels import Standing
from samebag.orders.meaning.cells import (
    CELL_CHARS,
    Notation,
    RowHead,
    check_cells,
    head_of,
    merge,
    parse_head,
    parse_item,
    parse_name,
)
from samebag.orders.meaning.no_parcels import says_no_code
from samebag.orders.meaning.products import PRODUCTS_AS
from samebag.orders.meaning.refusals import BadCell, sheet_of
from samebag.orders.profile import BESIDE, GOODS_ROWS, HEAD, ITEM, PRODUCTS, SENT, Layout, Profile
from samebag.orders.reading.odd_rows import OddRows, Refuse
from samebag.orders.reading.plain_rows import plain_rows
from samebag.orders.reading.tables import Table
from samebag.ports import OrderFileError
from samebag.store.book.records import (
    ItemLine,
    ParcelSaid,
    decode,
    decode_facts,
    encode_facts,
    encode_with_digest,
)

EXACT_DIGITS = 15  # what a spreadsheet keeps of a number; the rest becomes zeros
MOST_WORDS = 100  # kinds of states that are told
STATUS = HEAD.index("status")  # in Layout.head: the first of the cells that tell the standing
DOUBTFUL = 6  # ours: so many long numbers that all end in 0 are a chance of one in a million
SEVERAL_LINES = {"tracking_number", "waybill_codes", "orders", "list_codes"}  # a code a line


class Part(msgspec.Struct, array_like=True, gc=False):
    """Neighbouring rows of one parcel; ``row`` is the first. A parcel whose rows lie apart has
    several parts."""

    row: int
    name: str
    head: RowHead
    items: list[ItemLine]

    def said(self) -> ParcelSaid:
        head = self.head
        content = head.content(self.items)
        text, mark = encode_with_digest(content)
        return ParcelSaid(
            self.row,
            self.name,
            head.standing,
            head.print_order,
            encode_facts(head.facts),
            head.tracking_number,
            tuple(content.on_waybill - {head.tracking_number}) if head.waybill_codes else (),
            head.list_codes,
            len(self.items),
            text,
            mark,
        )


class FileTold(msgspec.Struct, array_like=True):
    """What a file's cells said beside its parcels, each with how often.

    ``states``: a parcel's standing (empty: the row does not say) and the cells that made it so.
    ``no_parcels``: rows with what they are in place of one, the first of the ``passed_over``.
    ``sheets``: those taken, each with the row before its first; ``of_sheets``: what a person must
    know of them.
    """

    states: list[tuple[str, str, int]] = []
    read_as: dict[str, int] = {}
    no_parcels: list[tuple[int, str]] = []
    passed_over: int = 0
    sheets: list[tuple[int, str]] = []
    of_sheets: list[str] = []


def part_of(said: ParcelSaid) -> Part:
    """What ``Part.said`` was made from."""
    content, facts = decode(said.content), decode_facts(said.facts)
    return Part(
        said.row,
        said.name,
        head_of(content, said.standing, said.print_order, facts),
        [*content.items],
    )


class PartReader:
    """Reads the rows of one table. Its ``refuse`` hears of each bad row at once, before the row's
    part is given out."""

    def __init__(
        self,
        path: Path,
        table: Table,
        layout: Layout,
        profile: Profile,
        form: CodeForm,
        refuse: Refuse,
    ) -> None:
        self._path = path
        self._lines = table.lines
        self._layout = layout
        is_of_parcels = layout.places["parcel"] != layout.places["orders"]
        self._notation = Notation(profile, form, several=profile.several_numbers and is_of_parcels)
        self._fills = profile.fill_down
        self._odd = OddRows(path, table, layout, profile, form, refuse)
        self._sheets = table.sheets
        rows = self._odd.with_values(table.rows) if table.sheets else table.rows
        self._rows = plain_rows(path, rows, table.header, layout, profile)
        self._head_cells = itemgetter(*layout.head)
        self._item_cells = itemgetter(*(layout.places[column] for column in ITEM))
        self._plain = [
            (column, layout.places[column]) for column in HEAD if column not in SEVERAL_LINES
        ]
        self._take_items = self._one_item if layout.products is None else self._all_products
        self._split_products = PRODUCTS_AS[profile.products_as]
        self._sent, self._sent_words = (
            layout.places[SENT],
            profile.sent.words if profile.sent else (),
        )
        self._goods, told = layout.places[GOODS_ROWS], profile.goods_rows
        self._goods_words = told.words if told and self._goods != layout.width else ()
        self._standings: Counter[tuple[Standing | None, tuple[str, ...]]] = Counter()
        self._long_numbers = self._round_numbers = 0

    def parts(self) -> Iterator[Part]:
        """Written for speed: a row like the one before it costs no more than its item."""
        self._odd.check_above()
        part: Part | None = None
        last: tuple[str, ...] = ()
        width, products = self._layout.width, self._layout.products
        lines, read = self._lines, 0
        for number, row in self._rows:
            above, read = read, lines()
            if len(row) != width:
                self._odd.bad_width(number, row)
                last = ()
                continue
            row.append("")
            cells = self._head_cells(row)
            is_new = cells != last
            text = "".join(cells) if is_new else ""
            if is_new and self._fills:
                if not cells[0].strip() and self._odd.is_total(number, row[:-1]):
                    last = ()
                    continue
                cells = _filled(cells, last)
                is_new = cells != last
            if is_new and not text.strip() and not "".join(row).strip():
                continue
            try:
                if read > above + 1 and (
                    products is None or read > above + 1 + row[products].count("\n")
                ):
                    self._odd.swallowed(number, row)
                if len(text) > CELL_CHARS or not text.isprintable():
                    check_cells(row, self._plain)
                if is_new or part is None:
                    before, part = part, self._start(number, cells, part)
                    if before is not None and before is not part:
                        yield before
                    last = cells if products is None else ()  # a row that is an order is no other's
                self._take_items(row, part)
            except BadCell as bad:
                self._odd.bad_cell(number, row, bad)
                last = ()
                if part is not None and part.row == number:
                    part = None  # its one row so far is refused
        if part is not None:
            yield part
        self._refuse_rounded()

    def told(self) -> FileTold:
        """Of all parts that were given out."""
        said: Counter[tuple[str, str]] = Counter()
        for (standing, cells), parcels in self._standings.items():
            named = [
                (self._layout.titles.get(f"status {n}" if n else "status"), cell)
                for n, cell in enumerate(cells)
            ]
            words = [f"{title} = {cell.strip()}" for title, cell in named if title and cell.strip()]
            said[standing.value if standing else "", ", ".join(words)] += parcels
        states = [
            (standing, words, parcels)
            for (standing, words), parcels in said.most_common(MOST_WORDS)
        ]
        read_as = {how.value: count for how, count in self._notation.read_as.items() if count}
        of_sheets = (self._sheets.starts, self._sheets.notes) if self._sheets else ()
        return FileTold(states, read_as, *self._odd.passed_over(), *of_sheets)

    def _one_item(self, row: Sequence[str], part: Part) -> None:
        if self._goods_words and row[self._goods].strip().casefold() not in self._goods_words:
            return
        item = parse_item(*self._item_cells(row))
        if item is not None and not (
            self._sent_words and row[self._sent].strip().casefold() in self._sent_words
        ):
            part.items.append(item)

    def _all_products(self, row: Sequence[str], part: Part) -> None:
        cell = row[self._layout.places[PRODUCTS]]
        for product in self._split_products(cell) if cell.strip() or part.head.awaits else ():
            item = parse_item(*product)
            if item is not None:
                part.items.append(item)

    def _start(self, number: int, cells: Sequence[str], part: Part | None) -> Part:
        """The part that this row belongs to: the one before it, if it is of the same parcel."""
        name = parse_name(cells[0])
        if part is None or part.name != name or self._turned_sheet(part.row, number):
            head = parse_head(cells, self._notation)
            if not head.tracking_number and says_no_code(name):
                raise BadCell("parcel", name, "must be a code as a label bears it")
            self._odd.above = name
            self._standings[head.standing, (cells[STATUS], *cells[BESIDE:])] += 1
            if self._round_numbers == self._long_numbers:
                self._count_rounded(head)
            return Part(number, name, head, [])
        if self._layout.products is not None:
            raise said_twice(name, part.row)
        part.head = merge(part.head, parse_head(cells, self._notation), part.row)
        return part

    def _turned_sheet(self, above: int, number: int) -> bool:
        """Between the two rows: what two sheets say of a parcel is never joined."""
        sheets = self._sheets.starts if self._sheets else ()
        return sheet_of(sheets, above) != sheet_of(sheets, number)

    def _count_rounded(self, head: RowHead) -> None:
        for code in head.orders:
            if len(code) > EXACT_DIGITS and code.isdigit():
                self._long_numbers += 1
                self._round_numbers += code[-1] == "0"

    def _refuse_rounded(self) -> None:
        """One number that ends in 0 may be right; when all do, a spreadsheet has been at them."""
        if self._long_numbers == self._round_numbers >= DOUBTFUL:
            raise OrderFileError(
                f"{self._path}: all {self._long_numbers} order numbers of more than"
                f" {EXACT_DIGITS} digits end in 0: a"
                " spreadsheet has dropped digits: format the column as text and export"
                " again; nothing was taken"
            )


def said_twice(name: str, row: int) -> BadCell:
    """For files in which a row is a whole order."""
    return BadCell(
        "parcel",
        name,
        f"is in row {row} too, must be in one",
        "delete one of the two and import again",
    )


def _filled(cells: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """With the words of the row above where this one, of the same parcel, says nothing."""
    if not above or cells[0].strip() not in ("", above[0].strip()):
        return cells
    return tuple(cell or old for cell, old in zip(cells, above, strict=True))
