"""What the pages cost: the station's latency while browsers look, memory, bytes, and queries in a
large ledger.

``python -m tests.bench.web [BAGS]`` alone.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Playwright, sync_playwright

from samebag.files.snapshot_file import SnapshotFile
from samebag.orders.taking.importer import import_file
from samebag.station.snapshot_writer import Showing
from samebag.store.glance import looking
from samebag.store.ledger import by_code, by_day
from samebag.store.ledger.chain import LEDGER
from tests.bench.daemon import _rss_mb
from tests.bench.latency import OurStation
from tests.bench.parcels import order_number, tracking_number, write_order_file
from tests.bench.web_ledger import BAGS_A_DAY, LAST_DAY, write_ledger

UNIT_NICE = 5  # systemd/samebag-web.service
ELSEWHERE_NICE = 15  # browsers run on other machines
BROWSERS, BLOCKS, BAGS_A_BLOCK = 20, 20, 40
PAUSE_S = 0.05  # between bags: still fifty times faster than a packer
SHOWN = 100
TMPFS = Path("/dev/shm")  # as a station's runtime directory is, /run/samebag
TRACES, PAGES_ASKED = 2000, 15
Row = tuple[str, str, str, str]
BARE_TRACE = """
SELECT e.body FROM code_read c JOIN entry e ON e.seq = c.seq WHERE c.tail = ? AND c.code = ?"""


class Browsers:
    """What browsers do with the network: the page, what it names, then the stream for ever. A
    process of their own."""

    def __init__(self, address: str) -> None:
        command = [sys.executable, "-m", "tests.bench.web_browsers", address, str(BROWSERS)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.nice(ELSEWHERE_NICE),
        )
        assert self._process.stdout
        self.bytes = int(self._process.stdout.readline())

    def close(self) -> int:
        """How many events they got."""
        return int(self._process.communicate("\n", timeout=60)[0])


class Screen:
    """The packer's screen in Chromium: when it was told of a match, and when it had painted
    that."""

    WATCH = """() => {
        window.shown = [];
        const wall = () => performance.timeOrigin + performance.now();
        new MutationObserver(() => {
            if (!document.querySelector(".is-match")) return;
            const told = wall();
            // before the frame is drawn; a message is handled after it
            requestAnimationFrame(() => {
                const drawn = new MessageChannel();
                drawn.port1.onmessage = () => window.shown.push([told, wall()]);
                drawn.port2.postMessage(0);
            });
        }).observe(document.querySelector("main"), {childList: true, subtree: true});
    }"""

    SHOWN = """pin => new Promise(done => {
        const look = () => {
            const times = window.shown.find(([told]) => told > pin);
            times ? done(times) : setTimeout(look, 20);
        };
        look();
    })"""

    FRAME = """() => new Promise(done => {
        const at = [];
        const tick = (now) => {
            if (at.push(now) < 62) requestAnimationFrame(tick);
            else done(at.slice(1).map((t, k) => t - at[k]));
        };
        requestAnimationFrame(tick);
    })"""

    def __init__(self, playwright: Playwright, address: str) -> None:
        self._chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        self._page = self._chromium.new_page(viewport={"width": 1280, "height": 800})
        self._page.goto(f"{address.rstrip('/')}/kiosk")
        self._page.evaluate(self.WATCH)

    def two_frames_ms(self) -> float:
        """By the display's own rhythm, the median of a second."""
        return 2 * float(statistics.median(self._page.evaluate(self.FRAME)))

    def after_ms(self, stored_ns: int) -> tuple[float, float]:
        """Milliseconds from the disk's answer (perf_counter) until it was told and until it had
        painted."""
        stored_ms = (time.time_ns() - time.perf_counter_ns() + stored_ns) / 1e6
        told_ms, painted_ms = self._page.evaluate(self.SHOWN, stored_ms)
        return told_ms - stored_ms, painted_ms - stored_ms

    def close(self) -> None:
        self._chromium.close()


