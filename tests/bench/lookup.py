"""How long the book takes to tell a code's label, beside the bare prepared SELECT."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from samebag.core.labels import Label
from samebag.store.book.reader import LABEL, BookReader
from tests.bench.parcels import order_number, tracking_number

LOOKUPS = 20_000


def measure(book: Path, parcels: int) -> list[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio); the book is that of
    ``write_order_file``."""
    ours, bare = (
        BookReader(book),
        sqlite3.connect(f"{book.as_uri()}?mode=ro", uri=True, isolation_level=None),
    )

    def within(code: str) -> Label | None:
        return ours.label_in(
            f"https://mini.ems.com.cn/youzheng/mini/{code}" if code.startswith("LX") else code
        )

    equal_us, within_us, bare_us = _p99_us(
        parcels, ours.label_in, within, lambda code: bare.execute(LABEL, (code,)).fetchall()
    )
    ours.close()
    bare.close()
    what, peer = (
        f"lookup of a code at {parcels:,} parcels, all rules on, p99",
        f"{bare_us:.0f} µs (bare SELECT)",
    )
    return [
        (what, f"{equal_us:.0f} µs", peer, f"{equal_us / bare_us:.2f} x"),
        (
            "the same, half of them within a carrier's link",
            f"{within_us:.0f} µs",
            peer,
            f"{within_us / bare_us:.2f} x",
        ),
    ]


def _p99_us(parcels: int, *lookups: Callable[[str], object]) -> list[float]:
    """Of each way to look up, taken in turn on codes of its own, half of them of waybills."""
    chance = random.Random(1)
    taken_ns: list[list[int]] = [[] for _ in lookups]
    for number in range(LOOKUPS):
        code_of = (tracking_number, order_number)[number % 2]
        for lookup, taken in zip(lookups, taken_ns, strict=True):
            code = code_of(chance.randint(1, parcels))
            started = time.perf_counter_ns()
            found = lookup(code)
            taken.append(time.perf_counter_ns() - started)
            assert found
    return [sorted(taken)[LOOKUPS * 99 // 100] / 1000 for taken in taken_ns]
