"""Which questions a printer answers, and which class of printers.toml that is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from samebag.devices.printer.status import (
    Answer,
    Answers,
    PaperState,
    Process,
    Status,
    ask_confirmation,
    ask_status,
)
from samebag.devices.printer.transport import WireLine
from samebag.label.escpos import INIT
from samebag.label.profiles import Confirm, PrinterProfile

WAIT_S = 1.0  # for each answer: over Wi-Fi it takes that long


@dataclass(frozen=True, slots=True)
class Answering:
    """Which DLE EOT n, and which questions behind print data."""

    status: tuple[int, ...]
    behind: tuple[Confirm, ...]

    def __str__(self) -> str:
        said = {Confirm.GS_H: "GS ( H", Confirm.GS_R: "GS r"}
        return ", ".join(
            [*(f"DLE EOT {n}" for n in self.status), *(said[confirm] for confirm in self.behind)]
        )

    def suits(self, profile: PrinterProfile) -> bool:
        """Whether all is answered that the station would ask."""
        return set(profile.status) <= set(self.status) and profile.confirm in (
            *self.behind,
            Confirm.NONE,
        )


def probe(line: WireLine, wait_s: float = WAIT_S) -> Answering:
    """Raises PrinterError. A printer that answers nothing takes six times ``wait_s``.

    GS ( H comes last: printers that do not know it take its letters for text, which ESC @ forgets
    before it is printed.
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
    behind = [Confirm.GS_R] if hears(ask_confirmation(Confirm.GS_R, 0), PaperState) else []
    behind += [Confirm.GS_H] if hears(ask_confirmation(Confirm.GS_H, 0), Process) else []
    line.write(INIT, wait_s)
    return Answering(status, tuple(behind))


def class_of(found: Answering, profile: PrinterProfile, known: Mapping[str, PrinterProfile]) -> str:
    """The class with the same paper that asks most of what is answered; ``profile`` itself where
    none asks more."""
    same = [
        one
        for one in known.values()
        if (one.width_dots, one.cut) == (profile.width_dots, profile.cut)
    ]
    fits = [one for one in same if found.suits(one)]
    return max(
        fits, key=lambda one: (*_asks(one), one.name == profile.name)
    ).name  # -mute fits always


def _asks(profile: PrinterProfile) -> tuple[int, int]:
    return len(profile.status), [Confirm.NONE, Confirm.GS_R, Confirm.GS_H].index(profile.confirm)
