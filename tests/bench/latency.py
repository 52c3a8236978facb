"""From the last byte of a scan to the pin, beside the least script that could do it: read, SELECT,
INSERT, pin."""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gpiozero.pins.mock import MockFactory

from samebag.cli.station.run import make_prompt
from samebag.core.events import VerdictStored
from samebag.core.rules import Rules
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.scanner.keys import KeyDecoder
from samebag.devices.scanner.thread import Node, WireScanner
from samebag.ports import StationEvent
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.station.snapshot_writer import Showing
from samebag.store.book.reader import LABEL, BookReader
from samebag.store.keeper import Keeper
from samebag.store.ledger.writer import LedgerWriter
from tests.bench.hand import Hand
from tests.bench.parcels import order_number, tracking_number
from tests.devices.typist import move, typed

BAGS = 2_000
FOREIGN = 200
REPORT = len(move("ENTER", 1))  # bytes
ENTER = -2  # the last but one report: then it is let go


class Light:
    """A lamp's changes, as the pins had them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.green_ns = self.red_ns = 0
        self._lit = (False, False)
        self.on_red: Callable[[], None] = lambda: None

    def changed(self, green: bool, red: bool, buzzer: bool, at_s: float) -> None:
        now_ns = time.perf_counter_ns()
        with self._changed:
            before, self._lit = self._lit, (green, red)
            if before == self._lit:
                return  # the buzzer
            if green and not red:
                self.green_ns = now_ns
            if red and not green:
                self.red_ns = now_ns
                self.on_red()
            self._changed.notify_all()

    def wait(self, colour: str, since_ns: int) -> int:
        """Nanoseconds from then till that lamp alone was lit."""
        with self._changed:
            lit = self._changed.wait_for(lambda: getattr(self, f"{colour}_ns") > since_ns, 10.0)
            assert lit, f"no {colour} in 10 s"
            return int(getattr(self, f"{colour}_ns")) - since_ns


class Timed(Station):
    """Notes when the newest match was on disk."""

    stored_ns = 0

    def put(self, event: StationEvent) -> None:
        if isinstance(event, VerdictStored):
            self.stored_ns = time.perf_counter_ns()
        super().put(event)


class OurStation:
    """The real loop, scanner reader, book, ledger and signals; the scanner hangs on a pipe."""

    def __init__(self, book: Path, folder: Path, shows: Showing | None = None) -> None:
        scanner_fd, self._keys_fd = os.pipe()
        os.set_blocking(scanner_fd, False)
        self._hand = Hand(self._keys_fd)
        self.light = Light()
        node = Node(scanner_fd, KeyDecoder(), lambda: os.close(scanner_fd))
        ledger_path = folder / "ledger.db"
        (folder / "note").mkdir()
        self.station = Timed(
            rules=Rules(),
            book=BookReader(book),
            ledger=LedgerWriter(
                ledger_path,
                station="bench",
                wall_clock=lambda: datetime.now().astimezone(),
                clock=time.monotonic,
                boot_id="bench",
                prints=False,
                keeper=Keeper(folder / "note"),
            ),
            signals=GpioSignals(
                green_pin=17,
                red_pin=27,
                buzzer_pin=22,
                pin_factory=MockFactory(),
                on_change=self.light.changed,
            ),
            scanners=[WireScanner("pipe", lambda: [node], clock=time.monotonic)],
            camera=None,
            printer=None,
            asks_about=frozenset(),
            tellers=[shows] if shows else [],
            key=bytes(32),
            people=People(logout_s=1800.0),
            clock=time.monotonic,
            seen=shows.seen if shows else lambda bag: None,
        )
        self.station.start()
        self._loop = threading.Thread(target=self.station.run, daemon=True)
        self._loop.start()
        time.sleep(0.3)  # the reader discards what was typed before it listened

    def scan(self, code: str) -> int:
        """Just before its last byte became readable."""
        keys = typed(f"{code}\r", time.monotonic())
        reports = [keys[at : at + REPORT] for at in range(0, len(keys), REPORT)]
        return self._hand.types(self._keys_fd, reports, ENTER)

    def close(self) -> None:
        self._hand.close()
        self.station.stop()
        self._loop.join()
        self.station.close()
        os.close(self._keys_fd)


class LeastScript:
    """What nobody could leave out."""

    def __init__(self, book: Path, folder: Path) -> None:
        self._read_fd, self._write_fd = os.pipe()
        self._hand = Hand(self._write_fd)
        self._book_path, self._ledger_path = book, folder / "least.db"
        self._lit = threading.Event()
        self._lit_ns = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        book = sqlite3.connect(f"{self._book_path.as_uri()}?mode=ro", uri=True)
        ledger = sqlite3.connect(self._ledger_path, isolation_level=None)
        ledger.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE passed (code TEXT)"
        )
        pin = MockFactory().pin(17)
        pin.function = "output"
        while code := os.read(self._read_fd, 64).decode():
            assert book.execute(LABEL, (code,)).fetchall()
            ledger.execute("BEGIN")
            ledger.execute("INSERT INTO passed VALUES (?)", (code,))
            ledger.execute("COMMIT")
            pin.state = 1
            self._lit_ns = time.perf_counter_ns()
            self._lit.set()
            pin.state = 0

    def scan_ns(self, code: str) -> int:
        self._lit.clear()
        started_ns = self._hand.types(self._write_fd, [code.encode()])
        assert self._lit.wait(10.0)
        return self._lit_ns - started_ns

    def close(self) -> None:
        self._hand.close()
        os.close(self._write_fd)


def measure(book: Path, parcels: int) -> list[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio). Both in a process that is made as
    the daemon is."""
    turn_s = sys.getswitchinterval()
    with TemporaryDirectory() as folder:
        ours, least = OurStation(book, Path(folder)), LeastScript(book, Path(folder))
        make_prompt()
        try:
            green_ns, least_ns = _greens(ours, least, parcels)
            red_ns, early = _reds(ours, Path(folder) / "ledger.db", parcels)
        finally:
            ours.close()
            least.close()
            sys.setswitchinterval(turn_s)
            gc.unfreeze()
    ours_ms, least_ms, red_ms = (_p99(taken) / 1e6 for taken in (green_ns, least_ns, red_ns))
    what = f"scan readable → green pin, {BAGS:,} bags, {parcels:,} parcels, p99"
    return [
        (
            what,
            f"{ours_ms:.2f} ms",
            f"{least_ms:.2f} ms (least script)",
            f"{ours_ms / least_ms:.2f} x",
        ),
        (
            "the same, median",
            f"{_mid(green_ns):.2f} ms",
            f"{_mid(least_ns):.2f} ms",
            f"{_mid(green_ns) / _mid(least_ns):.2f} x",
        ),
        (
            f"scan readable → red pin, {FOREIGN} bags, p99",
            f"{red_ms:.2f} ms",
            f"{least_ms:.2f} ms",
            f"{red_ms / least_ms:.2f} x",
        ),
        ("red before its verdict is on disk", f"{early} of {FOREIGN}", "all", ""),
    ]


