"""The loop: one queue of events, the rules, and the devices that do what the rules say (README, "Life of a bag").

The loop alone owns the bag. Everything else puts events on its queue and is told what to do; nothing here waits for
a printer, a camera, a disk or a network.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from samebag import screen
from samebag.core.bag import Bag, due_s, resumed
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    TimePassed,
    ViewSeen,
)
from samebag.core.labels import CodeForm, Command, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.step import play
from samebag.core.verdicts import Action, GiveNotice, PrintLabel, RecordVerdict, ShowSignal, Signal, Verdict
from samebag.ports import (
    Book,
    Camera,
    CameraEnded,
    EvidenceSaved,
    JobMoved,
    JobState,
    Ledger,
    Printer,
    PrintJob,
    Scanner,
    ScanRefused,
    Signals,
    StationEvent,
    StoreError,
)
from samebag.screen import Words

BEAT_S = 1.0  # the loop proves that it lives at least so often
BOOK = "book"  # its name in DeviceLost and DeviceBack
CAMERA_START = "camera start"  # a fault until the first view: no bag passes unwatched because the camera is slow


class Teller(Protocol):
    """Who is told what happens: the journal and, in the virtual station, the terminal."""

    def told(self, about: StationEvent | Action, words: Words) -> None:
        """Once per change of state, with what the packer's screen says."""
        ...


class KnownHere:
    """The book, with the ledger's knowledge of what has passed."""

    def __init__(self, book: Book, ledger: Ledger) -> None:
        self.label: Callable[[str], Label | None] = book.label
        self._book, self._ledger = book, ledger

    def standing(self, parcel: str) -> Standing:
        return Standing.PASSED if self._ledger.passed(parcel) else self._book.standing(parcel)


def normalised(event: Event, form: CodeForm) -> Event:
    """The event with its codes as the book writes them."""
    match event:
        case CodeScanned():
            return replace(event, code=form.normalise(event.code))
        case ViewSeen():
            return replace(event, sightings=tuple(replace(s, code=form.normalise(s.code)) for s in event.sightings))
    return event


