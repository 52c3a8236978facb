"""What the station asks of its devices and stores. Adapters own one thread each and only put events
on the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from samebag.core.bag.swaps import Swaps
from samebag.core.codes.rules import Rule
from samebag.core.events import Event
from samebag.core.labels import CodeForm, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.verdicts import GiveNotice, ShowSignal, TellWait, Verdict


class DeviceError(Exception):
    """A device cannot do what was asked. ``reason`` names thing, value and rule, ``cure`` what a
    person does about it.

    One family a border, each caught where that border is crossed:

        SettingsError         what a technician wrote cannot be used; the program does not start
        DeviceError           devices/, and commands that stand for one, such as a recording
          ScannerGone         tried again; ``sleeps``: one that may only have gone to sleep
          PrinterError        PrinterOffline, PrinterSilent, PaperOut, CoverOpen,
                              PrinterFailed, AddressError
          WorkerLost          the camera worker is replaced
          SourceLost          in the worker: no picture can be had
          EvidenceError       in the worker: the picture could not be kept
          RecordingError      a video or a folder of pictures cannot be played
        StoreError            store/: book, ledger or another file of the station's
        OrderFileError        orders/: a whole file is refused
          NotAccepted         SourceChanged, MostNeverGreen: until a person takes it as it is
    """

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(f"{reason}: {cure}" if cure else reason)
        self.reason, self.cure = reason, cure


class StoreError(Exception):
    """Book or ledger cannot be read or written. The message names file, fault and cure."""


class OrderFileError(Exception):
    """An order file cannot be taken at all. Single bad rows are not errors but refusals."""


class JobState(StrEnum):
    """A print job's way. A job is never resent by itself after its first byte was accepted."""

    QUEUED = "queued"  # on disk, nothing sent
    SENDING = "sending"  # a byte may have been accepted
    SENT = "sent"  # all bytes accepted, printing not proven
    CONFIRMED = "confirmed"  # the printer, or the packer, says that it is printed
    ASKED = "asked"  # it may or may not be printed: the packer is asked
    REPLACED = "replaced"  # a further copy, marked COPY n, was queued instead
    WITHDRAWN = "withdrawn"  # not to be printed: its order changed or was cancelled after the match


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One merged label to print. ``number`` is the print number on its QR; ``copy`` is 1, 2, …

    ``wall_time`` is when the bag passed, ISO 8601 with zone, ``packer`` whose badge was scanned,
    ``head`` (heads.short) its match's entry: all as printed.
    """

    number: int
    bag: int
    parcel: str
    copy: int
    state: JobState
    wall_time: str
    packer: str = ""
    head: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PrintRefusal:
    """Why a label is not printed: ASKED until something is done about it, WITHDRAWN for good."""

    state: JobState
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class EvidenceSaved:
    """The worker wrote the picture of a bag; ``sha256`` is of the JPEG's bytes."""

    bag: int
    path: Path
    sha256: str
    at_s: float


@dataclass(frozen=True, slots=True)
class JobMoved:
    """A print job changed its state; ``reason`` and ``cure`` are given when the packer must do
    something."""

    number: int
    state: JobState
    at_s: float
    reason: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class ScanRefused:
    """The hand scanner sent something that is not a whole code. ``reason`` says what; the packer
    scans again.

    ``cure`` is given where that does not help, because the scanner is set wrong.
    """

    reason: str
    at_s: float
    cure: str = ""


@dataclass(frozen=True, slots=True)
class CodeComing:
    """A scanner is typing: the CodeScanned that follows if no further character does. Only worth a
    look ahead."""

    code: str
    at_s: float
    symbology: str = ""


@dataclass(frozen=True, slots=True)
class CameraEnded:
    """A recording came to its end (never sent by a live camera)."""

    at_s: float


@dataclass(frozen=True, slots=True)
class SymbologyOff:
    """The camera sees a code of a symbology that is switched off (core/symbologies.py); once a
    minute for each."""

    symbology: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ProbationMoved:
    """A changed order file was accepted: until then one-frame proof only; ``until`` is empty when
    that is over."""

    at_s: float
    until: str


@dataclass(frozen=True, slots=True)
class WaitLasts:
    """A bag has waited for one thing so long that it is worth a line; once for each wait."""

    at_s: float
    wait: TellWait


StationEvent = (
    Event
    | EvidenceSaved
    | JobMoved
    | CodeComing
    | ScanRefused
    | CameraEnded
    | SymbologyOff
    | ProbationMoved
    | WaitLasts
)
Put = Callable[[StationEvent], None]  # puts an event on the station's queue; safe from any thread


class Scanner(Protocol):
    """A hand scanner: puts CodeComing, CodeScanned, ScanRefused, DeviceLost("scanner"),
    DeviceBack("scanner")."""

    def start(self, put: Put) -> None: ...
    def close(self) -> None: ...


