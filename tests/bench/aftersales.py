"""What after sales costs: a parcel's story in a large ledger, beside the bare SELECT of its
entries; 150 letters.

``python -m tests.bench.aftersales [BAGS]`` alone.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from samebag.aftersales.incident.affected import ParcelFinding
from samebag.aftersales.incident.complaints import Wish
from samebag.aftersales.incident.freight import sellers_fault
from samebag.aftersales.incident.history import ParcelHistory
from samebag.aftersales.incident.letters import load_letters
from samebag.aftersales.incident.lists import Affected, files
from samebag.aftersales.incident.why import Why
from samebag.aftersales.sources import Sources, Whereabouts, opened
from samebag.aftersales.story import story_of
from samebag.aftersales.which_parcel import find
from samebag.core.parcels import Item, Parcel
from samebag.orders.taking.importer import import_file
from samebag.store.ledger.by_code import tail_of
from tests.bench.parcels import logistics_number, order_number, tracking_number, write_order_file
from tests.bench.web_ledger import write_ledger

TRACES, ROUNDS = 2000, 5
LETTERS = 150
RECORD = (
    "SELECT p.name, p.content FROM waybill_code w JOIN parcel p ON p.id = w.parcel WHERE w.code = ?"
)
ENTRIES = """
SELECT e.seq, e.kind, e.wall_time, e.body, e.hash FROM code_read c JOIN entry v ON v.seq = c.seq
JOIN entry e ON e.bag = v.bag WHERE c.tail = ? AND c.code = ? ORDER BY e.seq"""
Row = tuple[str, str, str, str]


def measure(folder: Path, bags: int) -> list[Row]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio). ``folder`` gets a book where it
    has none."""
    if not (folder / "book.db").exists():
        write_order_file(folder / "orders.csv", bags)
        import_file(folder / "orders.csv", folder / "book.db")
    write_ledger(folder / "ledger.db", bags)
    parcels = random.Random(7).sample(range(2, bags), TRACES)
    absent = folder / "absent.db"
    with opened(
        [folder / "ledger.db"], book=folder / "book.db", door=absent, told=absent
    ) as sources:
        ours, bare = _medians_us(parcels, partial(_trace, sources), partial(_bare, sources))
    what = f"samebag trace: story of a parcel among {bags:,}, median"
    return [
        (
            what,
            f"{ours:.0f} µs",
            f"{bare:.0f} µs (bare SELECTs of the same rows)",
            f"{ours / bare:.2f} x",
        ),
        _letters(),
    ]


def _letters() -> Row:
    """All files of an incident in which each parcel is owed something: lists, and letters in two
    languages."""
    affected = [_owed(number) for number in range(LETTERS)]
    freight, about = (
        sellers_fault(return_guarantee=False),
        {"store": "Good Store", "channel": "messages"},
    )
    began_s = time.perf_counter()
    made = files(affected, load_letters("wrong-goods"), about, freight)
    took_s = time.perf_counter() - began_s
    assert sum(name.startswith("letters/") for name in made) == LETTERS * 2
    return (
        f"{LETTERS} letters in two languages, with the lists",
        f"{took_s * 1000:.0f} ms",
        "1 s at most",
        f"{took_s:.2f} x",
    )


def _owed(number: int) -> Affected:
    name = f"P{number:08d}"
    items = (Item("SKU-1", "棉质T恤 Cotton T-shirt", "红色 Red / XL", 1),) * 3
    record = Parcel(name, tracking_number(number), orders=(order_number(number),), items=items)
    finding = ParcelFinding(name, Why.COMPLAINED, ParcelHistory(name))
    return Affected(finding, record, Whereabouts(), Wish.RESHIP, is_gone=True)


def _trace(sources: Sources, number: int) -> None:
    (parcel,) = find(sources, tracking_number(number))
    assert story_of(sources, parcel)


def _bare(sources: Sources, number: int) -> None:
    """Its record, then the entries of every bag with one of its codes: the swapped one had its
    cargo list only."""
    assert sources.book
    assert sources.book.db.execute(RECORD, (tracking_number(number),)).fetchall()
    codes = tracking_number(number), logistics_number(number), order_number(number)
    found = [
        sources.stations[0].db.execute(ENTRIES, (tail_of(code), code)).fetchall() for code in codes
    ]
    assert any(found)


def _medians_us(parcels: Sequence[int], *jobs: Callable[[int], None]) -> list[float]:
    """In turn, so that what disturbs one disturbs the other."""
    taken: list[list[int]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for parcel in parcels:
            for job, times in zip(jobs, taken, strict=True):
                from_ns = time.perf_counter_ns()
                job(parcel)
                times.append(time.perf_counter_ns() - from_ns)
    return [statistics.median(times) / 1000 for times in taken]


def main() -> None:
    print("| what | Samebag | peer or limit | ratio |\n|---|---|---|---|")
    with TemporaryDirectory() as folder:
        for row in measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
