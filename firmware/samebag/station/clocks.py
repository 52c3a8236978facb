"""This machine's clocks, as the ledgers take them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypedDict

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clocks(TypedDict):
    """Keywords of each ledger that is written."""

    wall_clock: Callable[[], datetime]
    clock: Callable[[], float]
    boot_id: str


def wall_clock() -> datetime:
    return datetime.now().astimezone()


def clocks(clock: Callable[[], float] = time.monotonic) -> Clocks:
    return {"wall_clock": wall_clock, "clock": clock, "boot_id": BOOT_ID.read_text().strip()}