@contextmanager
def web(folder: Path, runtime: str = "") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    settings = folder / "pages.toml"
    settings.write_text(f'[storage]\ndirectory = "{folder}"\n[web]\nlisten = "127.0.0.1:0"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "samebag", "web", "--settings", str(settings)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ({"RUNTIME_DIRECTORY": runtime} if runtime else {}),
        preexec_fn=lambda: os.nice(UNIT_NICE),
    )
    assert process.stdout
    try:
        yield process.stdout.readline().removeprefix("samebag web: ").strip(), process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def measure(bags: int) -> list[Row]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio)."""
    with (
        TemporaryDirectory() as folder,
        TemporaryDirectory(dir=TMPFS if TMPFS.is_dir() else None) as runtime,
    ):
        rows = _latency(Path(folder), Path(runtime))
    with TemporaryDirectory() as folder:
        rows += _queries(Path(folder), bags)
    return rows


def _latency(folder: Path, runtime: Path) -> list[Row]:
    """Blocks of bags with the pages at work and with the pages held still, in turn."""
    parcels = BLOCKS * BAGS_A_BLOCK * 2 + SHOWN + 10
    write_order_file(folder / "orders.csv", parcels)
    import_file(folder / "orders.csv", folder / "book.db")
    shows = Showing(
        SnapshotFile(runtime),
        station="bench",
        shadow=False,
        clock=time.monotonic,
        wall_clock=lambda: datetime.now().astimezone(),
    )
    station = OurStation(folder / "book.db", folder, shows)
    numbers = iter(random.Random(3).sample(range(1, parcels), parcels - 1))
    taken: dict[bool, list[int]] = {True: [], False: []}
    with web(folder, str(runtime)) as (address, process):
        browsers = Browsers(address)
        for block in range(2 * BLOCKS):
            looks = block % 2 == 0
            process.send_signal(signal.SIGCONT if looks else signal.SIGSTOP)
            time.sleep(0.1)
            for _ in range(BAGS_A_BLOCK):
                time.sleep(PAUSE_S)
                taken[looks].append(_bag(station, next(numbers)))
        process.send_signal(signal.SIGCONT)
        with sync_playwright() as playwright:
            screen, told_ms, painted_ms = Screen(playwright, address), [], []
            frames_ms = screen.two_frames_ms()
            for _ in range(SHOWN):
                time.sleep(PAUSE_S)
                _bag(station, next(numbers))
                told, painted = screen.after_ms(station.station.stored_ns)
                told_ms.append(told)
                painted_ms.append(painted)
            screen.close()
        memory_mb, events = _rss_mb(process.pid), browsers.close()
    station.close()
    shows.close()
    return [
        *(
            _compared(name, taken[True], taken[False], at)
            for name, at in (("p99", 0.99), ("median", 0.5))
        ),
        *(
            _compared_to_frames(f"{what}, {name}", times_ms, at, frames_ms)
            for what, times_ms in (("told", told_ms), ("painted", painted_ms))
            for name, at in (("median", 0.5), ("p90", 0.9))
        ),
        (f"events that {BROWSERS} browsers got meanwhile", f"{events}", "", ""),
        (
            f"memory of samebag web with {BROWSERS} browsers",
            f"{memory_mb:.0f} MB",
            "60 MB at most",
            f"{memory_mb / 60:.2f} x",
        ),
        (
            "first page with style and script",
            f"{browsers.bytes / 1000:.1f} kB",
            "60 kB at most",
            f"{browsers.bytes / 60_000:.2f} x",
        ),
    ]


def _bag(station: OurStation, number: int) -> int:
    station.scan(tracking_number(number))
    return station.light.wait("green", station.scan(order_number(number)))


def _compared(name: str, ours_ns: list[int], peer_ns: list[int], at: float) -> Row:
    ours, peer = (sorted(taken)[int(len(taken) * at)] / 1e6 for taken in (ours_ns, peer_ns))
    what = f"scan readable → green pin with {BROWSERS} browsers, {len(ours_ns):,} bags, {name}"
    return what, f"{ours:.2f} ms", f"{peer:.2f} ms (pages held still)", f"{ours / peer:.2f} x"


def _compared_to_frames(name: str, times_ms: list[float], at: float, frames_ms: float) -> Row:
    time_ms = sorted(times_ms)[int(len(times_ms) * at)]
    what = f"green on disk → the kiosk's Chromium beside {BROWSERS} browsers, {name}"
    return (
        what,
        f"{time_ms:.1f} ms",
        f"{frames_ms:.1f} ms (two frames as measured)",
        f"{time_ms / frames_ms:.2f} x",
    )


def _queries(folder: Path, bags: int) -> list[Row]:
    started = time.perf_counter()
    write_ledger(folder / "ledger.db", bags)
    written_s = time.perf_counter() - started
    (folder / "orders.csv").write_text(_orders(bags), encoding="utf-8")
    import_file(folder / "orders.csv", folder / "book.db")
    size_mb = (folder / "ledger.db").stat().st_size / 1e6
    print(
        f"(ledger of {bags:,} bags: {size_mb:.0f} MB, written in {written_s:.0f} s)",
        file=sys.stderr,
    )
    with looking(folder / "ledger.db", LEDGER) as ledger:
        ours_us, bare_us = _traces(ledger, bags)
        plans = "; ".join(
            _plan(ledger, select)
            for select in (by_day.TALLY, by_day.DAYS, by_day.HELD, by_day.INVOLVED)
        )
    print(f"(plans: {plans})", file=sys.stderr)
    with web(folder) as (address, _):
        day_ms = _page_ms(address, f"/day?day={LAST_DAY}")
        found_ms = _page_ms(address, f"/search?q={tracking_number(bags // 2)}")
    return [
        (
            f"trace of a code among {bags:,} bags, median",
            f"{ours_us:.0f} µs",
            f"{bare_us:.0f} µs (bare SELECT)",
            f"{ours_us / bare_us:.2f} x",
        ),
        (
            f"page of a day of {BAGS_A_DAY:,} among {bags:,} bags, least of {PAGES_ASKED}",
            f"{day_ms:.0f} ms",
            "300 ms at most",
            f"{day_ms / 300:.2f} x",
        ),
        (f"search of a code, over HTTP, least of {PAGES_ASKED}", f"{found_ms:.1f} ms", "", ""),
    ]


def _orders(bags: int) -> str:
    names = (
        f"P{bag:08},{tracking_number(bag)},{order_number(bag)}"
        for bag in range(bags - BAGS_A_DAY + 1, bags + 1)
    )
    return "parcel,tracking_number,orders\n" + "\n".join(names) + "\n"


def _traces(ledger: sqlite3.Connection, bags: int) -> tuple[float, float]:
    chance = random.Random(4)

    def bare(code: str) -> object:
        return ledger.execute(BARE_TRACE, (by_code.tail_of(code), code)).fetchall()

    taken: list[list[int]] = [[], []]
    for _ in range(TRACES):
        asks: tuple[Callable[[str], object], ...] = (
            lambda code: by_code.trace(ledger, code, 50),
            bare,
        )
        for ask, times in zip(asks, taken, strict=True):
            code = tracking_number(chance.randint(1, bags))
            began = time.perf_counter_ns()
            assert ask(code)
            times.append(time.perf_counter_ns() - began)
    return statistics.median(taken[0]) / 1000, statistics.median(taken[1]) / 1000


def _plan(ledger: sqlite3.Connection, select: str) -> str:
    rows = ledger.execute(f"EXPLAIN QUERY PLAN {select}", (0,) * select.count("?"))
    return " + ".join(row[3] for row in rows)


def _page_ms(address: str, path: str) -> float:
    where = urlsplit(address)
    taken = []
    for _ in range(PAGES_ASKED):
        line = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
        began = time.perf_counter()
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status in (200, 303), answer.status
        line.close()
    return min(taken)  # the machine is shared: what it takes when nobody else does


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        print(f"| {' | '.join(row)} |")
