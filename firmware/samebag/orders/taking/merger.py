"""Parts of parcels into the book: what is new, unchanged, changed, cancelled, vanished or
refused."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import msgspec

from samebag.core.parcels import Standing
from samebag.orders.meaning.cells import head_of, merge
from samebag.orders.meaning.refusals import BadCell, RowRefusal, place_in, sheet_of
from samebag.orders.profile import Layout, Profile
from samebag.orders.reading.rows import FileTold, Part, part_of, said_twice
from samebag.orders.taking.never_green import LabelTally
from samebag.orders.taking.outcome import ImportReport, StateCount
from samebag.orders.taking.revision import revise
from samebag.store.book.records import ParcelRow, ParcelSaid, decode, decode_facts
from samebag.store.book.writer import BookWriter, Taken

KEPT_REFUSALS = 1000  # a file of nothing but bad rows must not fill the memory
KEPT_NAMES = 20
SPOILED = 2**32 - 1  # in place of a parcel's first row: a row of it was refused

COMPARED = ("digest", "printed", "cancelled", "print_order", "shipped", "vanished")

_decoder = msgspec.msgpack.Decoder(ParcelSaid)


class Merger:
    """One import. A parcel is *seen* when its row in the book is what the file has said of it so
    far.

    A new parcel is written at once; a known one of which the file says the same is only marked. All
    else (changed parcels, further parts of a parcel, parts without a number) is put aside until the
    file is read, for only then is it whole.
    """

    def __init__(
        self, book: BookWriter, source: str, layout: Layout, profile: Profile, *, reprinted: bool
    ) -> None:
        self._book = book
        self._layout = layout
        self._labels = LabelTally(layout, profile)
        self._source = book.source(source)
        self._reprinted = reprinted
        # parcel -> its first row in the file, 0: not seen
        self._seen = array("I", bytes(4 * (book.last_before + 1)))
        # parcel -> whether the file calls it open so far
        self._opened = bytearray(book.last_before + 1)
        self._lists_shipped = False
        self._refused: list[RowRefusal] = []
        self._vanished: list[str] = []
        self._count: Counter[str] = Counter()
        self._told = FileTold()

    def refuse(self, refusal: RowRefusal, names: Iterable[str]) -> None:
        self._count["refused"] += 1
        if len(self._refused) < KEPT_REFUSALS:
            self._refused.append(
                replace(refusal, column=self._layout.titles.get(refusal.column, refusal.column))
            )
        self._book.refuse(names)

    def tell(self, told: FileTold) -> None:
        self._told = told

    def take(self, parts: Sequence[ParcelSaid]) -> None:
        known = self._book.find([part.name for part in parts])
        fresh: dict[str, ParcelSaid] = {}
        aside: list[ParcelSaid] = []
        is_row_an_order = self._layout.products is not None
        for new in parts:
            self._lists_shipped = self._lists_shipped or new.standing is Standing.SHIPPED
            row = known.get(new.name)
            if is_row_an_order and (earlier := self._earlier(row, fresh.get(new.name))):
                self.refuse(said_twice(new.name, earlier).at(new.row, new.name), [new.name])
            elif row is not None:
                if not self._is_same(row, new):
                    aside.append(new)
            elif new.name in fresh or not new.tracking_number:
                aside.append(new)
            else:
                fresh[new.name] = new
        if fresh:
            self._add(list(fresh.values()))
        if aside:
            self._book.put_aside(
                [(new.name, new.row, msgspec.msgpack.encode(new)) for new in aside]
            )

    def _earlier(self, row: ParcelRow | None, fresh: ParcelSaid | None) -> int:
        """The row of the file that spoke of this parcel before, 0 if none did."""
        return fresh.row if fresh else self._seen[row.id] if row else 0

    def finish(self) -> ImportReport:
        for number in self._book.refused():
            self._seen[number] = SPOILED
        for name, parts in groupby(self._book.asides(), itemgetter(0)):
            self._settle(name, [part_of(_decoder.decode(part)) for _, _, part in parts])
        self._remove_spoiled()
        self._let_vanish()
        if self._lists_shipped:
            self._book.note_lists_shipped(self._source)
        return ImportReport(
            new=self._count["new"],
            changed=self._count["changed"],
            unchanged=self._count["unchanged"],
            cancelled=self._count["cancelled"],
            vanished=self._count["vanished"],
            vanished_names=tuple(self._vanished),
            items=self._count["items"],
            refused_rows=self._count["refused"],
            refused=tuple(
                replace(one, sheet=place_in(self._told.sheets, one.row))
                for one in sorted(self._refused)
            ),
            passed_over=self._count["passed over"],
            shipped=self._count["shipped"],
            never_green=self._labels.found(),
            no_number=self._count["no number"],
            states=tuple(StateCount(*state) for state in self._told.states),
            read_as=self._told.read_as,
            no_parcels=tuple(self._no_parcels()),
            sheets=tuple(self._told.of_sheets),
        )

    def _no_parcels(self) -> Iterator[str]:
        """A line each, of the first."""
        sheets = self._told.sheets
        yield from (
            f"row {row}{place_in(sheets, row)} {what} and was passed over"
            for row, what in self._told.no_parcels
        )
        if more := self._told.passed_over - len(self._told.no_parcels):
            yield f"{more} more rows were passed over like these"

    def _is_new(self, number: int) -> bool:
        return number > self._book.last_before

    def _row(self, number: int, new: ParcelSaid) -> ParcelRow:
        return ParcelRow(
            number,
            new.name,
            new.content.decode(),
            new.digest,
            new.digest,
            new.is_closed,
            new.print_order,
            self._source,
            new.standing is Standing.SHIPPED,
            new.facts,
            vanished=False,
        )

    def _is_same(self, old: ParcelRow, new: ParcelSaid) -> bool:
        """Whether the file says of a known parcel, for the first time, what the book says."""
        if self._seen[old.id] or not new.tracking_number:
            return False
        if revise(old, self._row(old.id, new), self._reprinted) != old:
            return False
        self._seen[old.id] = new.row
        self._opened[old.id] = new.standing is Standing.OPEN
        self._count["unchanged"] += 1
        self._count["items"] += new.items
        self._labels.count((new,))
        return True

    def _add(self, fresh: list[ParcelSaid]) -> None:
        first = len(self._seen)
        collisions = self._book.add(first, fresh, self._source)
        self._seen.extend([new.row for new in fresh])
        self._opened.extend([new.standing is Standing.OPEN for new in fresh])
        self._count["new"] += len(fresh)
        self._count["items"] += sum([new.items for new in fresh])
        self._labels.count(fresh)
        for taken in collisions:
            self._refuse_taken(taken, fresh[taken.parcel - first])

    def _refuse_taken(self, taken: Taken, new: ParcelSaid) -> None:
        column = "tracking_number" if taken.code == new.tracking_number else "waybill_codes"
        rule = f"is on the waybill of parcel {taken.holder}, must be on one"
        cure = f"correct it, or {self._one_bag(taken.holder, new.name)}"
        self.refuse(RowRefusal(new.row, column, taken.code, rule, cure, new.name), [new.name])

    def _one_bag(self, holder: str, name: str) -> str:
        """What to do if both are in one bag."""
        if self._layout.places["parcel"] != self._layout.places["orders"]:
            return f"name this parcel {holder} as before"
        return f"if both orders are in one bag, leave one row and number it {holder};{name}"

    def _settle(self, name: str, parts: list[Part]) -> None:
        """Write what the whole file says of a parcel that was put aside."""
        old = self._book.find([name]).get(name)
        if old is None:
            self._count[
                "no number" if any(part.head.awaits for part in parts) else "passed over"
            ] += 1
            return
        if self._seen[old.id] == SPOILED:
            return
        if self._seen[old.id]:
            parts.insert(0, self._stored(old))
        whole = self._join(parts)
        if whole is None:
            self._seen[old.id] = SPOILED
            return
        if not whole.head.tracking_number:
            self._settle_without_number(old, whole)
            return
        new, content = whole.said(), whole.head.content(whole.items)
        taken = self._book.taken(content.on_waybill, old.id)
        if taken:
            self._refuse_taken(taken, new)
        if taken or self._book.is_refused(name, content):
            self._seen[old.id] = SPOILED
            return
        self._write(old, new)

    def _settle_without_number(self, old: ParcelRow, whole: Part) -> None:
        """The file tells the number no more: only the standing is new, and what was closed needs
        one to be open."""
        if old.cancelled and whole.head.awaits:
            self._seen[old.id] = whole.row
            self._count["no number"] += 1
            return
        content = decode(old.content)
        head = head_of(content, whole.head.standing, old.print_order, decode_facts(old.facts))
        self._write(old, Part(whole.row, old.name, head, [*content.items]).said())

    def _stored(self, old: ParcelRow) -> Part:
        """What the file has said so far of a parcel that is seen, read back from the book."""
        content = decode(old.content)
        head = head_of(content, self._said_of(old), old.print_order, decode_facts(old.facts))
        return Part(self._seen[old.id], old.name, head, [*content.items])

    def _said_of(self, old: ParcelRow) -> Standing | None:
        if old.cancelled:
            return Standing.SHIPPED if old.shipped else Standing.CANCELLED
        return Standing.OPEN if self._opened[old.id] else None

    def _join(self, parts: list[Part]) -> Part | None:
        whole = parts[0]
        for part in parts[1:]:
            if sheet_of(self._told.sheets, part.row) != sheet_of(self._told.sheets, whole.row):
                self.refuse(on_two_sheets(part.name).at(part.row, part.name), [part.name])
                return None
            try:
                whole.head = merge(whole.head, part.head, whole.row)
            except BadCell as bad:
                self.refuse(bad.at(part.row, part.name), [part.name])
                return None
            whole.items += part.items
        return whole

    def _write(self, old: ParcelRow, said: ParcelSaid) -> None:
        new = revise(old, self._row(old.id, said), self._reprinted or self._is_new(old.id))
        if new != old:
            self._book.replace(old, new)
        if self._seen[old.id]:
            self._count["new" if self._is_new(old.id) else "unchanged"] -= 1
            self._count["items"] -= len(decode(old.content).items)
            self._labels.count((self._stored(old).said(),), -1)
        self._seen[old.id] = said.row
        self._labels.count((said,))
        self._count[self._change(old, new)] += 1
        self._count["items"] += said.items

    def _change(self, old: ParcelRow, new: ParcelRow) -> str:
        if self._is_new(old.id):
            return "new"
        if new.shipped and not old.shipped:
            return "shipped"
        if new.cancelled and (old.vanished or not old.cancelled):
            return "cancelled"
        same = all(getattr(old, name) == getattr(new, name) for name in COMPARED)
        return "unchanged" if same else "changed"

    def _remove_spoiled(self) -> None:
        for number in range(self._book.last_before + 1, len(self._seen)):
            if self._seen[number] == SPOILED:
                self._count["new"] -= 1
                removed = self._book.remove(number)
                self._count["items"] -= len(decode(removed.content).items)
                self._labels.count((self._stored(removed).said(),), -1)

    def _let_vanish(self) -> None:
        """A file without one good parcel says nothing about those that it lacks."""
        if not any(
            self._count[taken] for taken in ("new", "changed", "unchanged", "cancelled", "shipped")
        ):
            return
        for number in [
            number for number in self._book.of_source(self._source) if not self._seen[number]
        ]:
            name = self._book.vanish(number)
            if name is None:
                continue
            self._count["vanished"] += 1
            if len(self._vanished) < KEPT_NAMES:
                self._vanished.append(name)


def on_two_sheets(name: str) -> BadCell:
    """Joined, the goods of a sheet that somebody copied would be on the list twice."""
    return BadCell(
        "parcel", name, "is on two sheets, must be on one", "delete one of the two and import again"
    )
