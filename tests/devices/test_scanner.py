"""The scanner's thread on real pipes and a real pty: bad wires, unplug, return, and what an address
may be."""

from __future__ import annotations

import errno
import os
import queue
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samebag.core.events import CodeScanned, DeviceBack, DeviceLost
from samebag.devices.scanner.keyboard import Keyboard
from samebag.devices.scanner.keys import KeyDecoder
from samebag.devices.scanner.open import open_scanner
from samebag.devices.scanner.serial_line import ByteDecoder, SerialLine
from samebag.devices.scanner.thread import Node, ScannerGone, WireScanner, absent, unreadable
from samebag.ports import CodeComing, DeviceError, ScanRefused, StationEvent
from tests.devices.typist import typed

SLEEPER = "bluetooth:AA:BB:CC:00:00:01"


@dataclass
class Wires:
    """Pipes in place of the event nodes of one scanner; each opening gets new ones, while it is
    plugged in."""

    nodes: int = 1
    plugged: bool = True
    ends: list[int] = field(default_factory=list)
    opened_at_s: float = float("-inf")
    address: str = "/dev/input/by-id/x"
    sleep_s: float = 0.0
    tries: int = 0  # since it was unplugged

    def __call__(self) -> list[Node]:
        self.tries += 1
        if not self.plugged:
            raise absent(self.address)
        pipes = [os.pipe() for _ in range(self.nodes)]
        self.ends = [write for _, write in pipes]
        return [
            Node(
                read, KeyDecoder(), partial(os.close, read), self.opened_at_s, sleep_s=self.sleep_s
            )
            for read, _ in pipes
        ]

    def unplug(self) -> None:
        self.plugged, self.tries = False, 0
        for end in self.ends:
            os.close(end)

    def plug(self) -> None:
        self.plugged, self.ends = True, []


@dataclass
class Bench:
    wires: Wires
    scanner: WireScanner
    events: queue.Queue[StationEvent] = field(default_factory=queue.Queue)
    coming: list[str] = field(default_factory=list)

    def next(self) -> StationEvent:
        """What is not only a look ahead."""
        while isinstance(event := self.events.get(timeout=5), CodeComing):
            self.coming.append(event.code)
        return event

    def type(self, text: str, node: int = 0) -> None:
        until(lambda: self.wires.ends)
        os.write(self.wires.ends[node], typed(text))


def until(true: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.001)


@pytest.fixture
def bench() -> Iterator[Bench]:
    wires = Wires(nodes=2)
    bench = Bench(wires, WireScanner("/dev/input/by-id/x", wires, clock=time.monotonic))
    yield bench
    bench.scanner.close()


def test_nodes_of_one_scanner_are_read_side_by_side(bench: Bench) -> None:
    bench.scanner.start(bench.events.put)
    bench.type("LX1", node=0)
    bench.type("EXTRA\r", node=1)
    bench.type("23\r", node=0)
    found = (bench.next(), bench.next())
    assert {scan.code for scan in found if isinstance(scan, CodeScanned)} == {"EXTRA", "LX123"}


def test_what_is_typed_so_far_is_told_and_the_scan_is_of_when_its_last_character_came(
    bench: Bench,
) -> None:
    bench.scanner.start(bench.events.put)
    for text in ("LX1", "2", "3"):
        bench.type(text)
        time.sleep(0.02)
    typed_s = time.monotonic()
    bench.type("\r")
    scan = bench.next()
    assert isinstance(scan, CodeScanned)
    assert (scan.code, bench.coming) == ("LX123", ["LX12", "LX123"])
    assert scan.at_s < typed_s


def test_five_thousand_characters_are_refused_and_the_next_scan_read(bench: Bench) -> None:
    bench.scanner.start(bench.events.put)
    bench.type("7" * 250)
    for _ in range(19):
        bench.type("7" * 250)
    bench.type("\rNEXT\r")
    first, second = bench.next(), bench.next()
    assert isinstance(first, ScanRefused)
    assert isinstance(second, CodeScanned)
    assert second.code == "NEXT"


def test_silence_ends_a_half_scan_without_using_it(bench: Bench) -> None:
    bench.scanner.start(bench.events.put)
    bench.type("LX12")
    refused = bench.next()
    assert isinstance(refused, ScanRefused)
    assert refused.reason == "incomplete scan 'LX12': no Enter or Tab came: scan again"