class Station:
    """One packing station. ``camera`` and ``printer`` are None where the settings say ``none``.

    ``asks_about``: the states in which a job found at start may or may not be on paper. ``beat`` is called
    at least every BEAT_S, from the loop itself.
    """

    def __init__(
        self,
        *,
        rules: Rules,
        book: Book,
        ledger: Ledger,
        signals: Signals,
        scanners: Sequence[Scanner],
        camera: Camera | None,
        printer: Printer | None,
        asks_about: frozenset[JobState],
        tellers: Sequence[Teller],
        clock: Callable[[], float],
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._rules, self._book, self._ledger, self._signals = rules, book, ledger, signals
        self._scanners, self._camera, self._printer = scanners, camera, printer
        self._asks_about, self._tellers, self._clock, self._beat = asks_about, tellers, clock, beat
        self._known = KnownHere(book, ledger)
        self._queue: queue.SimpleQueue[StationEvent | None] = queue.SimpleQueue()
        self._jobs: dict[int, PrintJob] = {}  # on their way to paper, by number
        self._asked: deque[PrintJob] = deque()  # those of them that the packer must look for, oldest first

    def put(self, event: StationEvent) -> None:
        """From any thread."""
        self._queue.put(event)

    def stop(self) -> None:
        """From any thread or signal handler: the loop ends after what is queued before this."""
        self._queue.put(None)

    def start(self) -> None:
        """Resume from what is on disk, light up, open the devices. Raises StoreError."""
        last = self._ledger.last_match()
        self._bag = resumed(
            self._ledger.last_bag() + 1,
            self._clock(),
            frozenset({CAMERA_START} if self._camera else ()),
            last.parcel if last else None,
            frozenset(label.code for label in last.labels) if last else frozenset(),
        )
        self._ledger.start(self.put)
        self._signals.show(self._bag.shown)
        if self._printer:
            self._printer.start(self.put, self._ledger)
            self._resume_printing(self._printer)
        for device in (*self._scanners, *([self._camera] if self._camera else [])):
            device.start(self.put)

    def run(self) -> None:
        """Until stop(). Nothing that a device or a store does ends it."""
        while True:
            self._beat()
            wait_s = min(due_s(self._bag, self._rules) - self._clock(), BEAT_S)
            try:
                event = self._queue.get(timeout=max(wait_s, 0.0))
            except queue.Empty:
                event = TimePassed(self._clock())
            if event is None:
                return
            self._take(event)

    def close(self) -> None:
        """Everything off, in the order that loses nothing: first who sends events, last who writes."""
        for device in (*self._scanners, self._camera, self._printer, self._signals, self._ledger, self._book):
            if device:
                device.close()

    # ---- events

    def _take(self, event: StationEvent) -> None:
        try:
            if isinstance(event, EvidenceSaved | JobMoved | ScanRefused | CameraEnded):
                self._note(event)
            else:
                self._judge(event)
        except StoreError as err:
            if BOOK not in self._bag.faults:  # nothing is green until book and ledger can be read again
                self._judge(DeviceLost(BOOK, str(err), "call a technician", self._clock()))

    def _judge(self, event: Event) -> None:
        if isinstance(event, CommandGiven) and event.command is not Command.CLEAR:
            self._answer(event.command)
            return
        before = self._bag
        self._bag, actions = play(before, normalised(event, self._book.form), self._rules, self._known)
        for action in actions:
            self._perform(action)
        self._tell_change(event, before)
        for fault in self._over(event):
            self._judge(DeviceBack(fault, event.at_s))

    def _over(self, event: Event) -> frozenset[str]:
        """The faults that this event shows to be over."""
        looked_up = isinstance(event, CodeScanned) or (isinstance(event, ViewSeen) and bool(event.sightings))
        over = {CAMERA_START} if isinstance(event, ViewSeen) else set()
        return self._bag.faults & (over | ({BOOK} if looked_up else set()))

    def _note(self, event: EvidenceSaved | JobMoved | ScanRefused | CameraEnded) -> None:
        words = screen.READY
        match event:
            case EvidenceSaved():
                self._ledger.note("evidence", event.bag, {"path": str(event.path), "sha256": event.sha256})
            case JobMoved():
                words = self._job_moved(event)
            case ScanRefused():
                self._signals.show(ShowSignal(Signal.INCOMPLETE, once=True))
                words = screen.SCAN_AGAIN
        self._tell(event, words)

    # ---- actions

    def _perform(self, action: Action) -> None:
        match action:
            case ShowSignal():
                self._signals.show(action)
            case RecordVerdict(verdict):
                self._record(verdict)
            case PrintLabel(parcel, bag):
                self._print(parcel, bag)
            case GiveNotice(notice):
                self._ledger.notice(action)
                self._tell(action, screen.NOTICES[notice])

    def _record(self, verdict: Verdict) -> None:
        self._ledger.record(verdict)
        if self._camera:
            bad = () if verdict.prints else tuple(label.code for label in verdict.labels)
            self._camera.keep(verdict.bag, f"bag {verdict.bag}: {verdict.kind} {verdict.parcel or ''}", bad)
        if verdict.prints:
            self._storing = verdict  # told when it is on disk
        else:
            self._tell_verdict(verdict)

    def _print(self, parcel: str, bag: int) -> None:
        self._tell_verdict(self._storing)
        job, record = self._ledger.job_of(bag), self._book.parcel(parcel)
        if self._printer and job and record:
            self._submit(self._printer, job, record)

    # ---- print jobs

    def _submit(self, printer: Printer, job: PrintJob, record: Parcel) -> None:
        self._jobs[job.number] = job
        printer.submit(job, record)

    def _resume_printing(self, printer: Printer) -> None:
        """What never reached the printer is printed now; what may have, the packer is asked about."""
        for job in self._ledger.jobs_in(self._asks_about | {JobState.QUEUED}):
            record = self._book.parcel(job.parcel)
            if job.state is JobState.QUEUED and record:
                self._submit(printer, job, record)
            else:
                self._jobs[job.number] = job
                if job.state is not JobState.ASKED:
                    self._ledger.move(job.number, JobState.ASKED, "the station stopped before the label was proven")
                self.put(JobMoved(job.number, JobState.ASKED, self._clock(), "the station stopped while it printed"))

    def _job_moved(self, event: JobMoved) -> Words:
        job = self._jobs.get(event.number)
        if job and event.state is JobState.ASKED:
            self._asked.append(job)
        elif event.state is JobState.CONFIRMED:
            self._jobs.pop(event.number, None)
        elif event.state is JobState.REPLACED and job and (again := self._ledger.job_of(job.bag)):
            del self._jobs[job.number]
            self._jobs[again.number] = again
        return screen.of_job(event, job)

    def _answer(self, command: Command) -> None:
        """The packer looked for the label that was asked about longest."""
        if not self._asked or not self._printer:
            self._tell(CommandGiven(command, self._clock()), screen.NOTHING_ASKED)
            return
        job = self._asked.popleft()
        record = self._book.parcel(job.parcel)
        if record:
            self._printer.answer(job, record, came_out=command is Command.LABEL_IS_THERE)

    # ---- telling

    def _tell(self, about: StationEvent | Action, words: Words) -> None:
        for teller in self._tellers:
            teller.told(about, words)

    def _tell_verdict(self, verdict: Verdict) -> None:
        record = self._book.parcel(verdict.parcel) if verdict.parcel else None
        passed = self._ledger.passed(verdict.parcel) if verdict.parcel else None
        self._tell(RecordVerdict(verdict), screen.of_verdict(verdict, record, passed))

    def _tell_change(self, event: Event, before: Bag) -> None:
        match event:
            case DeviceLost(device) if device not in before.faults:
                self._tell(event, screen.of_fault(event))
            case DeviceBack(device) if device in before.faults - {CAMERA_START}:
                self._tell(event, screen.of_back(event))
            case _ if len(self._bag.reads) > len(before.reads) and not self._bag.hold:
                self._tell(event, screen.of_reads(self._bag.reads))
