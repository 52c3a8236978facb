"""A USB label printer: takes the station's bytes, answers DLE EOT, and fails as told."""

from __future__ import annotations

import base64
import fcntl
import os
import select
import threading
import time
from contextlib import suppress
from pathlib import Path

from samebag.bench.virtual_printer import Machine, MachineFault

from .usb import Gadget, until

NODE = Path("/dev/g_printer0")
PAPER = Path("/dev/virtio-ports/paper")  # a file of the machine's host
STATION_NODE = Path("/dev/usb/lp0")
SET_STATUS = 0xC0016722  # linux/usb/g_printer.h: _IOWR('g', 0x22, unsigned char)
SELECTED, NO_ERROR, PAPER_EMPTY = 0x10, 0x08, 0x20  # the same: the port's status byte
WIDTH_DOTS = 576
READ_BYTES = 4096
ALL_BYTES = 1 << 20  # more than the kernel's queue holds
TICK_S = 0.02


class Printer:
    """``machine`` is the printer, this its wire. ``hangs``: it takes no more bytes and answers
    nothing."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder, WIDTH_DOTS)
        until(PAPER.exists, str(PAPER))
        self._paper = PAPER.open("wb", buffering=0)
        self._write_down(b"")
        self.hang_after_bytes: int | None = None
        self.received = 0
        names = {"idVendor": "0x04b8", "idProduct": "0x0202"}  # Epson receipt printers
        names |= {"strings/0x409/manufacturer": "EPSON", "strings/0x409/product": "TM-T20"}
        self._gadget = Gadget(
            "printer", 1, "printer.0", names | {"strings/0x409/serialnumber": "PRN0001"}
        )
        self._gadget.describe({"pnp_string": b"MFG:EPSON;MDL:TM-T20;CMD:ESC/POS;CLS:PRINTER;"})
        self._plugged = threading.Event()
        self._open = threading.Lock()
        threading.Thread(target=self._serve, name="printer", daemon=True).start()

    def plug(self) -> None:
        self._gadget.plug()
        self._plugged.set()
        until(STATION_NODE.exists, str(STATION_NODE))

    def unplug(self) -> None:
        """With its power: what was received and not printed is gone.

        Its own end is read empty and closed first: Linux 6.1's f_printer frees a request that was
        read in part, and uses it again at the next plug.
        """
        self._plugged.clear()
        with self._open:
            self._gadget.unplug()
            self.machine.power_cycle()
            self._write_down(b"")

    def _serve(self) -> None:
        while self._plugged.wait():
            with self._open:
                if self._plugged.is_set():
                    self._session()
            time.sleep(TICK_S)

    def _session(self) -> None:
        try:
            fd = os.open(NODE, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            return  # the node comes a little later than the plug
        try:
            while self._plugged.is_set():
                self._turn(fd)
        except OSError:
            pass  # unplugged
        finally:
            with suppress(OSError):
                os.read(fd, ALL_BYTES)
            os.close(fd)

    def _turn(self, fd: int) -> None:
        status = PAPER_EMPTY if MachineFault.PAPER_OUT in self.machine.faults else 0
        fcntl.ioctl(fd, SET_STATUS, SELECTED | NO_ERROR | status)
        if self._hangs():
            time.sleep(TICK_S)
            return
        more = b""
        if select.select([fd], [], [], TICK_S)[0]:
            more = os.read(fd, self._room())
        self.received += len(more)
        if more:
            self._write_down(more)
        if answers := self.machine.receive(more):
            os.write(fd, answers)

    def _write_down(self, more: bytes) -> None:
        """For a reader outside: a line of base64; an empty one where power came or went."""
        self._paper.write(base64.b64encode(more) + b"\n")

    def _room(self) -> int:
        left = (
            READ_BYTES if self.hang_after_bytes is None else self.hang_after_bytes - self.received
        )
        return max(1, min(left, READ_BYTES))

    def _hangs(self) -> bool:
        return self.hang_after_bytes is not None and self.received >= self.hang_after_bytes
