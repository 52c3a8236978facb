"""A conversation with one printer over an open line: looking whether it is fine, and proving that a label came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PIL import Image

from samebag.devices.printer_faults import PrinterSilent
from samebag.devices.printer_status import (
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
from samebag.devices.transport import Line
from samebag.label.profiles import Confirm, PrinterProfile

Looked = Callable[[Mapping[int, int | None]], None]

MAX_LATE_READS = 20  # one answer a question, a few questions a look


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the printer may take, and how often it is asked. All ours."""

    answer_s: float = 2.0  # to DLE EOT: over Wi-Fi up to 1 s
    second_s: float = 0.2  # for the answer to the same question right behind the first one
    stall_s: float = 5.0  # without taking a byte; a paper jam lasts, a full buffer empties within a second
    grace_s: float = 5.0  # beyond the time the paper itself needs: wake-up, cut
    watch_s: float = 3.0  # between two looks at an idle printer, so that paper out is known before the next bag
    retry_s: float = 1.0  # between two looks at a lost one
    poll_s: float = 0.5  # between two looks while a label comes out


class Talk:
    """Answers that nobody waits for yet are kept, so that a look never swallows a confirmation."""

    def __init__(
        self, line: Line, profile: PrinterProfile, timing: Timing, looked: Looked = lambda answers: None
    ) -> None:
        """``looked`` is told each look's answers by the number of their DLE EOT."""
        self.line, self._looked = line, looked
        self._profile = profile
        self._timing = timing
        self._answers = Answers()
        self._kept: list[Answer] = []
        self._statuses: list[int] = []

    def sync(self, filler: bytes) -> None:
        """Bring the printer to where a command may begin, and let answers to earlier labels come and be forgotten."""
        question = filler + ask_confirmation(self._profile.confirm, 0)
        if self.send(question) < len(question):
            raise PrinterSilent(f"{self.line.name}: stopped taking bytes")
        if self._profile.confirm is not Confirm.NONE:
            self.prove(0, 0.0)
            self._let_pass(self._timing.poll_s)

    def send(self, data: bytes) -> int:
        """How many bytes were accepted. What the printer says from now on is about them."""
        self._kept.clear()
        return self.line.write(data, self._timing.stall_s)

    def see_off(self, accepted: int, data: bytes, paper_s: float) -> None:
        """Return when all that was sent has left this machine; ``accepted`` is what ``send`` said of it."""
        if accepted < len(data):
            self.look()
            raise PrinterSilent(f"{self.line.name}: took {accepted} of {len(data)} bytes and stopped")
        if not self.line.drained(paper_s + self._timing.grace_s):
            raise PrinterSilent(f"{self.line.name}: the last bytes did not leave")

    def look(self) -> None:
        """PrinterError unless every status that this printer has was asked for, answered and fine."""
        self._let_pass(0.0)  # late answers to earlier questions
        statuses: dict[int, int | None] = {}
        for n in self._profile.status:
            statuses[n] = self._ask(n)
            if statuses[n] is None:
                break
        self._looked(statuses)
        if fault := fault_of(statuses):
            raise fault

    def prove(self, number: int, paper_s: float) -> None:
        """Return when that label is out; ``paper_s`` is how long its paper needs. PrinterError when it may not be out.

        Proof is the answer to the question sent behind the label, and a fine status after it; from printers that answer
        no such question, a fine status for as long as the paper needs.
        """
        began_s = time.monotonic()
        expects = self._profile.confirm is not Confirm.NONE
        until_s = began_s + paper_s + (self._timing.grace_s if expects else 0.0)
        while not (answer := proof(self._kept, self._profile.confirm, number)):
            left_s = until_s - time.monotonic()
            if left_s <= 0 and not expects:
                break
            if left_s <= 0:
                raise PrinterSilent(f"{self.line.name}: did not confirm within {until_s - began_s:.0f} s")
            if not self._hear(min(self._timing.poll_s, left_s)):
                self.look()
        if answer and (fault := denied(answer)):
            raise fault
        self.look()

    def _ask(self, n: int) -> int | None:
        """Asked twice, as the confirmation is; a printer that answers only once is believed too."""
        self._statuses.clear()
        self.line.write(ask_status(n) * ANSWERS, self._timing.answer_s)
        first = self._status_within(self._timing.answer_s)
        second = None if first is None else self._status_within(self._timing.second_s)
        return first if second is None else second

    def _status_within(self, wait_s: float) -> int | None:
        until_s = time.monotonic() + wait_s
        while not self._statuses and (left_s := until_s - time.monotonic()) > 0:
            self._hear(left_s)
        return self._statuses.pop(0) if self._statuses else None

    def _let_pass(self, quiet_s: float) -> None:
        """Hear until nothing comes for that long; a printer that never stops talking is not waited for."""
        for _ in range(MAX_LATE_READS):
            if not self._profile.proves or not self._hear(quiet_s):
                return

    def _hear(self, within_s: float) -> list[Answer]:
        heard = self._answers.feed(self.line.read(within_s))
        self._kept += [answer for answer in heard if not isinstance(answer, Status)]
        self._statuses += [answer.byte for answer in heard if isinstance(answer, Status)]
        return heard


def paper_s(images: Iterable[Image.Image], profile: PrinterProfile) -> float:
    """How long the paper of these slips needs."""
    return sum(image.height for image in images) / profile.dots_per_mm / profile.speed_mm_s
