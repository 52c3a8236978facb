"""Rows that hold no parcel that can be taken: refused, or passed over and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from samebag.core.codes.tracking import form_of
from samebag.core.labels import CodeForm
from samebag.core.masks import masked
from samebag.orders.meaning.cells import parse_name
from samebag.orders.meaning.no_parcels import NoParcel, RowKinds, is_words, may_be_code
from samebag.orders.meaning.refusals import BadCell, RowRefusal
from samebag.orders.profile import BESIDE, FACTS, Layout, Profile, fits
from samebag.orders.reading.plain_rows import further_places
from samebag.orders.reading.tables import Table
from samebag.orders.workbooks.not_text import EmptyResult, NoValue, RowWithout
from samebag.ports import OrderFileError

# a refusal, and the texts that may name its parcel
Refuse = Callable[[RowRefusal, Iterable[str]], None]
# ours: a spreadsheet has 16,384 columns at most; each cell of a bad row is looked up
MOST_CELLS = 20_000
MOST_TOLD = 20
NO_VALUE = "must be a value, not an error or a formula whose result was not saved"
SAVE_AGAIN = "open the file in a spreadsheet program, save it and import it again"
MAY_BE_EMPTY = {
    "waybill_codes",
    "orders",
    "list_codes",
    "service",
    "country",
    "print_order",
    "attributes",
}
ABOVE = "stands above the column names"


class OddRows:
    """``above`` is the parcel of the row above, also of a refused one."""

    def __init__(
        self,
        path: Path,
        table: Table,
        layout: Layout,
        profile: Profile,
        form: CodeForm,
        refuse: Refuse,
    ) -> None:
        self.above = ""
        self._path = path
        self._table = table
        self._layout = layout
        self._profile = profile
        self._form = form
        self._refuse = refuse
        self._kinds = RowKinds(table.header, layout)
        self._told: list[tuple[int, str]] = []
        self._passed = 0

    def passed_over(self) -> tuple[list[tuple[int, str]], int]:
        """Rows with what they are in place of a parcel, those above the header too; the first, and
        how many in all."""
        above = [(number, ABOVE) for number, _ in self._table.above]
        return [*above, *self._told], len(above) + self._passed

    def check_above(self) -> None:
        """Where the header stands in the middle of a file's rows, those above it may be parcels."""
        parcel, number = self._layout.places["parcel"], self._layout.places["tracking_number"]
        for row, cells in self._table.above:
            is_in_place = (
                len(cells) > max(parcel, number)
                and cells[parcel].strip()
                and _is_number(cells[number])
            )
            if is_in_place or any(form_of(cell.strip().upper()) for cell in cells):
                raise OrderFileError(
                    f"{self._path}: row {row} has a parcel above the column names in row"
                    f" {self._table.row}: move the"
                    " column names above all orders; nothing was taken"
                )

    def is_total(self, number: int, row: Sequence[str]) -> bool:
        """Of a row that names no parcel of its own; it is told."""
        is_one = self._kinds.is_total(row)
        if is_one:
            self._pass_over(number, NoParcel.TOTAL)
        return is_one

    def bad_cell(self, number: int, row: Sequence[str], bad: BadCell) -> None:
        if not self._is_no_parcel(number, row):
            self._refuse_row(number, row, bad)

    def with_values(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Those of a spreadsheet, with a blank one in place of each that is refused."""
        for number, row in rows:
            yield number, [] if type(row) is RowWithout and self._valueless(number, row) else row

    def _valueless(self, number: int, row: Sequence[str]) -> bool:
        """Whether a cell that is read has no value: that row is refused, or the total that lacks
        its sum is told.

        An empty state may mean that a parcel is to be shipped, and an empty quantity is 1. A
        formula's empty result is as bad there: LibreOffice hands on, as what it comes to, what xlwt
        saved of a formula that it never worked out.
        """
        if not "".join(row).strip():
            return False  # a row that waits for orders
        if self.is_total(number, ["0" if isinstance(cell, NoValue) else cell for cell in row]):
            return True
        read = [
            (column, place) for column, place in self._layout.places.items() if column not in FACTS
        ]
        read += [("status", place) for place in self._layout.head[BESIDE:]]
        read += further_places(self._table.header, self._layout, self._profile)
        for column, place in read:
            cell = row[place] if place < len(row) else ""
            if isinstance(cell, NoValue) or (
                isinstance(cell, EmptyResult) and column not in MAY_BE_EMPTY
            ):
                self._refuse_row(number, row, BadCell(column, cell, NO_VALUE, SAVE_AGAIN))
                return True
        return False

    def _refuse_row(self, number: int, row: Sequence[str], bad: BadCell) -> None:
        try:
            name = parse_name(row[self._layout.places["parcel"]])
        except BadCell:
            # the cell may have been merged with those above it
            merged = self._layout.products is None
            self._refuse(bad.at(number, ""), [*self._maybe(row), *([self.above] if merged else [])])
        else:
            self.above = name
            self._refuse(bad.at(number, name), [name])

    def bad_width(self, number: int, row: Sequence[str]) -> None:
        if not any(row) or self._is_no_parcel(number, row):
            return
        rule = f"must have {self._layout.width} cells as the header has, has {len(row)}"
        if len(row) > MOST_CELLS:
            raise OrderFileError(
                f"{self._path}: row {number}: {rule}: export the orders again; nothing was taken"
            )
        cure = "put cells that hold the delimiter into quotes and import again"
        self._refuse(BadCell("row", ",".join(row), rule, cure).at(number, ""), self._maybe(row))

    def swallowed(self, number: int, row: Sequence[str]) -> None:
        """A cell that holds a line break and then a delimiter is an unclosed quote: it may hold
        other parcels' rows.

        Where line breaks are common, only one with half a row behind it: products have a form that
        no row has.
        """
        most = self._layout.width // 2 if self._profile.line_breaks else 1
        for cell in (cell for place, cell in enumerate(row) if place != self._layout.products):
            if any(line.count(self._table.delimiter) >= most for line in cell.split("\n")[1:]):
                raise OrderFileError(
                    f"{self._path}: row {number}: {masked(cell[:40])!r}: an open quote"
                    " swallows rows: close it and"
                    " import again"
                )

    def _is_no_parcel(self, number: int, row: Sequence[str]) -> bool:
        cells = (
            row
            if len(row) < self._layout.width
            else row[: len(row) - (len(row) == self._layout.width + 1)]
        )
        kind = self._kinds.kind(cells, is_first=not self.above)
        if kind:
            self._pass_over(number, kind)
        elif fits(self._profile, cells):
            raise OrderFileError(
                f"{self._path}: row {number} has column names again, and other ones than"
                f" row {self._table.row}:"
                " import the orders below it as a file of their own; nothing was taken"
            )
        return kind is not None

    def _pass_over(self, number: int, kind: NoParcel) -> None:
        self._passed += 1
        if len(self._told) < MOST_TOLD:
            self._told.append((number, kind.value))

    def _maybe(self, row: Sequence[str]) -> Iterator[str]:
        """What a row whose parcel is not told may belong to: anything that a cell of it names."""
        for cell in row:
            yield cell.strip()
            yield self._form.normalise(cell)


def _is_number(cell: str) -> bool:
    return may_be_code(cell) and not is_words(cell)
