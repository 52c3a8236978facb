"""One label, one printer, one fault at one byte: what the station says of the label, held against
the paper."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from unittest.mock import patch

from PIL import Image

from samebag.core.events import Device
from samebag.core.parcels import Parcel
from samebag.devices.condition import Condition
from samebag.devices.printer.talk import Timing
from samebag.devices.printer.thread import EscposPrinter
from samebag.devices.printer.transport import Wire as Opened
from samebag.label.escpos import encode
from samebag.label.layout import MergedLabel
from samebag.label.profiles import Confirm, PrinterProfile
from samebag.ports import JobMoved, JobState, PrintJob, StationEvent
from tests.devices.byte_printer import BytePrinter, Cable, Clock, Fault, Make, Trap, Wire
from tests.devices.printer_world import KEY, MemorySpool

SHORT_ROWS = 14
ORDINARY = Make()
MOST_TURNS = 120
ENDS = frozenset({JobState.SENT, JobState.CONFIRMED, JobState.ASKED})
# shorter ones no hand makes and no station can see: a roll is not changed, nor a cover opened and
# closed, in less
LEAST_S = {Fault.PAPER_OUT: 8.0, Fault.COVER_OPEN: 2.5, Fault.POWER_CUT: 2.5}


@dataclass(frozen=True, slots=True)
class Plan:
    """``at`` is the byte of the first label, from its ESC @ on, at which the fault begins."""

    profile: PrinterProfile
    wire: Wire
    fault: Fault
    at: int
    when_worked: bool
    lasts_s: float
    make: Make = ORDINARY
    rows: int = SHORT_ROWS
    lag_s: float = 1.0

    def __str__(self) -> str:
        where = "worked off" if self.when_worked else "received"
        return (
            f"{self.profile.name} on {self.wire.value}: {self.fault.value} for"
            f" {self.lasts_s:.2f} s when byte {self.at}"
            f" is {where}; {self.rows} rows, lag {self.lag_s:.2f} s, {self.make}"
        )


@dataclass(slots=True)
class Outcome:
    """``wrong`` is what must not be; the rest is counted."""

    wrong: list[str] = field(default_factory=list)
    asked_though_whole: bool = False
    state: JobState = JobState.QUEUED


@cache
def picture(number: int, rows: int, width_dots: int) -> Image.Image:
    """Rows that no other label has, white between, and bars."""
    dice = random.Random(number * 1000 + rows)
    row_bytes = width_dots // 8
    wide = 6 if rows == SHORT_ROWS else row_bytes
    lines = [
        bytes([number, *divmod(row, 256), *dice.randbytes(wide - 4), 1 + row % 255])
        for row in range(rows)
    ]
    bars = bytes([number, 0xAA, 0x55, 0xAA])
    for row in range(rows):
        lines[row] = b"" if row % 100 in (5, 6) else bars if 7 <= row % 100 <= 10 else lines[row]
    dots = b"".join(line.ljust(row_bytes, b"\0") for line in lines)
    return Image.frombytes("1", (width_dots, rows), dots, "raw", "1;I")


@cache
def rows_of(number: int, rows: int, width_dots: int) -> list[bytes]:
    image = picture(number, rows, width_dots)
    dots, row_bytes = image.tobytes("raw", "1;I"), width_dots // 8
    return [dots[at : at + row_bytes].rstrip(b"\0") for at in range(0, len(dots), row_bytes)]


@cache
def job_bytes(profile: PrinterProfile, rows: int = SHORT_ROWS) -> int:
    """About how long a label is; a question of 11 bytes at most comes behind it."""
    return sum(map(len, encode([picture(1, rows, profile.width_dots)], profile))) + 11


class Stepped(EscposPrinter):
    """The station's printer without its thread: each turn is called."""

    def turn(self) -> None:
        while not self._inbox.empty():
            self._inbox.get()()
        self._turn()

    @property
    def waits_s(self) -> float:
        return self._timing.retry_s if self._condition.is_lost else self._timing.watch_s


