"""What happens at the table, in past tense. Times are monotonic seconds of one clock. Pure.

Structs, in place of dataclasses: a frame comes twelve times a second, and a frozen dataclass takes
nine times as long to make. None can be part of a cycle, so the garbage collector need not look at
them (``gc=False``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import msgspec

from samebag.core.labels import Command


class Device(StrEnum):
    """What DeviceLost and DeviceBack name. ``zh`` is what it is called in Chinese; ``is_file``: it
    lies on the card."""

    zh: str
    is_file: bool

    SCANNER = "scanner", "扫描枪"
    CAMERA = "camera", "摄像头"
    PRINTER = "printer", "打印机"
    SIGNALS = "signals", "灯和蜂鸣器"
    LEDGER = "ledger", "存储卡", True
    EVIDENCE = "evidence", "存储卡", True
    BOOK = "book", "订单库", True

    def __new__(cls, value: str, zh: str = "", is_file: bool = False) -> Self:
        member = str.__new__(cls, value)
        member._value_, member.zh, member.is_file = value, zh, is_file
        return member


CAMERA = Device.CAMERA  # asked of each frame: see verdicts.py
# four corners in frame pixels, clockwise from the code's own top left
Box = tuple[tuple[float, float], ...]


class CodeScanned(msgspec.Struct, frozen=True, gc=False):
    """The hand scanner read a whole code."""

    code: str
    at_s: float
    symbology: str = ""


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """One code in one frame, with the names of the decoders that read it."""

    code: str
    symbology: str = ""
    box: Box = ()
    by: tuple[str, ...] = ("zxing",)


class ViewSeen(msgspec.Struct, frozen=True, gc=False):
    """One decoded frame. ``unread`` counts regions that look like a code and stayed unread.

    ``at_s`` is when the frame was taken, not when its decoding ended; ``frame`` is the camera's
    number for it.
    """

    sightings: tuple[Sighting, ...]
    at_s: float
    occupied: bool = True
    unread: int = 0
    frame: int = 0


class CommandGiven(msgspec.Struct, frozen=True, gc=False):
    """A command barcode was scanned or the button pressed."""

    command: Command
    at_s: float


class ShiftBegan(msgspec.Struct, frozen=True, gc=False):
    """By the settings' clock, a shift begins now."""

    at_s: float


class TimePassed(msgspec.Struct, frozen=True, gc=False):
    """Nothing happened, but a deadline may have come."""

    at_s: float


class DeviceLost(msgspec.Struct, frozen=True, gc=False):
    """A device that the settings name cannot do its work. ``cure`` is for the packer, in
    English."""

    device: str
    reason: str
    cure: str
    at_s: float


class DeviceBack(msgspec.Struct, frozen=True, gc=False):
    """That device works again."""

    device: str
    at_s: float


class VerdictStored(msgspec.Struct, frozen=True, gc=False):
    """The match verdict of that bag is on disk."""

    bag: int
    at_s: float


class StoreFailed(msgspec.Struct, frozen=True, gc=False):
    """The verdict of that bag could not be put on disk."""

    bag: int
    at_s: float


Event = (
    CodeScanned
    | ViewSeen
    | CommandGiven
    | ShiftBegan
    | TimePassed
    | DeviceLost
    | DeviceBack
    | VerdictStored
    | StoreFailed
)
