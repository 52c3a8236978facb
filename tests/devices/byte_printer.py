"""A printer byte by byte and row by row in simulated time, with a wire to it: what is on its paper
is the truth.

It is written from the Epson ESC/POS reference and from how clones are known to differ
(docs/printers.md), without a line of the station's own reader or encoder.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from samebag.devices.printer.faults import PrinterOffline
from samebag.label.profiles import Confirm, PrinterProfile

PIECE_ENDS = None  # on the paper, beside rows
GARBAGE = b"text"  # a row of letters that were meant as dots
LETTERS = 32  # in a row of text
END_MM = 20.0  # of paper from head to cutter
CUT_S = 0.3
SLEEPS_S = 1.0  # after so long without a row
SERIAL_BYTES_S = 11_520
SERIAL_STEP = 64  # bytes in one step of simulated time


class Wire(Enum):
    """``lp`` takes a transfer at a time, ``tcp`` all into the kernel's memory; ``serial`` does not
    see power go."""

    LP = "lp"
    TCP = "tcp"
    SERIAL = "serial"


KERNEL_BYTES = {Wire.LP: 4096, Wire.TCP: 65_536, Wire.SERIAL: 4096}


class Fault(Enum):
    PAPER_OUT = "paper out"
    COVER_OPEN = "cover open"
    POWER_CUT = "power cut"
    HANGS = "hangs"  # takes, prints and answers nothing, then goes on
    LAGS = "answers lag"  # each comes late from then on
    SWALLOWS = "answers lost"


@dataclass(frozen=True, slots=True)
class Make:
    """How one printer differs from another of its class."""

    buffer_bytes: int = 4096
    ahead_rows: int = 95  # read and not yet on paper
    faster: float = 1.0  # than the profile says
    wakes_s: float = 0.3
    # DLE EOT is answered when it comes, also within a picture; else in its turn
    at_once: bool = True
    runs_on: bool = False  # without paper
    blind: bool = False  # and that only GS r tells
    forgets: bool = False  # what it was sent, when its cover is opened
    lag_s: float = 0.0
    lags_by_one: bool = False  # an answer comes only with the next one
    answers_once: bool = False  # the same question, asked twice
    flow: bool = True  # a serial line waits for a printer that is off


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(slots=True)
class Trap:
    """Springs when the byte at that place of all bytes sent is received, or worked off."""

    at: int
    when_worked: bool
    spring: Callable[[], None]


@dataclass(slots=True)
class _Picture:
    row_bytes: int
    left: int
    tall: int
    row: bytearray = field(default_factory=bytearray)


class BytePrinter:
    """``paper`` is what came out: rows of dots without white at their right, PIECE_ENDS between two
    pieces."""

    def __init__(self, profile: PrinterProfile, make: Make, clock: Clock) -> None:
        self._profile, self._make, self.clock = profile, make, clock
        self.paper: list[bytes | None] = []
        self.trap: Trap | None = None
        self.answers: deque[tuple[float, bytes]] = deque()
        self.received = self.worked = 0  # bytes since the start, lost ones too
        self.power_cuts = 0
        self.is_off = False
        self._no_paper = self._open = self._hangs = self._swallows = False
        self._lag_s = make.lag_s
        self._row_s = 1 / (profile.speed_mm_s * make.faster * profile.dots_per_mm)
        self._cures: list[tuple[float, Callable[[], None]]] = []
        self._restart()

    def _restart(self) -> None:
        self._memory = bytearray()
        self._picture: _Picture | None = None
        self._letters = 0
        self._coming: deque[tuple[float, bytes | None]] = deque()  # read, and on paper at that time
        self._free_s = 0.0
        self._late = b""
        self._asked: tuple[float, bytes] = (-1.0, b"")

    # faults

    def fault(self, what: Fault, lasts_s: float, lag_s: float = 1.0) -> None:
        start, end = {
            Fault.PAPER_OUT: (self._paper_out, self._paper_in),
            Fault.COVER_OPEN: (self._cover_open, self._cover_closed),
            Fault.POWER_CUT: (self._power_off, self._power_on),
            Fault.HANGS: (self._hang, self._go_on),
            Fault.SWALLOWS: (lambda: self._swallow(True), lambda: self._swallow(False)),
            Fault.LAGS: (lambda: self._lag(lag_s), lambda: self._lag(self._make.lag_s)),
        }[what]
        self._come_out()
        start()
        self._cures.append((self.clock.now_s + lasts_s, end))

    def _hang(self) -> None:
        self._hangs = True
        self._shift()

    def _go_on(self) -> None:
        self._hangs = False
        self._unshift()

    def _swallow(self, swallows: bool) -> None:
        self._swallows = swallows

    def _lag(self, lag_s: float) -> None:
        self._lag_s = lag_s

    def _paper_out(self) -> None:
        self._no_paper = True
        self.paper.append(PIECE_ENDS)
        if not self._make.runs_on:
            self._shift()

    def _paper_in(self) -> None:
        self._no_paper = False
        if not self._make.runs_on:
            self._unshift()

    def _cover_open(self) -> None:
        self._open = True
        self.paper.append(PIECE_ENDS)  # whoever opens it moves or tears the paper
        self._shift()
        if self._make.forgets:
            self._restart()

    def _cover_closed(self) -> None:
        self._open = False
        self._unshift()

    def _power_off(self) -> None:
        self.is_off = True
        self.power_cuts += 1
        self.paper.append(PIECE_ENDS)
        self.worked += len(self._memory)
        self._restart()
        self.answers.clear()

    def _power_on(self) -> None:
        self.is_off = False

    def _shift(self) -> None:
        """The paper stops: what was to come comes so much later as it stands."""
        self._stopped_s = self.clock.now_s

    def _unshift(self) -> None:
        stood_s = self.clock.now_s - self._stopped_s
        self._free_s += stood_s
        self._coming = deque((at_s + stood_s, row) for at_s, row in self._coming)

    @property
    def _stands(self) -> bool:
        return (
            self.is_off or self._hangs or self._open or (self._no_paper and not self._make.runs_on)
        )

    # bytes in

    def room(self) -> int:
        if self._hangs:
            return 0
        if self.is_off:
            return 0 if self._make.flow else SERIAL_STEP
        return self._make.buffer_bytes - len(self._memory)

    def take(self, data: bytes) -> None:
        """At most ``room`` bytes; power may go in the midst of them, and the rest is lost with
        it."""
        trap = self.trap
        if trap and not trap.when_worked and self.received + len(data) > trap.at:
            before = trap.at - self.received
            self.trap = None
            self._take(data[:before])
            trap.spring()
            data = data[before:]
        self._take(data)

    def _take(self, data: bytes) -> None:
        self.received += len(data)
        if self.is_off:
            self.worked += len(data)
            return
        tail = bytes(self._memory[-2:])
        self._memory += data
        if self._make.at_once:
            seen = tail + data
            at = seen.find(b"\x10\x04")
            while at >= 0:
                if (
                    at + 3 > len(tail)
                    and at + 2 < len(seen)
                    and seen[at + 2] in self._profile.status
                ):
                    self._answer(seen[at : at + 3], self._status(seen[at + 2]))
                at = seen.find(b"\x10\x04", at + 1)

    # time

    def next_s(self) -> float:
        """When something happens next by itself."""
        waits = [at_s for at_s, _ in self._cures]
        if self.answers:
            waits.append(self.answers[0][0])
        if not self._stands and (self._memory or self._coming):
            waits.append(self._free_s - self._make.ahead_rows * self._row_s)
            waits.append(self._free_s)
        return min((at_s for at_s in waits if at_s > self.clock.now_s), default=float("inf"))

    def work(self) -> None:
        """All that can be done now."""
        while due := [cure for cure in self._cures if cure[0] <= self.clock.now_s]:
            self._cures.remove(due[0])
            due[0][1]()
        while (
            not self._stands and self._memory and self._free_s - self._ahead_s <= self.clock.now_s
        ):
            if not self._work_off():
                break
        self._come_out()

    @property
    def _ahead_s(self) -> float:
        return self._make.ahead_rows * self._row_s

    def _come_out(self) -> None:
        while self._coming and not self._stands and self._coming[0][0] <= self.clock.now_s + 1e-9:
            _, row = self._coming.popleft()
            if not self._no_paper:
                self.paper.append(row)

    def _print(self, row: bytes | None, rows: float = 1.0) -> None:
        wakes_s = self._make.wakes_s if self.clock.now_s - self._free_s > SLEEPS_S else 0.0
        self._free_s = max(self._free_s, self.clock.now_s) + wakes_s + rows * self._row_s
        self._coming.append((self._free_s, row))

    # commands

    def _work_off(self) -> bool:
        """One command, or one row of a picture; False while more bytes or a standing head are
        needed."""
        size = self._unit()
        if not size:
            return False
        if self.trap and self.trap.when_worked and self.worked + size > self.trap.at:
            trap, self.trap = self.trap, None
            trap.spring()
            return not self._stands
        unit = bytes(self._memory[:size])
        if not self._obey(unit):
            return False
        del self._memory[:size]
        self.worked += size
        return True

    def _unit(self) -> int:
        have = len(self._memory)
        if self._picture:
            need = self._picture.row_bytes
        elif self._memory[0] == 0:
            need = have - len(self._memory.lstrip(b"\0"))
            if self.trap and self.trap.when_worked:
                need = max(1, min(need, self.trap.at - self.worked))
        else:
            need = next((size for head, size in _SIZES.items() if _begins(self._memory, head)), 1)
        return need if have >= need else 0

    def _obey(self, unit: bytes) -> bool:
        if self._picture:
            self._row(self._picture, unit)
        elif unit.startswith(b"\x1dv0"):
            tall, row_bytes, rows = struct.unpack("<BHH", unit[3:8])
            self._picture = _Picture(row_bytes, rows, 2 if tall & 2 else 1)
        elif unit in (b"\x1b@",) or unit[0] == 0:
            self._letters = 0
        elif unit[:2] == b"\x1bd":
            for _ in range(unit[2]):
                self._print(b"", 30)
            self._print(PIECE_ENDS, 0)
        elif unit[:3] == b"\x1dVB":
            if self._coming:
                return False
            self._print(PIECE_ENDS, END_MM * self._profile.dots_per_mm + CUT_S / self._row_s)
        elif unit[:2] == b"\x10\x04":
            if not self._make.at_once and unit[2] in self._profile.status:
                self._answer(unit, self._status(unit[2]))
        elif unit == b"\x1dr\x01" and self._profile.confirm is Confirm.GS_R:
            self._answer(unit, b"\x0c" if self._no_paper else b"\x00")
        elif unit[:7] == b"\x1d(H\x06\x0000" and self._profile.confirm is Confirm.GS_H:
            if self._coming:
                return False  # answered when the printing is completed
            self._answer(unit, b"\x37\x22" + unit[7:] + b"\x00")
        else:
            self._write(unit)
        return True

    def _row(self, picture: _Picture, dots: bytes) -> None:
        for _ in range(picture.tall):
            self._print(dots.rstrip(b"\0"))
        picture.left -= 1
        if not picture.left:
            self._picture = None

    def _write(self, unit: bytes) -> None:
        self._letters += len(unit)
        if self._letters >= LETTERS or b"\n" in unit:
            self._letters = 0
            self._print(GARBAGE, 30)

    # answers

    def _answer(self, question: bytes, answer: bytes) -> None:
        again = self._asked[1] == question and self.clock.now_s - self._asked[0] < 0.05
        self._asked = self.clock.now_s, question
        if again and self._make.answers_once and question[0] == 0x10:
            self._asked = -1.0, b""
            return
        if self._make.lags_by_one:
            answer, self._late = self._late, answer
        if answer and not (self._swallows or self._hangs or self.is_off):
            self.answers.append((self.clock.now_s + self._lag_s, answer))

    def _status(self, n: int) -> bytes:
        no_paper = self._no_paper and not self._make.blind
        bits = {
            1: 0x08 if self._open or no_paper else 0,
            2: (0x04 if self._open else 0) | (0x20 if no_paper else 0),
            3: 0,
            4: 0x60 if no_paper else 0,
        }
        return bytes([0x12 | bits[n]])


_SIZES = {
    b"\x1b@": 2,
    b"\x1dv0": 8,
    b"\x1bd": 3,
    b"\x1dV": 4,
    b"\x10\x04": 3,
    b"\x1dr": 3,
    b"\x1d(H": 11,
}


def _begins(memory: bytearray, head: bytes) -> bool:
    have = bytes(memory[: len(head)])
    return head.startswith(have)


class Cable:
    """The station's end of the wire, a transport.Wire: ``close`` it, and open another, as the
    station does."""

    def __init__(self, printer: BytePrinter, kind: Wire) -> None:
        self.name = f"{kind.value} printer"
        self._printer, self._kind = printer, kind
        self._clock = printer.clock
        self._kernel = bytearray()
        self._power_cuts = printer.power_cuts
        self._carried_s, self._due_bytes = self._clock.now_s, 0.0
        if kind is not Wire.SERIAL and printer.is_off:
            if kind is Wire.TCP:
                self._until(1.5, lambda: False)
            raise PrinterOffline(f"{self.name}: off")
        if kind is not Wire.LP:
            printer.answers.clear()

    def write(self, data: bytes, stall_s: float) -> int:
        accepted = 0
        while accepted < len(data):
            if not self._until(
                stall_s, lambda: len(self._kernel) < KERNEL_BYTES[self._kind] or self._is_broken
            ):
                break
            if self._is_broken:
                break
            some = data[accepted : accepted + KERNEL_BYTES[self._kind] - len(self._kernel)]
            self._kernel += some
            accepted += len(some)
            self.work()
        if not accepted and data:
            raise PrinterOffline(f"{self.name}: takes nothing")
        return accepted

    def read(self, within_s: float) -> bytes:
        self._until(within_s, lambda: self._heard or self._is_broken)
        if self._is_broken:
            raise PrinterOffline(f"{self.name}: gone")
        said = b""
        while self._heard:
            said += self._printer.answers.popleft()[1]
        return said

    def drained(self, within_s: float, stall_s: float) -> bool:
        until_s = self._clock.now_s + within_s
        while self._kernel:
            unsent_bytes = len(self._kernel)
            self._until(
                min(stall_s, until_s - self._clock.now_s),
                lambda unsent_bytes=unsent_bytes: len(self._kernel) < unsent_bytes,  # type: ignore[misc]
            )
            if self._is_broken:
                raise PrinterOffline(f"{self.name}: gone")
            if len(self._kernel) == unsent_bytes:
                return False
        return True

    def close(self) -> None:
        return

    @property
    def unsent_bytes(self) -> int:
        return len(self._kernel)

    @property
    def _is_broken(self) -> bool:
        """TCP hears of it only when the printer is back and knows nothing of the connection."""
        if self._kind is Wire.SERIAL or self._printer.power_cuts == self._power_cuts:
            return False
        return self._kind is Wire.LP or not self._printer.is_off

    @property
    def _heard(self) -> bool:
        answers = self._printer.answers
        return bool(answers) and answers[0][0] <= self._clock.now_s

    def _until(self, within_s: float, met: Callable[[], bool]) -> bool:
        """Let time pass until that is so; False if it is not within that time."""
        until_s = self._clock.now_s + max(0.0, within_s)
        while True:
            self.work()
            if met():
                return True
            if self._clock.now_s >= until_s:
                return False
            self._clock.now_s = min(until_s, self._printer.next_s(), self._next_carry_s())

    def _next_carry_s(self) -> float:
        if self._kind is not Wire.SERIAL or not self._kernel or not self._printer.room():
            return float("inf")
        return self._clock.now_s + SERIAL_STEP / SERIAL_BYTES_S

    def work(self) -> None:
        """All that wire and printer can do now."""
        unsent_bytes = -1
        while unsent_bytes != len(self._kernel):
            unsent_bytes = len(self._kernel)
            self._carry()
            self._printer.work()

    def _carry(self) -> None:
        passed_s, self._carried_s = self._clock.now_s - self._carried_s, self._clock.now_s
        self._due_bytes = min(SERIAL_STEP, self._due_bytes + passed_s * SERIAL_BYTES_S)
        if self._kind is not Wire.SERIAL and self._printer.power_cuts != self._power_cuts:
            return
        size = min(len(self._kernel), self._printer.room())
        if self._kind is Wire.SERIAL:
            size = min(size, int(self._due_bytes + 0.001))
            self._due_bytes -= size
        if size:
            some = bytes(self._kernel[:size])
            del self._kernel[:size]
            self._printer.take(some)
