"""USB devices made of kernel gadgets on dummy_hcd: each is plugged into a controller of its own,
and out of it again.

linux: Documentation/usb/gadget_configfs.rst
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Mapping
from pathlib import Path

GADGETS = Path("/sys/kernel/config/usb_gadget")
APPEARS_S = 60.0  # of udev on an emulated processor beside other machines


class Gadget:
    """One device with one function, described now and plugged later."""

    def __init__(self, name: str, controller: int, function: str, names: Mapping[str, str]) -> None:
        self.folder = GADGETS / name
        self.function = self.folder / "functions" / function
        self._controller = f"dummy_udc.{controller}"
        for folder in (self.folder / "strings/0x409", self.folder / "configs/c.1", self.function):
            folder.mkdir(parents=True)
        for attribute, value in names.items():
            (self.folder / attribute).write_text(value)

    def describe(self, attributes: Mapping[str, bytes]) -> None:
        for attribute, value in attributes.items():
            (self.function / attribute).write_bytes(value)
        (self.folder / "configs/c.1" / self.function.name).symlink_to(self.function)

    def plug(self) -> None:
        (self.folder / "UDC").write_text(self._controller)

    def unplug(self) -> None:
        try:
            (self.folder / "UDC").write_text("\n")
        except OSError as err:
            if err.errno != errno.ENODEV:  # is out already
                raise


def until(there: Callable[[], bool], what: str) -> None:
    """Returns when it is so; TimeoutError names what did not come."""
    until_s = time.monotonic() + APPEARS_S
    while not there():
        if time.monotonic() > until_s:
            raise TimeoutError(f"{what} did not come within {APPEARS_S:g} s")
        time.sleep(0.01)