class Table:
    """A station, its printer and one packer who looks at the paper."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.clock = plan, Clock()
        self.machine = BytePrinter(plan.profile, plan.make, self.clock)
        self.states: dict[int, JobState] = {}
        self.spool = MemorySpool()
        self.spool.before = self._arm
        self.cable: Cable | None = None
        self._armed = False
        self.station = Stepped(
            f"{plan.wire.value}:x",
            profile=plan.profile,
            station="",
            key=KEY,
            clock=self.clock,
            timing=Timing(),
            opens=self._open,
        )
        self.station._put, self.station._spool = self._hear, self.spool
        self.station._condition = Condition(Device.PRINTER, self._hear, self.clock)

    def _open(self, address: str, stop_fd: int) -> Opened:
        self.cable = Cable(self.machine, self.plan.wire)
        return self.cable

    def _arm(self, state: JobState) -> None:
        """The first label's first byte comes next."""
        if state is not JobState.SENDING or self._armed or not self.cable:
            return
        self._armed = True
        at = self.machine.received + self.cable.unsent_bytes + self.plan.at
        self.machine.trap = Trap(at, self.plan.when_worked, self._spring)

    def _spring(self) -> None:
        self.machine.fault(self.plan.fault, self.plan.lasts_s, self.plan.lag_s)

    def _hear(self, event: StationEvent) -> None:
        if isinstance(event, JobMoved):
            self.states[event.number] = event.state

    def submit(self, number: int) -> None:
        job = PrintJob(number, number, "P", 1, JobState.QUEUED, "2026-11-11T14:03+08:00")
        self.spool.jobs[number] = job
        self.station.submit(job, Parcel("P", "X"))

    def until_ended(self, number: int) -> JobState | None:
        """None if the label has not come to an end by then."""
        for _ in range(MOST_TURNS):
            self.station.turn()
            if self.states.get(number) in ENDS:
                return self.states[number]
            self.pass_time(self.station.waits_s)
        return None

    def pass_time(self, seconds: float) -> None:
        until_s = self.clock.now_s + seconds
        while self.clock.now_s < until_s:
            if self.cable:
                self.cable.work()
            self.machine.work()
            self.clock.now_s = min(until_s, self.machine.next_s())
        self.machine.work()

    def answer(self, number: int, *, came_out: bool) -> None:
        self.station.answer(self.spool.jobs[number], Parcel("P", "X"), came_out=came_out)

    def is_whole(self, number: int) -> bool:
        """On one piece of paper, from its first row to its last."""
        wanted, paper = self.rows(number), self.machine.paper
        if wanted[0] not in paper:
            return False
        begins = paper.index(wanted[0])
        return paper[begins : begins + len(wanted)] == wanted

    def rows(self, number: int) -> list[bytes]:
        return rows_of(number, self.plan.rows, self.plan.profile.width_dots)

    def is_twice(self, number: int) -> bool:
        """Any row of it, but bars, which are alike, and white."""
        own = {row for row, count in Counter(self.rows(number)).items() if row and count == 1}
        printed = [row for row in self.machine.paper if row in own]
        return len(printed) != len(set(printed))


def is_possible(plan: Plan) -> bool:
    """Left out: paper that only GS r tells of, in a class without it; DLE EOT in its turn and a
    second late."""
    make = plan.make
    return (not make.blind or plan.profile.confirm is Confirm.GS_R) and (
        make.at_once or make.lag_s < 1
    )


def play(plan: Plan) -> Outcome:
    """Two labels, the first with the fault in it; the packer says of each that is asked about what
    the paper shows."""
    table = Table(plan)
    with patch("samebag.devices.printer.thread.render", _drawn_for(plan)), closing(table.station):
        return _played(table)


def _drawn_for(plan: Plan) -> Callable[[MergedLabel, PrinterProfile], list[Image.Image]]:
    def draw(content: MergedLabel, profile: PrinterProfile) -> list[Image.Image]:
        return [picture(content.print_number, plan.rows, profile.width_dots)]

    return draw


def _played(table: Table) -> Outcome:
    outcome = Outcome()
    table.submit(1)
    state = table.until_ended(1)
    outcome.state = state or JobState.QUEUED
    if state is JobState.CONFIRMED and not table.is_whole(1):
        outcome.wrong.append("confirmed and not whole")
    table.pass_time(30.0)  # whatever it was is over, and what was in memory is out
    table.machine.trap = None
    outcome.asked_though_whole = state is JobState.ASKED and table.is_whole(1)
    if state is JobState.ASKED:
        table.answer(1, came_out=outcome.asked_though_whole)
    if state is not JobState.ASKED or outcome.asked_though_whole:
        table.submit(2)
    ended = table.until_ended(2)  # the next parcel's, or this one's COPY 2
    table.pass_time(30.0)
    outcome.wrong += _of_the_next(table, ended)
    outcome.wrong += [f"label {number} twice" for number in (1, 2) if table.is_twice(number)]
    return outcome


def _of_the_next(table: Table, ended: JobState | None) -> Iterator[str]:
    """All faults are over: the next label is printed, and a printer that can prove it does."""
    if ended is None:
        yield "the next label never ends"
    elif ended is JobState.CONFIRMED and not table.is_whole(2):
        yield "the next label confirmed and not whole"
    elif not table.is_whole(2):
        yield f"the next label is not whole ({ended})"
