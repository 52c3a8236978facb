"""What ``samebag doctor --exercise`` does with the station's own adapters, and how it asks whoever stands there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from samebag.cli.run import profile_of
from samebag.devices.pins import open_pins
from samebag.devices.printer import EscposPrinter
from samebag.devices.scanner import open_scanner
from samebag.devices.signals import GpioSignals
from samebag.doctor import exercise
from samebag.doctor.finding import NONE, Case, Finding, bad
from samebag.ports import DeviceError, JobState

SHOW_S = 3.0  # for each signal where nobody answers


def lamps(case: Case) -> Iterator[Finding]:
    named = case.settings.signals
    try:
        signals = GpioSignals(
            green_pin=named.green_pin, red_pin=named.red_pin, buzzer_pin=named.buzzer_pin, pin_factory=open_pins()
        )
    except DeviceError as err:
        yield bad("lamps", str(err), rule="must have their pins", cure="see the GPIO lines above")
        return
    with closing(signals):
        yield from exercise.shown(signals, ask)


def label(case: Case) -> Iterator[Finding]:
    address = case.settings.printer.address
    if address == NONE:
        return
    profile, station = profile_of(case.settings), case.settings.station.name
    last = JobState.CONFIRMED if profile.proves else JobState.SENT
    wall_time = datetime.now().astimezone().isoformat(timespec="minutes")
    with closing(EscposPrinter(address, profile=profile, station=station, key=exercise.TEST_KEY)) as printer:
        yield exercise.printed(printer, last, wall_time, ask)


def scan(case: Case) -> Iterator[Finding]:
    """Only where somebody is there to scan."""
    address = case.settings.scanner.address
    if address == NONE or not sys.stdin.isatty():
        return
    with closing(open_scanner(address)) as scanner:
        yield exercise.scanned(scanner, tell)


def ask(question: str) -> bool | None:
    """None where nobody can answer."""
    tell(question)
    if not sys.stdin.isatty():
        time.sleep(SHOW_S)
        return None
    while True:
        print("y or n: ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            return None
        if answer.strip().lower() in ("y", "yes", "n", "no"):
            return answer.strip().lower().startswith("y")


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
