"""``samebag run`` as systemd runs it: a real process, devices that come and go, kills, full cards
and bad files."""

from __future__ import annotations

import gc
import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import zxingcpp
from gpiozero.pins.mock import MockFactory
from PIL import Image

from samebag.cli import main
from samebag.core.heads import head_in
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.scanner.open import open_scanner
from samebag.label.profiles import profiles
from samebag.ports import JobState
from samebag.settings import load
from samebag.station.wiring import built, showing
from samebag.store.doubts import KnownHead
from samebag.store.ledger.stamps import key_from
from samebag.store.ledger.verify import StampedSpan, Verified, verify
from tests.devices.printer_world import named

from .daemon import Daemon, Wires, samebag, until_labels, wired


@pytest.fixture
def wires() -> Iterator[Wires]:
    with wired() as wires:
        yield wires


def job_states(ledger: Path) -> list[str]:
    with sqlite3.connect(ledger) as db:
        return [state for (state,) in db.execute("SELECT state FROM print_job ORDER BY number")]


def open_files() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def test_a_station_without_any_device_takes_bags_as_they_come(wires: Wires) -> None:
    wires.import_orders()
    daemon = Daemon(wires, WATCHDOG_USEC="4000000", WATCHDOG_PID="")
    try:
        daemon.until("scanner lost")
        daemon.until("printer lost")
        wires.plug_printer()
        wires.plug_scanner()
        daemon.until("printer is back")
        daemon.until("scanner is back")
        daemon.listens()
        wires.scan("LX000000001CN", "OA")
        line = daemon.until("match")
        warning = "LX000000001CN: its check digit must be 5: see the number in the ERP"
        facts = r"info match verdict=match parcel=A bag=1 proof=scanner-twice head=(\S+)"
        told = re.fullmatch(rf"{facts}: Match: A ES, 1 item; {re.escape(warning)}", line)
        assert told
        assert (
            daemon.until("warned")
            == f"notice warned parcel=A bag=1: Match: A ES, 1 item; {warning}"
        )
        until_labels(wires.machine, 1)
        daemon.until("label 1 .*confirmed")
        assert "A" in named(wires.machine.labels[0])
        assert [
            sum(f"{device} lost" in line for line in daemon.lines)
            for device in ("scanner", "printer")
        ] == [1, 1]
    finally:
        code = daemon.terminate()
    assert code == 0
    assert "Traceback" not in "\n".join(daemon.lines)
    assert not wires.ledger.with_name("ledger.db-wal").exists()  # closed cleanly
    head = head_in(told[1])
    assert head, "the journal keeps the head of the match's entry"
    (key,) = map(key_from, (wires.ledger.parent / "note" / "first-key").read_text().splitlines())
    found = verify(wires.ledger, [key], [KnownHead("the journal", head)])
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(1, found.rows, proven=True),)


def test_an_idle_station_beats_at_half_of_what_systemd_waits_and_hardly_uses_the_processor(
    wires: Wires,
) -> None:
    wires.plug_printer()
    wires.plug_scanner()
    daemon = Daemon(wires, WATCHDOG_USEC="4000000")
    try:
        beats_s = [daemon.state("WATCHDOG=1")]
        time.sleep(1.0)  # the printer's thread loads its encoder
        before_s, began_s = daemon.cpu_s(), time.monotonic()
        beats_s += [daemon.state("WATCHDOG=1") for _ in range(2)]
        used = (daemon.cpu_s() - before_s) / (time.monotonic() - began_s)
    finally:
        os.kill(daemon.pid, signal.SIGINT)
        code = daemon.wait()
    assert code == 0
    assert max(b - a for a, b in pairwise(beats_s)) < 3.5
    assert used < 0.02


def test_a_kill_in_the_middle_of_a_label_keeps_the_verdict_and_prints_again_only_when_told(
    wires: Wires,
) -> None:
    wires.import_orders()
    wires.plug_scanner()
    printer = wires.plug_printer()
    daemon = Daemon(wires)
    daemon.listens()
    printer.hang_after_bytes = 20_000  # the printer is brought in step first, then the label begins
    wires.scan("LX000000001CN", "OA")
    daemon.until("label 1 .*sending")
    daemon.kill()
    assert job_states(wires.ledger) == [JobState.SENDING]

    wires.machine.power_cycle()
    printer.hang_after_bytes = None
    daemon = Daemon(wires)
    try:
        daemon.until(r"Did label 1 \(A\) come out\?")
        daemon.listens()
        wires.scan("LX000000001CN", "OA")  # the bag still lies there
        time.sleep(1.0)
        assert (len(wires.machine.labels), "match" in str(daemon.lines)) == (0, False)
        wires.scan("SAMEBAG-PRINT-AGAIN")
        daemon.until("label 2 .*confirmed")
    finally:
        code = daemon.terminate()
    assert (code, len(wires.machine.labels)) == (0, 1)
    assert job_states(wires.ledger) == [JobState.REPLACED, JobState.CONFIRMED]
    assert isinstance(verify(wires.ledger), Verified)


