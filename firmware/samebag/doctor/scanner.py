"""Checks of the hand scanner. It is never opened: names and links tell enough, and a grab would steal its scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from samebag.devices.scanner_keyboard import Keyboard
from samebag.devices.scanner_wire import AUTO, ScannerGone, unreadable
from samebag.doctor.finding import NONE, Case, Finding, bad, left_out, ok, passed_on, plain
from samebag.doctor.nodes import access, held
from samebag.screen import Words

SCANNER = Words("扫描枪", "scanner")
RULE = Words(
    "必须是设置所指的那把，或唯一自称扫描枪的那把",
    "must be the one that the settings name, or the only one that says it is a scanner",
)


def scanner(case: Case) -> Iterator[Finding]:
    address = case.settings.scanner.address
    if address == NONE:
        yield left_out(SCANNER)
        return
    try:
        paths = _paths(case, address)
    except ScannerGone as gone:
        yield bad(SCANNER, passed_on(gone.reason), rule=RULE, cure=passed_on(gone.cure))
        return
    yield ok(SCANNER, plain(f"{paths[0]}{_name(case, paths[0])}"))
    yield access(case, SCANNER, paths)
    if holding := held(case, SCANNER, paths):
        yield holding


def _paths(case: Case, address: str) -> list[Path]:
    try:
        if address.startswith("serial:"):
            return [case.host.at(address.removeprefix("serial:").partition("?")[0]).resolve(strict=True)]
        return keyboard(case, address).paths()
    except OSError as err:
        raise unreadable(address, err, group="input") from err


def keyboard(case: Case, address: str) -> Keyboard:
    return Keyboard(
        address if address == AUTO else str(case.host.at(address)),
        clock=case.host.clock,
        by_id=case.host.at("/dev/input/by-id"),
        sysfs=case.host.at("/sys/class/input"),
    )


def _name(case: Case, path: Path) -> str:
    """What EVIOCGNAME would say, without opening the node."""
    name = case.host.said(f"/sys/class/input/{path.resolve().name}/device/name")
    return f": {name}" if name else ""
