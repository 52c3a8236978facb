"""The station's printer: one thread that takes jobs to paper, and never prints one twice by itself.

A job's way: printer fine -> SENDING on disk -> bytes -> SENT -> proof -> CONFIRMED. A fault before
the first byte leaves it QUEUED until the fault is over. A fault after it ends at ASKED: only the
packer knows what came out.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

from samebag.core.codes.merged import merged_code
from samebag.core.events import Device
from samebag.core.labels import LIST_NAME, WHOLE_OR_NOT
from samebag.core.parcels import Parcel
from samebag.devices.condition import Condition
from samebag.devices.printer.faults import PrinterError, PrinterSilent
from samebag.devices.printer.slips import put_out
from samebag.devices.printer.status import ask_confirmation
from samebag.devices.printer.talk import Looked, Talk, Timing, paper_s
from samebag.devices.printer.transport import Stopped, Wire, connects_per_job, open_line
from samebag.label.escpos import encode, resync
from samebag.label.layout import MergedLabel
from samebag.label.profiles import PrinterProfile
from samebag.label.raster import draw, render
from samebag.label.sheet import Card, slip
from samebag.label.typeface import FontMissing
from samebag.ports import JobMoved, JobState, PrintJob, PrintRefusal, Put, Spool, StoreError

# ours: of a printer that was off for an hour; the oldest bags' stories are in the ledger
MOST_SLIPS = 20
Kept = Callable[[int, list[Image.Image]], None]
Refuses = Callable[[Parcel], PrintRefusal | None]
# an address and a descriptor that stops every wait, as open_line
Opens = Callable[[str, int], Wire]

LOOK = f"look whether the label came out; {WHOLE_OR_NOT}"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A job with its commands; ``paper_s`` is how long the paper itself needs."""

    job: PrintJob
    images: list[Image.Image]
    commands: list[bytes]
    paper_s: float