def test_a_full_card_is_a_fault_and_over_when_there_is_room(wires: Wires) -> None:
    wires.import_orders()
    wires.plug_scanner()
    wires.plug_printer()
    daemon = Daemon(wires)
    try:
        daemon.listens()
        wires.scan("LX000000001CN", "OA")
        daemon.until("label 1 .*confirmed")
        daemon.limit_files(1)
        wires.scan("LX000000002CN", "OB")
        assert "free space" in daemon.until("store-fault")
        daemon.limit_files(1 << 40)
        daemon.until("ledger is back")
        wires.scan("LX000000002CN", "OB")
        daemon.until("label 2 .*confirmed")
    finally:
        code = daemon.terminate()
    assert (code, "Traceback" in "\n".join(daemon.lines)) == (0, False)
    assert isinstance(verify(wires.ledger), Verified)


@pytest.mark.parametrize(
    ("name", "cure"),
    [("ledger.db", "move it away together with its -wal file"), ("book.db", "book lost")],
)
def test_a_damaged_file_is_named_with_its_cure(wires: Wires, name: str, cure: str) -> None:
    (wires.folder / "state").mkdir()
    (wires.folder / "state" / name).write_bytes(b"SQLite format 3\0" + os.urandom(8000))
    if name == "ledger.db":
        done = samebag("run", "--settings", wires.settings, GPIOZERO_PIN_FACTORY="mock")
        assert done.returncode == 1
        assert cure in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
        return
    wires.plug_scanner()
    daemon = Daemon(wires)
    try:
        daemon.listens()
        wires.scan("LX000000001CN")
        assert "move the file away and import the order files again" in daemon.until(cure)
    finally:
        code = daemon.terminate()
    assert code == 0


def test_wrong_settings_end_with_2_and_the_exact_error(wires: Wires) -> None:
    wires.settings.write_text("[printer]\nprofile = '81mm'\n")
    done = samebag("run", "--settings", wires.settings)
    assert (done.returncode, done.stderr) == (
        2,
        f"samebag: {wires.settings}: printer.profile = '81mm': must be one of"
        f" {', '.join(profiles())}: correct it\n",
    )


def test_a_closed_station_leaves_no_thread_and_no_open_file(wires: Wires) -> None:
    wires.plug_printer()
    wires.plug_scanner()
    settings = load(wires.settings)

    def live_once() -> None:
        shows = showing(settings)
        station = built(
            settings,
            [],
            shows,
            scanners=[open_scanner(settings.scanner.address)],
            camera=None,
            signals=partial(GpioSignals, pin_factory=MockFactory()),
        )
        station.start()
        station.stop()
        station.run()
        station.close()
        shows.close()

    live_once()  # what libraries open once
    # what earlier tests left to the collector would otherwise close meanwhile, and hide a leak
    gc.collect()
    threads, files = set(threading.enumerate()), open_files()
    for _ in range(3):
        live_once()
    assert set(threading.enumerate()) <= threads
    assert len(open_files()) <= len(files)


def test_a_red_bag_that_was_acknowledged_gets_a_slip_which_is_no_label_when_it_comes_back(
    wires: Wires,
) -> None:
    wires.settings.write_text(
        wires.settings.read_text().replace("[printer]", "[printer]\nhold_slip = true")
    )
    wires.import_orders()
    wires.plug_printer()
    wires.plug_scanner()
    daemon = Daemon(wires)
    try:
        daemon.listens()
        wires.scan("LX000000001CN", "OB")
        daemon.until("mismatch")
        assert wires.machine.labels == []
        wires.scan("SAMEBAG-CLEAR")
        until_labels(wires.machine, 1)
        with Image.open(wires.machine.labels[0]) as slip:
            [code] = zxingcpp.read_barcodes(slip.convert("L"))
        wires.scan(code.text)
        assert "The slip of held bag #1" in daemon.until("scan-refused")
    finally:
        assert daemon.terminate() == 0
    assert main(["trace", code.text, "--json", "--settings", str(wires.settings)]) == 1, (
        "A and B may be meant"
    )
    assert job_states(wires.ledger) == []
