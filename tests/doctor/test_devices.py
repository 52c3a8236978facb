"""Scanner, pins, printer and camera: free, held by a running station, wrong, or not there."""

from __future__ import annotations

import re
import socket
import struct
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from samebag.bench.virtual_printer import Machine, MachineFault, VirtualPrinter
from samebag.devices.camera.evidence import Image
from samebag.devices.camera.light import Light, PiLight, V4l2Light
from samebag.devices.camera.newest import FROZEN_S
from samebag.devices.camera.sources import PlayedFile, SourceLost
from samebag.devices.lamps.gpio_chips import Chip, gpio_chips, line_user
from samebag.devices.printer.talk import Timing
from samebag.doctor import camera, pins, printer, scanner
from samebag.doctor.exposure import exposure
from samebag.doctor.finding import CheckState
from tests.devices.picamera2 import Picamera2
from tests.devices.v4l2_node import Node
from tests.vision.pictures import bag, code, noisy, put, save_bags, table

from .computer import Computer, by_thing

LINK = "/dev/input/by-id/usb-HIL_Barcode_Scanner-event-kbd"
EVENT = "/dev/input/event3"
SCANNERS = tomllib.loads(Path(__file__).with_name("scanners.toml").read_text("utf-8"))
ADDRESS = "aa:bb:cc:00:00:01"
ID = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20;CLS:PRINTER;"


def plug_scanner(computer: Computer, mode: int = 0o660) -> None:
    computer.put(EVENT, mode=mode)
    computer.link(LINK, EVENT)
    computer.put("/sys/class/input/event3/device/name", "HIL Barcode Scanner\n")
    computer.put("/sys/class/input/event3/device/phys", "usb-1.1/input0\n")


def test_no_scanner_is_bad_and_left_out_is_ok(computer: Computer) -> None:
    found = by_thing(scanner.scanner(computer.case()))["scanner"]
    assert (found.state, found.value) == (CheckState.BAD, "no hand scanner is plugged in")
    found = by_thing(scanner.scanner(computer.case("[scanner]\naddress = 'serial:/dev/ttyACM0'")))[
        "scanner"
    ]
    assert (found.state, found.value) == (
        CheckState.BAD,
        "hand scanner serial:/dev/ttyACM0 is not plugged in",
    )
    assert (
        by_thing(scanner.scanner(computer.case("[scanner]\naddress = 'none'")))["scanner"].state
        is CheckState.OK
    )


@pytest.mark.parametrize(
    "named", SCANNERS["scanner"] + SCANNERS["other"], ids=lambda named: named["name"]
)
def test_auto_finds_the_scanners_that_shops_have_and_takes_no_keyboard_for_one(
    computer: Computer, named: dict[str, str]
) -> None:
    plug_named(computer, named["name"], named["maker"])
    found = by_thing(scanner.scanner(computer.case()))["scanner"]
    is_scanner = named in SCANNERS["scanner"]
    assert found.state is (CheckState.OK if is_scanner else CheckState.BAD)
    assert found.value.endswith(
        f": {named['name'].strip()}" if is_scanner else "no hand scanner is plugged in"
    )


def plug_named(computer: Computer, name: str, maker: str) -> None:
    """On a cable with udev's link, or by Bluetooth where there is no maker."""
    computer.put("/dev/input/event7")
    facts = {"name": name, "id/vendor": maker or "0000", "id/bustype": "0003" if maker else "0005"}
    facts |= (
        {"phys": "usb-1.1/input0", "uniq": ""}
        if maker
        else {"phys": "dc:a6:32:00:00:01", "uniq": ADDRESS}
    )
    for fact, text in facts.items():
        computer.put(f"/sys/class/input/event7/device/{fact}", f"{text}\n")
    if maker:
        computer.link(
            f"/dev/input/by-id/usb-{re.sub(r'[^-#+.:=@_0-9A-Za-z]', '_', name)}-event-kbd",
            "/dev/input/event7",
        )


def test_a_bluetooth_scanner_that_sleeps_is_unknown_and_found_by_its_address_when_it_wakes(
    computer: Computer,
) -> None:
    settings = f"[scanner]\naddress = 'bluetooth:{ADDRESS.upper()}'"
    found = by_thing(scanner.scanner(computer.case(settings)))["scanner"]
    assert (found.state, found.cure) == (
        CheckState.UNKNOWN,
        "pull its trigger; if it stays away, charge it",
    )
    plug_named(computer, "Some HID", "")
    found = by_thing(scanner.scanner(computer.case(settings)))["scanner"]
    assert (found.state, found.value) == (
        CheckState.OK,
        f"{computer.root}/dev/input/event7: Some HID",
    )


