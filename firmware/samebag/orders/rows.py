"""Rows of an order file gathered into parts of parcels; every row that breaks a rule becomes a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec

from samebag.core.labels import CodeForm
from samebag.orders.cells import CELL_CHARS, Head, check_cells, merge, parse_head, parse_item, parse_name
from samebag.orders.profile import HEAD, ITEM, Layout
from samebag.orders.refusals import BadCell, Refusal
from samebag.orders.tables import Table
from samebag.ports import OrderFileError
from samebag.store.records import Line

Refuse = Callable[[Refusal, Iterable[str]], None]  # a refusal, and the texts that may name its parcel


class Part(msgspec.Struct, array_like=True, gc=False):
    """Neighbouring rows of one parcel; ``row`` is the first. A parcel whose rows lie apart has several parts."""

    row: int
    name: str
    head: Head
    items: list[Line]


class PartReader:
    """Reads the rows of one table. Its ``refuse`` hears of each bad row at once, before the row's part is given out."""

    def __init__(self, path: Path, table: Table, layout: Layout, form: CodeForm, refuse: Refuse) -> None:
        self._path = path
        self._table = table
        self._layout = layout
        self._form = form
        self._refuse = refuse
        self._head_cells = itemgetter(*(layout.places[column] for column in HEAD))
        self._item_cells = itemgetter(*(layout.places[column] for column in ITEM))

    def parts(self) -> Iterator[Part]:
        """Written for speed: a row like the one before it costs no more than its item."""
        part: Part | None = None
        last: tuple[str, ...] = ()
        width = self._layout.width
        for number, row in self._table.rows:
            if len(row) != width:
                self._refuse_width(number, row)
                continue
            row.append("")
            text = "".join(row)
            cells = self._head_cells(row)
            is_new = cells != last
            if is_new and not text.strip():
                continue
            try:
                if len(text) > CELL_CHARS or not text.isprintable():
                    self._check(number, row)
                if is_new or part is None:
                    before, part = part, self._start(number, cells, part)
                    if before is not None and before is not part:
                        yield before
                    last = cells
                item = parse_item(*self._item_cells(row))
            except BadCell as bad:
                self._refuse_cell(number, row, bad, part)
                continue
            if item is not None:
                part.items.append(item)
        if part is not None:
            yield part

    def _start(self, number: int, cells: Sequence[str], part: Part | None) -> Part:
        """The part that this row belongs to: the one before it, if it is of the same parcel."""
        name, head = parse_name(cells[0]), parse_head(cells, self._form)
        if part is None or part.name != name:
            return Part(number, name, head, [])
        part.head = merge(part.head, head, part.row)
        return part

    def _check(self, number: int, row: Sequence[str]) -> None:
        """A cell that holds a line break and then a delimiter is an unclosed quote: it may hold other parcels' rows."""
        delimiter = self._table.delimiter
        for cell in row:
            if delimiter and delimiter in cell.partition("\n")[2]:
                raise OrderFileError(
                    f"{self._path}: row {number}: {cell[:40]!r}: an open quote swallows rows: close it and import again"
                )
        check_cells(row, self._layout)

    def _refuse_cell(self, number: int, row: Sequence[str], bad: BadCell, part: Part | None) -> None:
        try:
            name = parse_name(row[self._layout.places["parcel"]])
        except BadCell:
            above = [part.name] if part else []  # as where a spreadsheet's cell was merged over several rows
            self._refuse(bad.at(number, ""), [*self._maybe(row), *above])
        else:
            self._refuse(bad.at(number, name), [name])

    def _refuse_width(self, number: int, row: Sequence[str]) -> None:
        if not any(row):
            return
        rule = f"must have {self._layout.width} cells as the header has, has {len(row)}"
        cure = "put cells that hold the delimiter into quotes and import again"
        self._refuse(BadCell("row", ",".join(row), rule, cure).at(number, ""), self._maybe(row))

    def _maybe(self, row: Sequence[str]) -> Iterator[str]:
        """What a row whose parcel is not told may belong to: anything that a cell of it names."""
        for cell in row:
            yield cell.strip()
            yield self._form.normalise(cell)