class Camera(Protocol):
    """The camera worker: puts ViewSeen, EvidenceSaved, CameraEnded, DeviceLost("camera"),
    DeviceBack("camera")."""

    def start(self, put: Put) -> None: ...
    def keep(self, bag: int, caption: str, bad_codes: tuple[str, ...]) -> None:
        """Write the newest decoded frame as evidence of that bag; never blocks, answered with
        EvidenceSaved."""
        ...

    def close(self) -> None: ...


class Spool(Protocol):
    """The durable side of printing, kept in the ledger. Both calls return when the change is on
    disk."""

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        """Put the job's new state on disk; SENDING must be there before the first byte goes out."""
        ...

    def copy(self, number: int) -> PrintJob:
        """Mark that job REPLACED and queue its next copy (copy + 1), in one commit."""
        ...


class Printer(Protocol):
    """The spool's way to a printer: puts JobMoved, DeviceLost("printer"), DeviceBack("printer")."""

    def start(self, put: Put, spool: Spool) -> None: ...
    def submit(self, job: PrintJob, parcel: Parcel) -> None:
        """Render, encode and send in the printer's own thread; never blocks."""
        ...

    def answer(self, job: PrintJob, parcel: Parcel, *, came_out: bool) -> None:
        """The packer looked for a label that was asked about: done, or print its next copy; never
        blocks."""
        ...

    def close(self) -> None: ...


class Signals(Protocol):
    """LEDs and buzzer. ``show`` returns after the first step of the pattern is on the pins."""

    def show(self, signal: ShowSignal) -> None: ...
    def close(self) -> None:
        """Everything off."""
        ...


class Book(Protocol):
    """Parcels known. Read-only here; the import is its one writer, in another process."""

    @property
    def form(self) -> CodeForm: ...
    @property
    def rules(self) -> tuple[Rule, ...]:
        """The store's own, for what its labels say beside the bare codes."""
        ...

    def one_state(self) -> AbstractContextManager[None]:
        """All that is looked up in the block is from one moment."""
        ...

    def label(self, code: str) -> Label | None: ...
    def label_in(self, text: str) -> Label | None:
        """Which label a text is, by its code or by a rule."""
        ...

    def standing(self, parcel: str) -> Standing: ...
    def parcel(self, name: str) -> Parcel | None: ...
    def agrees_with(self, record: Parcel) -> bool:
        """Whether its labels would still be printed like that; facts that are on no label do not
        count."""
        ...

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        """The parcels of the same order file from place ``first`` of the print order on, by place;
        a roll's worth."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Passed:
    """When and where a parcel passed, for the duplicate verdict's screen; ``head`` is its match's
    entry (heads.py)."""

    parcel: str
    bag: int
    wall_time: str  # ISO 8601 with zone
    station: str
    head: str = field(default="", compare=False)


class Records(Protocol):
    """What is on disk of what happened. Every call may raise StoreError."""

    def swaps(self) -> Swaps:
        """What was open when the station stopped, less what has passed."""
        ...

    def sealed_by(self, parcel: str) -> str | None:
        """The code of the merged label that sealed its bag."""
        ...

    def evidence_of(self, bag: int) -> str:
        """Where the picture of that bag lies, empty if there is none."""
        ...

    def job(self, number: int) -> PrintJob | None:
        """The print job of that number."""
        ...

    def passed(self, parcel: str) -> Passed | None: ...
    def recorded(self, parcel: str) -> Parcel | None:
        """Its record as the match that passed it found it; None once it was purged, or where none
        was kept."""
        ...

    def last_match(self) -> Verdict | None:
        """The newest match: its bag may still lie on the table."""
        ...

    def job_of(self, bag: int) -> PrintJob | None:
        """The newest print job of that bag."""
        ...

    def jobs_in(self, states: Iterable[JobState]) -> tuple[PrintJob, ...]:
        """Jobs in those unfinished states, oldest first: after a stop they are finished or asked
        about."""
        ...

    def close(self) -> None: ...


class Ledger(Records, Spool, Protocol):
    """What happened. Its own thread writes: ``record`` returns at once, VerdictStored or
    StoreFailed follow."""

    def last_bag(self) -> int:
        """The highest bag number that may have been shown before this start, 0 in a new ledger."""
        ...

    def start(self, put: Put) -> None: ...
    def record(self, verdict: Verdict, parcel: Parcel | None = None) -> None:
        """Append the verdict, before all else that waits (a match also marks its parcel passed and
        queues its print job, in one commit). ``parcel`` is what the match found, for its label."""
        ...

    def accept(self, supervisor: str) -> bool:
        """That supervisor gives up what a ledger lacks that is not the one written last; False if
        it is. Returns at once, DeviceBack follows."""
        ...

    def withdraw(self, number: int, reason: str) -> None:
        """That job's label is not to be printed. Returns at once."""
        ...

    def note(self, kind: str, bag: int, body: dict[str, object]) -> None:
        """Append anything else that happened: a notice, a device, a print job's step, evidence."""
        ...

    def notice(self, notice: GiveNotice, swaps: Swaps) -> None:
        """Append it; where it is about swaps, with all that is still open of them; a seal marks its
        parcel sealed."""
        ...
