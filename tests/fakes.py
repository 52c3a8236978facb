"""Fakes of the station's ports: they obey the rules of the real ones, record, and fail on
command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from samebag.core.bag.swaps import Swaps
from samebag.core.codes.resolve import label_of
from samebag.core.events import StoreFailed, VerdictStored
from samebag.core.labels import CodeForm, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.verdicts import (
    Action,
    GiveNotice,
    NoticeKind,
    ShowSignal,
    Signal,
    Verdict,
    VerdictKind,
)
from samebag.core.words import Words
from samebag.ports import (
    DeviceError,
    JobMoved,
    JobState,
    Passed,
    PrintJob,
    Put,
    Spool,
    StationEvent,
    StoreError,
)
from samebag.snapshot import Snapshot
from samebag.store.book.records import content_of

from .core import table

WALL_TIME = "2026-11-11T14:03:00.000+08:00"
NEXT = {  # MOVED: what no job may skip or go back to, or a label could come twice
    JobState.QUEUED: {JobState.SENDING, JobState.ASKED, JobState.CONFIRMED, JobState.WITHDRAWN},
    JobState.SENDING: {JobState.QUEUED, JobState.SENT, JobState.ASKED, JobState.CONFIRMED},
    JobState.SENT: {JobState.CONFIRMED, JobState.ASKED},
    JobState.ASKED: {JobState.CONFIRMED},
}


class Closable:
    """Anything that the station closes; ``closing`` lists who was, in order."""

    def __init__(self) -> None:
        self.closed = False
        self.closing: list[str] = []

    def close(self) -> None:
        self.closed = True
        self.closing.append(type(self).__name__)


class FakeBook(Closable, table.FakeBook):
    """A book that can be lost: then every call raises."""

    def __init__(self, parcels: Mapping[str, tuple[str, str]]) -> None:
        Closable.__init__(self)
        table.FakeBook.__init__(self, parcels)
        self.error: StoreError | None = None
        self.without_record: set[str] = set()

    @property
    def form(self) -> CodeForm:
        self._check()
        return CodeForm()

    rules = ()

    def one_state(self) -> AbstractContextManager[None]:
        return nullcontext()

    def label(self, code: str) -> Label | None:
        self._check()
        return super().label(code)

    def label_in(self, text: str) -> Label | None:
        return label_of(text, self.form, self.rules, self.label)

    def standing(self, parcel: str) -> Standing:
        self._check()
        return self.standings.get(parcel, Standing.CANCELLED)

    def parcel(self, name: str) -> Parcel | None:
        self._check()
        known = name in self.standings and name not in self.without_record
        record = (
            replace(self.records[name], tracking_number=f"LX{name}CN", country="ES")
            if known
            else None
        )
        return record and replace(record, standing=self.standings[name])

    def agrees_with(self, record: Parcel) -> bool:
        now = self.parcel(record.name)
        return now is not None and content_of(now) == content_of(record)

    def _check(self) -> None:
        if self.error:
            raise self.error


class FakeScanner(Closable):
    def start(self, put: Put) -> None:
        self.put = put


class FakeCamera(FakeScanner):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[int, str, tuple[str, ...]]] = []

    def keep(self, bag: int, caption: str, bad_codes: tuple[str, ...]) -> None:
        self.kept.append((bag, caption, bad_codes))


class FakeSignals(Closable):
    """Keeps what was shown, in order. ``green`` and ``red`` are what the lamps say about the bag
    now."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[ShowSignal] = []
        self.error: DeviceError | None = None

    @property
    def base(self) -> ShowSignal:
        return next(s for s in reversed(self.shown) if not s.once)

    @property
    def green(self) -> bool:
        return self.base.signal is Signal.MATCH and not self.closed

    def show(self, signal: ShowSignal) -> None:
        if self.error:
            raise self.error
        self.shown.append(signal)

    def close(self) -> None:
        super().close()
        if self.error:
            raise self.error