def test_without_enter_the_same_text_twice_is_a_scan(bench: Bench) -> None:
    bench.scanner.start(bench.events.put)
    until(lambda: bench.wires.ends)
    for at_s, kind in ((10.0, ScanRefused), (12.0, CodeScanned)):
        os.write(bench.wires.ends[0], typed("LX12CN", at_s=at_s))
        assert isinstance(bench.next(), kind)


def test_unplug_in_the_middle_refuses_the_half_and_the_scanner_comes_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samebag.devices.scanner.thread._RESCAN_S", 0.02)
    bench.scanner.start(bench.events.put)
    bench.type("LX12")
    bench.wires.unplug()
    halved, lost = bench.next(), bench.next()
    assert isinstance(halved, ScanRefused)
    assert halved.reason == "the scanner was unplugged in the middle of a scan"
    assert isinstance(lost, DeviceLost)
    assert (lost.device, lost.reason) == (
        "scanner",
        "hand scanner /dev/input/by-id/x is not plugged in",
    )
    bench.wires.plug()
    assert isinstance(bench.next(), DeviceBack)  # and no second DeviceLost for the tries between
    bench.type("34\r")
    scan = bench.next()
    assert isinstance(scan, CodeScanned)
    assert scan.code == "34"


def test_a_scan_under_way_when_the_scanner_is_opened_is_refused() -> None:
    wires = Wires(opened_at_s=time.monotonic() + 60)
    bench = Bench(wires, WireScanner("x", wires, clock=time.monotonic))
    bench.scanner.start(bench.events.put)
    bench.type("456\r")
    refused = bench.next()
    bench.scanner.close()
    assert isinstance(refused, ScanRefused)
    assert refused.reason == "the scan began before the scanner was open: scan again"
    assert bench.events.empty()


def test_a_scanner_may_be_absent_at_start_and_closes_at_once(tmp_path: Path) -> None:
    events: queue.Queue[StationEvent] = queue.Queue()
    scanner = open_scanner(f"/dev/../{tmp_path}/none")
    scanner.start(events.put)
    lost = events.get(timeout=5)
    assert isinstance(lost, DeviceLost)
    assert lost.cure == "plug it in, or name the right one in the settings"
    scanner.close()
    scanner.close()


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A pty: the scanner's end, and the address of ours."""
    master, slave = os.openpty()
    yield master, f"serial:{os.ttyname(slave)}?baud=115200"
    os.close(slave)


def opened_line(address: str, events: queue.Queue[StationEvent]) -> WireScanner:
    nodes = SerialLine(address, clock=lambda: float("-inf"))()  # as if it had been open for long
    tries = iter([nodes])

    def open_once() -> list[Node]:
        for found in tries:
            return found
        raise absent(address)

    scanner = WireScanner(address, open_once, clock=time.monotonic)
    scanner.start(events.put)
    return scanner


def test_serial_scans_end_on_cr_lf_or_tab_and_a_vanished_line_is_lost(
    line: tuple[int, str],
) -> None:
    master, address = line
    events: queue.Queue[StationEvent] = queue.Queue()
    scanner = opened_line(address, events)
    os.write(master, b"]C1LX1\r\nLX2\rLX3\nLX4\tLX\xe45\r\x02LX5\x03\r\x02LX6\x03LX\x03")
    found = [events.get(timeout=5) for _ in range(8)]
    os.write(master, b"\rLX7")
    halved = events.get(timeout=5)
    os.close(master)
    lost = events.get(timeout=5)
    scanner.close()
    assert [scan.code for scan in found if isinstance(scan, CodeScanned)] == [
        "LX1",
        "LX2",
        "LX3",
        "LX4",
        "LX5",
        "LX6",
    ]
    assert [scan.reason for scan in [*found, halved] if isinstance(scan, ScanRefused)] == [
        "character 'ä' after 'LX' is not ASCII text: scan again",
        "character '\\x03' after 'LX' is not ASCII text: scan again",
        "incomplete scan 'LX7': no Enter or Tab came: scan again",
    ]
    assert isinstance(lost, DeviceLost)
    assert lost.reason == f"hand scanner {address} is not plugged in"


