"""What is plugged in, as settings that load() takes and udev lines that name one product."""

from __future__ import annotations

from samebag.doctor.suggest import plugged, settings_lines, udev_lines

from .computer import Computer
from .test_devices import ID, LINK, plug_scanner

KEYBOARD = "/dev/input/by-id/usb-Logitech_K120-event-kbd"
CAMERA = "/dev/v4l/by-id/usb-cam-video-index0"


def plug_all(computer: Computer) -> None:
    plug_scanner(computer)
    for folder, vendor, product in (("scan", "0c2e", "0200"), ("print", "04b8", "0202")):
        computer.put(f"/sys/devices/usb1/{folder}/idVendor", f"{vendor}\n")
        computer.put(f"/sys/devices/usb1/{folder}/idProduct", f"{product}\n")
    computer.put("/sys/class/usbmisc/lp0/nothing")
    computer.put("/sys/devices/usb1/print/1.0/ieee1284_id", ID)
    computer.link("/sys/class/usbmisc/lp0/device", "/sys/devices/usb1/print/1.0")
    computer.put("/dev/usb/lp0")
    computer.link(KEYBOARD, "/dev/input/event1")
    computer.put("/dev/input/event1")
    computer.put("/sys/class/input/event1/device/name", 'K120\n[camera]\naddress = "none"')
    computer.put("/dev/video0")
    computer.link(CAMERA, "/dev/video0")
    computer.put("/sys/class/video4linux/video0/name", "UVC Camera")
    computer.put("/dev/ttyACM0")
    computer.link("/dev/serial/by-id/usb-Honeywell-if00", "/dev/ttyACM0")


def test_suggested_settings_can_be_loaded_and_name_what_is_sure(computer: Computer) -> None:
    plug_all(computer)
    found = plugged(computer.case())
    settings = computer.settings("\n".join(settings_lines(found)))
    assert settings.scanner.address == LINK
    assert settings.printer.address == "lp:/dev/usb/lp0"
    assert settings.camera.address == f"v4l2:{CAMERA}"
    lines = settings_lines(found)
    assert (
        f'# address = "{KEYBOARD}"  # K120?[camera]?address = "none": a scanner, or just'
        " a keyboard?" in lines
    )
    assert sum('"serial:/dev/serial/by-id/usb-Honeywell-if00"' in line for line in lines) == 2


def test_suggested_udev_lines_name_the_product(computer: Computer) -> None:
    plug_all(computer)
    (line,) = udev_lines(plugged(computer.case()))
    assert 'ATTRS{idVendor}=="04b8", ATTRS{idProduct}=="0202"' in line
    assert line.startswith('SUBSYSTEM=="usbmisc", KERNEL=="lp*", ')


def test_a_bare_computer_gets_settings_that_change_nothing(computer: Computer) -> None:
    found = plugged(computer.case())
    assert (found, udev_lines(found)) == ([], [])
    assert (
        computer.settings("\n".join(settings_lines(found))).printer == computer.settings("").printer
    )
