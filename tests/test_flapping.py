"""A device that flaps is told, counted, and told again when it settles or the hour is over."""

from __future__ import annotations

import pytest

from samebag.core.events import DeviceBack, DeviceLost
from samebag.journal import Journal
from samebag.station.flapping import FREELY, HOUR_S, SETTLE_S
from samebag.station.journal_lines import JournalTeller
from samebag.words import screen

DAY_S, PERIOD_S = 86_400, 2.3  # 37,000 changes a day


class Printer:
    """Falls from one fault into another, and tells the journal."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._teller, self._capsys = JournalTeller(Journal("7", native=False)), capsys

    def lost(self, reason: str, at_s: float) -> None:
        event = DeviceLost("printer", reason, "look at it", at_s)
        self._teller.told(event, screen.of_fault(event))

    def back(self, at_s: float) -> None:
        event = DeviceBack("printer", at_s)
        self._teller.told(event, screen.of_back(event))

    def stays_until(self, at_s: float) -> list[str]:
        """The lines since the last call."""
        self._teller.beat(at_s)
        return self._capsys.readouterr().err.splitlines()


@pytest.fixture
def printer(capsys: pytest.CaptureFixture[str]) -> Printer:
    return Printer(capsys)


def test_a_day_between_two_faults_is_some_lines_and_their_count_is_right(printer: Printer) -> None:
    changes = int(DAY_S / PERIOD_S)
    for n in range(changes):
        printer.lost(("no paper", f"took {n} of 999 bytes and stopped")[n % 2], n * PERIOD_S)
    lines = printer.stays_until(DAY_S)
    assert len(lines) <= 2 * FREELY * 24
    printer.back(DAY_S + SETTLE_S)
    (back,) = printer.stays_until(DAY_S + SETTLE_S)
    untold = [
        int(line.partition("; ")[2].split()[0]) for line in [*lines, back] if "not told" in line
    ]
    assert len(lines) + len([back]) + sum(untold) == changes + 1


def test_what_it_settles_at_is_told_once(printer: Printer) -> None:
    for n in range(100):
        printer.lost("no paper", n)
        printer.back(n + 0.5)
    assert len(printer.stays_until(100)) == 2 * FREELY
    assert printer.stays_until(100 + SETTLE_S)[0].endswith(
        f"printer is back; {200 - 2 * FREELY - 1} changes before it were not told"
    )
    assert printer.stays_until(HOUR_S) == []


def test_a_fault_now_and_then_is_always_told_and_so_is_a_new_one(printer: Printer) -> None:
    for n in range(30):
        printer.lost("no paper", n * HOUR_S / 2)
        printer.back(n * HOUR_S / 2 + 9)
        assert len(printer.stays_until(n * HOUR_S / 2 + 9)) == 2
    for n in range(30):
        printer.lost("no paper", 20 * HOUR_S + n)
    printer.stays_until(20 * HOUR_S + 30)
    printer.lost("cover open", 20 * HOUR_S + 31)
    (line,) = printer.stays_until(20 * HOUR_S + 31)
    assert "cover open" in line and f"{30 - FREELY} changes before it were not told" in line
