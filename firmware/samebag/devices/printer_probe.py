"""Which questions a printer answers, and which class of printers.toml that is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from samebag.devices.printer_status import Answer, Answers, Paper, Process, Status, ask_confirmation, ask_status
from samebag.devices.transport import Line
from samebag.label.profiles import Confirm, PrinterProfile

WAIT_S = 1.0  # for each answer: over Wi-Fi it takes that long


@dataclass(frozen=True, slots=True)
class Answering:
    """As a profile has it: which DLE EOT n, and which question behind print data."""

    status: tuple[int, ...]
    confirm: Confirm

    def __str__(self) -> str:
        behind = {Confirm.GS_H: "GS ( H", Confirm.GS_R: "GS r", Confirm.NONE: ""}[self.confirm]
        return ", ".join([*(f"DLE EOT {n}" for n in self.status), *filter(None, [behind])])


def probe(line: Line, expected: Confirm, wait_s: float = WAIT_S) -> Answering:
    """Raises PrinterError. A printer that answers nothing takes five times ``wait_s``.

    GS ( H is asked only where it is ``expected``: printers that do not know it print its letters.
    """
    answers = Answers()

    def hears(question: bytes, kind: type[Answer]) -> bool:
        line.write(question, wait_s)
        until_s = time.monotonic() + wait_s
        while (left_s := until_s - time.monotonic()) > 0:
            if any(isinstance(answer, kind) for answer in answers.feed(line.read(left_s))):
                return True
        return False

    status = tuple(n for n in (1, 2, 3, 4) if hears(ask_status(n), Status))
    if expected is Confirm.GS_H and hears(ask_confirmation(Confirm.GS_H, 0), Process):
        return Answering(status, Confirm.GS_H)
    return Answering(status, Confirm.GS_R if hears(ask_confirmation(Confirm.GS_R, 0), Paper) else Confirm.NONE)


def class_of(found: Answering, paper: PrinterProfile, known: Mapping[str, PrinterProfile]) -> str:
    """The class with the same paper that answers so, else one that asks for no more than is answered; "" for none."""
    fits = [name for name, one in known.items() if (one.width_dots, one.cut) == (paper.width_dots, paper.cut)]
    exact = [name for name in fits if Answering(known[name].status, known[name].confirm) == found]
    less = [
        name
        for name in fits
        if set(known[name].status) <= set(found.status) and known[name].confirm in (found.confirm, Confirm.NONE)
    ]
    return next(iter([*exact, *sorted(less, key=lambda name: -_asks(known[name]))]), "")


def _asks(profile: PrinterProfile) -> int:
    return len(profile.status) + (profile.confirm is not Confirm.NONE)
