"""The push-button on a pin of gpiozero's mock chip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
from gpiozero import LED
from gpiozero.pins.mock import MockFactory

from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.devices.lamps.button import REST_S, PushButton
from samebag.ports import StationEvent

PIN = 23
BOUNCE_S = 0.002


class Hand:
    """Presses and releases at times of its own clock; the contact bounces at each."""

    def __init__(self, chip: MockFactory) -> None:
        self.now_s = 100.0
        self.given: list[StationEvent] = []
        self.button = PushButton(PIN, pin_factory=chip, clock=lambda: self.now_s)
        self._pin = chip.pin(PIN)
        self.button.start(self.given.append)

    def press(self, after_s: float = 1.0) -> None:
        self._move(after_s, pressed=True)

    def release(self, after_s: float = 1.0) -> None:
        self._move(after_s, pressed=False)

    def _move(self, after_s: float, pressed: bool) -> None:
        self.now_s += after_s
        for low in (pressed, not pressed, pressed, not pressed, pressed):
            (self._pin.drive_low if low else self._pin.drive_high)()
            self.now_s += BOUNCE_S


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand(MockFactory())
    with closing(hand.button):
        yield hand


def test_each_press_acknowledges_once_however_the_contact_bounces_and_however_long_it_is_held(
    hand: Hand,
) -> None:
    first_s = hand.now_s + 1.0
    hand.press()
    assert hand.given == [CommandGiven(Command.CLEAR, first_s)]
    hand.release(after_s=600.0)
    hand.press(after_s=REST_S)
    hand.release(after_s=REST_S)
    assert [type(event) for event in hand.given] == [CommandGiven] * 2


def test_a_wire_that_chatters_for_ever_is_at_most_one_press(hand: Hand) -> None:
    for _ in range(500):
        hand.press(after_s=REST_S / 4)
        hand.release(after_s=REST_S / 4)
    assert len(hand.given) == 1


def test_a_closed_button_says_nothing(hand: Hand) -> None:
    hand.button.close()
    hand.press()
    assert hand.given == []


def test_a_pin_that_cannot_be_had_is_logged_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chip, given = MockFactory(), list[StationEvent]()
    button = PushButton(PIN, pin_factory=chip)
    with LED(PIN, pin_factory=chip), caplog.at_level(logging.WARNING):
        button.start(given.append)
        button.close()
    assert given == []
    assert "button: GPIO23 cannot be opened (pin GPIO23 is already in use" in caplog.text
    assert "scan SAMEBAG-CLEAR instead" in caplog.text
