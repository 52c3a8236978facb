"""A camera: feeds pictures into v4l2loopback, which the station opens as any V4L2 camera."""

from __future__ import annotations

import fcntl
import itertools
import os
import struct
import subprocess
import threading
import time
from pathlib import Path

from .usb import until

MODULE = "v4l2loopback"
NODE = Path("/dev/video10")
WIDTH_PX, HEIGHT_PX = 960, 540
SET_FORMAT = 0xC0D05605  # linux/videodev2.h: VIDIOC_S_FMT, struct v4l2_format of 208 bytes
OUTPUT, YUYV, NO_FIELD = 2, 0x56595559, 1
FRAMES = Path(__file__).parent / "frames"
FPS = 2  # as much as an emulated processor can decode


class Camera:
    """Shows one still after the other with a changing first row: a sensor's noise."""

    def __init__(self) -> None:
        self._frame: bytearray | None = None
        self._stopped = threading.Event()
        self._stopped.set()
        self._thread: threading.Thread | None = None

    def show(self, name: str) -> float:
        """That picture from now on; returns when."""
        self._frame = bytearray((FRAMES / f"{name}.yuyv").read_bytes())
        return time.monotonic()

    def feed(self) -> None:
        """The pictures come."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def freeze(self) -> None:
        """No pictures come any more, though the device is there."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def plug(self) -> None:
        subprocess.run(["modprobe", MODULE, "video_nr=10"], check=True)
        until(NODE.exists, str(NODE))
        self.feed()

    def unplug(self) -> None:
        """The pictures end first: the kernel lets the device go only when the station has closed
        it."""
        self.freeze()
        until(
            lambda: (
                subprocess.run(["rmmod", MODULE], capture_output=True, check=False).returncode == 0
            ),
            "its end",
        )

    def _run(self) -> None:
        fd = os.open(NODE, os.O_RDWR)
        try:
            self._set_format(fd)
            for number in itertools.count():
                if self._stopped.wait(1 / FPS):
                    return
                if self._frame:
                    # a dot of noise, well inside what luminance may be
                    self._frame[0] = 64 + number % 128
                    os.write(fd, self._frame)
        finally:
            os.close(fd)

    def _set_format(self, fd: int) -> None:
        wanted = bytearray(208)
        struct.pack_into(
            "<I4xIIIIII", wanted, 0, OUTPUT, WIDTH_PX, HEIGHT_PX, YUYV, NO_FIELD, WIDTH_PX * 2, 0
        )
        fcntl.ioctl(fd, SET_FORMAT, wanted)