class FakePrinter(Closable):
    """Prints at once and proves it. ``stops_at``: the state after which the power goes, or ASKED
    for a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: list[tuple[str, int]] = []  # parcel, copy
        self.drawn: list[Parcel] = []  # what those labels show
        self.stops_at: JobState | None = None

    def start(self, put: Put, spool: Spool) -> None:
        self._put, self._spool = put, spool

    def submit(self, job: PrintJob, parcel: Parcel) -> None:
        assert not self.closed
        for state in (JobState.SENDING, JobState.SENT, JobState.CONFIRMED):
            if self.stops_at is JobState.ASKED and state is JobState.SENT:
                self._move(job, JobState.ASKED)
                return
            self._move(job, state)
            if state is JobState.SENT:
                self.printed.append((parcel.name, job.copy))
                self.drawn.append(parcel)
            if state is self.stops_at:
                return

    def answer(self, job: PrintJob, parcel: Parcel, *, came_out: bool) -> None:
        if came_out:
            self._move(job, JobState.CONFIRMED)
            return
        again = self._spool.copy(job.number)
        self._put(JobMoved(job.number, JobState.REPLACED, 0.0))
        self.submit(again, parcel)

    def _move(self, job: PrintJob, state: JobState) -> None:
        self._spool.move(job.number, state)
        self._put(JobMoved(job.number, state, 0.0, "paper out" if state is JobState.ASKED else ""))


class FakeLedger(Closable):
    """A ledger in memory. ``disk_works`` False: matches fail, all else waits as on a full card;
    None: nothing is answered yet, until ``commit``. ``error``: it cannot be read either."""

    def __init__(self) -> None:
        super().__init__()
        self.verdicts: list[Verdict] = []
        self.notes: list[tuple[str, int, dict[str, object]]] = []
        self.jobs: dict[int, PrintJob] = {}
        self.disk_works: bool | None = True
        self.error: StoreError | None = None
        self.lacks = ""
        # called with each verdict, before it is recorded
        self.before: Callable[[], None] = lambda: None
        self._asked: list[Verdict] = []
        self._passed: dict[str, Passed] = {}
        self.records: dict[str, Parcel | None] = {}
        self._sealed: dict[str, str] = {}
        self._swaps = Swaps()

    def start(self, put: Put) -> None:
        self._put, self.closed = put, False

    def record(self, verdict: Verdict, parcel: Parcel | None = None) -> None:
        assert not self.closed
        if verdict.prints:
            self.records.setdefault(str(verdict.parcel), parcel)
        self.before()
        if verdict.kind is not VerdictKind.MATCH:
            self.verdicts.append(verdict)
            return
        self._asked.append(verdict)
        if self.disk_works is not None:
            self.commit()

    def commit(self) -> None:
        asked, self._asked = self._asked, []
        for verdict in asked:
            parcel = str(verdict.parcel)
            if not self.disk_works or parcel in self._passed:
                self._put(StoreFailed(verdict.bag, verdict.at_s))
                continue
            self.verdicts.append(verdict)
            if verdict.passes:
                self._passed[parcel] = Passed(parcel, verdict.bag, WALL_TIME, "fake")
            if verdict.prints:
                self._queue(PrintJob(0, verdict.bag, parcel, 1, JobState.QUEUED, WALL_TIME))
            self._put(VerdictStored(verdict.bag, verdict.at_s))

    def accept(self, supervisor: str) -> bool:
        lacks, self.lacks = self.lacks, ""
        return bool(lacks)

    def note(self, kind: str, bag: int, body: dict[str, object]) -> None:
        assert not self.closed
        self.notes.append((kind, bag, body))

    def notice(self, notice: GiveNotice, swaps: Swaps) -> None:
        self.note("notice", notice.bag, {"notice": notice.notice})
        if notice.notice is NoticeKind.SEALED:
            self._sealed[notice.parcels[0]] = notice.labels[0].code
        elif notice.parcels or notice.places:
            self._swaps = swaps

    def swaps(self) -> Swaps:
        return self._swaps.without(lambda parcel: parcel in self._passed)

    def sealed_by(self, parcel: str) -> str | None:
        return self._sealed.get(parcel)

    def evidence_of(self, bag: int) -> str:
        return next(
            (str(body["path"]) for kind, b, body in self.notes if kind == "evidence" and b == bag),
            "",
        )

    def job(self, number: int) -> PrintJob | None:
        return self.jobs.get(number)

    def passed(self, parcel: str) -> Passed | None:
        self._check()
        return self._passed.get(parcel)

    def recorded(self, parcel: str) -> Parcel | None:
        self._check()
        return self.records.get(parcel)

    def last_match(self) -> Verdict | None:
        return next((v for v in reversed(self.verdicts) if v.passes), None)

    def job_of(self, bag: int) -> PrintJob | None:
        self._check()
        return next((job for job in reversed(self.jobs.values()) if job.bag == bag), None)

    def jobs_in(self, states: Iterable[JobState]) -> tuple[PrintJob, ...]:
        self._check()
        wanted = set(states)
        return tuple(job for job in self.jobs.values() if job.state in wanted)

    def last_bag(self) -> int:
        return max((v.bag for v in self.verdicts), default=0)

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        job = self.jobs[number]
        assert state in NEXT[job.state], (job, state)
        self.jobs[number] = replace(job, state=state)

    def withdraw(self, number: int, reason: str) -> None:
        self.jobs[number] = replace(self.jobs[number], state=JobState.WITHDRAWN)

    def copy(self, number: int) -> PrintJob:
        job = self.jobs[number]
        self.jobs[number] = replace(job, state=JobState.REPLACED)
        return self._queue(replace(job, copy=job.copy + 1, state=JobState.QUEUED))

    def _queue(self, job: PrintJob) -> PrintJob:
        job = replace(job, number=len(self.jobs) + 1)
        self.jobs[job.number] = job
        return job

    def _check(self) -> None:
        if self.error:
            raise self.error


@dataclass(slots=True)
class FakeTeller:
    told_about: list[tuple[StationEvent | Action, Words]]

    def told(self, about: StationEvent | Action, words: Words) -> None:
        self.told_about.append((about, words))


class SnapshotList:
    """A showing.Writes without a disk."""

    def __init__(self) -> None:
        self.written: list[Snapshot] = []

    def put(self, now: Snapshot) -> None:
        self.written.append(now)

    def close(self) -> None:
        pass
