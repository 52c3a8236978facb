"""Where the worker's pictures come from: a V4L2 camera, the Pi's own camera, or a recording in real
time."""

from __future__ import annotations

import time
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

import cv2
import numpy as np

from samebag.devices.camera.evidence import Image
from samebag.devices.camera.light import Light, PiLight, V4l2Light
from samebag.devices.camera.recording import Recording, RecordingError
from samebag.ports import DeviceError

BY_ID = Path("/dev/v4l/by-id")
BUFFERS = 2  # a Zero 2 W has no contiguous memory for more (picamera2#1358)


class SourceLost(DeviceError):
    """No picture can be had from the camera; ``cure`` is for the packer."""


class Source(Protocol):
    """Pictures one after the other. ``live`` ones must keep coming and changing; ``every`` may not
    be skipped."""

    live: bool
    every: bool

    @property
    def light(self) -> Light | None:
        """None where nobody can tell the camera how to expose."""
        ...

    def read(self) -> Image | None:
        """Waits for the next picture; None after the last of a recording; raises SourceLost."""
        ...

    def close(self) -> None: ...


def open_source(address: str, width_px: int, height_px: int, fps: float) -> Source:
    """The source that ``address`` names; raises SourceLost."""
    kind, _, place = (first_camera() if address == "auto" else address).partition(":")
    if kind == "v4l2":
        return V4l2Camera(place, width_px, height_px, fps)
    if kind == "picamera":
        return PiCamera(place, width_px, height_px, fps)
    if kind == "file":
        return PlayedFile(place)
    raise SourceLost(
        f"camera = {address}: must be auto, v4l2:DEVICE, picamera:NUMBER or file:PATH",
        "correct settings",
    )


def first_camera(by_id: Path = BY_ID) -> str:
    """What ``auto`` means: a USB camera if there is one (index1 nodes carry no pictures), else the
    Pi's own."""
    usb = sorted(by_id.glob("*-video-index0")) if by_id.is_dir() else []
    return f"v4l2:{usb[0]}" if usb else "picamera:0"


class V4l2Camera:
    """A USB camera. MJPG is set before the size: raw 720p fills a USB 2 bus (opencv#9084)."""

    live, every = True, False
    _CURE = "plug the camera in again, or correct the address in settings"

    def __init__(self, place: str, width_px: int, height_px: int, fps: float) -> None:
        device = Path(f"/dev/video{place}" if place.isdigit() else place)
        self._name = f"camera v4l2:{place}"
        if not device.exists():
            raise SourceLost(f"{self._name}: no such device", self._CURE)
        self._capture = cv2.VideoCapture(str(device.resolve()), cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise SourceLost(
                f"{self._name}: gives no pictures, or another program has it", self._CURE
            )
        wanted = {
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"MJPG")),
            cv2.CAP_PROP_FRAME_WIDTH: float(width_px),
            cv2.CAP_PROP_FRAME_HEIGHT: float(height_px),
            cv2.CAP_PROP_FPS: fps,
            # a hint that some drivers ignore, hence the capture thread
            cv2.CAP_PROP_BUFFERSIZE: 1.0,
        }
        for name, value in wanted.items():
            self._capture.set(name, value)
        self._device, self._fps = device, fps
        self._check_size(width_px, height_px)

    @cached_property
    def light(self) -> Light | None:
        """Opens the device once more, and only where it is wanted."""
        return V4l2Light.of(self._device, self._fps)

    def _check_size(self, width_px: int, height_px: int) -> None:
        """A smaller picture than asked for would silently read fewer labels."""
        got = [
            int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        ]
        if got[0] < width_px or got[1] < height_px:
            self.close()
            reason = (
                f"{self._name}: gives {got[0]}x{got[1]} pixels, must be"
                f" {width_px}x{height_px} or more"
            )
            raise SourceLost(reason, "set a smaller size in settings, or use another camera")

    def read(self) -> Image | None:
        found, image = self._capture.read()
        if not found:
            raise SourceLost(f"{self._name}: stopped giving pictures", self._CURE)
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        if light := vars(self).get("light"):
            light.give_back()
        self._capture.release()


class PiCamera:
    """The Pi's own camera by picamera2; the Y plane of its small YUV stream is the gray picture."""

    live, every = True, False

    def __init__(self, place: str, width_px: int, height_px: int, fps: float) -> None:
        self._name, self._height_px, self._width_px = (
            f"camera picamera:{place}",
            height_px,
            width_px,
        )
        try:
            picamera2 = import_module("picamera2")  # from apt only, and only on a Pi
        except ImportError as err:
            raise SourceLost(
                f"{self._name}: {err}",
                "apt install python3-picamera2, in a venv with system site packages",
            ) from err
        try:
            self._camera: Any = picamera2.Picamera2(int(place or 0))
            size = {"size": (width_px, height_px)}
            self._camera.configure(
                self._camera.create_video_configuration(
                    main=size,
                    lores={**size, "format": "YUV420"},
                    buffer_count=BUFFERS,
                    controls={"FrameRate": fps},
                )
            )
            self._camera.start()
        except (RuntimeError, IndexError, ValueError, OSError) as err:
            raise SourceLost(
                f"{self._name}: {err}", "check the ribbon cable and its address in settings"
            ) from err
        self._fps = fps

    @cached_property
    def light(self) -> Light | None:
        return PiLight.of(self._camera, self._fps)

    def read(self) -> Image | None:
        try:
            planes = self._camera.capture_array("lores")
        except (RuntimeError, OSError) as err:
            raise SourceLost(f"{self._name}: {err}", "check the ribbon cable") from err
        return np.ascontiguousarray(planes[: self._height_px, : self._width_px])

    def close(self) -> None:
        self._camera.close()


class PlayedFile:
    """A recording at its own speed. A late reader misses frames as with a camera; with ``every=1``
    it waits for him."""

    live, light = False, None

    def __init__(self, place: str) -> None:
        path, _, query = place.partition("?")
        options = {name: values[-1] for name, values in parse_qs(query).items()}
        self.every = options.get("every") == "1"
        try:
            self._recording = Recording(
                Path(path), float(options["fps"]) if "fps" in options else None
            )
        except (RecordingError, ValueError) as err:
            raise SourceLost(f"camera file:{place}: {err}", "correct the address") from err
        self._due_s = time.monotonic()

    def read(self) -> Image | None:
        period_s = 1 / self._recording.fps
        now_s = time.monotonic()
        while not self.every and now_s - self._due_s > period_s:
            self._recording.skip()
            self._due_s += period_s
        time.sleep(max(0.0, self._due_s - now_s))
        self._due_s = max(self._due_s, time.monotonic() - period_s) + period_s
        try:
            return self._recording.read()
        except RecordingError as err:
            raise SourceLost(str(err), "remove that picture") from err

    def close(self) -> None:
        self._recording.close()
