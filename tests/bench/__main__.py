"""``make bench``: all measurements, each beside its peer in the same run, as a Markdown table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import aftersales, daemon, import_book, label_render, latency, lookup, orders

Row = tuple[str, str, str, str]


def rows(folder: Path, parcels: int) -> Iterator[Row]:
    yield from import_book.measure(folder, parcels)
    book = folder / "book.db"
    yield from lookup.measure(book, parcels)
    yield from latency.measure(book, parcels)
    yield from daemon.measure()
    yield from label_render.measure()
    yield from aftersales.measure(folder, parcels)
    yield from orders.measure(folder)


def main() -> None:
    parcels = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("| what | Samebag | peer | ratio |\n|---|---|---|---|")
    with TemporaryDirectory() as folder:
        for row in rows(Path(folder), parcels):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
