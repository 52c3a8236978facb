"""A hand scanner: a USB keyboard that types 21 characters in 75 ms, as fast ones do."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .usb import Gadget, until

NODE = Path("/dev/hidg0")
LINK = Path("/dev/input/by-id/usb-HIL_Barcode_Scanner_SCN0001-event-kbd")
KEYBOARD = bytes.fromhex(  # HID 1.11, appendix B.1: the boot keyboard
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508150025650507"
    "190029658100c0"
)
SHIFT = 0x02  # HID usage tables, keyboard page: left shift's bit; key numbers below
KEYS = {
    **{chr(ord("a") + k): 4 + k for k in range(26)},
    **dict(zip("1234567890\n", range(30, 41), strict=True)),
}
KEYS |= {
    "\t": 43,
    " ": 44,
    "-": 45,
    "=": 46,
    "[": 47,
    "]": 48,
    ";": 51,
    "'": 52,
    ",": 54,
    ".": 55,
    "/": 56,
}
RELEASED = bytes(8)
CHAR_S = 0.0036


class Scanner:
    def __init__(self) -> None:
        # Honeywell, whose scanners name themselves so
        names = {
            "idVendor": "0x0c2e",
            "idProduct": "0x0200",
        }
        names |= {"strings/0x409/manufacturer": "HIL", "strings/0x409/product": "Barcode Scanner"}
        self._gadget = Gadget(
            "scanner", 0, "hid.0", names | {"strings/0x409/serialnumber": "SCN0001"}
        )
        described = {
            "protocol": b"1",
            "subclass": b"1",
            "report_length": b"8",
            "report_desc": KEYBOARD,
        }
        self._gadget.describe(described)

    def plug(self) -> None:
        self._gadget.plug()
        until(lambda: NODE.exists() and LINK.exists(), str(LINK))

    def unplug(self) -> None:
        self._gadget.unplug()

    def type(self, text: str) -> tuple[float, float]:
        """When the first report was written, and the one that ends the text. OSError when it is
        unplugged."""
        reports = [report(char) for char in text]
        fd = os.open(NODE, os.O_RDWR)
        try:
            first_s = last_s = time.monotonic()
            for number, pressed in enumerate(reports):
                time.sleep(max(0.0, first_s + number * CHAR_S - time.monotonic()))
                last_s = time.monotonic()
                os.write(fd, pressed)
                os.write(fd, RELEASED)
        finally:
            os.close(fd)
        return first_s, last_s


def report(char: str) -> bytes:
    """The key that is down; capitals with shift."""
    return bytes([SHIFT if char.isupper() else 0, 0, KEYS[char.lower()], 0, 0, 0, 0, 0])
