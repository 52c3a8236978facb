"""What ``samebag doctor --exercise`` does with the station's own adapters, and how it asks whoever
stands there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from samebag.core.words import Words
from samebag.devices.lamps.pins import open_pins
from samebag.devices.lamps.signals import GpioSignals
from samebag.devices.printer.thread import EscposPrinter
from samebag.devices.scanner.open import open_scanner
from samebag.doctor import exercise
from samebag.doctor.finding import Check, Examined, Finding, bad, passed_on
from samebag.ports import DeviceError, JobState
from samebag.settings import NONE
from samebag.station.wiring import profile_of

SHOW_S = 3.0  # for each signal where nobody answers
Y_OR_N = Words("是 y，不是 n：", "y or n: ")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever stands at the terminal, with the language spoken there."""

    language: str

    def tell(self, what: Words) -> None:
        print(what.said(self.language), file=sys.stderr, flush=True)

    def ask(self, question: Words) -> bool | None:
        """None where nobody can answer."""
        self.tell(question)
        if not sys.stdin.isatty():
            time.sleep(SHOW_S)
            return None
        while True:
            print(Y_OR_N.said(self.language), end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline()
            if not answer:
                return None
            if answer.strip().lower() in ("y", "yes", "n", "no"):
                return answer.strip().lower().startswith("y")


def checks(person: Person) -> tuple[Check, ...]:
    return (
        Check(exercise.LAMPS, partial(lamps, person)),
        Check(exercise.TEST_LABEL, partial(label, person)),
        Check(exercise.SCAN, partial(scan, person)),
    )


def lamps(person: Person, case: Examined) -> Iterator[Finding]:
    named = case.settings.signals
    try:
        signals = GpioSignals(
            green_pin=named.green_pin,
            red_pin=named.red_pin,
            buzzer_pin=named.buzzer_pin,
            pin_factory=open_pins(),
        )
    except DeviceError as err:
        yield bad(
            exercise.LAMPS,
            passed_on(str(err)),
            rule=Words("必须有自己的引脚", "must have their pins"),
            cure=Words("请看上面 GPIO 的几行", "see the GPIO lines above"),
        )
        return
    with closing(signals):
        yield from exercise.shown(signals, person.ask)


def label(person: Person, case: Examined) -> Iterator[Finding]:
    address = case.settings.printer.address
    if address == NONE:
        return
    profile, station = profile_of(case.settings), case.settings.station.name
    yield exercise.answering(address, profile)
    last = JobState.CONFIRMED if profile.proves else JobState.SENT
    wall_time = datetime.now().astimezone().isoformat(timespec="minutes")
    with closing(
        EscposPrinter(address, profile=profile, station=station, key=exercise.TEST_KEY)
    ) as printer:
        yield exercise.printed(printer, last, wall_time, person.ask)


def scan(person: Person, case: Examined) -> Iterator[Finding]:
    """Only where somebody is there to scan."""
    address = case.settings.scanner.address
    if address == NONE or not sys.stdin.isatty():
        return
    with closing(open_scanner(address)) as scanner:
        yield exercise.scanned(scanner, person.tell)
