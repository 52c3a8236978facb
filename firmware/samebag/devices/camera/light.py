"""Tells a camera how much light to take, where it lets itself be told, and gives it back to its own
exposure.

A USB camera keeps what it was told when nobody looks through it any more, also past the end of the
process.
"""

from __future__ import annotations

import errno
import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from samebag.devices.camera.exposure import Exposure, Limits, relit
from samebag.devices.camera.v4l2_controls import (
    MAINS_60_HZ,
    Control,
    Controls,
    ExposureMode,
    Ioctl,
    Range,
)

TICK_S = 1e-4  # of V4L2_CID_EXPOSURE_ABSOLUTE
MICROSECOND_S = 1e-6
AUTOMATIC: tuple[int, ...] = (ExposureMode.APERTURE_PRIORITY, ExposureMode.AUTO)
GONE = frozenset({errno.ENODEV, errno.ENXIO})


class Light(Protocol):
    """Raises OSError, or what picamera2 raises, once the camera has gone; one that refuses is left
    to itself."""

    limits: Limits

    def relight(self, times: float) -> None:
        """So many times the light of now, and no more by the camera's own exposure."""
        ...

    def automatic(self) -> None:
        """By the camera's own exposure from now on."""
        ...

    def give_back(self) -> None:
        """The same, where ``relight`` was ever called; nothing after it. From any thread; raises
        nothing."""
        ...


class V4l2Light:
    """By the shutter alone. What a USB camera's gain does no standard says, so it stays as its own
    exposure left it."""

    def __init__(self, controls: Controls, shutter: Range, modes: Range, longest_s: float) -> None:
        self._controls: Controls | None = controls
        self._shutter = shutter
        self._own = [mode for mode in (modes.default, *AUTOMATIC) if mode in AUTOMATIC]
        self._ticks: int | None = None  # as told; None: its own exposure
        self._one_by_one = threading.RLock()
        times_s = (shutter.least * TICK_S, min(shutter.most * TICK_S, longest_s))
        self.limits = Limits(times_s, mains_hz=_mains_hz(controls))

    @staticmethod
    def of(node: Path, fps: float, ioctl: Ioctl = fcntl.ioctl) -> V4l2Light | None:
        """None for a camera that cannot be told, or of which that cannot be known."""
        try:
            controls = Controls(node, ioctl)
        except OSError:
            return None
        with suppress(OSError):
            shutter, modes = (
                controls.range(Control.EXPOSURE_ABSOLUTE),
                controls.range(Control.EXPOSURE_AUTO),
            )
            if shutter and modes:
                return V4l2Light(controls, shutter, modes, 1 / fps)
        controls.close()
        return None

    def relight(self, times: float) -> None:
        with self._one_by_one:
            try:
                self._tell(times)
            except OSError as err:
                if err.errno in GONE:
                    raise
                self.give_back()  # what it offers and refuses it would refuse again

    def _tell(self, times: float) -> None:
        if self._controls is None:
            return
        before = (
            self._controls.get(Control.EXPOSURE_ABSOLUTE) if self._ticks is None else self._ticks
        )
        wanted = relit(Exposure(max(before, 1) * TICK_S), times, self.limits)
        if self._ticks is None:
            self._controls.set(Control.EXPOSURE_AUTO, ExposureMode.MANUAL)
        self._ticks = self._shutter.nearest(wanted.shutter_s / TICK_S)
        self._controls.set(Control.EXPOSURE_ABSOLUTE, self._ticks)

    def automatic(self) -> None:
        """Also where a worker that was killed left it."""
        with self._one_by_one:
            self._ticks = None
            for mode in self._own:
                with _refusals():
                    if not self._controls or self._controls.get(Control.EXPOSURE_AUTO) in AUTOMATIC:
                        return
                    self._controls.set(Control.EXPOSURE_AUTO, mode)

    def give_back(self) -> None:
        with self._one_by_one:
            if self._ticks is not None:
                with suppress(OSError):
                    self.automatic()
            if self._controls:
                self._controls.close()
            self._controls = None


@contextmanager
def _refusals() -> Iterator[None]:
    """A camera may refuse what it offers; one that has gone is another matter."""
    try:
        yield
    except OSError as err:
        if err.errno in GONE:
            raise


def _mains_hz(controls: Controls) -> int:
    """As the camera was told, else that of most of the world."""
    with suppress(OSError):
        if controls.range(Control.POWER_LINE_FREQUENCY):
            return 60 if controls.get(Control.POWER_LINE_FREQUENCY) == MAINS_60_HZ else 50
    return 50


class PiLight:
    """By shutter and gain. What libcamera was told ends with the camera's use.

    0 is automatic, for picamera2 as for the libcamera of before (picamera2#1255); AeEnable beside
    them is obeyed now before, now after them (picamera2#933), so it is left alone.
    """

    def __init__(self, camera: Any, longest_s: float) -> None:
        self._camera = camera  # picamera2.Picamera2, configured
        self._now: Exposure | None = None
        (shortest, longest, _), (least, most, _) = (
            camera.camera_controls[name] for name in ("ExposureTime", "AnalogueGain")
        )
        times_s = (shortest * MICROSECOND_S, min(longest * MICROSECOND_S or longest_s, longest_s))
        self.limits = Limits(times_s, (max(1.0, least), most))

    @staticmethod
    def of(camera: Any, fps: float) -> PiLight | None:
        """None where the sensor's driver does not know both."""
        known = {"ExposureTime", "AnalogueGain"} <= set(camera.camera_controls)
        return PiLight(camera, 1 / fps) if known else None

    def relight(self, times: float) -> None:
        self._now = relit(self._now or self._taken(), times, self.limits)
        self._tell(round(self._now.shutter_s / MICROSECOND_S), self._now.gain)

    def automatic(self) -> None:
        if self._now:
            self._now = None
            self._tell(0, 0.0)

    def give_back(self) -> None:
        """Nothing to do."""

    def _taken(self) -> Exposure:
        """By its own exposure, which multiplies by a digital gain where sensors have steps."""
        said = self._camera.capture_metadata()
        return Exposure(
            said["ExposureTime"] * MICROSECOND_S,
            said["AnalogueGain"] * said.get("DigitalGain", 1.0),
        )

    def _tell(self, shutter: int, gain: float) -> None:
        self._camera.set_controls({"ExposureTime": shutter, "AnalogueGain": gain})
