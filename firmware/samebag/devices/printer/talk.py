"""A conversation with one printer over an open line: looking whether it is fine, and proving that a
label came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from samebag.devices.printer.faults import PrinterFailed, PrinterSilent
from samebag.devices.printer.status import (
    ANSWERS,
    Answer,
    Answers,
    Status,
    ask_confirmation,
    ask_status,
    denied,
    fault_of,
    proof,
)
from samebag.devices.printer.transport import CHUNK_BYTES, Wire
from samebag.label.profiles import Confirm, PrinterProfile

ENDLESS_CURE = (
    "switch the printer off and on; if that does not help, call a technician: its cable or settings"
)
Looked = Callable[[Mapping[int, int | None]], None]

MAX_LATE_READS = 20  # one answer a question, a few questions a look
PAD = bytes(
    8
    # ends a command that was cut in its head as a picture of no rows; a question there would be its
    # height
)
# that a printer may say beside its answers: status of its own accord, four bytes each
UNASKED_BYTES = 64
UNASKED_BYTES_S = 8
END_MM = 20  # of paper behind each slip, to the cutter or tear bar


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the printer may take, and how often it is asked. All ours."""

    answer_s: float = 2.0  # to DLE EOT: over Wi-Fi up to 1 s
    # the same in mid label: a longer silence may be a printer that lost power and starts anew
    late_s: float = 1.5
    second_s: float = 0.2  # for the answer to the same question right behind the first one
    settle_s: float = 1.0  # waking up and cutting, which no speed tells
    stall_s: float = 5.0  # without taking a byte between two labels; a paper jam lasts
    # the same in mid label: paper that stands still so long was stopped, and may be torn or moved
    pause_s: float = 2.0
    grace_s: float = 5.0  # beyond the time the paper itself needs: wake-up, cut
    # between two looks at an idle printer, so that paper out is known before the next bag
    watch_s: float = 3.0
    retry_s: float = 1.0  # between two looks at a lost one
    poll_s: float = 0.5  # between two looks while a label comes out


