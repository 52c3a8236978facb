"""What the kernel says of its GPIO chips and lines, asked without taking any line from whoever
holds it."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# linux/gpio.h
# GPIO_GET_CHIPINFO_IOCTL: name, label, lines
_CHIP_INFO, _CHIP = (
    0x8044B401,
    struct.Struct("32s32sI"),
)
# GPIO_V2_GET_LINEINFO_IOCTL: name, consumer, offset, …
_LINE_INFO, _LINE = (
    0xC100B405,
    struct.Struct("32s32sIIQ176x"),
)
_USED = 1 << 0  # GPIO_V2_LINE_FLAG_USED: requested by a program, or taken by a driver
_WITHOUT_NAME = "the kernel"


@dataclass(frozen=True, slots=True)
class Chip:
    """``label`` is what the chip is: pinctrl-bcm2711, pinctrl-rp1, …; numbers such as gpiochip0
    change."""

    path: Path
    label: str

    def user_of(self, line: int) -> str | None:
        """Who holds that line, None if it is free; OSError for a line that the chip lacks."""
        with _opened(self.path) as fd:
            asked = bytearray(_LINE.pack(b"", b"", line, 0, 0))
            fcntl.ioctl(fd, _LINE_INFO, asked)
        return line_user(bytes(asked))


def gpio_chips(dev: Path) -> list[Chip]:
    """All chips in that folder; PermissionError if this user may not ask."""
    return [
        Chip(path, _label(path)) for path in sorted(dev.glob("gpiochip*")) if not path.is_symlink()
    ]


def line_user(answer: bytes) -> str | None:
    """Who holds a line, by the kernel's struct gpio_v2_line_info."""
    _, consumer, _, _, flags = _LINE.unpack(answer)
    return (_text(consumer) or _WITHOUT_NAME) if flags & _USED else None


def _label(path: Path) -> str:
    asked = bytearray(_CHIP.size)
    with _opened(path) as fd:
        fcntl.ioctl(fd, _CHIP_INFO, asked)
    return _text(_CHIP.unpack(asked)[1])


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="replace")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)
