"""A hand scanner that plays a keyboard: finds its event nodes, grabs all of them and reads them raw."""

from __future__ import annotations

import fcntl
import re
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.devices.keys import KeyDecoder
from samebag.devices.scanner_wire import AUTO, Node, ScannerGone, absent, unreadable

if TYPE_CHECKING:
    from evdev import InputDevice

_EVIOCSCLOCKID = 0x400445A0  # linux/input.h: _IOW('E', 0xa0, int)
_SCANNER_NAME = re.compile(  # words in the by-id names of scanners: usb-<maker>_<product>_<serial>-event-kbd
    r"scan|bar_?code|symbol|zebra|honeywell|datalogic|newland|opticon|netum|hidkeyboard|hid_kbw|wit_122",
    re.IGNORECASE,
)


class Keyboard:
    """Opens every event node of the scanner that ``address`` names: a link below /dev, or ``auto``.

    ``auto`` takes the one keyboard in /dev/input/by-id whose name says that it is a scanner. It never takes a keyboard
    that does not say so, nor one of two: a grab by mistake would lock the technician out.
    """

    def __init__(
        self,
        address: str,
        *,
        clock: Callable[[], float],
        by_id: Path = Path("/dev/input/by-id"),
        sysfs: Path = Path("/sys/class/input"),
    ) -> None:
        self._address, self._clock, self._by_id, self._sysfs = address, clock, by_id, sysfs

    def __call__(self) -> list[Node]:
        with ExitStack() as undo:
            try:
                devices = [self._grabbed(path, undo) for path in self.paths()]
            except OSError as err:
                raise unreadable(self._address, err, group="input") from err
            undo.pop_all()
        return [Node(device.fd, KeyDecoder(), device.close, opened_at_s=self._clock()) for device in devices]

    def paths(self) -> list[Path]:
        """All event nodes of the scanner, its keyboard first; eventN names are looked up anew each time."""
        link = self._auto() if self._address == AUTO else Path(self._address)
        node = link.resolve(strict=True)
        scanner = self._physical(node.name)
        names = sorted(path.name for path in self._sysfs.glob("event*") if scanner and path.name != node.name)
        return [link, *(node.with_name(name) for name in names if self._physical(name) == scanner)]

    def _auto(self) -> Path:
        keyboards = sorted(self._by_id.glob("*-event-kbd"))
        named = {self._physical(link.resolve().name): link for link in keyboards if _SCANNER_NAME.search(link.name)}
        if len(named) > 1:
            links = " or ".join(map(str, named.values()))
            raise ScannerGone(f"{len(named)} hand scanners are plugged in", f"name one in the settings: {links}")
        if not named:
            links = ", ".join(map(str, keyboards)) or "none"
            raise absent(AUTO, f"plug it in, or name it in the settings (keyboards here: {links})")
        return next(iter(named.values()))

    def _physical(self, event: str) -> str:
        """What all nodes of one device share: its USB port, or the address of a Bluetooth device; "" if unknown."""
        port, is_usb, _ = self._attribute(event, "phys").partition("/input")
        return port if is_usb else self._attribute(event, "uniq")

    def _attribute(self, event: str, name: str) -> str:
        try:
            return (self._sysfs / event / "device" / name).read_text(errors="replace").strip()
        except OSError:
            return ""

    def _grabbed(self, path: Path, undo: ExitStack) -> InputDevice[str]:
        from evdev import InputDevice  # 70 ms: only where there is a scanner to open

        device = InputDevice(str(path))
        undo.callback(device.close)
        if device.active_keys():  # a grab now would leave that key down for the rest of the system
            raise ScannerGone(f"a key of hand scanner {self._address} is held down", "let it go, or plug it in again")
        device.grab()
        fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
        return device
