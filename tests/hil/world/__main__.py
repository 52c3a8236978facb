"""Takes the harness's calls from the virtual serial port, one JSON object a line, and answers
each."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from samebag.bench.virtual_printer import MachineFault
from samebag.journal import notify

from .camera import Camera
from .pins import Change, Pins
from .printer import Printer
from .scanner import Scanner

PORT = Path("/dev/virtio-ports/hil")
MODULES = ("dummy_hcd num=2 is_high_speed=1", "libcomposite", "gpiosim", "usblp")
LABELS = Path("/run/hil/labels")


class World:
    """All that the harness may ask for, by method name."""

    def __init__(self) -> None:
        for module in MODULES:
            subprocess.run(["modprobe", *module.split()], check=False)
        self._pins = Pins()
        self._scanner, self._printer, self._camera = Scanner(), Printer(LABELS), Camera()
        self._devices: dict[str, Scanner | Printer | Camera] = {
            "scanner": self._scanner,
            "printer": self._printer,
            "camera": self._camera,
        }

    def now_s(self) -> float:
        return time.monotonic()

    def plug(self, device: str) -> float:
        self._devices[device].plug()
        return time.monotonic()

    def unplug(self, device: str) -> float:
        self._devices[device].unplug()
        return time.monotonic()

    def type(self, *texts: str, pause_s: float = 0.0) -> list[tuple[float, float]]:
        typed = []
        for text in texts:
            typed.append(self._scanner.type(text))
            time.sleep(pause_s)
        return typed

    def show(self, name: str) -> float:
        return self._camera.show(name)

    def feed(self, on: bool) -> None:
        self._camera.feed() if on else self._camera.freeze()

    def fault(self, name: str, on: bool) -> None:
        (self._printer.machine.faults.add if on else self._printer.machine.faults.discard)(
            MachineFault(name)
        )

    def hang_after(self, more_bytes: int | None) -> None:
        """The printer stops reading when it has taken so many bytes more."""
        self._printer.hang_after_bytes = (
            None if more_bytes is None else self._printer.received + more_bytes
        )

    def labels(self) -> dict[str, Any]:
        machine = self._printer.machine
        return {"count": len(machine.labels), "errors": machine.errors}

    def pins(self, since: int) -> list[Change]:
        """The traced changes from that number on."""
        return self._pins.changes[since:]

    def level(self, pin: int) -> int:
        return self._pins.level(pin)

    def pull(self, pin: int, up: bool) -> None:
        self._pins.pull(pin, up)

    def run(self, command: str, timeout_s: float) -> dict[str, Any]:
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
        return {"code": done.returncode, "out": done.stdout, "err": done.stderr}

    def read(self, path: str) -> str:
        return base64.b64encode(Path(path).read_bytes()).decode()

    def write(self, path: str, content: str) -> None:
        Path(path).write_bytes(base64.b64decode(content))


def answer(world: World, line: bytes) -> bytes:
    call = json.loads(line)
    try:
        result = {
            "id": call["id"],
            "result": getattr(world, call["do"])(*call["args"], **call["named"]),
        }
    except Exception as err:  # whatever it is, the harness is told and the world goes on
        result = {"id": call["id"], "error": repr(err)}
    return json.dumps(result).encode() + b"\n"


def serve(world: World) -> None:
    """For ever; the harness may go and another one come, also in the middle of a line."""
    port = os.open(PORT, os.O_RDWR)
    unread = b""
    while True:
        more = os.read(port, 1 << 16)
        if not more:  # nobody listens at the other end
            unread = b""
            time.sleep(0.05)
            continue
        *lines, unread = (unread + more).split(b"\n")
        for line in lines:
            said = answer(world, line)
            while said:
                said = said[os.write(port, said) :]


if __name__ == "__main__":
    world = World()
    notify("READY=1")
    serve(world)
