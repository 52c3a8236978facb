"""A hand scanner that plays a keyboard: finds its event nodes, grabs all of them and reads them
raw."""

from __future__ import annotations

import fcntl
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from samebag.devices.scanner.framer import Habits
from samebag.devices.scanner.keys import KeyDecoder
from samebag.devices.scanner.names import is_scanner
from samebag.devices.scanner.thread import (
    AUTO,
    BLUETOOTH,
    Node,
    ScannerGone,
    absent,
    held_down,
    unreadable,
)

if TYPE_CHECKING:
    from evdev import InputDevice

_EVIOCSCLOCKID = 0x400445A0  # linux/input.h: _IOW('E', 0xa0, int)
_BUS_BLUETOOTH = "0005"  # linux/input.h
# ours: a lunch break; scanners on a battery sleep after 1 to 15 minutes and leave the bus for it
SLEEP_S = 1800.0


class Keyboard:
    """Opens all event nodes of the scanner that ``address`` names: a link in /dev,
    ``bluetooth:AA:BB:…``, or ``auto``.

    ``auto`` takes the one keyboard, of /dev/input/by-id or on Bluetooth, that says it is a scanner.
    It never takes a keyboard that does not say so, nor one of two: a grab by mistake would lock the
    technician out.

    A Bluetooth scanner has no link, and another event number after each sleep; its own address
    stays. So does what it has shown of its settings, where a new one on a cable has all to show
    again.
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
        self._habits: dict[str, Habits] = {}

    def __call__(self) -> list[Node]:
        with ExitStack() as undo:
            try:
                paths = self.paths()
                devices = [self._grabbed(path, undo) for path in paths]
            except OSError as err:
                raise unreadable(self._address, err, group="input") from err
            undo.pop_all()
        bluetooth = self._bluetooth(paths[0].resolve().name)
        habits = self._habits.setdefault(bluetooth, Habits()) if bluetooth else Habits()
        sleep_s = SLEEP_S if bluetooth else 0.0
        return [
            Node(device.fd, KeyDecoder(habits), device.close, self._clock(), sleep_s=sleep_s)
            for device in devices
        ]

    def paths(self) -> list[Path]:
        """All event nodes of the scanner, its keyboard first; eventN names are looked up anew each
        time."""
        link = self._link()
        node = link.resolve(strict=True)
        scanner = self._physical(node.name)
        names = sorted(
            path.name for path in self._sysfs.glob("event*") if scanner and path.name != node.name
        )
        return [link, *(node.with_name(name) for name in names if self._physical(name) == scanner)]

    def bluetooth(self) -> dict[str, Path]:
        """The Bluetooth devices that send keys, by address."""
        events = sorted((path.name for path in self._sysfs.glob("event*")), reverse=True)
        return {
            found: self._by_id.parent / event
            for event in events
            if (found := self._bluetooth(event))
        }

    def name(self, path: Path) -> str:
        """What EVIOCGNAME would say, without opening the node; "" if unknown."""
        return self._attribute(path.resolve().name, "name")

    def _link(self) -> Path:
        if self._address == AUTO:
            return self._auto()
        if not self._address.startswith(BLUETOOTH):
            return Path(self._address)
        found = self.bluetooth().get(self._address.removeprefix(BLUETOOTH).lower())
        if found is None:
            raise absent(self._address)
        return found

    def _auto(self) -> Path:
        keyboards = [*self.bluetooth().values(), *sorted(self._by_id.glob("*-event-kbd"))]
        named = {
            self._physical(link.resolve().name): link
            for link in keyboards
            if self._is_scanner(link)
        }
        if len(named) > 1:
            links = " or ".join(map(str, named.values()))
            raise ScannerGone(
                f"{len(named)} hand scanners are plugged in", f"name one in the settings: {links}"
            )
        if not named:
            links = ", ".join(map(str, keyboards)) or "none"
            raise absent(AUTO, f"plug it in, or name it in the settings (keyboards here: {links})")
        return next(iter(named.values()))

    def _is_scanner(self, link: Path) -> bool:
        event = link.resolve().name
        return is_scanner(
            f"{link.name} {self._attribute(event, 'name')}", self._attribute(event, "id/vendor")
        )

    def _bluetooth(self, event: str) -> str:
        """The address of a Bluetooth device, lower case; "" for any other."""
        is_one = self._attribute(event, "id/bustype") == _BUS_BLUETOOTH
        return self._attribute(event, "uniq").lower() if is_one else ""

    def _physical(self, event: str) -> str:
        """What all nodes of one device share: its USB port, or the address of a Bluetooth device;
        "" if unknown."""
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
            raise held_down(self._address)
        device.grab()
        fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
        return device