class Talk:
    """Answers that nobody waits for yet are kept, so that a look never swallows a confirmation."""

    def __init__(
        self,
        line: Wire,
        profile: PrinterProfile,
        timing: Timing,
        looked: Looked = lambda answers: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``looked`` is told each look's answers by the number of their DLE EOT."""
        self.line, self._looked, self._clock = line, looked, clock
        self._profile = profile
        self._timing = timing
        self._answers = Answers()
        self._kept: list[Answer] = []
        self._statuses: list[int] = []
        self._pad = PAD  # before the next question: what came before it may have been cut off
        self._looked_s = self._spoke_s = clock()
        self._may_say_bytes = float(UNASKED_BYTES)

    def sync(self, filler: bytes) -> None:
        """Bring the printer to where a command may begin, and let answers to earlier labels come
        and be forgotten."""
        question = filler + ask_confirmation(self._profile.confirm, 0)
        if self.begin([question]) < len(question):
            raise PrinterSilent(f"{self.line.name}: stopped taking bytes")
        if self._profile.confirm is not Confirm.NONE:
            self.prove(0, 0.0)
            self._let_pass(self._timing.poll_s)

    def fill(self, filler: bytes) -> None:
        """Without a question: some printers hear none while they wait for the rest of a picture."""
        self.line.write(filler, self._timing.stall_s)

    def begin(self, commands: Sequence[bytes]) -> int:
        """Send the first; how many bytes of it were accepted. What the printer says from now on is
        about this job."""
        self._kept.clear()
        return self.line.write(commands[0], self._timing.stall_s)

    def send(self, commands: Sequence[bytes], accepted: int, paper_s: float) -> None:
        """Return when all has left this machine; ``accepted`` is what ``begin`` said. The printer
        must not stop in it.

        It is asked on the way, as a cover that was opened and closed again leaves no trace; but
        never within a command, where some take a question for dots and others dots for a question.
        """
        self._looked_s = self._clock()
        for chunk in _chunks([commands[0][accepted:], *commands[1:]]):
            if self._is_time_to_look():
                self._see_off(paper_s)  # or the question would wait behind all that
                self.glance()
            if (taken := self.line.write(chunk, self._timing.pause_s)) < len(chunk):
                self._pad = PAD
                self.look()
                raise PrinterSilent(
                    f"{self.line.name}: took {taken} of {len(chunk)} bytes and stopped"
                )
        self._see_off(paper_s)

    def look(self) -> None:
        """PrinterError unless every status that this printer has was asked for, answered and
        fine."""
        self._let_pass(0.0)  # late answers to earlier questions
        statuses: dict[int, int | None] = {}
        for n in self._profile.status:
            statuses[n] = self._ask(n, self._timing.answer_s)
            if statuses[n] is None:
                break
        self._looked_s = self._clock()
        self._looked(statuses)
        if fault := fault_of(statuses):
            raise fault

    def glance(self) -> None:
        """The same in mid label, where the next must come soon: over a slow line only the first
        status is asked."""
        first, began_s = self._profile.status[0], self._clock()
        self._let_pass(0.0)
        fault = fault_of({first: self._ask(first, self._timing.late_s)})
        self._looked_s = self._clock()
        if fault or self._looked_s - began_s < self._timing.second_s:
            self.look()
        if fault:
            raise fault

    def prove(self, number: int, paper_s: float) -> None:
        """Return when that label is out; ``paper_s`` is how long its paper needs. PrinterError when
        it may not be out.

        Proof is the answer to the question sent behind the label, and a fine status until then and
        after it; from printers that answer no such question, a fine status for as long as the paper
        needs; while an answer is waited for, the paper may stand still.
        """
        expects = self._profile.confirm is not Confirm.NONE
        needs_s = paper_s + (self._timing.grace_s if expects else self._timing.settle_s)
        until_s = self._clock() + needs_s
        while not (answer := proof(self._kept, self._profile.confirm, number)):
            left_s = until_s - self._clock()
            if left_s <= 0 and not expects:
                break
            if left_s <= 0:
                raise PrinterSilent(f"{self.line.name}: did not confirm within {needs_s:.0f} s")
            self._hear(min(self._timing.poll_s, left_s))
            if self._is_time_to_look():
                asked_s = self._clock()
                self.glance()
                until_s += 0.0 if expects else self._clock() - asked_s
        if answer and (fault := denied(answer)):
            raise fault
        self.look()

    def _see_off(self, paper_s: float) -> None:
        if not self.line.drained(paper_s + self._timing.grace_s, self._timing.pause_s):
            self.look()
            raise PrinterSilent(f"{self.line.name}: the last bytes did not leave")

    def _is_time_to_look(self) -> bool:
        return bool(self._profile.status) and self._clock() - self._looked_s >= self._timing.poll_s

    def _ask(self, n: int, within_s: float) -> int | None:
        """Asked twice, as the confirmation is; a printer that answers only once is believed too."""
        self._statuses.clear()
        self._allow(ANSWERS)
        self.line.write(self._pad + ask_status(n) * ANSWERS, self._timing.answer_s)
        self._pad = b""
        first = self._status_within(within_s)
        second = None if first is None else self._status_within(self._timing.second_s)
        return first if second is None else second

    def _status_within(self, wait_s: float) -> int | None:
        until_s = self._clock() + wait_s
        while not self._statuses and (left_s := until_s - self._clock()) > 0:
            self._hear(left_s)
        return self._statuses.pop(0) if self._statuses else None

    def _let_pass(self, quiet_s: float) -> None:
        """Hear until nothing comes for that long."""
        for _ in range(MAX_LATE_READS):
            if not self._profile.answers or not self._hear(quiet_s):
                return

    def _hear(self, within_s: float) -> bool:
        """Whether anything came, answer or noise. What one says that never stops talking is no
        answer to anything."""
        heard = self.line.read(within_s)
        self._allow(-len(heard))
        if self._may_say_bytes < 0:
            raise PrinterFailed(f"{self.line.name}: never stops sending", ENDLESS_CURE)
        for answer in self._answers.feed(heard):
            if isinstance(answer, Status):
                self._statuses.append(answer.byte)
            else:
                self._kept.append(answer)
        return bool(heard)

    def _allow(self, count_bytes: int) -> None:
        now_s = self._clock()
        allowed_bytes = (
            self._may_say_bytes + UNASKED_BYTES_S * (now_s - self._spoke_s) + count_bytes
        )
        self._may_say_bytes, self._spoke_s = min(UNASKED_BYTES, allowed_bytes), now_s


def _chunks(commands: Iterable[bytes]) -> Iterator[bytes]:
    """Whole commands, as many as a small printer's memory takes at once."""
    chunk = b""
    for command in commands:
        if chunk and len(chunk) + len(command) > CHUNK_BYTES:
            yield chunk
            chunk = b""
        chunk += command
    yield chunk


def paper_s(images: Iterable[Image.Image], profile: PrinterProfile) -> float:
    """How long the paper of these slips needs."""
    return sum(image.height / profile.dots_per_mm + END_MM for image in images) / profile.speed_mm_s