class EscposPrinter:
    """See ports.Printer. ``station`` is printed on the label, ``key`` signs its code; ``address``
    as transport.open_line takes it. ``looked`` is told the printer's status, ``kept`` each label
    that was sent. ``refuses`` is asked right before each, which may have waited for paper: its
    order may have changed meanwhile."""

    def __init__(
        self,
        address: str,
        *,
        profile: PrinterProfile,
        station: str,
        key: bytes,
        clock: Callable[[], float] = time.monotonic,
        timing: Timing | None = None,
        looked: Looked = lambda answers: None,
        kept: Kept = lambda number, images: None,
        refuses: Refuses = lambda parcel: None,
        opens: Opens = open_line,
        list_name: str = LIST_NAME,
    ) -> None:
        self._address, self._looked, self._kept, self._refuses = address, looked, kept, refuses
        self._opens = opens
        self._profile = profile
        self._station, self._key, self._list_name = station, key, list_name
        self._clock = clock
        self._timing = timing or Timing()
        # what this thread is to do first
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._waiting: deque[tuple[PrintJob, Parcel]] = deque()
        self._slips: deque[Card] = deque(maxlen=MOST_SLIPS)
        self._stop_fd = os.eventfd(0)
        self._closing = False
        self._talk: Talk | None = None
        # the printer is known to wait for a command, not for the rest of a picture
        self._in_step = False
        self._is_filled = False  # what it may wait for was sent since
        self._has_answered = False  # to anything, since the station's start
        self._thread: threading.Thread | None = None

    def start(self, put: Put, spool: Spool) -> None:
        self._put, self._condition = put, Condition(Device.PRINTER, put, self._clock)
        self._spool = spool
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._thread.start()

    def submit(self, job: PrintJob, parcel: Parcel) -> None:
        self._inbox.put(lambda: self._waiting.append((job, parcel)))

    def answer(self, job: PrintJob, parcel: Parcel, *, came_out: bool) -> None:
        self._inbox.put(lambda: self._take_answer(job, parcel, came_out))

    def print_slip(self, card: Card) -> None:
        """After the labels that wait. It is no parcel's label: once its first byte is out it is not
        printed again, and a stop loses it. Never blocks."""
        self._inbox.put(lambda: self._slips.append(card))

    def close(self) -> None:
        """A job half sent stays SENDING on disk: the packer is asked about it at the next start."""
        self._closing = True
        self._inbox.put(lambda: None)
        os.eventfd_write(self._stop_fd, 1)
        if self._thread:
            self._thread.join(2.0)
            if self._thread.is_alive():
                return  # in a connect that cannot be interrupted; it still needs the descriptor
        os.close(self._stop_fd)

    def _run(self) -> None:
        try:
            self._turn()
            while self._collect():
                self._turn()
        except Stopped:
            pass
        finally:
            self._hang_up()

    def _collect(self) -> bool:
        """Wait for a word of the station or the next look, whichever is sooner; False when the
        station stops."""
        busy_s = 0.0 if self._waiting or self._slips else self._timing.watch_s
        wait_s = self._timing.retry_s if self._condition.is_lost else busy_s
        try:
            while not self._closing:
                self._inbox.get(timeout=wait_s)()
                wait_s = 0.0
        except queue.Empty:
            pass
        return not self._closing

    def _take_answer(self, job: PrintJob, parcel: Parcel, came_out: bool) -> None:
        try:
            if came_out:
                self._move(job, JobState.CONFIRMED)
                return
            again = self._spool.copy(job.number)
        except StoreError as err:
            self._put(JobMoved(job.number, JobState.ASKED, self._clock(), str(err), LOOK))
            return
        self._put(JobMoved(job.number, JobState.REPLACED, self._clock()))
        self._put(JobMoved(again.number, JobState.QUEUED, self._clock()))
        self._waiting.append((again, parcel))

    def _turn(self) -> None:
        """One look at the printer and, if it is fine, one job."""
        try:
            self._talk = self._talk or self._call()
            self._look(self._talk)
            if (
                self._waiting
                and not self._is_refused(*self._waiting[0])
                and (ready := self._ready(*self._waiting[0]))
            ):
                self._print(self._talk, ready)
            elif self._slips and not self._waiting:
                self._print_card(self._talk, self._slips.popleft())
            self._condition.back()
        except Stopped:
            raise
        except StoreError as err:
            self._condition.lost(
                str(err), "the label waits until the station can write to its disk again"
            )
        except (
            Exception
        ) as err:  # nothing may stop this thread, or labels would be missing without a word
            fault = _as_fault(err)
            if isinstance(fault, PrinterSilent) and not self._has_answered:
                fault.cure = PrinterSilent.never_yet_cure
            self._hang_up()
            self._condition.lost(fault.reason, fault.cure)
        if connects_per_job(self._address):
            self._hang_up()

    def _look(self, talk: Talk) -> None:
        try:
            talk.look()
        except PrinterSilent:
            if self._in_step or self._is_filled:
                raise
            self._is_filled = True
            talk.fill(resync(self._profile))
            talk.look()

    def _call(self) -> Talk:
        wire = self._opens(self._address, self._stop_fd)
        return Talk(wire, self._profile, self._timing, self._saw, self._clock)

    def _saw(self, answers: Mapping[int, int | None]) -> None:
        self._has_answered = self._has_answered or any(
            answer is not None for answer in answers.values()
        )
        self._looked(answers)

    def _is_refused(self, job: PrintJob, parcel: Parcel) -> bool:
        if refused := self._refuses(parcel):
            self._move(job, refused.state, refused.reason, refused.cure)
            self._waiting.popleft()
        return refused is not None

    def _ready(self, job: PrintJob, parcel: Parcel) -> _Ready | None:
        """The job's bytes; one that cannot become a label is asked about and leaves the queue to
        the others."""
        code = merged_code(parcel.name, job.number, job.copy, self._key)
        who = {"packer": job.packer, "list_name": self._list_name, "head": job.head}
        label = MergedLabel(parcel, job.number, job.copy, self._station, job.wall_time, code, **who)
        try:
            images = render(label, self._profile)
            commands = [
                *encode(images, self._profile),
                ask_confirmation(self._profile.confirm, job.number),
            ]
        except FontMissing as err:
            raise PrinterError(str(err), "call a technician") from err
        except Exception as err:  # content comes from outside: whatever it breaks, the thread lives
            self._move(
                job, JobState.ASKED, f"the label cannot be drawn: {err}", "call a supervisor"
            )
            self._waiting.popleft()
            return None
        return _Ready(job, images, commands, paper_s(images, self._profile))

    def _print(self, talk: Talk, ready: _Ready) -> None:
        if not self._in_step:
            talk.sync(resync(self._profile))
        self._move(ready.job, JobState.SENDING)
        try:
            accepted = talk.begin(ready.commands)
        except PrinterError:
            self._move(ready.job, JobState.QUEUED)
            raise
        self._in_step = self._is_filled = False
        self._waiting.popleft()
        try:
            self._finish(talk, ready, accepted)
        except Stopped:
            raise
        except Exception as err:  # whatever it was: from the first byte on only the packer knows
            self._ask(ready.job, _as_fault(err))
            raise
        self._in_step = True

    def _print_card(self, talk: Talk, card: Card) -> None:
        self._in_step = self._is_filled = False
        put_out(talk, self._profile, [draw(slip(card, self._profile.width_dots))])
        self._in_step = True

    def _finish(self, talk: Talk, ready: _Ready, accepted: int) -> None:
        """The job after its first byte: SENT and, where the printer can prove it, CONFIRMED; or the
        fault."""
        talk.send(ready.commands, accepted, ready.paper_s)
        self._kept(ready.job.number, ready.images)
        if self._profile.proves:
            self._move(ready.job, JobState.SENT)
        if self._profile.answers:
            talk.prove(ready.job.number, ready.paper_s)
        self._move(ready.job, JobState.CONFIRMED if self._profile.proves else JobState.SENT)

    def _move(self, job: PrintJob, state: JobState, reason: str = "", cure: str = "") -> None:
        self._spool.move(job.number, state, reason)
        self._put(JobMoved(job.number, state, self._clock(), reason, cure))

    def _ask(self, job: PrintJob, fault: PrinterError) -> None:
        with contextlib.suppress(
            StoreError
        ):  # SENDING or SENT is on disk, which is asked about after a restart too
            self._spool.move(job.number, JobState.ASKED, fault.reason)
        self._put(
            JobMoved(
                job.number, JobState.ASKED, self._clock(), fault.reason, f"{fault.cure}; {LOOK}"
            )
        )

    def _hang_up(self) -> None:
        talk, self._talk = self._talk, None
        if talk:
            talk.line.close()


def _as_fault(err: Exception) -> PrinterError:
    return err if isinstance(err, PrinterError) else PrinterError(str(err) or repr(err))
