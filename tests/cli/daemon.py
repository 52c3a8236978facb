"""A real ``samebag run`` with a hand scanner on a pty and a virtual printer, either of which may
come later."""

from __future__ import annotations

import os
import pty
import queue
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from samebag.bench.virtual_printer import Machine, VirtualPrinter
from samebag.cli import main
from samebag.devices.scanner.framer import SILENCE_S

WAIT_S = 20.0
ORDERS = """parcel,tracking_number,orders,country,sku,name,quantity
A,LX000000001CN,OA,ES,T1,T恤 Tee,1
B,LX000000002CN,OB,FR,T2,T恤 Tee,2
C,LX000000003CN,OC,DE,T3,T恤 Tee,3
"""


def samebag(
    *arguments: str | Path, timeout_s: float = 60.0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "samebag", *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=timeout_s,
        check=False,
    )


def refused(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Exit code and words of a command that cannot be done, in this process: its start alone is
    tested elsewhere."""
    capfd.readouterr()
    try:
        code = main(list(map(str, arguments)))
    except SystemExit as usage:
        code = int(str(usage.code))
    said = capfd.readouterr()
    assert said.out == ""
    return code, said.err


class Wires:
    """The folder of a station and what may be plugged into it. ``/dev/shm``, as serial addresses
    begin with /dev."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder / "labels", 576)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.printer: VirtualPrinter | None = None
        self._hand_fd: int | None = None
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            f'[scanner]\naddress = "serial:{folder}/scanner"\n'
            f'[printer]\naddress = "tcp:127.0.0.1:{self.port}"\n'
            f'[storage]\ndirectory = "{folder}/state"\n'
        )

    @property
    def ledger(self) -> Path:
        return self.folder / "state" / "ledger.db"

    def plug_printer(self) -> VirtualPrinter:
        self.printer = VirtualPrinter(self.machine, self.port)
        return self.printer

    def plug_scanner(self) -> None:
        self._hand_fd, station_fd = pty.openpty()
        tty.setraw(station_fd)
        self.tty = os.ttyname(station_fd)
        (self.folder / "scanner").symlink_to(self.tty)
        self._station_fd = station_fd  # kept open, as a pty whose other side nobody holds is gone

    def scan(self, *codes: str) -> None:
        assert self._hand_fd is not None
        for code in codes:
            os.write(self._hand_fd, code.encode() + b"\r")

    def import_orders(self) -> None:
        orders = self.folder / "orders.csv"
        orders.write_text(ORDERS, encoding="utf-8")
        assert main(["import", str(orders), "--settings", str(self.settings)]) == 0

    def unplug(self) -> None:
        if self.printer:
            self.printer.close()
        if self._hand_fd is not None:
            for fd in (self._hand_fd, self._station_fd):
                os.close(fd)


class Daemon:
    """One life of the process. ``lines`` is what it has said so far, without the time of day."""

    def __init__(self, wires: Wires, **environment: str) -> None:
        self._wires = wires
        self.lines: list[str] = []
        # what systemd hears, and when
        self.told: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        self._systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = wires.folder / f"notify-{time.monotonic_ns()}"
        self._systemd.bind(str(address))
        own = {
            "GPIOZERO_PIN_FACTORY": "mock",
            "NOTIFY_SOCKET": str(address),
            "LG_WD": str(wires.folder),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "samebag", "run", "--settings", str(wires.settings)],
            env=os.environ | own | environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._heard = threading.Condition()
        for job in (self._listen, self._listen_as_systemd):
            threading.Thread(target=job, daemon=True).start()
        self.state("READY=1")

    @property
    def pid(self) -> int:
        return self._process.pid

    def state(self, wanted: str) -> float:
        """When systemd next heard that."""
        while True:
            at_s, state = self.told.get(timeout=WAIT_S)
            if state == wanted:
                return at_s

    def until(self, pattern: str, count: int = 1) -> str:
        """The line that matches, once so many have."""
        with self._heard:
            ok = self._heard.wait_for(lambda: len(self._matching(pattern)) >= count, WAIT_S)
            assert ok, f"{pattern!r} not said {count} times:\n" + "\n".join(self.lines)
            return self._matching(pattern)[count - 1]

    def listens(self) -> None:
        until_listens(self._wires, self.pid)

    def terminate(self) -> int:
        self._process.terminate()
        return self.wait()

    def kill(self) -> None:
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        try:
            return self._process.wait(WAIT_S)
        finally:
            self._process.kill()
            self._systemd.close()

    def limit_files(self, most_bytes: int) -> None:
        """No file of the process may grow past this: a full card."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        # proc(5): utime, stime
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _matching(self, pattern: str) -> list[str]:
        return [line for line in self.lines if re.search(pattern, line)]

    def _listen(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            with self._heard:
                self.lines.append(re.sub(r"^\d\d:\d\d:\d\d ", "", line.rstrip()))
                self._heard.notify_all()

    def _listen_as_systemd(self) -> None:
        with suppress(OSError):  # closed
            while True:
                self.told.put((time.monotonic(), self._systemd.recv(100).decode()))


@contextmanager
def wired() -> Iterator[Wires]:
    folder = Path(tempfile.mkdtemp(prefix="samebag-test-", dir="/dev/shm"))
    wires = Wires(folder)
    try:
        yield wires
    finally:
        wires.unplug()
        shutil.rmtree(folder)


def until_listens(wires: Wires, pid: int) -> None:
    """Returns when that process has the scanner open, and for long enough that a scan cannot have
    begun before."""
    until_s = time.monotonic() + WAIT_S
    while wires.tty not in open_files(pid):
        assert time.monotonic() < until_s, "the scanner was not opened"
        time.sleep(0.02)
    time.sleep(2 * SILENCE_S)


def open_files(pid: int) -> set[str]:
    opened = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            opened.add(str(file.readlink()))
    return opened


def until_labels(machine: Machine, count: int) -> None:
    until_s = time.monotonic() + WAIT_S
    while len(machine.labels) < count:
        assert time.monotonic() < until_s, f"{len(machine.labels)} labels, not {count}"
        time.sleep(0.02)
