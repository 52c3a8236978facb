"""The push-button that says what the CLEAR barcode says."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from math import inf

from gpiozero import Button, Factory

from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.ports import Put

log = logging.getLogger(__name__)

# ours: the kernel hides what is shorter, such as the pulse of a motor that starts beside the wire
SPIKE_S = 0.005
REST_S = 0.1  # ours: contacts bounce for 20 ms at most, a hand rests for 100 ms


class PushButton:
    """A button to ground on a BCM pin, per ports.Scanner. It is a convenience: one that cannot be
    had is only logged.

    A press counts when the contact was still for REST_S before it, so that neither bouncing, nor a
    loose wire, nor a held button gives a second command.
    """

    def __init__(
        self, pin: int, *, pin_factory: Factory, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pin, self._pin_factory, self._clock = pin, pin_factory, clock
        self._button: Button | None = None
        self._edge_s = -inf

    def start(self, put: Put) -> None:
        self._put = put
        try:
            self._button = Button(
                self._pin, pull_up=True, bounce_time=SPIKE_S, pin_factory=self._pin_factory
            )
        except Exception as err:  # lgpio.error has no narrower base
            log.warning(
                "button: GPIO%d cannot be opened (%s): scan %s instead",
                self._pin,
                err,
                Command.CLEAR.value,
            )
            return
        self._button.when_pressed, self._button.when_released = self._pressed, self._released

    def close(self) -> None:
        if self._button:
            self._button.close()

    def _pressed(self) -> None:
        at_s = self._clock()
        if at_s - self._edge_s >= REST_S:
            self._put(CommandGiven(Command.CLEAR, at_s))
        self._edge_s = at_s

    def _released(self) -> None:
        self._edge_s = self._clock()
