"""The hardware folder: one source for the pins, values that hold at their worst, and sheets that
name what exists."""

from __future__ import annotations

import hashlib
import re
import tomllib

import pytest
import yaml
from gpiozero.pins.mock import MockFactory
from msgspec.structs import asdict

from samebag.settings import Settings

from .circuit import HARDWARE, PARTS, Rule, power_rows, rules

PINS = tomllib.loads((HARDWARE / "pins.toml").read_text(encoding="utf-8"))
SUPPLY = PINS.pop("supply")
WIRING = yaml.safe_load((HARDWARE / "wiring.yml").read_text(encoding="utf-8"))
FIRMWARE = HARDWARE.parent / "firmware" / "samebag"


def test_the_settings_default_to_the_pins_of_the_wiring() -> None:
    defaults = {
        name.removesuffix("_pin"): pin
        for name, pin in asdict(Settings().signals).items()
        if name.endswith("_pin")
    }
    assert {"green", "red", "buzzer"} <= defaults.keys()
    assert {name: PINS[name]["bcm"] for name in defaults} == defaults
    assert len({pin["bcm"] for pin in PINS.values()}) == len(PINS)


def test_every_pin_is_where_the_header_has_it_and_dark_while_the_pi_starts() -> None:
    header = MockFactory().board_info.headers["J8"].pins
    for pin in PINS.values():
        assert header[pin["header"]].name == f"GPIO{pin['bcm']}"
        assert pin["bcm"] >= 9  # 0-8 are pulled up at reset: BCM2835 ARM Peripherals, p. 102
        assert pin["bcm"] not in (14, 15)  # boot messages
    supply = [header[SUPPLY[name]].name for name in ("ground_header", "v5_header", "v3_header")]
    assert supply == ["GND", "5V", "3V3"]


def test_the_wires_join_those_pins_with_the_terminals_of_the_same_name() -> None:
    labels = dict(
        zip(
            WIRING["connectors"]["PI"]["pins"], WIRING["connectors"]["PI"]["pinlabels"], strict=True
        )
    )
    for name, pin in PINS.items():
        assert labels[pin["header"]] == f"GPIO{pin['bcm']} {name}"
    board = WIRING["connectors"]["BOARD"]["pinlabels"]
    header, _, terminals = WIRING["connections"][0]
    for place, terminal in zip(header["PI"], terminals["BOARD"], strict=True):
        assert re.sub(r"^GPIO\d+ ", "", labels[place]) == board[terminal - 1]


def test_the_drawing_shows_the_wiring() -> None:
    drawn_from = hashlib.sha256((HARDWARE / "wiring.yml").read_bytes()).hexdigest()
    assert f"<!-- drawn from {drawn_from} -->" in (HARDWARE / "wiring.svg").read_text(
        encoding="utf-8"
    ), "make wiring"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.what)
def test_each_part_holds_at_its_worst_and_the_sheet_says_so(rule: Rule) -> None:
    assert rule.holds(), rule.row()
    assert rule.row() in (HARDWARE / "circuit.md").read_text(encoding="utf-8")


def test_every_board_can_feed_what_hangs_on_it() -> None:
    sheet = (HARDWARE / "circuit.md").read_text(encoding="utf-8")
    assert all(row in sheet for row in power_rows())
    assert len(list(power_rows())) == len(PARTS["power"]["board"])


def test_everything_that_is_wired_is_in_the_bill() -> None:
    bill = re.findall(
        r"(?m)^\| ([A-Z][A-Z0-9 ]*) \|", (HARDWARE / "bom.md").read_text(encoding="utf-8")
    )
    bought = set(" ".join(bill).split())
    on_board = set(re.findall(r"\b[RCUF]\d\b", WIRING["connectors"]["BOARD"]["notes"]))
    assert on_board | WIRING["connectors"].keys() - {"PI"} | WIRING["cables"].keys() == bought


def test_the_technician_is_sent_to_lines_that_the_doctor_has() -> None:
    sheet = (HARDWARE / "commissioning.md").read_text(encoding="utf-8")
    steps = re.split(r"(?m)^\d+\. \*\*", sheet)[1:]
    assert len(steps) == 11
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in [*FIRMWARE.glob("doctor/*.py"), *FIRMWARE.glob("cli/*.py")]
    )
    for step in steps:
        named = re.findall(r"`([^`]+)`", step.partition("Doctor:")[2].partition("\n\n")[0])
        assert named, step
        for thing in named:
            place = f'"{thing.removesuffix(" access")}"'
            assert place in code, thing
