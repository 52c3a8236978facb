"""Lamps and buzzer off after a station that was killed: the pins that it had, as it wrote them
down."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from samebag.ports import DeviceError

Drive = Callable[[int, int], None]  # chip, pin: to low


def note() -> Path | None:
    """Where the station's pins are written down; None where no service manager gave it a place
    (systemd.exec(5))."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(folder) / "pins" if folder else None


def write_down(chip: int | None, pins: Sequence[int]) -> None:
    """Before the pins are opened: the settings may be others, or wrong, by the time that they must
    go dark.

    ``chip`` is None for pins that are none, as a mock's.
    """
    if chip is not None and (path := note()):
        path.write_text(" ".join(map(str, (chip, *pins))))


def pins_off(drive: Drive | None = None) -> tuple[int, ...]:
    """Drives what was written down low and returns it; nothing if no station had pins. Raises
    DeviceError.

    Faster than the station's own way to its pins, for green may be lit meanwhile.
    """
    path = note()
    if not path or not path.exists():
        return ()
    chip, *pins = map(int, path.read_text().split())
    drive = drive or _drive_low
    errors = [f"{pin} ({error})" for pin in pins if (error := _error_of(drive, chip, pin))]
    if errors:
        raise DeviceError(
            f"pins {', '.join(errors)} of gpiochip{chip} cannot be switched off: cut the"
            " lamps' power"
        )
    return tuple(pins)


def _error_of(drive: Drive, chip: int, pin: int) -> Exception | None:
    """One pin that fails must not keep the others lit."""
    try:
        drive(chip, pin)
    except Exception as err:  # lgpio.error has no narrower base
        return err
    return None


def _drive_low(chip: int, pin: int) -> None:
    """Never closed: the kernel takes the line back when the process ends, and keeps its
    pull-down."""
    import lgpio

    lgpio.gpio_claim_output(lgpio.gpiochip_open(chip), pin, 0, lgpio.SET_PULL_DOWN)
