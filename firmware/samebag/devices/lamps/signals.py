"""The lamps and the buzzer on GPIO pins, played from the table of patterns on our own clock."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from functools import cache

from gpiozero import Factory, OutputDevice

from samebag.core.verdicts import ShowSignal
from samebag.devices.lamps.patterns import Levels, Playing, levels_at, play
from samebag.devices.lamps.pins_off import write_down
from samebag.ports import DeviceError

_RETRY_S = 1.0  # ours: a pin that failed to switch off is tried again
_GREEN, _RED, _BUZZER = range(3)  # their places among the pins
OnChange = Callable[[bool, bool, bool, float], None]  # green, red, buzzer, at_s


class GpioSignals:
    """A ``ports.Signals`` on three BCM pins that drive high to light up. One thread plays, no
    matter the pattern.

    DeviceError if the pins cannot be had. ``on_change`` is called with each change, after the pins,
    from any thread.
    """

    def __init__(
        self,
        *,
        green_pin: int,
        red_pin: int,
        buzzer_pin: int,
        pin_factory: Factory,
        clock: Callable[[], float] = time.monotonic,
        on_change: OnChange | None = None,
    ) -> None:
        self._clock, self._on_change = clock, on_change
        self._pins = _opened((green_pin, red_pin, buzzer_pin), pin_factory)
        self._lit: tuple[bool, bool, bool] | None = (False, False, False)
        self._playing = Playing()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def show(self, signal: ShowSignal) -> None:
        with self._changed:
            self._playing = play(self._playing, signal, self._clock())
            self._step()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
        self._thread.join()
        atexit.unregister(self.close)
        try:
            self._set(Levels())
        finally:
            for pin in self._pins:
                pin.close()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                try:
                    next_s = self._step()
                except DeviceError:  # the next show() meets it again, and can say so
                    next_s = self._clock() + _RETRY_S
                self._changed.wait(None if next_s is None else max(0.0, next_s - self._clock()))

    def _step(self) -> float | None:
        lit, next_s = levels_at(self._playing, self._clock())
        self._set(lit)
        return next_s

    def _set(self, lit: Levels) -> None:
        wanted = (lit.green, lit.red, lit.buzzer)
        if wanted == self._lit:
            return
        errors = [
            error for at in _order(*wanted) if (error := _error_of(self._pins[at], wanted[at]))
        ]
        self._lit = None if errors else wanted  # None: unknown, so all of them are written again
        if errors:
            raise DeviceError(
                f"lamps cannot be switched ({errors[0]}): check the wiring, restart the station"
            )
        if self._on_change:
            self._on_change(*wanted, self._clock())


@cache
def _order(*wanted: bool) -> tuple[int, ...]:
    """First off and last on is green: with both lamps lit it is never alone, not for a
    microsecond."""
    off = [at for at in (_GREEN, _RED, _BUZZER) if not wanted[at]]
    return (*off, *(at for at in (_RED, _BUZZER, _GREEN) if wanted[at]))


def _error_of(pin: OutputDevice, level: bool) -> Exception | None:
    """Switches one pin; a dead one must not keep red from the others."""
    try:
        if level:
            pin.on()
        else:
            pin.off()
    except Exception as err:  # lgpio.error has no narrower base
        return err
    return None


def _opened(numbers: tuple[int, ...], factory: Factory) -> tuple[OutputDevice, ...]:
    pins: list[OutputDevice] = []
    try:
        write_down(getattr(factory, "chip", None), numbers)
        pins.extend(OutputDevice(number, pin_factory=factory) for number in numbers)
    except Exception as err:  # lgpio.error has no narrower base
        for pin in pins:
            pin.close()
        raise DeviceError(
            f"GPIO pins {numbers} cannot be opened ({err}): they need a Raspberry Pi, a"
            " user in the group gpio,"
            " and no other program on them"
        ) from err
    return tuple(pins)
