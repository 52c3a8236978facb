"""What happens at the table, in past tense. Times are monotonic seconds of one clock. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samebag.core.labels import Command

CAMERA = "camera"  # its name in DeviceLost and DeviceBack
Box = tuple[tuple[float, float], ...]  # four corners in frame pixels, clockwise from the code's own top left


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """The hand scanner read a whole code."""

    code: str
    at_s: float
    symbology: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One code in one frame, with the names of the decoders that read it."""

    code: str
    symbology: str = ""
    box: Box = ()
    by: tuple[str, ...] = ("zxing",)


@dataclass(frozen=True, slots=True)
class ViewSeen:
    """One decoded frame. ``unread`` counts regions that look like a code and stayed unread.

    ``at_s`` is when the frame was taken, not when its decoding ended; ``frame`` is the camera's number for it.
    """

    sightings: tuple[Sighting, ...]
    at_s: float
    occupied: bool = True
    unread: int = 0
    frame: int = 0


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A command barcode was scanned or the button pressed."""

    command: Command
    at_s: float


@dataclass(frozen=True, slots=True)
class ShiftBegan:
    """By the settings' clock, a shift begins now."""

    at_s: float


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened, but a deadline may have come."""

    at_s: float


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """A device that the settings name cannot do its work. ``cure`` is for the packer, in English."""

    device: str
    reason: str
    cure: str
    at_s: float


@dataclass(frozen=True, slots=True)
class DeviceBack:
    """That device works again."""

    device: str
    at_s: float


@dataclass(frozen=True, slots=True)
class VerdictStored:
    """The match verdict of that bag is on disk."""

    bag: int
    at_s: float


@dataclass(frozen=True, slots=True)
class StoreFailed:
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
