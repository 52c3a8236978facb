"""A V4L2 camera's controls as the kernel keeps them, in C's layout of its structures: obeys,
refuses, records."""

from __future__ import annotations

import ctypes
import errno
from dataclasses import dataclass, field

MANUAL, APERTURE_PRIORITY = 1, 3
POWER_LINE, MODE, SHUTTER, GAIN = 0x00980918, 0x009A0901, 0x009A0902, 0x00980913


class QueryCtrl(ctypes.Structure):
    """struct v4l2_queryctrl"""

    _fields_ = [
        ("id", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("name", ctypes.c_uint8 * 32),
        ("minimum", ctypes.c_int32),
        ("maximum", ctypes.c_int32),
        ("step", ctypes.c_int32),
        ("default_value", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 2),
    ]


class Ctrl(ctypes.Structure):
    """struct v4l2_control"""

    _fields_ = [("id", ctypes.c_uint32), ("value", ctypes.c_int32)]


def iowr(number: int, size: int) -> int:
    """_IOWR('V', number, a structure of that size), asm-generic/ioctl.h"""
    return 3 << 30 | size << 16 | ord("V") << 8 | number


QUERYCTRL, G_CTRL, S_CTRL = iowr(36, ctypes.sizeof(QueryCtrl)), iowr(27, 8), iowr(28, 8)


@dataclass
class Known:
    """One control: its value and limits."""

    value: int
    least: int
    most: int
    default: int
    flags: int = 0


@dataclass
class Node:
    """A webcam: its own exposure by aperture priority, and a shutter that may be set in manual mode
    only."""

    known: dict[int, Known] = field(
        default_factory=lambda: {
            POWER_LINE: Known(1, 0, 2, 1),
            MODE: Known(APERTURE_PRIORITY, 0, 3, APERTURE_PRIORITY),
            SHUTTER: Known(333, 3, 2047, 250),
            GAIN: Known(64, 0, 255, 0),
        }
    )
    fails_with: int | None = None  # an errno from now on
    refuses: frozenset[int] = frozenset()  # to set these
    told: list[tuple[int, int]] = field(default_factory=list)  # what was set, in order

    def ioctl(self, fd: int, request: int, argument: bytearray) -> int:
        if self.fails_with:
            raise OSError(self.fails_with, "fails")
        kind = QueryCtrl if request == QUERYCTRL else Ctrl
        assert request in (QUERYCTRL, G_CTRL, S_CTRL) and len(argument) == ctypes.sizeof(kind)
        asked = kind.from_buffer(argument)
        if asked.id not in self.known:
            raise OSError(errno.EINVAL, "no such control")
        known = self.known[asked.id]
        if isinstance(asked, QueryCtrl):
            asked.minimum, asked.maximum, asked.default_value = (
                known.least,
                known.most,
                known.default,
            )
            asked.flags = known.flags
        elif request == G_CTRL:
            asked.value = known.value
        else:
            self._set(asked.id, asked.value)
        return 0

    def _set(self, control: int, value: int) -> None:
        known, automatic = self.known[control], self.known[MODE].value != MANUAL
        if control in self.refuses or not known.least <= value <= known.most:
            raise OSError(errno.ERANGE, "refused")
        if control == MODE and value not in (MANUAL, APERTURE_PRIORITY):
            raise OSError(errno.EINVAL, "this webcam has no such mode")
        if control == SHUTTER and automatic:
            raise OSError(errno.EACCES, "inactive while the camera exposes by itself")
        known.value = value
        self.told.append((control, value))
