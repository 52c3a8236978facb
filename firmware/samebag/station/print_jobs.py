"""Which merged labels are on their way to paper, and which of them the packer must look for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from samebag.core.parcels import Parcel
from samebag.core.words import Words
from samebag.ports import Book, JobMoved, JobState, Ledger, Printer, PrintJob, PrintRefusal, Put
from samebag.station.lookup import since_match
from samebag.words import screen


class PrintJobs:
    """The loop's side of printing. Calls may raise StoreError. Without a printer nothing is printed
    or asked.

    ``asks_about``: the states in which a job found at start may or may not be on paper.
    """

    def __init__(
        self,
        *,
        printer: Printer | None,
        book: Book,
        ledger: Ledger,
        asks_about: frozenset[JobState],
        put: Put,
        clock: Callable[[], float],
    ) -> None:
        self._printer, self._book, self._ledger = printer, book, ledger
        self._asks_about, self._put, self._clock = asks_about, put, clock
        self._ends = {
            JobState.CONFIRMED,
            JobState.SENT,
            JobState.WITHDRAWN,
        } - asks_about  # what ends a job's way
        self._jobs: dict[int, PrintJob] = {}  # on their way to paper, by number
        # those of them that the packer must look for, oldest first
        self._asked: deque[PrintJob] = deque()
        self._is_unacknowledged = False  # that a label was withdrawn

    def print(self, bag: int) -> None:
        """The label of a bag that passed."""
        if job := self._ledger.job_of(bag):
            self._submit(job)

    def resume(self) -> None:
        """What never reached the printer is printed now; what may have, the packer is asked about.

        Not about the label of an order that changed or was cancelled meanwhile: that bag is not to
        leave anyway.
        """
        under_way = {job.bag for job in self._jobs.values()}
        for job in self._ledger.jobs_in(self._asks_about | {JobState.QUEUED}):
            if job.bag in under_way:
                continue
            if job.state is JobState.QUEUED:
                self._submit(job)
                continue
            refused = refusal(self._book, job.parcel, self._ledger.recorded(job.parcel))
            if refused is None or refused.state is JobState.ASKED:
                refused = PrintRefusal(JobState.ASKED, screen.STOPPED_PRINTING, "")
            self._jobs[job.number] = job
            self._refuse(job, refused)

    def moved(self, event: JobMoved) -> Words:
        self._is_unacknowledged |= event.state is JobState.WITHDRAWN
        job = self._jobs.get(event.number)
        if job and event.state is JobState.ASKED:
            self._asked.append(job)
        elif event.state in self._ends:
            self._jobs.pop(event.number, None)
        elif event.state is JobState.REPLACED and job and (again := self._ledger.job_of(job.bag)):
            del self._jobs[job.number]
            self._jobs[again.number] = again
        return screen.of_job(event, job)

    def acknowledge(self) -> bool:
        """That labels were withdrawn; False if there was nothing to acknowledge."""
        was, self._is_unacknowledged = self._is_unacknowledged, False
        return was

    def answer(self, *, came_out: bool) -> bool:
        """The packer looked for the label that was asked about longest; False if none was."""
        if not self._asked or not self._printer:
            return False
        job = self._asked[0]
        record = self._ledger.recorded(job.parcel)
        refused = None if came_out else refusal(self._book, job.parcel, record)
        self._asked.popleft()
        if refused:
            self._refuse(job, refused)
        else:
            # what came out is not drawn
            self._printer.answer(job, record or Parcel(job.parcel, ""), came_out=came_out)
        return True

    def reprint(self, parcel: str) -> Words | None:
        """A further copy of that parcel's label; what to tell if there is none."""
        passed = self._ledger.passed(parcel)
        job = self._ledger.job_of(passed.bag) if passed else None
        if not self._printer or not job or job.state not in self._ends:
            return screen.NOTHING_TO_REPRINT
        record = self._ledger.recorded(parcel)
        if refused := refusal(self._book, parcel, record):
            return screen.not_printed(parcel, refused.reason, refused.cure)
        assert record  # else it were refused
        self._jobs[job.number] = job
        self._printer.answer(job, record, came_out=False)
        return None

    def _submit(self, job: PrintJob) -> None:
        """Once."""
        if not self._printer or job.number in self._jobs or job.state is not JobState.QUEUED:
            return
        record = self._ledger.recorded(job.parcel)
        refused = refusal(self._book, job.parcel, record)
        self._jobs[job.number] = job
        if refused or not record:
            self._refuse(job, refused or PrintRefusal(JobState.ASKED, *screen.NOT_KEPT))
        else:
            self._printer.submit(job, record)

    def _refuse(self, job: PrintJob, refused: PrintRefusal) -> None:
        if refused.state is JobState.WITHDRAWN:
            self._ledger.withdraw(job.number, refused.reason)
        self._put(JobMoved(job.number, refused.state, self._clock(), refused.reason, refused.cure))


def refusal(book: Book, parcel: str, record: Parcel | None) -> PrintRefusal | None:
    """Why the label of a bag that passed may not be printed now; None if it may. ``record`` is what
    its match recorded.

    What a label shows is never drawn from the book, which may have changed since; the book is only
    asked whether.
    """
    if book.parcel(parcel) is None:
        return PrintRefusal(JobState.ASKED, *screen.NO_RECORD)
    if words := screen.MEANWHILE.get(since_match(book, parcel, record)):
        return PrintRefusal(JobState.WITHDRAWN, *words)
    return None if record else PrintRefusal(JobState.ASKED, *screen.NOT_KEPT)
