"""``python -m tests.bench.orders``: an AliExpress export into the book, beside reading its cells
bare.

Both take turns, and the least of three counts: what else the machine does only adds. In CPU seconds
of all processes: a second process hides what the import costs while the second core is idle.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import python_calamine

from samebag.orders.taking.importer import import_file
from tests.bench.aliexpress import write_csv, write_xlsx

ORDERS = 200_000
TURNS = 3


def measure(folder: Path, orders: int = ORDERS) -> Iterator[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio)."""
    for write, bare, peer in (
        (write_csv, _bare_csv, "csv"),
        (write_xlsx, _bare_xlsx, "python-calamine"),
    ):
        path = folder / f"aliexpress.{peer}"
        write(path, orders)
        turns = [[_seconds(partial(work, path)) for work in (bare, _import)] for _ in range(TURNS)]
        bare_s, took_s = map(min, zip(*turns, strict=True))
        what = f"import of {orders:,} AliExpress rows, {'CSV' if peer == 'csv' else 'XLSX'}"
        yield (
            what,
            f"{took_s:.1f} s of CPU",
            f"{bare_s:.1f} s (bare reading, {peer})",
            f"{took_s / bare_s:.1f} x",
        )
        path.unlink()


def _seconds(work: Callable[[], int]) -> float:
    before = os.times()
    assert work() >= 1
    return sum(os.times()[:4]) - sum(before[:4])


def _bare_csv(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _bare_xlsx(path: Path) -> int:
    with path.open("rb") as file, python_calamine.CalamineWorkbook.from_filelike(file) as book:
        return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def _import(path: Path) -> int:
    book = path.with_name("aliexpress.db")
    new = import_file(path, book).new
    book.unlink()
    return new


def main() -> None:
    with TemporaryDirectory() as folder:
        for row in measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
