"""Checks of the hand scanner. It is never opened: names and links tell enough, and a grab would
steal its scans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from samebag.core.words import Words
from samebag.devices.scanner.keyboard import Keyboard
from samebag.devices.scanner.thread import AUTO, BLUETOOTH, ScannerGone, unreadable
from samebag.doctor.finding import Examined, Finding, bad, left_out, ok, passed_on, plain, unknown
from samebag.doctor.nodes import access, held
from samebag.settings import NONE

SCANNER = Words("扫描枪", "scanner")
RULE = Words(
    "必须是设置所指的那把，或唯一自称扫描枪的那把",
    "must be the one that the settings name, or the only one that says it is a scanner",
)
ADDRESS = Words("扫描枪地址", "scanner address")
SERIAL = "serial:"
COUNTED = re.compile(r"/dev/tty(USB|ACM)\d+")  # by the order in which they were found


def scanner(case: Examined) -> Iterator[Finding]:
    address = case.settings.scanner.address
    if address == NONE:
        yield left_out(SCANNER)
        return
    try:
        paths = _paths(case, address)
    except ScannerGone as gone:
        yield _gone(address, gone)
        return
    finally:
        yield from _counted(case, address)
    yield ok(SCANNER, plain(f"{paths[0]}{_name(case, paths[0])}"))
    yield access(case, SCANNER, paths)
    if holding := held(case, SCANNER, paths):
        yield holding


def _gone(address: str, gone: ScannerGone) -> Finding:
    """A Bluetooth scanner that sleeps is no fault, and nobody can tell it from one that is away."""
    if address.startswith(BLUETOOTH):
        return unknown(SCANNER, passed_on(gone.reason), cure=passed_on(gone.cure))
    return bad(SCANNER, passed_on(gone.reason), rule=RULE, cure=passed_on(gone.cure))


def _counted(case: Examined, address: str) -> Iterator[Finding]:
    line = _line(address)
    if not COUNTED.fullmatch(line):
        return
    node = case.host.at(line)
    links = [
        link
        for link in sorted(case.host.at("/dev/serial/by-id").glob("*"))
        if link.resolve() == node.resolve()
    ]
    better = f"{SERIAL}{case.host.own(links[0])}" if links else f"{SERIAL}/dev/serial/by-id/..."
    yield unknown(
        ADDRESS,
        Words(
            f"{line} 下次启动时可能是别的设备", f"{line} may be another device after the next start"
        ),
        cure=Words(f"请把 scanner.address 设为 {better}", f"set scanner.address to {better}"),
    )


def _line(address: str) -> str:
    """The device file of a serial address, "" of any other."""
    return address.removeprefix(SERIAL).partition("?")[0] if address.startswith(SERIAL) else ""


def _paths(case: Examined, address: str) -> list[Path]:
    try:
        if line := _line(address):
            return [case.host.at(line).resolve(strict=True)]
        return keyboard(case, address).paths()
    except OSError as err:
        raise unreadable(address, err, group="input") from err


def keyboard(case: Examined, address: str) -> Keyboard:
    return Keyboard(
        address if address == AUTO or address.startswith(BLUETOOTH) else str(case.host.at(address)),
        clock=case.host.clock,
        by_id=case.host.at("/dev/input/by-id"),
        sysfs=case.host.at("/sys/class/input"),
    )


def _name(case: Examined, path: Path) -> str:
    """What EVIOCGNAME would say, without opening the node."""
    name = case.host.said(f"/sys/class/input/{path.resolve().name}/device/name")
    return f": {name}" if name else ""
