"""The plug is pulled while bags run: what was green is on disk, and nothing is green afterwards without new reads."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from samebag.store.verify import Verified, verify

from .guest import Failed, Guest
from .lamps import lit, spans
from .orders import Bag, as_csv, made_bags
from .ready import NAME, NO_PRINTER, import_orders, start_anew

CUTS = int(os.environ.get("HIL_CUTS", "3"))
BAGS = 400
LEDGER_CODE = "/opt/samebag/lib/python3*/site-packages/samebag/store/ledger.py"
RESTART_S = 300.0


@pytest.mark.parametrize("seed", range(CUTS))
def test_what_was_green_is_on_disk_after_the_plug_was_pulled(scanner: Guest, seed: int, tmp_path: Path) -> None:
    bags = made_bags(BAGS, seed)
    import_orders(scanner, "power.csv", as_csv(bags))
    green = pulled_while_running(scanner, bags, after_s=random.Random(seed).uniform(2.0, 6.0))
    assert green
    ledger = taken_out(scanner, tmp_path)
    assert set(green) <= on_disk(ledger)
    assert isinstance(verify(ledger), Verified)
    if seed % 10 == 0:
        comes_back(scanner, green[0], bags)


def test_without_synchronous_full_the_same_pull_loses_what_was_green(scanner: Guest, tmp_path: Path) -> None:
    scanner.run(f'sed -i \'s/synchronous="FULL"/synchronous="OFF"/\' {LEDGER_CODE}')
    assert "OFF" in scanner.run(f"grep synchronous= {LEDGER_CODE}")
    start_anew(scanner, NAME + NO_PRINTER)
    bags = made_bags(BAGS, seed=1000)
    import_orders(scanner, "power.csv", as_csv(bags))
    scanner.run("sync")
    green = pulled_while_running(scanner, bags, after_s=3.0)
    assert set(green) - on_disk(taken_out(scanner, tmp_path)), "the test cannot see a loss"


def pulled_while_running(guest: Guest, bags: list[Bag], after_s: float) -> list[str]:
    """The parcels whose green was seen before the plug was pulled, in the middle of whatever went on."""
    green: list[str] = []

    def pack() -> None:
        with suppress(Failed, OSError, TimeoutError, ValueError):  # the machine is gone
            for bag in bags:
                guest.lone("green", guest.scan(bag.waybill, bag.cargo_list), clearly_s=0.0)
                green.append(bag.parcel)

    packer = threading.Thread(target=pack)
    packer.start()
    until_s = time.monotonic() + 60.0
    while not green and time.monotonic() < until_s:
        time.sleep(0.05)
    time.sleep(after_s)
    guest.machine.cut()
    packer.join()
    return green


def taken_out(guest: Guest, folder: Path) -> Path:
    """The ledger as the cut disk has it, after what the file system's own journal repairs."""
    disk = folder / "cut"
    subprocess.run(["cp", "--sparse=always", guest.machine.data, disk], check=True)
    assert subprocess.run(["e2fsck", "-fy", disk], capture_output=True, check=False).returncode in (0, 1)
    for name in ("ledger.db", "ledger.db-wal"):
        subprocess.run(["debugfs", "-R", f"dump /{name} {folder / name}", disk], capture_output=True, check=True)
    return folder / "ledger.db"


def on_disk(ledger: Path) -> set[str]:
    with sqlite3.connect(ledger) as db:
        return {parcel for (parcel,) in db.execute("SELECT parcel FROM passed")}


def comes_back(guest: Guest, passed: str, bags: list[Bag]) -> None:
    """The next boot from the cut disks: no green by itself, what passed is known, and new bags pass."""
    guest.boot()
    guest.plug("scanner")
    guest.told("device-back", "scanner", within_s=RESTART_S)
    guest.settle()
    was = next(bag for bag in bags if bag.parcel == passed)
    guest.scan(was.waybill, was.cargo_list)
    guest.told("duplicate")
    assert spans(lit(guest.pins()), "green") == []
    guest.scan("SAMEBAG-CLEAR")
    guest.told("cleared")
    new = bags[-1]
    guest.lone("green", guest.scan(new.waybill, new.cargo_list))
    assert "whole" in guest.whole()
