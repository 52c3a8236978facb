"""Lights, sounds, prints and scans before somebody's eyes, with the station's own adapters. No station may run.

Green is never lit alone: alone it means a match, and a bag may lie on the table.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from samebag.core.events import CodeScanned, CommandGiven, DeviceLost
from samebag.core.parcels import Item, Parcel
from samebag.core.sealing import merged_code
from samebag.core.verdicts import ShowSignal, Signal
from samebag.doctor.finding import Finding, bad, ok, unknown
from samebag.ports import JobMoved, JobState, Printer, PrintJob, Scanner, ScanRefused, Signals, StationEvent

Ask = Callable[[str], bool | None]  # a yes-or-no question; None where nobody is there to answer

PRINT_S = 60.0  # ours: waking up, printing, cutting and a printer's slowest answer
SCAN_S = 30.0  # ours: to take the label and the scanner into the hands
PARCEL = Parcel(
    "TEST", "SAMEBAG-TEST-0123456789", items=(Item("TEST", "测试标签 test label", "不要贴 do not stick on", 1),)
)
NUMBER = 9999
TEST_KEY = b""  # nobody's: a test label seals no bag
ASK_AGAIN = "run samebag doctor --exercise at a terminal, and answer"
US_KEYBOARD = "set the scanner to US keyboard with Enter as suffix, or to USB serial; its manual has the barcodes"


@dataclass(frozen=True, slots=True)
class Step:
    thing: str
    signal: ShowSignal
    rule: str


STEPS = (
    Step("red lamp", ShowSignal(Signal.MISMATCH, quiet=True), "red must be lit steadily"),
    Step("green lamp", ShowSignal(Signal.CROWDED), "both lamps must go on and off slowly, together"),
    Step("buzzer", ShowSignal(Signal.FAULT), "it must sound for a second, with both lamps flickering"),
)


def shown(signals: Signals, ask: Ask) -> Iterator[Finding]:
    """Ends with the first lamp that is not seen: with red dead, green would be lit alone."""
    for step in STEPS:
        signals.show(step.signal)
        seen = ask(f"{step.thing}: {step.rule}. Is it so?")
        signals.show(ShowSignal(Signal.OFF))
        yield _judged(step, seen)
        if seen is False:
            return


def _judged(step: Step, seen: bool | None) -> Finding:
    if seen is None:
        return unknown(step.thing, "was shown; nobody was asked", cure=ASK_AGAIN)
    if seen:
        return ok(step.thing, "as it must be")
    cure = "check its wire, resistor, transistor and BCM pin ([signals]): hardware/README.md"
    return bad(step.thing, "not as it must be", rule=step.rule, cure=cure)


class _NoSpool:
    """The test label's job is nowhere on disk."""

    def move(self, number: int, state: JobState, reason: str = "") -> None:
        return

    def copy(self, number: int) -> NoReturn:
        raise AssertionError("nobody answers for the test label, so it is never printed again")


def printed(printer: Printer, last: JobState, wall_time: str, ask: Ask) -> Finding:
    """``printer`` must not be started yet; the caller closes it. ``last`` is how far it can prove a job."""
    heard: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    printer.start(heard.put, _NoSpool())
    printer.submit(PrintJob(NUMBER, 0, PARCEL.name, 1, JobState.QUEUED, wall_time), PARCEL)
    rule = "must be printed, whole and clean"
    try:
        while True:
            match heard.get(timeout=PRINT_S):
                case JobMoved(state=state) if state is last:
                    return _looked_at(state, ask, rule)
                case JobMoved(state=JobState.ASKED, reason=reason, cure=cure) | DeviceLost(reason=reason, cure=cure):
                    return bad("test label", reason, rule=rule, cure=cure)
    except queue.Empty:
        cure = "look at the printer's lamps; switch it off and on"
        return bad("test label", f"no word for {PRINT_S:g} s", rule=rule, cure=cure)


def _looked_at(state: JobState, ask: Ask, rule: str) -> Finding:
    clean = ask("test label: it must be whole, with sharp bars and letters. Is it so?")
    if clean is None:
        return unknown("test label", f"{state}; nobody was asked whether it is clean", cure=ASK_AGAIN)
    if clean:
        return ok("test label", f"{state}, whole and clean")
    cure = "clean the head with alcohol; put the roll in with its thermal side to the head; check printer.profile"
    return bad("test label", f"{state}, but not clean", rule=rule, cure=cure)


def scanned(scanner: Scanner, tell: Callable[[str], None]) -> Finding:
    """Proves wire and keyboard layout at once. ``scanner`` must not be started yet; the caller closes it."""
    right = merged_code(PARCEL.name, NUMBER, 1, TEST_KEY), PARCEL.tracking_number
    heard: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    scanner.start(heard.put)
    tell(f"scan: scan a code of the test label with the hand scanner, within {SCAN_S:g} s.")
    rule = f"must read {' or '.join(right)}"
    try:
        while True:
            match heard.get(timeout=SCAN_S):
                case CodeScanned(code=code) if code in right:
                    return ok("scan", f"{code}, as printed")
                case CodeScanned(code=code):
                    return bad("scan", f"read {code!r}", rule=rule, cure=f"if that was the test label: {US_KEYBOARD}")
                case CommandGiven(command=command):
                    return bad("scan", f"read {command.value}", rule=rule, cure="scan the test label")
                case ScanRefused(reason=reason):
                    return bad("scan", reason, rule=rule, cure=US_KEYBOARD)
                case DeviceLost(reason=reason, cure=cure):
                    return bad("scan", reason, rule=rule, cure=cure)
    except queue.Empty:
        return unknown("scan", f"nothing was scanned within {SCAN_S:g} s", cure=ASK_AGAIN)
