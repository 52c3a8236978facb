"""Pins of a killed station."""

from __future__ import annotations

from pathlib import Path

import pytest

from samebag.devices.lamps.pins_off import pins_off, write_down
from samebag.ports import DeviceError


def test_the_pins_that_a_killed_station_had_go_dark_also_when_one_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low: list[tuple[int, int]] = []

    def drive(chip: int, pin: int) -> None:
        if pin == 27:
            raise OSError("busy")
        low.append((chip, pin))

    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/run/other")
    write_down(None, (17, 27, 22))
    assert pins_off(drive) == ()  # no station had pins
    write_down(4, (17, 27, 22))
    with pytest.raises(DeviceError) as failed:
        pins_off(drive)
    assert (
        str(failed.value)
        == "pins 27 (busy) of gpiochip4 cannot be switched off: cut the lamps' power"
    )
    assert low == [(4, 17), (4, 22)]
    write_down(0, (5,))
    assert pins_off(drive) == (5,)


def test_outside_of_a_service_nothing_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    write_down(0, (17,))
    assert pins_off() == ()
