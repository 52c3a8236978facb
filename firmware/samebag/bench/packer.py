"""The virtual packer: scans by script in the recording's own time, and whatever a person types, bag
by bag."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TextIO

from msgspec import structs

from samebag.core.events import CodeScanned, CommandGiven, ViewSeen
from samebag.devices.scanner.framer import whole_scan
from samebag.devices.scanner.thread import Heard
from samebag.ports import (
    Camera,
    CameraEnded,
    EvidenceSaved,
    Put,
    ScanRefused,
    StationEvent,
    SymbologyOff,
)

AND = " + "  # between the codes of one line
LIES_S = 3.0  # ours: a typed bag is seen to turn green or red, and is gone before the next one
EARLY_FRAMES = 3  # ours: so far it goes on without the next one
FRAME_S = 0.1  # ours: what a camera that decodes ten pictures a second takes
# what a packer does; in a script, ``at_s`` is seconds of the recording
Done = CodeScanned | CommandGiven


class RecordedTime:
    """A clock that waits for a machine that is late with a frame of a recording: a busy one shows
    the same bags.

    Until the first frame, and from the last one on, it goes as ``clock`` does.
    """

    def __init__(self, clock: Callable[[], float], fps: float) -> None:
        self._clock, self._period_s = clock, 1 / fps
        self._lag_s, self._until_s = 0.0, math.inf
        self.from_s = math.nan  # where the recording begins

    def __call__(self) -> float:
        return min(self._clock() - self._lag_s, self._until_s)

    def of(self, frame: int) -> float:
        """When that one was taken, which has just been read."""
        now_s = self()
        if math.isnan(self.from_s):
            self.from_s = now_s - frame * self._period_s
        at_s = self.from_s + frame * self._period_s
        self._go_on(now_s, at_s + EARLY_FRAMES * self._period_s)
        return min(at_s, now_s)

    def end(self) -> None:
        self._go_on(self(), math.inf)

    def _go_on(self, now_s: float, until_s: float) -> None:
        """In this order it never leaps, whichever thread asks it in between."""
        self._lag_s = self._clock() - now_s
        self._until_s = max(now_s, until_s)


class VirtualScanner:
    """A ports.Scanner: plays ``script`` from the moment ``begin`` is called, and reads lines of
    ``typed``.

    ``laid`` is told of each line of codes: the bag that bears them lies on the table.
    """

    def __init__(
        self,
        script: Sequence[Done],
        typed: TextIO | None,
        *,
        clock: Callable[[], float],
        heard: Heard,
        laid: Callable[[float], None],
    ) -> None:
        self._script, self._typed, self._clock, self._heard, self._laid = (
            script,
            typed,
            clock,
            heard,
            laid,
        )
        self._begun, self._closed = threading.Event(), threading.Event()

    def start(self, put: Put) -> None:
        self._put = put
        threading.Thread(target=self._play, name="virtual packer", daemon=True).start()
        if self._typed:
            threading.Thread(
                target=self._listen, args=(self._typed,), name="typed scans", daemon=True
            ).start()

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
            while (
                wait_s := self._from_s + done.at_s - self._clock()
            ) > 0:  # a clock that may wait too
                if self._closed.wait(wait_s):
                    return
            code = done.code if isinstance(done, CodeScanned) else done.command.value
            self._say(code, _now(done, self._clock()))

    def _listen(self, lines: Iterable[str]) -> None:
        for line in lines:
            for code in map(str.strip, line.split(AND)):
                if scan := whole_scan(code, self._clock()):
                    if isinstance(scan, CodeScanned):
                        self._laid(scan.at_s)
                    self._say(code, scan)

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
    """A camera that plays a recording in that recording's ``time``; its first view says when it
    ``began``.

    Once that is over it sees a bare table, or on it the bag whose codes were typed last, labels
    down: it reads none.
    """

    def __init__(self, camera: Camera, time: RecordedTime, began: Callable[[float], None]) -> None:
        self._camera, self._time, self._began = camera, time, began
        self._waits, self._closed = True, threading.Event()
        self._ended, self._laid_s = False, -LIES_S

    def start(self, put: Put) -> None:
        self._put = put
        self._camera.start(self._watched)

    def laid(self, at_s: float) -> None:
        """From the packer's thread: a bag lies there since then, also before its first code is
        scanned."""
        self._laid_s = at_s
        if self._ended:
            self._put(ViewSeen((), at_s, occupied=True))

    def keep(self, bag: int, caption: str, bad_codes: tuple[str, ...]) -> None:
        """Of a bag that was typed there is no picture."""
        if not self._ended:
            self._camera.keep(bag, caption, bad_codes)

    def close(self) -> None:
        self._closed.set()
        self._camera.close()

    def _watched(self, event: StationEvent) -> None:
        match event:
            case ViewSeen():
                event = structs.replace(event, at_s=self._time.of(event.frame))
            case EvidenceSaved() | CameraEnded() | SymbologyOff():
                event = replace(event, at_s=self._time())
        if self._waits and isinstance(event, ViewSeen):
            self._waits = False
            self._began(self._time.from_s)
        self._put(event)
        if isinstance(event, CameraEnded):
            self._ended = True
            self._time.end()
            threading.Thread(target=self._watch_table, name="virtual table", daemon=True).start()

    def _watch_table(self) -> None:
        while not self._closed.wait(FRAME_S):
            at_s = self._time()
            self._put(ViewSeen((), at_s, occupied=at_s - self._laid_s < LIES_S))
