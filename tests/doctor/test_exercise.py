"""The exercises: with somebody who sees and answers, with nobody, and on devices that fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from samebag.bench.virtual_printer import Asked, Machine, MachineFault, Printed, VirtualPrinter
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.labels import Command
from samebag.core.verdicts import ShowSignal, Signal
from samebag.core.words import Words
from samebag.devices.lamps.patterns import PATTERNS, levels
from samebag.devices.printer.probe import probe
from samebag.devices.printer.thread import EscposPrinter
from samebag.devices.scanner.framer import whole_scan
from samebag.doctor import exercise
from samebag.doctor.finding import CheckState
from samebag.label.profiles import Confirm, PrinterProfile, profiles
from samebag.ports import JobState, Put, ScanRefused, StationEvent
from tests.devices.printer_world import KEY, QUICK, named

from .computer import by_thing

WALL_TIME = "2026-11-11T14:03+08:00"
LOST = DeviceLost("scanner", "no hand scanner is plugged in", "let it go, or plug it in again", 0.0)


class Partly(Machine):
    """Answers what that profile has, and no more."""

    def __init__(self, folder: Path, width_dots: int, profile: PrinterProfile) -> None:
        super().__init__(folder, width_dots)
        self._profile = profile

    def _status(self, n: int) -> bytes:
        return super()._status(n) if n in self._profile.status else b""

    def _work_off(self, meaning: Printed | Asked) -> bytes:
        answer = super()._work_off(meaning)
        is_gs_r = isinstance(meaning, Asked) and meaning.command[:2] == b"\x1dr"
        return (
            answer if self._profile.confirm is (Confirm.GS_R if is_gs_r else Confirm.GS_H) else b""
        )


class Lamps:
    def __init__(self) -> None:
        self.shown: list[ShowSignal] = []

    def show(self, signal: ShowSignal) -> None:
        self.shown.append(signal)

    def close(self) -> None:
        return


def answering(*answers: bool | None) -> Callable[[Words], bool | None]:
    left = iter(answers)
    return lambda question: next(left)


def test_green_is_never_lit_alone() -> None:
    for step in exercise.STEPS:
        pattern = PATTERNS[step.signal.signal]
        for moment in range(0, 5000, 10):
            lit, _ = levels(pattern, moment / 1000)
            assert not lit.green or lit.red


def test_each_lamp_is_shown_asked_about_and_switched_off() -> None:
    lamps = Lamps()
    found = by_thing(exercise.shown(lamps, answering(True, None, False)))
    assert {thing: finding.state for thing, finding in found.items()} == {
        "red lamp": CheckState.OK,
        "green lamp": CheckState.UNKNOWN,
        "buzzer": CheckState.BAD,
    }
    assert [signal.signal is Signal.OFF for signal in lamps.shown] == [False, True] * 3


def test_with_red_dead_green_is_not_shown() -> None:
    lamps = Lamps()
    assert [finding.state for finding in exercise.shown(lamps, answering(False))] == [
        CheckState.BAD
    ]
    assert lamps.shown[-1] == ShowSignal(Signal.OFF)


@pytest.mark.parametrize(
    ("answer", "state", "value"),
    [
        (True, CheckState.OK, "confirmed, whole and clean"),
        (False, CheckState.BAD, "confirmed, but not clean"),
        (None, CheckState.UNKNOWN, "confirmed; nobody was asked whether it is clean"),
    ],
)
def test_a_test_label_says_that_it_is_one(
    tmp_path: Path, answer: bool | None, state: CheckState, value: str
) -> None:
    machine = Machine(tmp_path, 576)
    virtual = VirtualPrinter(machine)
    printer = EscposPrinter(
        virtual.address, profile=profiles()["80mm"], station="SB-01", key=KEY, timing=QUICK
    )
    found = by_thing([exercise.printed(printer, JobState.CONFIRMED, WALL_TIME, answering(answer))])[
        "test label"
    ]
    printer.close()
    virtual.close()
    assert (found.state, found.value) == (state, value)
    assert named(machine.labels[0]) == "SB1|TEST|9999|1"


def test_a_printer_that_cannot_print_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path, 576)
    machine.faults = {MachineFault.PAPER_OUT}
    virtual = VirtualPrinter(machine)
    printer = EscposPrinter(
        virtual.address, profile=profiles()["80mm"], station="SB-01", key=KEY, timing=QUICK
    )
    found = by_thing([exercise.printed(printer, JobState.CONFIRMED, WALL_TIME, answering())])[
        "test label"
    ]
    printer.close()
    virtual.close()
    assert (found.state, found.value) == (CheckState.BAD, "printer: no paper")
    monkeypatch.setattr(exercise, "PRINT_S", 0.0)
    mute = Lost()
    assert (
        by_thing([exercise.printed(mute, JobState.SENT, WALL_TIME, answering())])[
            "test label"
        ].value
        == "no word for 0 s"
    )


class Lost(EscposPrinter):
    """Never says a word."""

    def __init__(self) -> None:
        super().__init__("none", profile=profiles()["80mm"], station="SB-01", key=KEY)

    def _run(self) -> None:
        return


class Hand:
    """A hand scanner that gives these events when it starts."""

    def __init__(self, *events: StationEvent) -> None:
        self._events = events

    def start(self, put: Put) -> None:
        for event in self._events:
            put(event)

    def close(self) -> None:
        return


@pytest.mark.parametrize(
    ("event", "state", "value"),
    [
        (
            CodeScanned("SB1|TEST|9999|1|S77I45LJ", 0.0),
            CheckState.OK,
            "SB1|TEST|9999|1|S77I45LJ, as printed",
        ),
        (
            CodeScanned("SAMEBAG-TEST-0123456789", 0.0, "code128"),
            CheckState.OK,
            "SAMEBAG-TEST-0123456789, as printed",
        ),
        (CodeScanned("SB1>TEST>9999>1", 0.0), CheckState.BAD, "read 'SB1>TEST>9999>1'"),
        (CommandGiven(Command.CLEAR, 0.0), CheckState.BAD, "read SAMEBAG-CLEAR"),
        (
            whole_scan("SAMEBAG/TEST", 0.0),
            CheckState.BAD,
            "the scanner is set to German or Czech keyboard: it sent 'SAMEBAG/TEST' for"
            " 'SAMEBAG-TEST'",
        ),
        (ScanRefused("incomplete scan 'SB1'", 0.0), CheckState.BAD, "incomplete scan 'SB1'"),
        (LOST, CheckState.BAD, "no hand scanner is plugged in"),
    ],
)
def test_the_test_label_scanned_back_proves_wire_and_layout(
    event: StationEvent, state: CheckState, value: str
) -> None:
    told: list[Words] = []
    found = by_thing([exercise.scanned(Hand(DeviceBack("scanner", 0.0), event), told.append)])[
        "scan"
    ]
    assert (found.state, found.value) == (state, value)
    assert len(told) == 1


def test_no_scan_at_all_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercise, "SCAN_S", 0.0)
    assert (
        by_thing([exercise.scanned(Hand(), lambda what: None)])["scan"].state is CheckState.UNKNOWN
    )


@pytest.mark.parametrize("says", ["58mm", "80mm-epson", "4inch"])
@pytest.mark.parametrize("truly", ["58mm-gsh", "58mm", "58mm-eot", "58mm-gsr", "58mm-mute"])
def test_the_class_of_a_printer_is_told_by_what_it_answers(
    says: str, truly: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exercise, "probe", partial(probe, wait_s=0.15))
    profile, real = profiles()[says], profiles()[truly]
    virtual = VirtualPrinter(Partly(tmp_path, 576, real))
    found = exercise.answering(virtual.address, profile)
    virtual.close()
    name = (says.partition("-")[0] + truly.removeprefix("58mm")).replace("80mm-gsh", "80mm-epson")
    if name == says:
        assert found.state is CheckState.OK
    else:
        assert found.cure.en == f'set printer.profile = "{name}"'
    assert virtual.machine.errors == []
    by_thing([found])