def test_a_line_that_another_program_holds_is_named_so(line: tuple[int, str]) -> None:
    nodes = SerialLine(line[1], clock=time.monotonic)()
    with pytest.raises(ScannerGone, match="another program holds hand scanner serial:/dev/pts"):
        SerialLine(line[1], clock=time.monotonic)()
    nodes[0].close()


def test_a_line_that_the_order_of_plugging_in_names_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    SerialLine("serial:/dev/serial/by-id/usb-x", clock=time.monotonic)
    assert caplog.messages == []
    SerialLine("serial:/dev/ttyUSB0?baud=9600", clock=time.monotonic)
    assert caplog.messages == [
        "scanner serial:/dev/ttyUSB0?baud=9600 may be another device after the next start:"
        " name its link below /dev/serial/by-id"
    ]


@settings(deadline=None)
@given(
    st.binary(max_size=400).filter(lambda junk: not set(junk) & set(b"\r\n\t\x03")),
    st.integers(0, 400),
)
def test_serial_junk_without_a_terminator_is_never_a_code(junk: bytes, cut: int) -> None:
    decoder = ByteDecoder()
    found = decoder.feed(junk[:cut], 1.0) + decoder.feed(junk[cut:], 1.1)
    assert all(isinstance(scan, ScanRefused) for scan in found)
    assert len(found) <= 1


@pytest.mark.parametrize(
    "address",
    [
        "", "keyboard", "/dev/input/event3", "/etc/passwd", "serial:ttyUSB0",
    "serial:/dev/ttyUSB0?speed=9600",
        "serial:/dev/ttyUSB0?baud=fast", "serial:/dev/ttyUSB0?baud=99999999999",
    "bluetooth:AA:BB:CC:DD:EE",
    ],
)  # fmt: skip
def test_an_address_that_names_no_scanner_is_an_error_with_its_cure(address: str) -> None:
    with pytest.raises(DeviceError, match=re.escape(f"scanner {address!r}: must be ")):
        open_scanner(address)


@pytest.mark.parametrize(
    ("number", "part"),
    [
        (errno.ENODEV, "is not plugged in: plug it in"),
        (errno.EBUSY, "another program holds hand scanner /dev/x: stop it"),
        (errno.EACCES, "may not be read: add the station's user to the group input"),
        (errno.ENOTTY, "cannot be opened ([Errno 25] no): check its address"),
    ],
)
def test_each_reason_has_its_cure(number: int, part: str) -> None:
    assert part in str(unreadable("/dev/x", OSError(number, "no"), group="input"))


class Udev:
    """The folders that Keyboard looks into: links by id, and phys and uniq of each node."""

    def __init__(self, root: Path) -> None:
        self.sysfs, self.dev = root / "sys", root / "dev"
        self.by_id = self.dev / "by-id"
        for folder in (self.sysfs, self.dev, self.by_id):
            folder.mkdir()

    def plug(self, event: str, phys: str, uniq: str = "", link: str = "", name: str = "") -> None:
        """A cable's has ``link``, Bluetooth's has ``uniq``."""
        (self.dev / event).touch()
        device = self.sysfs / event / "device"
        device.mkdir(parents=True)
        (device / "phys").write_text(f"{phys}\n")
        (device / "uniq").write_text(f"{uniq}\n")
        (device / "name").write_text(f"{name}\n")
        (device / "id").mkdir()
        (device / "id/bustype").write_text("0005\n" if uniq else "0003\n")
        if link:
            (self.by_id / link).symlink_to(self.dev / event)

    def unplug(self, event: str) -> None:
        (self.dev / event).unlink()
        shutil.rmtree(self.sysfs / event)

    def paths(self, address: str = "auto") -> list[str]:
        keyboard = Keyboard(address, clock=time.monotonic, by_id=self.by_id, sysfs=self.sysfs)
        return [path.name for path in keyboard.paths()]


@pytest.fixture
def udev(tmp_path: Path) -> Udev:
    udev = Udev(tmp_path)
    udev.plug("event0", "usb-fe98.usb-1.1/input0", link="usb-Logitech_K120-event-kbd")
    udev.plug("event1", "usb-fe98.usb-1.1/input1", link="usb-Logitech_K120-event-if01")
    udev.plug("event5", "dc:a6:32:00:00:01", uniq="aa:bb:cc:00:00:01")
    udev.plug("event6", "dc:a6:32:00:00:01", uniq="aa:bb:cc:00:00:02")
    return udev


