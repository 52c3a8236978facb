"""Which merged labels are on their way to paper, and which of them the packer must look for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from samebag import screen
from samebag.ports import Book, JobMoved, JobState, Ledger, Printer, PrintJob, Put
from samebag.screen import Words


class PrintJobs:
    """The loop's side of printing. Calls may raise StoreError. Without a printer nothing is printed or asked.

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
        self._ends = {JobState.CONFIRMED, JobState.SENT} - asks_about  # what ends a job's way
        self._jobs: dict[int, PrintJob] = {}  # on their way to paper, by number
        self._asked: deque[PrintJob] = deque()  # those of them that the packer must look for, oldest first

    def print(self, bag: int) -> None:
        """The label of a bag that passed."""
        if job := self._ledger.job_of(bag):
            self._submit(job)

    def resume(self) -> None:
        """What never reached the printer is printed now; what may have, the packer is asked about."""
        under_way = {job.bag for job in self._jobs.values()}
        for job in self._ledger.jobs_in(self._asks_about | {JobState.QUEUED}):
            if job.bag in under_way:
                continue
            if job.state is JobState.QUEUED:
                self._submit(job)
            else:
                self._jobs[job.number] = job
                self._put(JobMoved(job.number, JobState.ASKED, self._clock(), screen.STOPPED_PRINTING))

    def moved(self, event: JobMoved) -> Words:
        job = self._jobs.get(event.number)
        if job and event.state is JobState.ASKED:
            self._asked.append(job)
        elif event.state in self._ends:
            self._jobs.pop(event.number, None)
        elif event.state is JobState.REPLACED and job and (again := self._ledger.job_of(job.bag)):
            del self._jobs[job.number]
            self._jobs[again.number] = again
        return screen.of_job(event, job)

    def answer(self, *, came_out: bool) -> bool:
        """The packer looked for the label that was asked about longest; False if none was."""
        if not self._asked or not self._printer:
            return False
        job = self._asked[0]
        record = self._book.parcel(job.parcel)
        self._asked.popleft()
        if record:
            self._printer.answer(job, record, came_out=came_out)
        else:
            self._ask(job)
        return True

    def reprint(self, parcel: str) -> bool:
        """A further copy of that parcel's label; False if none was printed, or one is still on its way."""
        passed = self._ledger.passed(parcel)
        job = self._ledger.job_of(passed.bag) if passed else None
        record = self._book.parcel(parcel)
        if not self._printer or not job or not record or job.state not in self._ends:
            return False
        self._jobs[job.number] = job
        self._printer.answer(job, record, came_out=False)
        return True

    def _submit(self, job: PrintJob) -> None:
        """Once. A label without its record cannot be drawn: the packer is asked as for one that did not come out."""
        if not self._printer or job.number in self._jobs or job.state is not JobState.QUEUED:
            return
        record = self._book.parcel(job.parcel)
        self._jobs[job.number] = job
        if record:
            self._printer.submit(job, record)
        else:
            self._ask(job)

    def _ask(self, job: PrintJob) -> None:
        self._put(JobMoved(job.number, JobState.ASKED, self._clock(), *screen.NO_RECORD))
