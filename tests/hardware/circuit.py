"""What the parts of hardware/circuit.toml give at their worst, and the tables of circuit.md made of
it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HARDWARE = Path(__file__).parents[2] / "hardware"
PARTS: dict[str, Any] = tomllib.loads((HARDWARE / "circuit.toml").read_text(encoding="utf-8"))
SPREAD = PARTS["resistor_tolerance"]
DRIVER, BUTTON, TOWER, PART = (
    PARTS["driver"],
    PARTS["button"],
    PARTS["tower"],
    PARTS["power"]["part"],
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A worst case in ``unit``, and the range in which it must be."""

    what: str
    unit: str
    least: float
    most: float
    low: float = -math.inf
    high: float = math.inf

    def holds(self) -> bool:
        return self.low <= self.least and self.most <= self.high

    def row(self) -> str:
        bounds = [f"at least {self.low:g}"] if self.low > -math.inf else []
        bounds += [f"at most {self.high:g}"] if self.high < math.inf else []
        value = (
            f"{self.least:.3g}" if self.least == self.most else f"{self.least:.3g}-{self.most:.3g}"
        )
        return f"| {self.what} | {value} {self.unit} | {', '.join(bounds)} |"


def at_most(what: str, unit: str, value: float, high: float) -> Rule:
    return Rule(what, unit, value, value, high=high)


def at_least(what: str, unit: str, value: float, low: float) -> Rule:
    return Rule(what, unit, value, value, low=low)


def rules() -> list[Rule]:
    return [*_inputs(), *_lamps(), *_button(), *_tower()]


def _inputs() -> Iterator[Rule]:
    down, (gpio_low_v, gpio_high_v) = PARTS["pulldown"]["ohm"], PARTS["gpio_high_v"]
    pulled_v = gpio_high_v * down * (1 + SPREAD) / (down * (1 + SPREAD) + PARTS["gpio_pull_ohm"][0])
    yield at_most(
        "a pin that nothing drives, its pull-up on by mistake", "V", pulled_v, DRIVER["off_below_v"]
    )
    yield at_least("a pin that is high", "V", gpio_low_v, DRIVER["on_at_v"])
    driven_a = 2 * (gpio_high_v - DRIVER["base_v"]) / DRIVER["input_ohm"] + gpio_high_v / down
    # the pads' default strength
    yield at_most("load of such a pin, both drivers fitted", "mA", driven_a * 1000, 8)


def _lamps() -> Iterator[Rule]:
    limits = PARTS["led"]["limits"]
    on = DRIVER["lamp_saturation_v"]
    total_a = PARTS["buzzer"]["a"]
    for colour in ("green", "red"):
        lamp = PARTS["led"][colour]
        least, most = (
            (limits["supply_v"][k] - lamp["forward_v"][1 - k] - on[1 - k])
            / (lamp["ohm"] * (1 + spread))
            for k, spread in ((0, SPREAD), (1, -SPREAD))
        )
        total_a += most
        low, high = limits["a"]
        yield Rule(
            f"current of the {colour} lamp",
            "mA",
            least * 1000,
            most * 1000,
            low * 1000,
            high * 1000,
        )
        shorted_w = (limits["supply_v"][1] - on[0]) ** 2 / (lamp["ohm"] * (1 - SPREAD))
        yield at_most(f"heat in its resistor if the {colour} lamp is shorted", "W", shorted_w, 0.25)
    yield at_most(
        "panel with both lamps and buzzer, through F1",
        "mA",
        total_a * 1000,
        PARTS["fuses"]["f1_a"] * 1000,
    )


def _button() -> Iterator[Rule]:
    low_v, (_, supply_v) = BUTTON["low_below_v"], PARTS["gpio_high_v"]
    charge_ohm = (BUTTON["pull_up_ohm"] + BUTTON["series_ohm"]) * (1 - SPREAD)
    farad = BUTTON["farad"] * (1 - BUTTON["farad_tolerance"])
    rides_s = -charge_ohm * farad * math.log(1 - low_v / supply_v)
    yield at_least(
        "a press survives a contact that opens for", "ms", rides_s * 1000, BUTTON["opens_s"] * 1000
    )


def _tower() -> Iterator[Rule]:
    ohm = TOWER["bleed_ohm"]
    yield at_most(
        "a tier that is off", "V", DRIVER["leak_a"] * ohm * (1 + SPREAD), TOWER["dark_below_v"]
    )
    yield at_most(
        "heat in the resistor beside a lit tier",
        "W",
        TOWER["supply_v"] ** 2 / (ohm * (1 - SPREAD)),
        0.25,
    )
    yield at_most("current of a tier", "mA", TOWER["a"] * 1000, DRIVER["most_a"] * 1000)
    yield at_most(
        "both tiers, through F2", "mA", 2 * TOWER["a"] * 1000, PARTS["fuses"]["f2_a"] * 1000
    )


def power_rows() -> Iterator[str]:
    """A board a line: what hangs on its USB, what its supply must give, and which cameras that
    allows."""
    for board, has in PARTS["power"]["board"].items():
        usb_a = PART["scanner_a"] + PART["printer_a"]
        with_usb_camera = usb_a + PART["usb_camera_a"]
        total_a = (
            has["board_a"]
            + PART["panel_a"]
            + usb_a
            + max(PART["own_camera_a"], PART["usb_camera_a"])
        )
        assert usb_a <= has["usb_a"], board
        assert total_a <= has["supply_a"], board
        cameras = (
            "any"
            if with_usb_camera <= has["usb_a"]
            else "the Pi's own; a USB camera on a powered hub"
        )
        yield (
            f"| {board} | {with_usb_camera:.2f} of {has['usb_a']:.2f} A |"
            f" {total_a:.2f} A | {cameras} |"
        )
