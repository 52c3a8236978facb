"""What happens at the table, in past tense. Times are monotonic seconds of one clock. Pure.

Structs, in place of dataclasses: a frame comes twelve times a second, and a frozen dataclass takes nine times as long
to make.
"""

from __future__ import annotations

import msgspec

from samebag.core.labels import Command

CAMERA = "camera"  # its name in DeviceLost and DeviceBack
Box = tuple[tuple[float, float], ...]  # four corners in frame pixels, clockwise from the code's own top left


class CodeScanned(msgspec.Struct, frozen=True):
    """The hand scanner read a whole code."""

    code: str
    at_s: float
    symbology: str = ""


class Sighting(msgspec.Struct, frozen=True):
    """One code in one frame, with the names of the decoders that read it."""

    code: str
    symbology: str = ""
    box: Box = ()
    by: tuple[str, ...] = ("zxing",)


class ViewSeen(msgspec.Struct, frozen=True):
    """One decoded frame. ``unread`` counts regions that look like a code and stayed unread.

    ``at_s`` is when the frame was taken, not when its decoding ended; ``frame`` is the camera's number for it.
    """

    sightings: tuple[Sighting, ...]
    at_s: float
    occupied: bool = True
    unread: int = 0
    frame: int = 0


class CommandGiven(msgspec.Struct, frozen=True):
    """A command barcode was scanned or the button pressed."""

    command: Command
    at_s: float


class ShiftBegan(msgspec.Struct, frozen=True):
    """By the settings' clock, a shift begins now."""

    at_s: float


class TimePassed(msgspec.Struct, frozen=True):
    """Nothing happened, but a deadline may have come."""

    at_s: float


class DeviceLost(msgspec.Struct, frozen=True):
    """A device that the settings name cannot do its work. ``cure`` is for the packer, in English."""

    device: str
    reason: str
    cure: str
    at_s: float


class DeviceBack(msgspec.Struct, frozen=True):
    """That device works again."""

    device: str
    at_s: float


class VerdictStored(msgspec.Struct, frozen=True):
    """The match verdict of that bag is on disk."""

    bag: int
    at_s: float


class StoreFailed(msgspec.Struct, frozen=True):
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
