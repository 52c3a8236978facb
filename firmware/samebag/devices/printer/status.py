"""The questions a printer is asked and what its answers mean. Pure; all from the Epson ESC/POS
reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samebag.devices.printer.faults import (
    CoverOpen,
    PaperOut,
    PrinterError,
    PrinterFailed,
    PrinterOffline,
    PrinterSilent,
)
from samebag.label.profiles import Confirm

NO_PAPER = 0x0C  # of GS r 1
# a printer is known whose answers lag by one: the second to a question asked twice is to this
# question
ANSWERS = 2
CUTTER_CURE = "open the cover, take out the jammed paper, close it; switch the printer off and on"
FAULTS: tuple[
    tuple[int, int, type[PrinterError], str, str], ...
] = (  # DLE EOT n, bits, what it means; first found wins
    (4, 0x60, PaperOut, "no paper", ""),
    (2, 0x20, PaperOut, "no paper", ""),
    (2, 0x04, CoverOpen, "cover open", ""),
    (3, 0x08, PrinterFailed, "the cutter is stuck", CUTTER_CURE),
    (3, 0x20, PrinterFailed, "unrecoverable error", ""),
    (3, 0x40, PrinterFailed, "the head is too hot", "wait a minute; it goes on by itself"),
    (3, 0x04, PrinterFailed, "recoverable error", ""),
    (2, 0x40, PrinterFailed, "error", ""),
    (1, 0x08, PrinterOffline, "offline", "press the printer's FEED or ONLINE button"),
)


def ask_status(n: int) -> bytes:
    """DLE EOT n; answered at once, even when print data waits."""
    return b"\x10\x04" + bytes([n])


def fault_of(answers: Mapping[int, int | None]) -> PrinterError | None:
    """The fault that the packer has to see to first. No answer (None) is unknown, which is a fault
    and never fine."""
    for n, bits, fault, reason, cure in FAULTS:
        if (answers.get(n) or 0) & bits:
            return fault(f"printer: {reason}", cure)
    silent = [n for n, answer in answers.items() if answer is None]
    return PrinterSilent(f"printer: no answer to DLE EOT {silent[0]}") if silent else None


def ask_confirmation(confirm: Confirm, number: int) -> bytes:
    """Put behind the print data, answered when that is worked off: GS ( H function 48, or GS r 1
    without a number."""
    match confirm:
        case Confirm.GS_H:
            return b"\x1d(H\x06\x0000%04d" % process_id(number)
        case Confirm.GS_R:
            return b"\x1dr\x01" * ANSWERS
        case Confirm.NONE:
            return b""


def process_id(number: int) -> int:
    """Of four digits, for GS ( H; 0 is no label's."""
    return (number - 1) % 9999 + 1 if number else 0


@dataclass(frozen=True, slots=True)
class Status:
    """A DLE EOT answer: 0xx1xx10."""

    byte: int


@dataclass(frozen=True, slots=True)
class PaperState:
    """A GS r 1 answer: 0xx0xxxx."""

    byte: int


@dataclass(frozen=True, slots=True)
class Process:
    """A GS ( H answer."""

    number: int


Answer = Status | PaperState | Process
_PROCESS = rb"\x37\x22(?P<process>[0-9]{4})\x00"
# 0xx1xx00: automatic status back
_UNASKED = rb"[\x10\x14\x18\x1c\x30\x34\x38\x3c\x50\x54\x58\x5c\x70\x74\x78\x7c]"
_ANSWER = re.compile(
    _PROCESS
    + rb"|(?!\x37(?:\x22[0-9]{0,4})?\Z)(?!"
    + _UNASKED
    + rb".{0,2}\Z)(?:"  # half an answer waits for its rest
    + _UNASKED
    + rb".{3}"
    rb"|(?P<status>[\x12\x16\x1a\x1e\x32\x36\x3a\x3e\x52\x56\x5a\x5e\x72\x76\x7a\x7e])"
    rb"|(?P<paper>[\x00-\x0f\x20-\x2f\x40-\x4f\x60-\x6f])"
    rb"|.)",  # noise, XON, XOFF
    re.DOTALL,
)


class Answers:
    """Sorts the bytes that come back, however they are cut; noise is dropped."""

    def __init__(self) -> None:
        self._unread = b""

    def feed(self, more: bytes) -> list[Answer]:
        self._unread += more
        found: list[Answer] = []
        at = 0
        while match := _ANSWER.match(self._unread, at):
            at = match.end()
            if match["process"]:
                found.append(Process(int(match["process"])))
            elif match["status"]:
                found.append(Status(match["status"][0]))
            elif match["paper"]:
                found.append(PaperState(match["paper"][0]))
        self._unread = self._unread[at:]
        return found


def proof(heard: Sequence[Answer], confirm: Confirm, number: int) -> Answer | None:
    """The answer to what ``ask_confirmation`` asked; None if it is not there yet."""
    if confirm is Confirm.GS_H:
        return next((answer for answer in heard if answer == Process(process_id(number))), None)
    papers = [answer for answer in heard if isinstance(answer, PaperState)]
    return papers[ANSWERS - 1] if confirm is Confirm.GS_R and len(papers) >= ANSWERS else None


def denied(answer: Answer) -> PrinterError | None:
    """What a proof says against the label: paper that ended in it."""
    return (
        PaperOut("printer: no paper")
        if isinstance(answer, PaperState) and answer.byte & NO_PAPER
        else None
    )
