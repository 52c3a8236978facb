"""The files that the station leaves for its pages: what it shows and hears now, what the camera
sees, labels."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

FILE = "snapshot.json"  # in the runtime directory
PICTURE = "camera.picture"  # beside it: what the camera worker sees
BEAT_S = 1.0  # a station at work writes it so often, whatever happens
GONE_S = 3.5  # ours: three beats missed on a busy Pi Zero
FOLDER_LABELS = 1000
# what a message is about, where no notice of that name is given
SCAN_AGAIN, ADVICE, WITHDRAWN, SETTLED = "scan-again", "advice", "withdrawn", "settled"
EXCHANGE = "exchange"  # a wanted notice once all its labels are found


class ShownLabel(msgspec.Struct, frozen=True):
    kind: str
    code: str
    by: str
    text: str = ""  # what stands on it, where that is not the code itself


class Said(msgspec.Struct, frozen=True):
    """A message of the packer's screen. ``about`` is the kind of what it is about, such as
    ``wanted`` or ``badge``."""

    about: str
    zh: str
    en: str
    at_s: float
    parcels: tuple[str, ...] = ()
    labels: tuple[ShownLabel, ...] = ()


class Judged(msgspec.Struct, frozen=True):
    """The newest verdict; ``wall_time`` ISO 8601 with zone."""

    kind: str
    bag: int
    parcel: str
    parcels: tuple[str, ...]
    labels: tuple[ShownLabel, ...]
    proof: str
    packer: str
    wall_time: str
    zh: str
    en: str
    check: str = ""


class ShownFault(msgspec.Struct, frozen=True):
    """A device that cannot do its work."""

    device: str
    zh: str
    en: str


class Heard(msgspec.Struct, frozen=True):
    """What the hand scanner sent: its newest bytes in hex, and what was understood."""

    wall_time: str
    raw: str
    understood: str


class Snapshot(msgspec.Struct, frozen=True):
    """``at_s`` is on the monotonic clock that all processes share; ``state`` and ``signal`` as the
    core names them.

    ``judged`` is the verdict that the lamps show, or the last one; ``refused`` is why they and the
    buzzer said no once.
    """

    station: str
    at_s: float
    stopped: bool
    state: str
    signal: str
    quiet: bool
    bag: int
    shadow: bool
    unproven: bool
    reads: tuple[ShownLabel, ...]
    faults: tuple[ShownFault, ...]
    notices: tuple[Said, ...]
    judged: Judged | None
    said: Said | None
    asked: Said | None
    heard: tuple[Heard, ...]
    printer: dict[int, int | None]  # DLE EOT n: its answer, null for none
    off: tuple[
        Said, ...
    ] = ()  # what the camera saw lately and does not read, as its symbology is switched off
    refused: Said | None = None  # until something else happens on the table
    # what the bag lacks, and since when; none that is over before it can be read
    waits: Said | None = None

    def is_live(self, now_s: float) -> bool:
        return not self.stopped and 0 <= now_s - self.at_s < GONE_S


class Boxed(msgspec.Struct, frozen=True):
    """A code that was read, and its corners in pixels of the camera's own frame."""

    code: str
    corners: tuple[tuple[float, float], ...]


class ShownPicture(msgspec.Struct, frozen=True):
    """The line before the JPEG in the picture's file. ``sharpness`` grows with focus and has no
    unit."""

    at_s: float
    frame: int
    codes: tuple[str, ...]
    unread: int
    occupied: bool
    sharpness: float
    width_px: int
    height_px: int
    boxes: tuple[Boxed, ...] = ()


def printed_path(folder: Path, number: int) -> Path:
    """The picture of a printed label, by its print number."""
    return folder / str(number // FOLDER_LABELS) / f"{number}.png"


def replace_file(path: Path, content: bytes) -> None:
    """Readers see the old or the new one, never half of one. Not synced: nothing here outlives the
    power."""
    draft = path.with_name(f".{path.name}")
    with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o640)) as file:
        file.write(content)
    draft.replace(path)


_snapshots: msgspec.json.Decoder[Snapshot] = msgspec.json.Decoder(Snapshot)
_pictures: msgspec.json.Decoder[ShownPicture] = msgspec.json.Decoder(ShownPicture)


def snapshot_of(text: bytes) -> Snapshot:
    """Raises msgspec.DecodeError."""
    return _snapshots.decode(text)


def picture_of(content: bytes) -> tuple[ShownPicture, bytes]:
    """The picture's facts and its JPEG; raises msgspec.DecodeError."""
    head, _, jpeg = content.partition(b"\n")
    return _pictures.decode(head), jpeg
