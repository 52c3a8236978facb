"""The virtual packer: scans by script in the recording's own time, and whatever a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from samebag.core.events import CodeScanned, CommandGiven, ViewSeen
from samebag.devices.scanner_frame import whole_scan
from samebag.devices.scanner_wire import Heard
from samebag.ports import Camera, Put, ScanRefused, StationEvent

Done = CodeScanned | CommandGiven  # what a packer does; in a script, ``at_s`` is seconds of the recording


class VirtualScanner:
    """A ports.Scanner: plays ``script`` from the moment ``begin`` is called, and reads lines of ``typed``."""

    def __init__(self, script: Sequence[Done], typed: TextIO | None, clock: Callable[[], float], heard: Heard) -> None:
        self._script, self._typed, self._clock, self._heard = script, typed, clock, heard
        self._begun, self._closed = threading.Event(), threading.Event()

    def start(self, put: Put) -> None:
        self._put = put
        threading.Thread(target=self._play, name="virtual packer", daemon=True).start()
        if self._typed:
            threading.Thread(target=self._listen, args=(self._typed,), name="typed scans", daemon=True).start()

    def begin(self, at_s: float) -> None:
        """The recording's first frame was at ``at_s``."""
        self._from_s = at_s
        self._begun.set()

    def close(self) -> None:
        self._closed.set()
        self._begun.set()

    def _play(self) -> None:
        self._begun.wait()
        for done in self._script:
            if self._closed.wait(max(0.0, self._from_s + done.at_s - self._clock())):
                return
            code = done.code if isinstance(done, CodeScanned) else done.command.value
            self._say(code, _now(done, self._clock()))

    def _listen(self, lines: Iterable[str]) -> None:
        for line in lines:
            if scan := whole_scan(line.strip(), self._clock()):
                self._say(line.strip(), scan)

    def _say(self, text: str, scan: Done | ScanRefused) -> None:
        self._heard(f"{text}\r".encode(), scan)
        self._put(scan)


def _now(done: Done, at_s: float) -> Done:
    match done:
        case CodeScanned(code, _, symbology):
            return CodeScanned(code, at_s, symbology)
        case CommandGiven(command):
            return CommandGiven(command, at_s)


class WatchedCamera:
    """A camera whose first view says when its recording began; ``fps`` is the recording's."""

    def __init__(self, camera: Camera, fps: float, began: Callable[[float], None]) -> None:
        self._camera, self._fps, self._began = camera, fps, began
        self.keep, self.close = camera.keep, camera.close
        self._waits = True

    def start(self, put: Put) -> None:
        def watched(event: StationEvent) -> None:
            if self._waits and isinstance(event, ViewSeen):
                self._waits = False
                self._began(event.at_s - event.frame / self._fps)
            put(event)

        self._camera.start(watched)
