"""Opens the hand scanner that the settings name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from samebag.devices.scanner_keyboard import Keyboard
from samebag.devices.scanner_wire import AUTO, Heard, WireScanner
from samebag.ports import DeviceError, Scanner

_STABLE_PATH = re.compile(r"/dev/(?!input/event\d+$).+")


def open_scanner(
    address: str, *, clock: Callable[[], float] = time.monotonic, heard: Heard = lambda raw, scan: None
) -> Scanner:
    """``auto``, a link such as /dev/input/by-id/…-event-kbd, or ``serial:/dev/ttyACM0[?baud=9600]``.

    The scanner itself may be absent. DeviceError if the address cannot name one.
    """
    if address.startswith("serial:"):
        from samebag.devices.scanner_serial import SerialLine

        return WireScanner(address, SerialLine(address, clock=clock), clock=clock, heard=heard)
    if address != AUTO and not _STABLE_PATH.fullmatch(address):
        raise DeviceError(
            f"scanner {address!r}: must be auto, a link below /dev/input/by-id (event numbers change at each start),"
            " or serial:/dev/tty…"
        )
    return WireScanner(address, Keyboard(address, clock=clock), clock=clock, heard=heard)
