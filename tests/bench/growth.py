"""``make bench-growth``: what files that grow cost: CPU and peak memory of commands, at 10⁴, 10⁵
and 10⁶ bags.

Writes the table into docs/measured.md. The exponent is that of the CPU between the last two sizes,
less the start of a command that does nothing: 1 is linear.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from samebag.store.book.endings import note_endings
from samebag.store.database import open_reader
from samebag.store.ledger.chain import LEDGER
from tests.bench.growth_files import pack
from tests.bench.parcels import tracking_number

PAGE = Path(__file__).parents[2] / "docs" / "measured.md"
BEGIN, END = "<!-- make bench-growth -->", "<!-- end -->"
A_NIGHT = 5000
LEAST_S = 0.01  # below that the clock tells nothing
START = ("--version",)


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_s: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.cpu_s:.2f} s, {self.peak_mb:.0f} MB"


def cost(folder: Path, *words: str) -> Cost:
    """Of one command, its output thrown away, files in the machine's cache."""
    command = [sys.executable, "-m", "samebag", *words]
    if words != START:
        command += ["--settings", str(folder / "settings.toml")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), command
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def rows(folder: Path, bags: int) -> Iterator[tuple[str, Cost | str]]:
    """What is measured, and the figure. ``folder`` gets the files, and keeps them if it has
    them."""
    if not (folder / "ledger.db").exists():
        (folder / "settings.toml").write_text(f'[storage]\ndirectory = "{folder}"\n')
        subprocess.run(
            [sys.executable, "-m", "tests.bench.growth_files", folder, str(bags)], check=True
        )
    size, aside = _bytes(folder)
    yield "ledger, bytes a bag", f"{size / bags:.0f}"
    yield "- of them what is purged after storage.keep_days", f"{aside / bags:.0f}"
    yield "a command that does nothing", cost(folder, *START)
    yield "samebag verify", cost(folder, "verify")
    yield (
        "samebag verify --key",
        cost(folder, "verify", "--key", str(folder / "note" / "first-key")),
    )
    cost(folder, "verify", "--nightly")
    pack(folder, bags + 1, bags + A_NIGHT)
    yield f"samebag verify --nightly, {A_NIGHT:,} more", cost(folder, "verify", "--nightly")
    note_endings(folder / "book.db")  # as the purge does each night
    yield "samebag trace, by code", cost(folder, "trace", tracking_number(bags // 2))
    yield (
        "samebag trace, by the last four digits",
        cost(folder, "trace", tracking_number(bags // 2)[-6:]),
    )
    window = "--from", "2026", "--to", "2099"
    yield "samebag incident, all bags", cost(folder, "incident", *window)
    yield "samebag incident --all, all bags", cost(folder, "incident", "--all", *window)
    yield (
        "samebag export shipments, all bags",
        cost(folder, "export", "shipments", "--profile", "aliexpress"),
    )


def _bytes(folder: Path) -> tuple[int, int]:
    """Of the ledger's file, and of the words beside its chain."""
    db = open_reader(folder / "ledger.db", LEDGER)
    assert db
    with closing(db):
        (aside,) = db.execute(
            "SELECT ifnull(sum(pgsize), 0) FROM dbstat WHERE name = 'aside'"
        ).fetchone()
    return (folder / "ledger.db").stat().st_size, int(aside)


def table(sizes: list[int], measured: list[dict[str, Cost | str]]) -> str:
    lines = [
        "| CPU seconds and peak memory |"
        f" {' | '.join(f'{size:,} bags' for size in sizes)} | exponent |",
        "| --- |" + " ---: |" * (len(sizes) + 1),
    ]
    for what in measured[0]:
        found = [of.get(what, "-") for of in measured]
        lines.append(
            f"| {what} | {' | '.join(map(str, found))} | {_exponent(sizes, found, measured)} |"
        )
    return "\n".join(lines)


def _exponent(
    sizes: list[int], found: list[Cost | str], measured: list[dict[str, Cost | str]]
) -> str:
    starts = [of["a command that does nothing"] for of in measured]
    own = [
        (size, max(LEAST_S, cost.cpu_s - start.cpu_s))
        for size, cost, start in zip(sizes, found, starts, strict=True)
        if isinstance(cost, Cost) and isinstance(start, Cost)
    ]
    if len(own) < 2 or own[-1][1] <= LEAST_S:
        return ""
    (small, before), (large, after) = own[-2:]
    return f"{math.log(after / before) / math.log(large / small):.2f}"


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    measured = []
    for size in sizes:
        with TemporaryDirectory() as folder:
            measured.append(dict(rows(Path(folder), size)))
            print(f"{size:,}: {measured[-1]}", flush=True)
    found = table(sizes, measured)
    print(found)
    text = PAGE.read_text("utf-8")
    day = f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}"
    told = f"{BEGIN}\nMeasured {day}.\n\n{found}\n{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: told, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
