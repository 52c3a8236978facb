"""A spool that obeys the rules, and the station's side of a printer, to test printers against."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import zxingcpp
from PIL import Image

from samebag.core.codes.merged import merged_code
from samebag.core.events import DeviceBack, DeviceLost
from samebag.core.parcels import Item, Parcel
from samebag.devices.printer.talk import Timing
from samebag.devices.printer.thread import EscposPrinter, Refuses
from samebag.label.profiles import PrinterProfile
from samebag.ports import JobMoved, JobState, PrintJob, StationEvent

QUICK = Timing(
    answer_s=0.5,
    settle_s=0.2,
    stall_s=0.4,
    pause_s=1.0,
    grace_s=0.6,
    watch_s=0.05,
    retry_s=0.05,
    poll_s=0.05,
)
KEY = bytes(32)
PARCEL = Parcel("P-1", "LX123456789CN", items=(Item("CUP-500", "不锈钢保温杯", "银色", 1),))
NEXT = {
    JobState.QUEUED: {JobState.SENDING, JobState.ASKED, JobState.WITHDRAWN},
    JobState.SENDING: {JobState.QUEUED, JobState.SENT, JobState.ASKED, JobState.CONFIRMED},
    JobState.SENT: {JobState.CONFIRMED, JobState.ASKED},
    JobState.ASKED: {JobState.CONFIRMED},
}


class MemorySpool:
    """Refuses moves that no job may make. ``before`` runs before a move is on disk and may raise
    StoreError."""

    def __init__(self) -> None:
        self.states: dict[int, JobState] = {}
        self.jobs: dict[int, PrintJob] = {}
        self.before: Callable[[JobState], None] = lambda state: None

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        self.before(state)
        assert state in NEXT.get(self.states.get(number, JobState.QUEUED), set()), (
            number,
            self.states,
            state,
        )
        self.states[number] = state

    def copy(self, number: int) -> PrintJob:
        self.before(JobState.REPLACED)
        assert self.states[number] is JobState.ASKED
        self.states[number] = JobState.REPLACED
        old = self.jobs[number]
        new = max(self.jobs) + 1
        self.jobs[new] = replace(old, number=new, copy=old.copy + 1, state=JobState.QUEUED)
        return self.jobs[new]


class Counter:
    """The station at its printer: submits jobs and waits for what is reported."""

    def __init__(self, printer: EscposPrinter, spool: MemorySpool) -> None:
        self.printer = printer
        self.spool = spool
        self.seen: list[StationEvent] = []
        self._queue: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
        printer.start(self._queue.put, spool)

    def submit(self, number: int, parcel: Parcel = PARCEL) -> None:
        job = PrintJob(number, number, parcel.name, 1, JobState.QUEUED, "2026-11-11T14:03+08:00")
        self.spool.jobs[number] = job
        self.printer.submit(job, parcel)

    def answer(self, number: int, *, came_out: bool) -> None:
        self.printer.answer(self.spool.jobs[number], PARCEL, came_out=came_out)

    def until_moved(self, number: int, *states: JobState) -> JobMoved:
        while True:
            event = self._next()
            if isinstance(event, JobMoved) and event.number == number and event.state in states:
                return event

    def until_lost(self) -> DeviceLost:
        while not isinstance(event := self._next(), DeviceLost):
            pass
        return event

    def until_back(self) -> None:
        while not isinstance(self._next(), DeviceBack):
            pass

    def _next(self) -> StationEvent:
        event = self._queue.get(timeout=60)
        self.seen.append(event)
        return event


@contextlib.contextmanager
def counter(
    address: str,
    profile: PrinterProfile,
    spool: MemorySpool | None = None,
    timing: Timing = QUICK,
    refuses: Refuses = lambda parcel: None,
) -> Iterator[Counter]:
    printer = EscposPrinter(
        address, profile=profile, station="SB-01", key=KEY, timing=timing, refuses=refuses
    )
    try:
        yield Counter(printer, spool or MemorySpool())
    finally:
        printer.close()


def named(picture: Path) -> str:
    """What the QR code on a printed label says it is, less its tag."""
    with Image.open(picture) as image:
        found = zxingcpp.read_barcodes(
            image.convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
        )
    return found[0].text.rpartition("|")[0] if found else ""


def without_tag(code: str) -> str:
    """A merged label's code less its tag, which must be the right one."""
    mark, parcel, number, copy, _ = code.split("|")
    assert code == merged_code(parcel, int(number), int(copy), KEY)
    return f"{mark}|{parcel}|{number}|{copy}"
