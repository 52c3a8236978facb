"""``python -m tests.bench.orders``: an AliExpress export into the book, beside reading its cells bare."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import python_calamine

from samebag.core.labels import CodeForm
from samebag.orders.importer import import_file
from samebag.orders.profile import lay_out, load_profiles
from samebag.orders.rows import PartReader
from samebag.orders.tables import open_table
from tests.bench.aliexpress import write_csv, write_xlsx

ORDERS = 200_000


def measure(folder: Path, orders: int = ORDERS) -> Iterator[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio): seconds of CPU, as the import has one thread."""
    for write, bare, peer in ((write_csv, _bare_csv, "csv"), (write_xlsx, _bare_xlsx, "python-calamine")):
        path = folder / f"aliexpress.{peer}"
        write(path, orders)
        bare_s = _cpu_s(lambda path=path, bare=bare: bare(path))  # type: ignore[misc]
        for what, work in (("rows → parcels of", _parse), ("import of", _import)):
            took_s = _cpu_s(lambda path=path, work=work: work(path))  # type: ignore[misc]
            figures = (f"{took_s:.1f} s", f"{bare_s:.1f} s (bare {peer})", f"{took_s / bare_s:.1f} x")
            yield f"{what} {orders:,} AliExpress orders, {peer}", *figures
        path.unlink()


def _cpu_s(work: Callable[[], int]) -> float:
    started = time.process_time()
    assert work() >= 1
    return time.process_time() - started


def _bare_csv(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def _bare_xlsx(path: Path) -> int:
    with path.open("rb") as file, python_calamine.CalamineWorkbook.from_filelike(file) as book:
        return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def _parse(path: Path) -> int:
    profile = load_profiles("aliexpress")["aliexpress"]
    with open_table(path) as table:
        layout = lay_out(path, profile, table.header)
        return sum(1 for _ in PartReader(path, table, layout, profile, CodeForm(), lambda *_: None).parts())


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
