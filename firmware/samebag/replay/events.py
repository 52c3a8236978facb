"""What ``samebag replay`` judges: a recording of events, one JSON object a line, or a video or
pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from samebag.core.events import CodeScanned, CommandGiven, Event, Sighting, TimePassed, ViewSeen
from samebag.core.labels import Command
from samebag.core.symbologies import DEFAULT
from samebag.devices.scanner.framer import whole_scan
from samebag.ports import DeviceError, ScanRefused

BOM = b"\xef\xbb\xbf"
# ours: past it a clock in seconds, also one since 1970, cannot be; and deadlines need the digits
MOST_S = 4e9
SHOWN_BYTES = 60
# of lines; one that has none of them is time that passes
KINDS = (
    "scan",
    "view",
    "command",
    "import",
)
GOES_WITH = {"symbology": "scan", "taken": "view", "occupied": "view", "unread": "view"}


@dataclass(frozen=True, slots=True)
class Late:
    """A frame that came at ``at_s``, after it was taken: its own time says when."""

    event: ViewSeen
    at_s: float


@dataclass(frozen=True, slots=True)
class OrdersCame:
    """An order file is imported at ``at_s``; ``said`` names the line and what it says."""

    path: Path
    at_s: float
    said: str


Happening = Event | Late | OrdersCame
Text = Annotated[str, Meta(min_length=1)]


class _Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Text
    symbology: str = ""
    box: tuple[tuple[float, float], ...] = ()
    by: Annotated[tuple[Text, ...], Meta(min_length=1)] = ("zxing",)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"imports": "import"}):
    """One line of an events file. ``at`` is when it came; a frame may have been ``taken``
    before."""

    at: float
    scan: str | UnsetType = UNSET
    symbology: str | UnsetType = UNSET
    view: tuple[_Seen, ...] | UnsetType = UNSET
    taken: float | UnsetType = UNSET
    occupied: bool | UnsetType = UNSET
    unread: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    command: str | UnsetType = UNSET
    imports: Text | UnsetType = UNSET

    def happening(self, path: Path, number: int) -> Happening:
        """Raises ValueError with the rule that is broken."""
        self._check()
        if not isinstance(self.imports, UnsetType):
            return OrdersCame(
                _beside(path, self.imports),
                self.at,
                f"{path}: line {number}: import = {self.imports!r}",
            )
        if not isinstance(self.view, UnsetType):
            return self._seen(self.view)
        if not isinstance(self.scan, UnsetType):
            return self._scan(self.scan)
        return (
            TimePassed(self.at)
            if isinstance(self.command, UnsetType)
            else self._command(self.command)
        )

    def _check(self) -> None:
        said = {kind for kind in KINDS if self._has(kind)}
        if len(said) > 1:
            raise ValueError(f"more than one of {', '.join(KINDS)}: give each a line of its own")
        for name, kind in GOES_WITH.items():
            if self._has(name) and kind not in said:
                raise ValueError(
                    f"{name} = {getattr(self, name)!r}: must be on a line with {kind!r}"
                )
        for name, at_s in (("at", self.at), ("taken", self.taken)):
            if not isinstance(at_s, UnsetType) and abs(at_s) > MOST_S:
                raise ValueError(f"{name} = {at_s:g}: must be seconds, {MOST_S:g} at most")

    def _has(self, name: str) -> bool:
        return getattr(self, "imports" if name == "import" else name) is not UNSET

    def _seen(self, view: tuple[_Seen, ...]) -> ViewSeen | Late:
        if any(len(seen.box) not in (0, 4) for seen in view):
            raise ValueError("box: must have 4 corners, or be left out")
        seen = tuple(Sighting(s.code, s.symbology, s.box, tuple(dict.fromkeys(s.by))) for s in view)
        taken_s = self.at if isinstance(self.taken, UnsetType) else self.taken
        if taken_s > self.at:
            raise ValueError(f"taken = {taken_s:.10g}: must not be after at = {self.at:.10g}")
        event = ViewSeen(seen, taken_s, self.occupied is not False, self.unread or 0)
        return Late(event, self.at) if taken_s < self.at else event

    def _scan(self, text: str) -> Event:
        """As the hand scanner's own reader takes it: a command barcode is a command, an AIM prefix
        a symbology."""
        scan = whole_scan(text, self.at)
        if scan is None:
            raise ValueError(f"scan = {text!r}: must have a code")
        if isinstance(scan, ScanRefused):
            raise ValueError(f"scan = {text!r}: {scan.reason}: {scan.cure}")
        symbology = self.symbology or ""
        return (
            replace(scan, symbology=scan.symbology or symbology)
            if isinstance(scan, CodeScanned)
            else scan
        )

    def _command(self, name: str) -> Event:
        commands = {command.name.lower().replace("_", "-"): command for command in Command}
        if name not in commands:
            raise ValueError(f"command = {name!r}: must be one of {', '.join(commands)}")
        return CommandGiven(commands[name], self.at)


def events(
    path: Path, fps: float | None, symbologies: frozenset[str] = DEFAULT
) -> Iterator[Happening]:
    """Raises DeviceError where the recording cannot be read; what came before is judged by then."""
    if path.is_dir() or not _is_text(path):
        from samebag.devices.camera.recording import views  # brings OpenCV

        yield from views(path, fps, symbologies)
        return
    last_s = -inf
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if text := text.removeprefix(BOM).strip():
                happening = _happening(path, number, text)
                if happening.at_s < last_s:
                    raise DeviceError(
                        f"{path}: line {number}: at = {happening.at_s:.10g}: must not be"
                        f" before {last_s:.10g}:"
                        " sort the file"
                    )
                last_s = happening.at_s
                yield happening
    if last_s == -inf:
        raise DeviceError(f"{path}: has no events: give a recording")


def _happening(path: Path, number: int, text: bytes) -> Happening:
    try:
        return msgspec.json.decode(text, type=_Line).happening(path, number)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as err:
        shown = text[:SHOWN_BYTES].decode(errors="backslashreplace")
        raise DeviceError(f"{path}: line {number}: {shown!r}: {err}: correct that line") from err


def _beside(path: Path, name: str) -> Path:
    if "\0" in name:
        raise ValueError(f"import = {name!r}: must be a file's name")
    return path.parent / name


def _is_text(path: Path) -> bool:
    """Videos and pictures have zero bytes in their first header fields; JSON has none anywhere."""
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(64)
    except OSError as err:
        raise DeviceError(f"{path}: {err.strerror}: give a recording") from err