def test_auto_takes_every_node_of_the_one_scanner_and_no_other_keyboard(udev: Udev) -> None:
    udev.plug("event2", "usb-fe98.usb-1.2/input0", link="usb-Symbol_Bar_Code_Scanner-event-kbd")
    udev.plug(
        "event3", "usb-fe98.usb-1.2/input1", link="usb-Symbol_Bar_Code_Scanner-if01-event-kbd"
    )
    udev.plug("event4", "usb-fe98.usb-1.2/input2")
    assert udev.paths() == ["usb-Symbol_Bar_Code_Scanner-if01-event-kbd", "event2", "event4"]


def test_auto_never_takes_a_keyboard_that_does_not_say_it_is_a_scanner(udev: Udev) -> None:
    with pytest.raises(ScannerGone, match=r"no hand scanner is plugged in: .*K120-event-kbd\)"):
        udev.paths()


def test_auto_does_not_choose_between_two_scanners(udev: Udev) -> None:
    udev.plug("event2", "usb-fe98.usb-1.2/input0", link="usb-WIT_122-UFS-event-kbd")
    udev.plug("event3", "usb-fe98.usb-1.3/input0", link="usb-TMC_HIDKeyBoard-event-kbd")
    with pytest.raises(
        ScannerGone, match="2 hand scanners are plugged in: name one in the settings: "
    ):
        udev.paths()


def test_a_bluetooth_scanner_is_found_by_its_own_address_whatever_its_number_is_now(
    udev: Udev,
) -> None:
    udev.plug("event7", "dc:a6:32:00:00:01", uniq="aa:bb:cc:00:00:01")  # its consumer keys
    assert sorted(udev.paths(SLEEPER)) == ["event5", "event7"]
    assert udev.paths("bluetooth:aa:bb:cc:00:00:02") == ["event6"]
    for event in ("event5", "event7"):
        udev.unplug(event)
    with pytest.raises(
        ScannerGone, match="is asleep, switched off or out of reach: pull its trigger"
    ) as asleep:
        udev.paths(SLEEPER)
    assert asleep.value.sleeps
    udev.plug("event9", "dc:a6:32:00:00:01", uniq="aa:bb:cc:00:00:01")
    assert udev.paths(SLEEPER) == ["event9"]


def test_auto_takes_a_bluetooth_scanner_that_says_so_and_no_bluetooth_keyboard(udev: Udev) -> None:
    udev.plug("event8", "dc:a6:32:00:00:01", uniq="aa:bb:cc:00:00:03", name="BarCode Scanner HID")
    assert udev.paths() == ["event8"]


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_scanner_that_sleeps_is_no_fault_until_it_stays_away_and_wakes_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("samebag.devices.scanner.thread._RESCAN_S", 0.02)
    clock, wires = Clock(), Wires(address=SLEEPER, sleep_s=1800.0)
    bench = Bench(wires, WireScanner(SLEEPER, wires, clock=clock))
    bench.scanner.start(bench.events.put)
    for _ in range(2):
        bench.type("LX1\r")
        assert isinstance(bench.next(), CodeScanned)
        wires.unplug()
        until(lambda: wires.tries > 2)
        assert bench.events.empty()
        wires.plug()
    bench.type("LX2\r")
    scan = bench.next()
    assert isinstance(scan, CodeScanned)
    wires.unplug()
    until(lambda: wires.tries > 2)
    clock.now_s += 1801.0
    lost = bench.next()
    assert isinstance(lost, DeviceLost)
    assert lost.cure == "pull its trigger; if it stays away, charge it"
    wires.plug()
    assert isinstance(bench.next(), DeviceBack)
    bench.scanner.close()


def test_a_scanner_on_bluetooth_that_was_never_there_is_told_at_once() -> None:
    wires = Wires(plugged=False, address=SLEEPER, sleep_s=1800.0)
    bench = Bench(wires, WireScanner(SLEEPER, wires, clock=Clock()))
    bench.scanner.start(bench.events.put)
    assert isinstance(bench.next(), DeviceLost)
    bench.scanner.close()
