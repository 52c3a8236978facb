"""Holds the newest picture of a source, taken in a thread of its own, and watches that a live one
keeps moving."""

from __future__ import annotations

import math
import queue
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from samebag.devices.camera.evidence import Image
from samebag.devices.camera.light import Light
from samebag.devices.camera.recording import gray_of
from samebag.devices.camera.sources import Source, SourceLost
from samebag.vision.table.metering import Relight

STALE_S = 0.3  # an older picture may show the bag before this one
OPENING_S = 10.0  # USB cameras that enumerate slowly
SILENT_S = 2.0  # a live camera gives fifteen pictures a second, in the dark still five
FROZEN_S = 2.0  # sensor noise makes even two equal pictures impossible
PLUG_IN = "plug the camera in again"
# a shutter time shows two to four pictures later, and one or two wait in the driver
SETTLED_PICTURES = 6
# times smaller: colour in full takes thrice the memory of gray, and eyes see no detail in it
TINT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What was taken: sharp in gray, its colours small; no ``tint`` from a camera that gives
    none."""

    gray: Image
    tint: Image | None

    @staticmethod
    def of(image: Image) -> Picture:
        if image.ndim == 2:
            return Picture(image, None)
        tint = cv2.resize(image, None, fx=1 / TINT, fy=1 / TINT, interpolation=cv2.INTER_AREA)
        return Picture(gray_of(image), np.asarray(tint, np.uint8))

    def coloured(self) -> Image:
        """For eyes: BGR, or gray without a tint."""
        if self.tint is None:
            return self.gray
        full = cv2.cvtColor(cv2.resize(self.tint, self.gray.shape[::-1]), cv2.COLOR_BGR2YCrCb)
        full[..., 0] = self.gray
        return np.asarray(cv2.cvtColor(full, cv2.COLOR_YCrCb2BGR), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture with its time on the monotonic clock, which all processes share, and its number
    from 1."""

    picture: Picture
    at_s: float
    number: int


class Newest:
    """The newest picture only, so that a slow reader never lags behind; a source of ``every``
    picture waits instead."""

    def __init__(
        self, open_source: Callable[[], Source], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open, self._clock, self._changed = open_source, clock, threading.Condition()
        self._frame: Frame | None = None
        self._light: Light | None = None
        self._asked: queue.SimpleQueue[Relight] = queue.SimpleQueue()
        self._settled_from = 0  # the number of the first picture that shows what was asked last
        self._over = False
        self._lost: SourceLost | None = SourceLost("camera worker: taking pictures failed", PLUG_IN)
        self._stale_s, self._patience_s = STALE_S, OPENING_S
        self._taken_s = self._clock()
        threading.Thread(target=self._run, name="capture", daemon=True).start()

    def take(self, timeout_s: float) -> Frame | None:
        """A picture not taken before, None if none came in time. Raises SourceLost, and EOFError
        after the last."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._over, timeout_s)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
        age_s = self._clock() - (frame.at_s if frame else self._taken_s)
        if frame:
            return frame if age_s <= self._stale_s else None
        if self._over:
            raise self._lost or EOFError
        if age_s > self._patience_s:
            raise SourceLost(f"camera: no picture for {self._patience_s:g} s", PLUG_IN)
        return None

    @property
    def can_relight(self) -> bool:
        """Known once something was asked."""
        return self._light is not None

    def relight(self, asked: Relight) -> None:
        """Before one of the next pictures."""
        self._asked.put(asked)

    def settled(self, frame: Frame) -> bool:
        """Whether it shows all that was asked."""
        return self._asked.empty() and frame.number >= self._settled_from

    def give_back(self) -> None:
        """The camera exposes as it thinks best, whatever the capture thread does. From any
        thread."""
        if light := self._light:
            light.give_back()

    def _run(self) -> None:
        try:
            source = self._open()
            try:
                self._capture(source)
            finally:
                source.close()
            self._lost = None
        except SourceLost as lost:
            self._lost = lost
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _capture(self, source: Source) -> None:
        self._patience_s = SILENT_S if source.live else math.inf
        self._stale_s = math.inf if source.every else STALE_S
        watch = FreezeWatch()
        number = 0
        while (picture := _taken(source)) is not None:
            number += 1
            self._obey(source, number)
            if source.live:
                watch.look(picture.gray, self._clock())
            self._show(picture, number, source.every)

    def _obey(self, source: Source, number: int) -> None:
        """A camera that nobody wants to tell anything is not asked what it can be told. Raises
        SourceLost."""
        while not self._asked.empty():
            self._settled_from = number + SETTLED_PICTURES
            times, self._light = self._asked.get().times, source.light
            try:
                if self._light and times is None:
                    self._light.automatic()
                elif self._light and times:
                    self._light.relight(times)
            except (OSError, RuntimeError) as err:  # the latter is picamera2's
                raise SourceLost("camera: no such device", PLUG_IN) from err

    def _show(self, picture: Picture, number: int, every: bool) -> None:
        with self._changed:
            if every:
                self._changed.wait_for(lambda: self._frame is None)
            self._taken_s = self._clock()
            self._frame = Frame(picture, self._taken_s, number)
            self._changed.notify_all()


def _taken(source: Source) -> Picture | None:
    """Lets go of the image in full colour before the next one is taken."""
    image = source.read()
    return None if image is None else Picture.of(image)


class FreezeWatch:
    """Notices a live camera whose picture stands still to the bit."""

    def __init__(self) -> None:
        self._print, self._since_s = 0, 0.0

    def look(self, image: Image, at_s: float) -> None:
        """Raises SourceLost. Every 16th row is enough: each holds sensor noise."""
        now = zlib.crc32(image[::16].tobytes())
        if now != self._print:
            self._print, self._since_s = now, at_s
        elif at_s - self._since_s > FROZEN_S:
            raise SourceLost(f"camera: the same picture for {FROZEN_S:g} s", PLUG_IN)
