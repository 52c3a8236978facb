"""Opens the hand scanner that the settings name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from samebag.devices.scanner.keyboard import Keyboard
from samebag.devices.scanner.thread import AUTO, BLUETOOTH, Heard, WireScanner
from samebag.ports import DeviceError, Scanner

_STABLE = re.compile(
    rf"{AUTO}|/dev/(?!input/event\d+$).+|{BLUETOOTH}(?:[0-9A-Fa-f]{{2}}:){{5}}[0-9A-Fa-f]{{2}}"
)


def open_scanner(
    address: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    heard: Heard = lambda raw, scan: None,
) -> Scanner:
    """``auto``, /dev/input/by-id/…-event-kbd, ``bluetooth:AA:BB:CC:DD:EE:FF``, or
    ``serial:/dev/…[?baud=9600]``.

    The scanner itself may be absent. DeviceError if the address cannot name one.
    """
    if address.startswith("serial:"):
        from samebag.devices.scanner.serial_line import SerialLine

        return WireScanner(address, SerialLine(address, clock=clock), clock=clock, heard=heard)
    if not _STABLE.fullmatch(address):
        raise DeviceError(
            f"scanner {address!r}: must be auto, a link below /dev/input/by-id (event"
            " numbers change at each start),"
            " bluetooth:AA:BB:CC:DD:EE:FF, or serial:/dev/serial/by-id/…"
        )
    return WireScanner(address, Keyboard(address, clock=clock), clock=clock, heard=heard)