def test_a_line_that_is_named_by_its_number_is_told_with_its_link(computer: Computer) -> None:
    settings = "[scanner]\naddress = 'serial:/dev/ttyUSB0?baud=9600'"
    found = by_thing(scanner.scanner(computer.case(settings)))["scanner address"]
    assert found.cure == "set scanner.address to serial:/dev/serial/by-id/..."
    computer.put("/dev/ttyUSB0")
    computer.link("/dev/serial/by-id/usb-FTDI-if00-port0", "/dev/ttyUSB0")
    found = by_thing(scanner.scanner(computer.case(settings)))["scanner address"]
    assert (found.state, found.value) == (
        CheckState.UNKNOWN,
        "/dev/ttyUSB0 may be another device after the next start",
    )
    assert found.cure == "set scanner.address to serial:/dev/serial/by-id/usb-FTDI-if00-port0"
    linked = "[scanner]\naddress = 'serial:/dev/serial/by-id/usb-FTDI-if00-port0'"
    assert "scanner address" not in by_thing(scanner.scanner(computer.case(linked)))


@pytest.mark.parametrize("settings", ["", f"[scanner]\naddress = '{LINK}'"])
def test_a_scanner_says_its_name_and_is_never_opened(computer: Computer, settings: str) -> None:
    plug_scanner(computer)
    found = by_thing(scanner.scanner(computer.case(settings)))
    assert found["scanner"].value == f"{computer.root}{LINK}: HIL Barcode Scanner"
    assert found["scanner access"].state is CheckState.OK
    assert "scanner in use" not in found


def test_a_node_that_the_stations_user_cannot_open_is_bad_whoever_asks(computer: Computer) -> None:
    plug_scanner(computer, mode=0o640)
    computer.owner = "root"
    found = by_thing(scanner.scanner(computer.case()))["scanner access"]
    assert (found.state, found.value) == (
        CheckState.BAD,
        f"{computer.root}{LINK} is root:input 640",
    )
    (computer.root / EVENT[1:]).chmod(0o660)
    assert by_thing(scanner.scanner(computer.case()))["scanner access"].state is CheckState.OK
    computer.group = "root"
    assert by_thing(scanner.scanner(computer.case()))["scanner access"].state is CheckState.BAD


def test_a_running_station_without_its_scanner_is_bad(computer: Computer) -> None:
    plug_scanner(computer)
    computer.run_station()
    found = by_thing(scanner.scanner(computer.case()))["scanner in use"]
    assert (found.state, found.value) == (CheckState.BAD, "the station runs without it")
    computer.link("/proc/7/fd/9", EVENT)
    assert by_thing(scanner.scanner(computer.case()))["scanner in use"].state is CheckState.OK


@dataclass(frozen=True, slots=True)
class Header(Chip):
    users: Mapping[int, str] = field(default_factory=dict)

    def user_of(self, line: int) -> str | None:
        return self.users.get(line)


PINS = dict.fromkeys((17, 27, 22, 23), "lg")


def test_the_headers_chip_is_chosen_by_its_label(computer: Computer) -> None:
    first, header = computer.put("/dev/gpiochip0"), computer.put("/dev/gpiochip4")
    chips = [Header(first, "raspberrypi-exp-gpio"), Header(header, "pinctrl-rp1")]
    found = by_thing(pins.of_chips(computer.case(), chips))
    assert found["GPIO chip"].value == "gpiochip4: pinctrl-rp1"
    assert found["GPIO pins"].value == "green 17, red 27, buzzer 22, button 23: free"
    assert (
        by_thing(pins.of_chips(computer.case(), chips[:1]))["GPIO chip"].state is CheckState.UNKNOWN
    )
    assert (
        by_thing(pins.pins(Computer(computer.root / "bare").case()))["GPIO chip"].state
        is CheckState.BAD
    )


@pytest.mark.parametrize(
    ("runs", "users", "state", "value"),
    [
        (
            True,
            PINS,
            CheckState.OK,
            "green 17, red 27, buzzer 22, button 23: taken by the running station",
        ),
        (True, {17: "lg", 22: "lg", 23: "lg"}, CheckState.BAD, "red 27 free"),
        (False, {27: "spi0 CS0"}, CheckState.BAD, "red 27 taken by spi0 CS0"),
    ],
)
def test_pins_are_the_stations_or_free(
    computer: Computer, runs: bool, users: dict[int, str], state: CheckState, value: str
) -> None:
    path = computer.put("/dev/gpiochip0")
    if runs:
        computer.run_station("/dev/gpiochip0")
    found = by_thing(pins.of_chips(computer.case(), [Header(path, "pinctrl-bcm2711", users)]))
    assert (found["GPIO pins"].state, found["GPIO pins"].value) == (state, value)
    assert ("GPIO in use" in found) == runs


