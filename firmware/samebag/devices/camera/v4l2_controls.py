"""The controls of a V4L2 camera, asked and set on its own node. Numbers: linux/videodev2.h,
linux/v4l2-controls.h."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

QUERYCTRL, G_CTRL, S_CTRL = 0xC0445624, 0xC008561B, 0xC008561C  # VIDIOC_*
_QUERYCTRL = struct.Struct("=II32siiiiI2I")  # struct v4l2_queryctrl
_CONTROL = struct.Struct("=Ii")  # struct v4l2_control
DISABLED, READ_ONLY = 0x0001, 0x0004  # V4L2_CTRL_FLAG_*
ABSENT = frozenset({errno.EINVAL, errno.ENOTTY})  # this control, or all of them

Ioctl = Callable[[int, int, bytearray], int]


class Control(IntEnum):
    """V4L2_CID_*"""

    POWER_LINE_FREQUENCY = 0x00980918
    EXPOSURE_AUTO = 0x009A0901
    EXPOSURE_ABSOLUTE = 0x009A0902


class ExposureMode(IntEnum):
    """enum v4l2_exposure_auto_type. Webcams know MANUAL and APERTURE_PRIORITY, which is their
    automatic."""

    AUTO = 0
    MANUAL = 1
    SHUTTER_PRIORITY = 2
    APERTURE_PRIORITY = 3


MAINS_60_HZ = 2  # enum v4l2_power_line_frequency


@dataclass(frozen=True, slots=True)
class Range:
    least: int
    most: int
    default: int

    def nearest(self, value: float) -> int:
        return min(self.most, max(self.least, round(value)))


class Controls:
    """Of a node that may be open elsewhere too. Raises OSError as the kernel says it."""

    def __init__(self, node: Path, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._fd, self._ioctl = os.open(node, os.O_RDWR | os.O_NONBLOCK), ioctl

    def range(self, control: Control) -> Range | None:
        """None for one that the camera lacks or lets nobody set."""
        asked = bytearray(_QUERYCTRL.pack(control, 0, b"", 0, 0, 0, 0, 0, 0, 0))
        try:
            self._ioctl(self._fd, QUERYCTRL, asked)
        except OSError as err:
            if err.errno in ABSENT:
                return None
            raise
        _, _, _, least, most, _, default, flags, *_ = _QUERYCTRL.unpack(asked)
        return None if flags & (DISABLED | READ_ONLY) else Range(least, most, default)

    def get(self, control: Control) -> int:
        asked = bytearray(_CONTROL.pack(control, 0))
        self._ioctl(self._fd, G_CTRL, asked)
        return int(_CONTROL.unpack(asked)[1])

    def set(self, control: Control, value: int) -> None:
        self._ioctl(self._fd, S_CTRL, bytearray(_CONTROL.pack(control, value)))

    def close(self) -> None:
        os.close(self._fd)
