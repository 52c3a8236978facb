"""A USB label printer: takes the station's bytes, answers DLE EOT, and fails as told."""

from __future__ import annotations

import fcntl
import os
import select
import threading
import time
from pathlib import Path

from samebag.bench.virtual_printer import Fault, Machine

from .usb import Gadget, until

NODE = Path("/dev/g_printer0")
STATION_NODE = Path("/dev/usb/lp0")
SET_STATUS = 0xC0016722  # linux/usb/g_printer.h: _IOWR('g', 0x22, unsigned char)
SELECTED, NO_ERROR, PAPER_EMPTY = 0x10, 0x08, 0x20  # the same: the port's status byte
WIDTH_DOTS = 576
READ_BYTES = 4096
TICK_S = 0.02


class Printer:
    """``machine`` is the printer, this its wire. ``hangs``: it takes no more bytes and answers nothing."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder, WIDTH_DOTS)
        self.raw = folder / "raw"  # all bytes that came since it has power, for a reader outside
        self.hang_after_bytes: int | None = None
        self.received = 0
        names = {"idVendor": "0x04b8", "idProduct": "0x0202"}  # Epson receipt printers
        names |= {"strings/0x409/manufacturer": "EPSON", "strings/0x409/product": "TM-T20"}
        self._gadget = Gadget("printer", 1, "printer.0", names | {"strings/0x409/serialnumber": "PRN0001"})
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

        Its own end is closed first: Linux 6.1's f_printer can corrupt its list of requests when pulled while open.
        """
        self._plugged.clear()
        with self._open:
            self._gadget.unplug()
            self.machine.power_cycle()
            self.raw.unlink(missing_ok=True)

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
            os.close(fd)

    def _turn(self, fd: int) -> None:
        status = PAPER_EMPTY if Fault.PAPER_OUT in self.machine.faults else 0
        fcntl.ioctl(fd, SET_STATUS, SELECTED | NO_ERROR | status)
        if self._hangs():
            time.sleep(TICK_S)
            return
        more = b""
        if select.select([fd], [], [], TICK_S)[0]:
            more = os.read(fd, self._room())
        self.received += len(more)
        if more:
            with self.raw.open("ab") as raw:
                raw.write(more)
        if answers := self.machine.receive(more):
            os.write(fd, answers)

    def _room(self) -> int:
        left = READ_BYTES if self.hang_after_bytes is None else self.hang_after_bytes - self.received
        return max(1, min(left, READ_BYTES))

    def _hangs(self) -> bool:
        return self.hang_after_bytes is not None and self.received >= self.hang_after_bytes
