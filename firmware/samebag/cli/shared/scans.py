"""What is scanned, as a command hears it: by a hand scanner, or by lines on stdin."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Generator
from contextlib import closing
from io import TextIOWrapper

from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.devices.scanner.framer import whole_scan
from samebag.devices.scanner.open import open_scanner
from samebag.ports import StationEvent
from samebag.settings import NONE, SettingsError

STDIN = "-"


def scans(address: str, *, blanks: bool = False) -> Generator[StationEvent]:
    """What a scanner at that address, or lines on stdin, say; an empty line is CLEAR where
    ``blanks`` is set."""
    if address != STDIN:
        yield from _by_hand(address)
        return
    assert isinstance(sys.stdin, TextIOWrapper)
    sys.stdin.reconfigure(errors="replace")  # whatever comes in, the door stands
    for line in sys.stdin:
        if blanks and not line.strip():
            yield CommandGiven(Command.CLEAR, time.monotonic())
        if scan := whole_scan(line.strip(), time.monotonic()):
            yield scan


def _by_hand(address: str) -> Generator[StationEvent]:
    if address == NONE:
        raise SettingsError(
            f"scanner.address = {NONE!r}: names no scanner: use --scanner ADDRESS, or - for stdin"
        )
    events: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    with closing(open_scanner(address)) as scanner:
        scanner.start(events.put)
        while True:
            yield events.get()
