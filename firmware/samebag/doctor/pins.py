"""Checks of the GPIO pins that drive lamps and buzzer: the header's chip, and that nothing else holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import asdict

from samebag.devices.gpio_chips import Chip, gpio_chips
from samebag.doctor.finding import Case, Finding, bad, ok, unknown
from samebag.doctor.nodes import access, held

HEADERS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")  # Pi 0-3, 4 and 5: drivers/pinctrl of Linux


def pins(case: Case) -> Iterator[Finding]:
    try:
        chips = gpio_chips(case.host.at("/dev"))
    except PermissionError:
        yield unknown("GPIO chip", "this user may not ask for it", cure="sudo samebag doctor")
        return
    yield from of_chips(case, chips)


def of_chips(case: Case, chips: Sequence[Chip]) -> Iterator[Finding]:
    known = ", ".join(HEADERS)
    if not chips:
        yield bad("GPIO chip", "none", rule=f"must be one of {known}", cure="run the station on a Raspberry Pi")
        return
    chip = next((chip for chip in chips if chip.label in HEADERS), chips[0])
    if chip.label in HEADERS:
        yield ok("GPIO chip", f"{chip.path.name}: {chip.label}")
    else:
        yield unknown(
            "GPIO chip",
            f"{chip.path.name}: {chip.label}, which is no Raspberry Pi's header ({known})",
            cure="samebag doctor --exercise shows whether the lamps hang on it",
        )
    yield access(case, "GPIO", [chip.path])
    if holding := held(case, "GPIO", [chip.path]):
        yield holding
    yield _taken(case, chip)


def _taken(case: Case, chip: Chip) -> Finding:
    """Beside a running station all pins must be taken, else none."""
    numbers = {
        name.removesuffix("_pin"): pin for name, pin in asdict(case.settings.signals).items() if name.endswith("_pin")
    }
    users = {f"{name} {number}": chip.user_of(number) for name, number in numbers.items()}
    wrong = {pin: user for pin, user in users.items() if bool(user) != bool(case.running)}
    if not wrong:
        return ok("GPIO pins", f"{', '.join(users)}: {'taken by the running station' if case.running else 'free'}")
    said = ", ".join(f"{pin} {f'taken by {user}' if user else 'free'}" for pin, user in wrong.items())
    if case.running:
        return bad(
            "GPIO pins", said, rule="must be taken by the running station", cure="sudo systemctl restart samebag"
        )
    return bad(
        "GPIO pins",
        said,
        rule="must be free while no station runs",
        cure="end that program, take its dtoverlay out of config.txt, or name another pin under [signals]",
    )
