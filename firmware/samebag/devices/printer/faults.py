"""What can be wrong with a printer, each with what the packer does about it."""

from __future__ import annotations

from typing import ClassVar

from samebag.ports import DeviceError


class PrinterError(DeviceError):
    """Of the printer. Each kind has a cure of its own, which ``cure`` replaces where more is
    known."""

    usual_cure: ClassVar[str] = (
        "switch the printer off and on; if that does not help, call a technician"
    )

    def __init__(self, reason: str, cure: str = "") -> None:
        super().__init__(reason, cure or self.usual_cure)


class PrinterOffline(PrinterError):
    """Unplugged, switched off, unreachable, or offline by its own word."""

    usual_cure = "check that the printer is switched on and plugged in"


class PrinterSilent(PrinterError):
    """No answer, or bytes are no longer taken: its state is unknown, which is never fine."""

    usual_cure = "look at the printer's lamps: paper, cover, power; switch it off and on"
    never_yet_cure = (
        "look at the printer's lamps: paper, cover, power; if all is well,"
        " its profile is wrong: call a technician"
    )


class PaperOut(PrinterError):
    usual_cure = "put in a new roll and close the cover"


class CoverOpen(PrinterError):
    usual_cure = "close the cover until it clicks"


class PrinterFailed(PrinterError):
    """The printer reports an error of its own: cutter, head, electronics."""


class AddressError(PrinterError):
    """The settings name a printer in a way that cannot be."""

    usual_cure = "use auto, lp:/dev/usb/lp0, tcp:HOST:9100 or serial:/dev/ttyUSB0?baud=115200"
