"""The camera worker, its own process: takes pictures, reads them, keeps evidence. It may hang or
die and is replaced.

``python -m samebag.devices.camera.worker ADDRESS EVIDENCE_DIR QUOTA_BYTES WIDTH HEIGHT FPS EXPOSURE
LIVE_PICTURE SYMBOLOGY...`` speaks camera_wire on its standard output, listens on its standard
input, and ends when that closes.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import cv2
import msgspec

from samebag.core.events import Sighting
from samebag.devices.camera import messages as wire
from samebag.devices.camera.evidence import EvidenceError, EvidenceFolder, picture
from samebag.devices.camera.live_picture import LivePicture
from samebag.devices.camera.memory import give_back
from samebag.devices.camera.newest import Frame, Newest, Picture
from samebag.devices.camera.recording import view_of
from samebag.devices.camera.sources import SourceLost, open_source
from samebag.vision.decoders import DecodeError
from samebag.vision.off_there import OffWatch
from samebag.vision.reader import Reader
from samebag.vision.table.metering import Metering, Relight
from samebag.vision.table.scene import Scene

BEAT_S = 0.5
EVIDENCE_RETRY_S = 2.0
EVIDENCE_WAITING = 16  # pictures held in memory while the disk is full or slow, about 4 MB

BY_LABELS = "labels"  # camera.exposure in the settings

Say = Callable[[wire.Message], None]


class Archive:
    """Writes evidence in its own thread: an SD card that stalls for seconds must not look like a
    hung reader."""

    def __init__(self, folder: EvidenceFolder, say: Say) -> None:
        self._folder, self._say = folder, say
        self._waiting: queue.Queue[tuple[int, bytes]] = queue.Queue(EVIDENCE_WAITING)
        threading.Thread(target=self._run, name="evidence", daemon=True).start()

    def add(self, bag: int, jpeg: bytes) -> None:
        try:
            self._waiting.put_nowait((bag, jpeg))
        except queue.Full:
            reason = (
                f"evidence of bag {bag} is lost: {EVIDENCE_WAITING} pictures wait"
                " for the disk already"
            )
            self._say(wire.Unsaved(reason, "free disk space, or replace the card"))

    def _run(self) -> None:
        while True:
            bag, jpeg = self._waiting.get()
            while not self._written(bag, jpeg):
                time.sleep(EVIDENCE_RETRY_S)

    def _written(self, bag: int, jpeg: bytes) -> bool:
        try:
            path = self._folder.keep(bag, jpeg)
        except EvidenceError as err:
            self._say(wire.Unsaved(err.reason, err.cure))
            return False
        self._say(wire.Saved(bag, str(path), time.monotonic()))
        return True


class Worker:
    """The loop: newest picture in, view out; evidence when asked."""

    def __init__(
        self,
        newest: Newest,
        archive: Archive,
        live: LivePicture,
        say: Say,
        symbologies: frozenset[str],
        metering: Metering | None,
    ) -> None:
        self._newest, self._archive, self._live, self._say = newest, archive, live, say
        self._metering = metering
        self._reader, self._scene, self._off = Reader(symbologies), Scene(), OffWatch(symbologies)
        self._shown: tuple[Picture, tuple[Sighting, ...]] | None = None
        self.asked: queue.SimpleQueue[wire.Keep] = queue.SimpleQueue()

    def run(self) -> None:
        """For ever; raises SourceLost."""
        if self._metering:
            self._newest.relight(Relight(None))  # where a worker that was killed has set it
        try:
            while True:
                self._look()
                while self._shown and not self.asked.empty():
                    self._keep(self.asked.get())
        except EOFError:
            self._say(wire.Ended(time.monotonic()))
        while True:
            with suppress(queue.Empty):
                self._keep(self.asked.get(timeout=BEAT_S))
            self._say(wire.Beat())

    def _look(self) -> None:
        frame = self._newest.take(BEAT_S)
        if frame is None:
            self._say(wire.Beat())
            return
        seen = view_of(frame.picture.gray, self._reader, self._scene, frame.at_s, frame.number)
        is_first, self._shown = self._shown is None, (frame.picture, seen.sightings)
        self._say(wire.ViewMessage(seen))
        for symbology in self._off.frame(frame.picture.gray, self._reader.regions, frame.at_s):
            self._say(wire.SwitchedOff(symbology, frame.at_s))
        self._meter(frame)
        self._live.show(frame.picture, seen)
        if is_first:
            give_back()

    def _meter(self, frame: Frame) -> None:
        if not (self._metering and self._newest.can_relight and self._newest.settled(frame)):
            return
        if asked := self._metering.look(frame.picture.gray, self._reader.regions, frame.at_s):
            self._newest.relight(asked)
            if asked.why:
                sys.stderr.write(f"camera worker: {asked.why}\n")

    def _keep(self, keep: wire.Keep) -> None:
        if self._shown:
            shown, sightings = self._shown
            caption = f"{datetime.now():%Y-%m-%d %H:%M:%S}  {keep.caption}"
            self._archive.add(
                keep.bag, picture(shown.coloured(), sightings, caption, keep.bad_codes)
            )


def _listen(commands: IO[bytes], asked: queue.SimpleQueue[wire.Keep], newest: Newest) -> None:
    for text in commands:
        try:
            asked.put(wire.command(text))
        except msgspec.DecodeError as err:
            sys.stderr.write(f"camera worker: command {text[:80]!r}: {err}\n")
    newest.give_back()
    os._exit(0)  # the station is gone; a hung decoder must not keep this process


def _end_when_asked(newest: Newest) -> None:
    """In a thread of its own, so that a decoder at work does not hold it up: CLOSE_S later it is
    killed."""
    ended = signal.sigwait({signal.SIGTERM})
    newest.give_back()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {ended})
    os.kill(os.getpid(), ended)


def _own_stdout() -> Say:
    """The wire to the station; whatever libraries print goes to standard error from now on."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    one_line = threading.Lock()

    def say(message: wire.Message) -> None:
        with one_line:
            out.write(wire.line(message))

    return say


def main(arguments: list[str]) -> int:
    say = _own_stdout()
    # Ctrl-C is the station's to answer; it closes our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # in every thread, for _end_when_asked
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    cv2.setNumThreads(1)
    address, folder, quota_bytes, width_px, height_px, fps, exposure, live, *symbologies = arguments
    say(wire.Beat())
    newest = Newest(lambda: open_source(address, int(width_px), int(height_px), float(fps)))
    worker = Worker(
        newest,
        Archive(EvidenceFolder(Path(folder), int(quota_bytes)), say),
        LivePicture(Path(live)),
        say,
        frozenset(symbologies),
        Metering() if exposure == BY_LABELS else None,
    )
    threading.Thread(target=_end_when_asked, args=(newest,), name="end", daemon=True).start()
    listened = (sys.stdin.buffer, worker.asked, newest)
    threading.Thread(target=_listen, args=listened, name="commands", daemon=True).start()
    try:
        worker.run()
    except SourceLost as lost:
        say(wire.WorkerFault(lost.reason, lost.cure))
    except DecodeError as err:
        say(wire.WorkerFault(f"camera worker: {err}", "none needed, it is started again"))
    finally:
        newest.give_back()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