def test_the_kernels_word_on_a_line_names_its_user() -> None:
    def answer(consumer: bytes, flags: int) -> bytes:
        return struct.pack("32s32sIIQ", b"GPIO17", consumer, 17, 0, flags) + bytes(176)

    assert line_user(answer(b"lg", 0b1001)) == "lg"
    assert line_user(answer(b"", 0b1)) == "the kernel"
    assert line_user(answer(b"", 0b1000)) is None


def test_what_is_no_gpio_chip_is_an_os_error(computer: Computer) -> None:
    computer.put("/dev/gpiochip0")
    with pytest.raises(OSError, match="ioctl"):
        gpio_chips(computer.root / "dev")


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[VirtualPrinter]:
    virtual = VirtualPrinter(Machine(tmp_path / "labels", 576))
    yield virtual
    virtual.close()


def asked(
    computer: Computer, address: str, profile: str = "80mm"
) -> dict[str, tuple[CheckState, str]]:
    case = computer.case(f"[printer]\naddress = '{address}'\nprofile = '{profile}'")
    found = by_thing(printer.printer(case))
    return {thing: (finding.state, finding.value) for thing, finding in found.items()}


def test_a_printer_tells_paper_and_cover_itself(
    computer: Computer, paper: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(computer, paper.address)["printer status"] == (
        CheckState.OK,
        f"{paper.address} answers: paper in, cover closed, no error",
    )
    paper.machine.faults = {MachineFault.PAPER_OUT}
    assert asked(computer, paper.address)["printer status"] == (CheckState.BAD, "printer: no paper")
    paper.machine.faults = {MachineFault.COVER_OPEN}
    assert asked(computer, paper.address)["printer status"] == (
        CheckState.BAD,
        "printer: cover open",
    )
    monkeypatch.setattr(printer, "Timing", lambda: Timing(answer_s=0.05))
    paper.machine.silent = True
    assert asked(computer, paper.address)["printer status"] == (
        CheckState.UNKNOWN,
        "printer: no answer to DLE EOT 1",
    )


def test_a_printer_without_answers_is_unknown_and_an_absent_one_bad(computer: Computer) -> None:
    assert (
        asked(computer, "tcp:127.0.0.1:1", "80mm-mute")["printer status"][0] is CheckState.UNKNOWN
    )
    assert asked(computer, "tcp:127.0.0.1:1")["printer status"] == (
        CheckState.BAD,
        "tcp:127.0.0.1:1: Connection refused",
    )
    assert asked(computer, "tcp:127.0.0.1:1", "90mm")["printer profile"] == (CheckState.BAD, "90mm")
    assert asked(computer, "auto")["printer"] == (
        CheckState.BAD,
        f"{computer.root}/dev/usb/lp*: no USB printer there",
    )
    assert asked(computer, "lp:/dev/usb/lp0")["printer"] == (
        CheckState.BAD,
        f"{computer.root}/dev/usb/lp0: no such device",
    )
    assert asked(computer, "none") == {"printer": (CheckState.OK, "left out by the settings")}


def test_a_usb_printer_says_its_model(computer: Computer) -> None:
    computer.put("/dev/usb/lp0")
    computer.put("/sys/class/usbmisc/lp0/device/ieee1284_id", ID)
    for address in ("auto", "lp:/dev/usb/lp0"):
        assert asked(computer, address, "80mm-mute")["printer"] == (
            CheckState.OK,
            f"{computer.root}/dev/usb/lp0: EPSON TM-T20",
        )


def test_the_printer_of_a_running_station_is_left_alone(computer: Computer) -> None:
    computer.run_station()
    with socket.create_server(("127.0.0.1", 0)) as wire:
        found = asked(computer, f"tcp:127.0.0.1:{wire.getsockname()[1]}")
        wire.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            wire.accept()
    assert found["printer status"] == (CheckState.UNKNOWN, "belongs to the running station")


def looked(computer: Computer, address: str) -> dict[str, tuple[CheckState, str]]:
    case = computer.case(f"[camera]\naddress = '{address}'\nfps = 60")
    return {
        thing: (finding.state, finding.value)
        for thing, finding in by_thing(camera.camera(case)).items()
    }


def test_a_camera_is_judged_by_what_lies_under_it(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "MEASURE_S", 0.2)
    monkeypatch.setattr(computer, "tick_s", 0.05)
    bags = save_bags(computer.root / "bags", 8)
    found = looked(computer, f"file:{bags}?fps=60")
    assert found["camera reads"] == (CheckState.OK, "code128 'LX000000004CN', qr 'DD1234567890'")
    assert found["camera rate"] == (CheckState.BAD, "20.0 pictures a second")
    # and yet all is read, in twice the light too
    assert found["camera light"] == (
        CheckState.OK,
        "paper at 255 of 255",
    )
    assert found["camera focus"][0] is CheckState.OK


def test_what_lies_under_the_camera_switched_off_is_named_with_its_setting(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "MEASURE_S", 0.2)
    monkeypatch.setattr(computer, "tick_s", 0.05)
    folder = computer.root / "bags"
    folder.mkdir()
    for k in range(8):
        frame = noisy(put(bag("LX123456785CN", "DD1"), code("12345678901231", "itf"), 40, 200), k)
        cv2.imwrite(str(folder / f"{k}.png"), frame)
    case = computer.case(f"[camera]\naddress = 'file:{folder}?fps=60'\nfps = 60")
    (finding,) = [f for f in camera.camera(case) if f.thing == camera.OFF]
    assert (finding.state, finding.value.en) == (
        CheckState.UNKNOWN,
        "ITF (2 of 5) lies there and is not read",
    )
    assert finding.cure.en == 'switch it on if a label needs it: camera.symbologies = ["itf"]'
    case = computer.case(
        f"[camera]\naddress = 'file:{folder}?fps=60'\nfps = 60\nsymbologies = ['itf']"
    )
    assert "itf '12345678901231'" in by_thing(camera.camera(case))["camera reads"].value


def test_a_camera_that_is_not_there_or_gives_nothing_is_bad(computer: Computer) -> None:
    assert looked(computer, "none") == {"camera": (CheckState.OK, "left out by the settings")}
    address = "v4l2:/dev/v4l/by-id/usb-cam-video-index0"
    assert looked(computer, address)["camera"][0] is CheckState.BAD
    computer.put("/dev/v4l/by-id/usb-cam-video-index0")
    found = looked(computer, "auto")
    assert found["camera"][0] is CheckState.OK
    assert found["camera picture"][0] is CheckState.BAD


def test_the_camera_of_a_running_station_is_left_alone(computer: Computer) -> None:
    computer.put("/dev/video0")
    computer.put("/sys/class/video4linux/video0/name", "UVC Camera\n")
    computer.run_station()
    found = looked(computer, "v4l2:0")
    assert found["camera"] == (CheckState.OK, f"{computer.root}/dev/video0: UVC Camera")
    assert found["camera in use"] == (CheckState.BAD, "the station runs without it")
    computer.process(8, "python3 -P -m samebag.devices.camera.worker v4l2:0", "S", 7, "/dev/video0")
    found = looked(computer, "v4l2:0")
    assert found["camera in use"] == (CheckState.OK, "open in the running station")
    assert found["camera picture"] == (CheckState.UNKNOWN, "belongs to the running station")


class Still:
    """A live camera that gives the same picture again and again, or none."""

    live, every = True, False

    def __init__(self, image: Image | None, light: Light | None = None) -> None:
        self._image, self.light = image, light

    def read(self) -> Image | None:
        return self._image

    def close(self) -> None:
        return


def test_a_picture_that_stands_still_is_no_picture(computer: Computer) -> None:
    computer.tick_s = 0.1
    with pytest.raises(SourceLost, match=f"the same picture for {FROZEN_S:g} s"):
        camera.taken(Still(np.zeros((32, 32), np.uint8)), computer.host().clock)
    with pytest.raises(SourceLost, match="no picture"):
        camera.taken(Still(None), computer.host().clock)


def test_who_sets_the_exposure_is_said_and_what_the_camera_lets_be_set(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    webcam, of_the_pi = (
        V4l2Light.of(tmp_path / "video0", 15.0, Node().ioctl),
        PiLight.of(Picamera2(), 15.0),
    )
    for light, by_labels, said in (
        (webcam, True, "by the labels: shutter 0.3-67 ms"),
        (of_the_pi, True, "by the labels: shutter 0.029-67 ms, gain 1.12-16"),
        (None, True, "the camera's own: it offers no shutter time"),
        (webcam, False, "the camera's own, by the settings"),
    ):
        (found,) = exposure(Still(None, light), by_labels=by_labels)
        assert (found.thing.en, found.state, found.value.en) == (
            "camera exposure",
            CheckState.OK,
            said,
        )
    (folder := tmp_path / "bags").mkdir()
    cv2.imwrite(str(folder / "0.png"), table())
    assert list(exposure(PlayedFile(str(folder)), by_labels=True)) == []
