"""The plug is pulled while bags run: what was green is on disk, what is on paper is known, and
nothing comes twice."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from samebag.core.codes.merged import MERGED
from samebag.store.ledger.verify import Verified, verify

from .guest import Failed, Guest
from .lamps import lit, spans
from .machine import until
from .orders import Bag, as_csv, made_bags
from .paper import codes_on, paper_of
from .ready import NAME, NO_PRINTER, import_orders, start_anew

CUTS = int(os.environ.get("HIL_CUTS", "3"))
BAGS = 400
ENDED = "('confirmed', 'replaced')"
LEDGER_CODE = "/opt/samebag/lib/python3*/site-packages/samebag/store/ledger/writer.py"
RESTART_S = 300.0
HANGS_AFTER_BYTES = 10_000, 90_000  # in the first labels
QUEUE_S = 600.0  # all labels that waited, on an emulated processor


@pytest.mark.parametrize("seed", range(CUTS))
def test_after_the_plug_was_pulled_what_was_green_and_what_is_on_paper_is_on_disk(
    hands: Guest, seed: int, tmp_path: Path
) -> None:
    bags = made_bags(BAGS, seed)
    import_orders(hands, "power.csv", as_csv(bags))
    chance = random.Random(seed)
    if seed % 2 == 0:  # in the middle of a label: else that is rare, as the emulated wire is fast
        hands.call("hang_after", chance.randrange(*HANGS_AFTER_BYTES))
    green = pulled_while_running(hands, bags, after_s=chance.uniform(2.0, 10.0))
    assert green
    ledger = taken_out(hands, tmp_path)
    passed, sent, paper = on_disk(ledger), no_longer_queued(ledger), paper_of(hands)
    print(
        f"cut {seed}: {len(green)} seen green, {len(passed)} on disk;"
        f" {len(paper.labels)} labels, {paper.torn} torn"
    )
    assert set(green) <= passed
    assert isinstance(verify(ledger), Verified)
    assert sent >= len(paper.labels) + paper.torn  # else one would come again by itself
    if seed % 10 == 0:
        comes_back(hands, green[0], bags)


def test_without_synchronous_full_the_same_pull_loses_what_was_green(
    scanner: Guest, tmp_path: Path
) -> None:
    scanner.run(f'sed -i \'s/synchronous="FULL"/synchronous="OFF"/\' {LEDGER_CODE}')
    assert "OFF" in scanner.run(f"grep synchronous= {LEDGER_CODE}")
    start_anew(scanner, NAME + NO_PRINTER)
    bags = made_bags(BAGS, seed=1000)
    import_orders(scanner, "power.csv", as_csv(bags))
    scanner.run("sync")
    green = pulled_while_running(scanner, bags, after_s=3.0)
    assert set(green) - on_disk(taken_out(scanner, tmp_path)), "the test cannot see a loss"


def pulled_while_running(guest: Guest, bags: list[Bag], after_s: float) -> list[str]:
    """The parcels whose green was seen before the plug was pulled, in the middle of whatever went
    on."""
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
    assert subprocess.run(["e2fsck", "-fy", disk], capture_output=True, check=False).returncode in (
        0,
        1,
    )
    for name in ("ledger.db", "ledger.db-wal"):
        subprocess.run(
            ["debugfs", "-R", f"dump /{name} {folder / name}", disk],
            capture_output=True,
            check=True,
        )
    return folder / "ledger.db"


def on_disk(ledger: Path) -> set[str]:
    with sqlite3.connect(ledger) as db:
        return {parcel for (parcel,) in db.execute("SELECT parcel FROM passed")}


def no_longer_queued(ledger: Path) -> int:
    """Of the labels, which go to the printer one by one: those that no start sends by itself."""
    with sqlite3.connect(ledger) as db:
        ((count,),) = db.execute("SELECT count(*) FROM print_job WHERE state != 'queued'")
    return int(count)


def comes_back(guest: Guest, passed: str, bags: list[Bag]) -> None:
    """The next boot from the cut disks: no green by itself, what passed is known, new bags pass;
    each has its label."""
    guest.boot()
    guest.plug("scanner")
    guest.plug("printer")
    guest.told("device-back", "scanner", within_s=RESTART_S)
    guest.told("device-back", "printer", within_s=RESTART_S)
    guest.settle()
    answer_for_labels(guest)
    was = next(bag for bag in bags if bag.parcel == passed)
    guest.scan(was.waybill, was.cargo_list)
    guest.told("duplicate")
    assert spans(lit(guest.pins()), "green") == []
    guest.scan("SAMEBAG-CLEAR")
    guest.told("cleared")
    new = bags[-1]
    guest.lone("green", guest.scan(new.waybill, new.cargo_list))
    until(
        lambda: not guest.sql(f"SELECT 1 FROM print_job WHERE state NOT IN {ENDED}"),
        "all labels",
        QUEUE_S,
        1.0,
    )
    assert "whole" in guest.whole()
    each_has_one_label(guest)


def answer_for_labels(guest: Guest) -> None:
    """As a packer does, who looks at the paper: a label torn at the end of the strip did not come
    out."""
    asked = guest.sql(
        "SELECT p.parcel FROM print_job j JOIN passed p ON p.seq = j.match"
        " WHERE j.state IN ('sending', 'sent', 'asked') ORDER BY j.number"
    )
    came_out = [codes_on(label) for label in paper_of(guest).labels]
    for (parcel,) in asked:
        is_there = any(f"|{parcel}|" in code for codes in came_out for code in codes)
        guest.scan("SAMEBAG-LABEL-IS-THERE" if is_there else "SAMEBAG-PRINT-AGAIN")


def each_has_one_label(guest: Guest) -> None:
    """No parcel that passed lacks it, and none has two of the same copy number."""
    codes = [
        code
        for label in paper_of(guest).labels
        for code in codes_on(label)
        if code.startswith(MERGED)
    ]
    copies = Counter(
        (parcel, copy) for _, parcel, _, copy, _ in (code.split("|") for code in codes)
    )
    assert {parcel for parcel, _ in copies} == {
        parcel for (parcel,) in guest.sql("SELECT parcel FROM passed")
    }
    assert set(copies.values()) == {1}
