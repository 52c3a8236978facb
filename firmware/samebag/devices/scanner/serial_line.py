"""A hand scanner on a serial line (USB CDC-ACM or RS-232): bytes, no keyboard layout in between."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import serial

from samebag.devices.scanner.framer import Framer, Scan
from samebag.devices.scanner.thread import Node, unreadable
from samebag.ports import DeviceError

log = logging.getLogger(__name__)

_NUMBERED = re.compile(r"/dev/tty(USB|ACM)\d+$")  # in the order in which they were plugged in
_LINKS = "/dev/serial/by-id"
_BAUD = "9600"  # what scanners with a real UART leave the factory with; CDC-ACM ignores it
_BAUD_RANGE = range(300, 4_000_001)  # the kernel's B300 to B4000000, asm-generic/termbits.h


class ByteDecoder:
    """Bytes are ASCII; the pause between two reads is the pause of the scanner."""

    def __init__(self) -> None:
        self.framer = Framer()
        self._read_at_s: float | None = None

    def feed(self, chunk: bytes, at_s: float) -> list[Scan]:
        silent_s = 0.0 if self._read_at_s is None else at_s - self._read_at_s
        self._read_at_s = at_s
        scans = [
            self.framer.pause(silent_s, at_s),
            *(self.framer.put(chr(byte), at_s) for byte in chunk),
        ]
        return [scan for scan in scans if scan]


class SerialLine:
    """Opens the line of an address such as ``serial:/dev/ttyACM0?baud=9600``."""

    def __init__(self, address: str, *, clock: Callable[[], float]) -> None:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        baud = options.pop("baud", _BAUD)
        if (
            not parts.path.startswith("/dev/")
            or options
            or not (baud.isdecimal() and int(baud) in _BAUD_RANGE)
        ):
            raise DeviceError(
                f"scanner {address!r}: must be like serial:/dev/ttyACM0 or"
                " serial:/dev/ttyUSB0?baud=9600"
            )
        if _NUMBERED.match(parts.path):
            log.warning(
                "scanner %s may be another device after the next start: name its link below %s",
                address,
                _LINKS,
            )
        self._address, self._path, self._baud, self._clock = address, parts.path, int(baud), clock

    def __call__(self) -> list[Node]:
        try:
            line = serial.Serial(self._path, self._baud, timeout=0, exclusive=True)
        except OSError as err:  # SerialException is one
            raise unreadable(self._address, err, group="dialout") from err
        return [Node(line.fileno(), ByteDecoder(), line.close, opened_at_s=self._clock())]
