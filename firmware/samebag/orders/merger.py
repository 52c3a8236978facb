"""Parts of parcels into the book: what is new, unchanged, changed, cancelled, vanished or refused."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import msgspec

from samebag.core.parcels import Standing
from samebag.orders.cells import Head, merge
from samebag.orders.changes import revise
from samebag.orders.profile import Layout
from samebag.orders.refusals import BadCell, Refusal
from samebag.orders.report import ImportReport
from samebag.orders.rows import Part, said_twice
from samebag.store.book_writer import BookWriter, Taken
from samebag.store.records import Content, Row, decode, decode_facts, encode_facts, encode_with_digest

KEPT_REFUSALS = 1000  # a file of nothing but bad rows must not fill the memory
KEPT_NAMES = 20
SPOILED = 2**32 - 1  # in place of a parcel's first row: a row of it was refused

COMPARED = ("digest", "printed", "cancelled", "print_order", "shipped")

_part_decoder = msgspec.json.Decoder(Part)


class Merger:
    """One import. A parcel is *seen* when its row in the book is what the file has said of it so far.

    A new parcel is written at once; a known one of which the file says the same is only marked. All else (changed
    parcels, further parts of a parcel) is put aside until the file is read, for only then is it whole.
    """

    def __init__(self, book: BookWriter, source: str, layout: Layout, reprinted: bool) -> None:
        self._book = book
        self._layout = layout
        self._source = book.source(source)
        self._reprinted = reprinted
        self._seen = array("I", bytes(4 * (book.last_before + 1)))  # parcel -> its first row in the file, 0: not seen
        self._opened = bytearray(book.last_before + 1)  # parcel -> whether the file calls it open so far
        self._refused: list[Refusal] = []
        self._vanished: list[str] = []
        self._count: Counter[str] = Counter()

    def refuse(self, refusal: Refusal, names: Iterable[str]) -> None:
        self._count["refused"] += 1
        if len(self._refused) < KEPT_REFUSALS:
            self._refused.append(replace(refusal, column=self._layout.titles.get(refusal.column, refusal.column)))
        self._book.refuse(names)

    def take(self, parts: Sequence[Part]) -> None:
        known = self._book.find([part.name for part in parts])
        fresh: dict[str, Part] = {}
        aside = []
        for part in parts:
            row = known.get(part.name)
            if self._layout.products is not None and (earlier := self._earlier(row, fresh.get(part.name))):
                self.refuse(said_twice(part.name, earlier).at(part.row, part.name), [part.name])
            elif row is None and part.name not in fresh:
                if part.head.tracking_number:
                    fresh[part.name] = part
                else:
                    self._count["passed over"] += 1
            elif row is None or not self._is_same(row, self._whole(row, part)):
                aside.append((part.name, part.row, msgspec.json.encode(part)))
        if fresh:
            self._add(list(fresh.values()))
        if aside:
            self._book.put_aside(aside)

    def _earlier(self, row: Row | None, part: Part | None) -> int:
        """The row of the file that spoke of this parcel before, 0 if none did."""
        return part.row if part else self._seen[row.id] if row else 0

    def _whole(self, row: Row, part: Part) -> Part:
        """Of a parcel that awaits no shipment and has lost its tracking number only that is new."""
        if not part.head.tracking_number and not self._seen[row.id]:
            content = decode(row.content)
            part.head, part.items = _head(content, part.head.standing, row), list(content.items)
        return part

    def finish(self) -> ImportReport:
        for number in self._book.refused():
            self._seen[number] = SPOILED
        for name, parts in groupby(self._book.asides(), itemgetter(0)):
            self._settle(name, [_part_decoder.decode(part) for _, _, part in parts])
        self._remove_spoiled()
        self._cancel_vanished()
        return ImportReport(
            new=self._count["new"],
            changed=self._count["changed"],
            unchanged=self._count["unchanged"],
            cancelled=self._count["cancelled"],
            vanished=self._count["vanished"],
            vanished_names=tuple(self._vanished),
            items=self._count["items"],
            refused_rows=self._count["refused"],
            refused=tuple(sorted(self._refused)),
            passed_over=self._count["passed over"],
            shipped=self._count["shipped"],
        )

    def _is_new(self, number: int) -> bool:
        return number > self._book.last_before

    def _row(self, number: int, name: str, head: Head, content: Content) -> Row:
        text, mark = encode_with_digest(content)
        is_shipped, facts = head.standing is Standing.SHIPPED, encode_facts(head.facts)
        return Row(number, name, text, mark, mark, not head.awaits, head.print_order, self._source, is_shipped, facts)

    def _is_same(self, old: Row, part: Part) -> bool:
        """Whether the file says of a known parcel, for the first time, what the book says."""
        if self._seen[old.id]:
            return False
        new = self._row(old.id, old.name, part.head, part.head.content(part.items))
        if revise(old, new, self._reprinted) != old:
            return False
        self._seen[old.id] = part.row
        self._opened[old.id] = part.head.standing is Standing.OPEN
        self._count["unchanged"] += 1
        self._count["items"] += len(part.items)
        return True

    def _add(self, parts: list[Part]) -> None:
        first = len(self._seen)
        contents = [part.head.content(part.items) for part in parts]
        rows = [
            self._row(number, part.name, part.head, content)
            for number, (part, content) in enumerate(zip(parts, contents, strict=True), first)
        ]
        collisions = self._book.add(rows, contents)
        self._seen.extend([part.row for part in parts])
        self._opened.extend([part.head.standing is Standing.OPEN for part in parts])
        self._count["new"] += len(parts)
        self._count["items"] += sum([len(part.items) for part in parts])
        for taken in collisions:
            self._refuse_taken(taken, parts[taken.parcel - first])

    def _refuse_taken(self, taken: Taken, part: Part) -> None:
        column = "tracking_number" if taken.code == part.head.tracking_number else "waybill_codes"
        rule = f"is on the waybill of parcel {taken.holder}, must be on one"
        cure = f"correct it, or {self._one_bag(taken.holder, part.name)}"
        self.refuse(Refusal(part.row, column, taken.code, rule, cure, part.name), [part.name])

    def _one_bag(self, holder: str, name: str) -> str:
        """What to do if both are in one bag."""
        if self._layout.places["parcel"] != self._layout.places["orders"]:
            return f"name this parcel {holder} as before"
        return f"if both orders are in one bag, leave one row and number it {holder};{name}"

    def _settle(self, name: str, parts: list[Part]) -> None:
        """Write what the whole file says of a parcel that was put aside."""
        old = self._book.find([name])[name]
        if self._seen[old.id] == SPOILED:
            return
        if self._seen[old.id]:
            parts.insert(0, self._stored(old))
        whole = self._join(parts)
        if whole is None:
            self._seen[old.id] = SPOILED
            return
        content = whole.head.content(whole.items)
        taken = self._book.taken(content, old.id)
        if taken:
            self._refuse_taken(taken, whole)
        if taken or self._book.is_refused(name, content):
            self._seen[old.id] = SPOILED
            return
        self._write(old, whole, content)

    def _stored(self, old: Row) -> Part:
        """What the file has said so far of a parcel that is seen, read back from the book."""
        content = decode(old.content)
        head = _head(content, self._said_of(old), old)
        return Part(self._seen[old.id], old.name, head, list(content.items))

    def _said_of(self, old: Row) -> Standing | None:
        if old.cancelled:
            return Standing.SHIPPED if old.shipped else Standing.CANCELLED
        return Standing.OPEN if self._opened[old.id] else None

    def _join(self, parts: list[Part]) -> Part | None:
        whole = parts[0]
        for part in parts[1:]:
            try:
                whole.head = merge(whole.head, part.head, whole.row)
            except BadCell as bad:
                self.refuse(bad.at(part.row, part.name), [part.name])
                return None
            whole.items += part.items
        return whole

    def _write(self, old: Row, whole: Part, content: Content) -> None:
        new = revise(old, self._row(old.id, old.name, whole.head, content), self._reprinted or self._is_new(old.id))
        self._book.replace(old, new)
        if self._seen[old.id]:
            self._count["new" if self._is_new(old.id) else "unchanged"] -= 1
            self._count["items"] -= len(decode(old.content).items)
        self._seen[old.id] = whole.row
        self._count[self._change(old, new)] += 1
        self._count["items"] += len(whole.items)

    def _change(self, old: Row, new: Row) -> str:
        if self._is_new(old.id):
            return "new"
        if new.shipped and not old.shipped:
            return "shipped"
        if new.cancelled and not old.cancelled:
            return "cancelled"
        same = all(getattr(old, name) == getattr(new, name) for name in COMPARED)
        return "unchanged" if same else "changed"

    def _remove_spoiled(self) -> None:
        for number in range(self._book.last_before + 1, len(self._seen)):
            if self._seen[number] == SPOILED:
                self._count["new"] -= 1
                self._count["items"] -= self._book.remove(number)

    def _cancel_vanished(self) -> None:
        """A file without one good parcel says nothing about those that it lacks."""
        if not any(self._count[taken] for taken in ("new", "changed", "unchanged", "cancelled", "shipped")):
            return
        for number in [number for number in self._book.of_source(self._source) if not self._seen[number]]:
            name = self._book.cancel(number)
            if name is None:
                continue
            self._count["vanished"] += 1
            if len(self._vanished) < KEPT_NAMES:
                self._vanished.append(name)


def _head(content: Content, standing: Standing | None, row: Row) -> Head:
    facts = decode_facts(row.facts)
    return Head(*msgspec.structs.astuple(content)[:-1], standing, row.print_order, facts)  # type: ignore[call-arg]
