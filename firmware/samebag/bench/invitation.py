"""What to type at the virtual station when its recording is over: bags of its book that nobody has
packed yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from samebag.bench.packer import AND
from samebag.core.parcels import Parcel, Standing
from samebag.store.book.reader import BOOK, BookReader
from samebag.store.glance import looking
from samebag.store.ledger import by_code
from samebag.store.ledger.chain import LEDGER

NAMES = "SELECT name FROM parcel WHERE NOT cancelled AND NOT shipped ORDER BY print_order, name"


def invitation(book_path: Path, ledger_path: Path) -> Iterator[str]:
    """Lines for a person, in Chinese and English."""
    yield "工位继续运行：输入扫描枪会发出的内容，按回车。Ctrl-C 结束。"
    yield "The station stays. Type what a hand scanner would send, then Enter. Ctrl-C ends it."
    bags = [*islice(_unpacked(book_path, ledger_path), 3)]
    if bags:
        yield f"  {_typed(bags[0], bags[0])}    一袋，两张标签 a bag with its two labels: green 绿"
    if len(bags) == 3:
        yield f"  {_typed(bags[1], bags[2])}    贴错 labels of two parcels: red 红"
    yield "  SAMEBAG-CLEAR    确认红灯 acknowledges a red bag"


def _typed(waybill: Parcel, cargo_list: Parcel) -> str:
    return f"{waybill.tracking_number}{AND}{cargo_list.list_codes[0]}"


def _unpacked(book_path: Path, ledger_path: Path) -> Iterator[Parcel]:
    """Of which no label was read, and whose list is no other parcel's too."""
    with (
        looking(book_path, BOOK) as names,
        looking(ledger_path, LEDGER) as ledger,
        closing(BookReader(book_path)) as book,
    ):
        for (name,) in names.execute(NAMES):
            parcel = book.parcel(name)
            if not (parcel and parcel.standing is Standing.OPEN and parcel.tracking_number):
                continue
            codes = (parcel.tracking_number, parcel.list_codes[0])
            label, read = (
                book.label(codes[1]),
                any(by_code.trace(ledger, code, 1) for code in codes),
            )
            if label and label.list_of == {name} and not label.waybill_of and not read:
                yield parcel
