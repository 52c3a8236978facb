"""Writes settings and udev lines for what is plugged in, to be pasted by a technician."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samebag.devices.scanner.thread import AUTO, BLUETOOTH, ScannerGone
from samebag.doctor.finding import Examined
from samebag.doctor.printer import model
from samebag.doctor.scanner import keyboard

UDEV = {  # as in systemd/samebag.rules, but for one product
    "scanner": 'SUBSYSTEM=="input", KERNEL=="event*", {usb}, GROUP="input", MODE="0660",'
    ' SYMLINK+="samebag/scanner", '
    'ENV{{LIBINPUT_IGNORE_DEVICE}}="1"',
    "serial": 'SUBSYSTEM=="tty", {usb}, GROUP="dialout", MODE="0660",'
    ' ENV{{ID_MM_DEVICE_IGNORE}}="1"',
    "printer": 'SUBSYSTEM=="usbmisc", KERNEL=="lp*", {usb}, GROUP="lp", MODE="0660",'
    ' SYMLINK+="samebag/printer"',
    "camera": 'SUBSYSTEM=="video4linux", {usb}, ATTR{{index}}=="0", GROUP="video", MODE="0660", '
    'SYMLINK+="samebag/camera"',
}

PERHAPS = ": a scanner, or just a keyboard?"
NOTHING = "# nothing that looks like it is plugged in"


@dataclass(frozen=True, slots=True)
class Plugged:
    """``sure`` is False for what may be something else. ``sysfs`` is its folder below
    /sys/class."""

    table: str
    address: str
    said: str
    sysfs: Path
    sure: bool = True
    kind: str = ""


def settings_lines(plugged: list[Plugged]) -> list[str]:
    """TOML that ``settings.load`` takes; of each table the first sure address is set, the others
    are comments."""
    lines = []
    for table in ("scanner", "printer", "camera"):
        chosen = next((p for p in plugged if p.table == table and p.sure), None)
        lines.append(f"[{table}]")
        for p in (p for p in plugged if p.table == table):
            mark = "" if p is chosen else "# "
            lines.append(f"{mark}address = {json.dumps(p.address)}  # {_printable(p.said)}")
        if not any(p.table == table for p in plugged):
            lines.append(NOTHING)
        lines.append("")
    return lines


def udev_lines(plugged: list[Plugged]) -> list[str]:
    """For /etc/udev/rules.d/72-samebag-own.rules: needed only for what the rules that come along do
    not know."""
    lines = [UDEV[p.kind or p.table].format(usb=usb) for p in plugged if (usb := _usb(p.sysfs))]
    return list(dict.fromkeys(lines))


def plugged(case: Examined) -> list[Plugged]:
    return [*_keyboards(case), *_serial(case), *_printers(case), *_cameras(case)]


def _keyboards(case: Examined) -> Iterator[Plugged]:
    look = keyboard(case, AUTO)
    try:
        surely = look.paths()[:1]
    except ScannerGone:
        surely = []
    for address, path in look.bluetooth().items():
        name, sysfs = look.name(path), case.host.at(f"/sys/class/input/{path.name}")
        sure = path in surely
        yield Plugged(
            "scanner", f"{BLUETOOTH}{address}", name if sure else f"{name}{PERHAPS}", sysfs, sure
        )
    for link in sorted(case.host.at("/dev/input/by-id").glob("*-event-kbd")):
        sysfs = case.host.at(f"/sys/class/input/{link.resolve().name}")
        name, sure = look.name(link), link in surely
        yield Plugged(
            "scanner", case.host.own(link), name if sure else f"{name}{PERHAPS}", sysfs, sure
        )


def _serial(case: Examined) -> Iterator[Plugged]:
    for link in sorted(case.host.at("/dev/serial/by-id").glob("*")):
        sysfs = case.host.at(f"/sys/class/tty/{link.resolve().name}")
        for table in ("scanner", "printer"):
            said = f"a {table}? baud as it is set to, ?baud=9600 by default"
            yield Plugged(table, f"serial:{case.host.own(link)}", said, sysfs, False, "serial")


def _printers(case: Examined) -> Iterator[Plugged]:
    for path in sorted(case.host.at("/dev/usb").glob("lp*")):
        sysfs = case.host.at(f"/sys/class/usbmisc/{path.name}")
        yield Plugged("printer", f"lp:{case.host.own(path)}", model(case, path).en, sysfs)


def _cameras(case: Examined) -> Iterator[Plugged]:
    for link in sorted(case.host.at("/dev/v4l/by-id").glob("*-video-index0")):
        sysfs = case.host.at(f"/sys/class/video4linux/{link.resolve().name}")
        name = case.host.said(f"/sys/class/video4linux/{link.resolve().name}/name")
        yield Plugged("camera", f"v4l2:{case.host.own(link)}", name, sysfs)


def _usb(sysfs: Path) -> str:
    """The udev match of the USB product that a class device belongs to, "" if it is none."""
    device = (sysfs / "device").resolve()
    for folder in (device, *device.parents):
        vendor, product = folder / "idVendor", folder / "idProduct"
        if vendor.exists() and product.exists():
            ids = vendor.read_text().strip(), product.read_text().strip()
            return f'ATTRS{{idVendor}}=="{ids[0]}", ATTRS{{idProduct}}=="{ids[1]}"'
    return ""


def _printable(text: str) -> str:
    """Names come from the devices; a newline in one must not become a setting."""
    return "".join(char if char.isprintable() else "?" for char in text)
