"""Checks of the label printer: there, which model, and by its own word paper in, cover closed and no error."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from samebag.devices.printer_faults import PrinterError, PrinterOffline, PrinterSilent
from samebag.devices.printer_talk import Talk, Timing
from samebag.devices.transport import first_usb, open_line
from samebag.doctor.finding import NONE, Case, Finding, bad, in_use, left_out, ok, unknown
from samebag.doctor.nodes import access, held
from samebag.label.profiles import PrinterProfile, profiles

PLUGGED = "must be plugged in, switched on and named by the settings"
READY = "must be ready: paper in, cover closed, no error"
IEEE_1284 = re.compile(r"(MFG|MANUFACTURER|MDL|MODEL):([^;]*);")  # IEEE 1284-2000, 7.6: the device ID's keys


def printer(case: Case) -> Iterator[Finding]:
    address = case.settings.printer.address
    if address == NONE:
        yield left_out("printer")
        return
    try:
        path = node(case, address)
    except PrinterError as err:
        yield bad("printer", err.reason, rule=PLUGGED, cure=err.cure)
        return
    if path:  # one in the network shows by its status whether it is there
        yield ok("printer", f"{path}: {model(case, path)}")
        yield access(case, "printer", [path])
        if holding := held(case, "printer", [path]):
            yield holding
    yield from _profiled(case, wire(address, path))


def node(case: Case, address: str) -> Path | None:
    """The printer's device node, None on the network; PrinterOffline if it is not there."""
    kind, _, place = address.partition(":")
    if kind == "tcp":
        return None
    path = Path(first_usb(case.host.at("/dev/usb"))) if kind == "auto" else case.host.at(place.partition("?")[0])
    if not path.exists():
        raise PrinterOffline(f"{path}: no such device")
    return path


def wire(address: str, path: Path | None) -> str:
    """The address to open, with ``auto`` and links followed."""
    kind, _, place = address.partition(":")
    _, mark, options = place.partition("?")
    return f"{'lp' if kind == 'auto' else kind}:{path}{mark}{options}" if path else address


def model(case: Case, path: Path) -> str:
    """What a USB printer calls itself."""
    said = IEEE_1284.findall(case.host.said(f"/sys/class/usbmisc/{path.resolve().name}/device/ieee1284_id"))
    return " ".join(text.strip() for _, text in said) or "does not say what it is"


def _profiled(case: Case, address: str) -> Iterator[Finding]:
    name = case.settings.printer.profile
    profile = profiles().get(name)
    if profile is None:
        rule = f"must be one of {', '.join(profiles())}"
        yield bad("printer profile", name, rule=rule, cure=f"correct printer.profile in {case.settings.source}")
        return
    yield ok("printer profile", f"{name}: {profile.width_dots} dots, {profile.dots_per_mm} a millimetre")
    if not profile.status:
        yield unknown(
            "printer status",
            f"a printer of profile {name} has no way to answer",
            cure="look at its paper and cover; samebag doctor --exercise prints a label",
        )
    elif case.running:
        yield in_use("printer status")
    else:
        yield status(address, profile)


def status(address: str, profile: PrinterProfile) -> Finding:
    """Asks the printer itself, which must be free."""
    stop_fd = os.eventfd(0)
    try:
        with closing(open_line(address, stop_fd)) as line:
            Talk(line, profile, Timing()).look()
    except PrinterSilent as err:  # of which nothing is known, neither good nor bad
        return unknown("printer status", err.reason, cure=err.cure)
    except PrinterError as err:
        return bad("printer status", err.reason, rule=READY, cure=err.cure)
    finally:
        os.close(stop_fd)
    return ok("printer status", f"{address} answers: paper in, cover closed, no error")