def _greens(ours: OurStation, least: LeastScript, parcels: int) -> tuple[list[int], list[int]]:
    green_ns, least_ns = [], []
    for number in random.Random(2).sample(range(1, parcels // 2), BAGS):
        ours.scan(tracking_number(number))
        green_ns.append(ours.light.wait("green", ours.scan(order_number(number))))
        least_ns.append(least.scan_ns(tracking_number(number)))
    return green_ns, least_ns


def _reds(ours: OurStation, ledger_path: Path, parcels: int) -> tuple[list[int], int]:
    """And how often the red pin was set while its verdict was not on disk yet."""
    ledger = sqlite3.connect(f"{ledger_path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    count = "SELECT count(*) FROM entry WHERE body ->> 'kind' = 'mismatch'"
    taken, on_disk = [], []
    ours.light.on_red = lambda: on_disk.append(ledger.execute(count).fetchone()[0])
    for k in range(FOREIGN):
        number = parcels // 2 + 2 * k
        ours.scan(tracking_number(number))
        taken.append(ours.light.wait("red", ours.scan(order_number(number + 1))))
        ours.scan("SAMEBAG-CLEAR")
        time.sleep(0.02)
    ours.light.on_red = lambda: None
    ledger.close()
    return taken, sum(seen <= k for k, seen in enumerate(on_disk))


def _p99(taken: list[int]) -> int:
    return sorted(taken)[len(taken) * 99 // 100]


def _mid(taken_ns: list[int]) -> float:
    return sorted(taken_ns)[len(taken_ns) // 2] / 1e6
