"""Nothing is lost and nothing printed twice without COPY, whatever happens to the printer."""

from __future__ import annotations

import contextlib
import os
import pty
import queue
import select
import socket
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from samebag.bench.virtual_printer import Asked, Machine, MachineFault, Printed, VirtualPrinter
from samebag.core.codes.own_codes import held_code
from samebag.core.events import DeviceBack, DeviceLost
from samebag.core.parcels import Parcel
from samebag.devices.printer.faults import AddressError, PrinterError, PrinterOffline
from samebag.devices.printer.thread import MOST_SLIPS, EscposPrinter
from samebag.devices.printer.transport import open_line
from samebag.label.profiles import Confirm, PrinterProfile, profiles
from samebag.label.sheet import Card
from samebag.ports import JobMoved, JobState, PrintRefusal, StoreError
from tests.devices.printer_world import PARCEL, MemorySpool, counter, named

NARROW = profiles()["58mm"]
DONE = JobState.CONFIRMED, JobState.ASKED
ASKS = "scan SAMEBAG-LABEL-IS-THERE, missing or torn: scan SAMEBAG-PRINT-AGAIN"

KINDS = {
    (one.status, one.confirm): one for one in profiles().values()
}.values()  # one for each way to answer
ANSWERING = [profile for profile in KINDS if profile.answers]


def ends_at(profile: PrinterProfile) -> JobState:
    return JobState.CONFIRMED if profile.proves else JobState.SENT


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "labels", NARROW.width_dots)


@pytest.fixture
def printer(machine: Machine) -> Iterator[VirtualPrinter]:
    virtual = VirtualPrinter(machine)
    yield virtual
    virtual.close()
    assert machine.errors == []


def printed(machine: Machine) -> list[str]:
    names = [named(path) for path in machine.labels]
    assert len(set(names)) == len(names), "a label came out twice without COPY"
    return names


@pytest.mark.parametrize("profile", KINDS, ids=lambda p: p.name)
def test_label_is_sending_on_disk_before_it_prints_and_is_proven(
    profile: PrinterProfile, tmp_path: Path
) -> None:
    spool = MemorySpool()
    states: set[JobState | None] = set()

    class Witness(Machine):
        def receive(self, more: bytes) -> bytes:
            if b"\x1b@" in more:  # how a job begins
                states.add(spool.states.get(1))
            return super().receive(more)

    machine = Witness(tmp_path, profile.width_dots)
    virtual = VirtualPrinter(machine)
    with counter(virtual.address, profile, spool) as station:
        station.submit(1)
        station.until_moved(1, ends_at(profile))
    virtual.close()
    assert states <= {JobState.SENDING, JobState.SENT}
    assert states
    assert machine.errors == []


@pytest.mark.parametrize("fault", MachineFault)
def test_fault_before_the_first_byte_keeps_the_job_until_it_is_over(
    fault: MachineFault, machine: Machine, printer: VirtualPrinter
) -> None:
    machine.faults.add(fault)
    with counter(printer.address, NARROW) as station:
        lost = station.until_lost()
        station.submit(1)
        machine.faults.clear()
        station.until_moved(1, JobState.CONFIRMED)
        station.until_back()
    reason = {
        MachineFault.PAPER_OUT: "no paper",
        MachineFault.COVER_OPEN: "cover open",
        MachineFault.OFFLINE: "offline",
    }[fault]
    assert lost.reason == f"printer: {reason}"
    assert [type(event) for event in station.seen if not isinstance(event, JobMoved)] == [
        DeviceLost,
        DeviceBack,
    ]
    assert printed(machine) == ["SB1|P-1|1|1"]


def test_a_label_that_waited_for_paper_is_not_printed_when_its_order_changed_meanwhile(
    machine: Machine, printer: VirtualPrinter
) -> None:
    machine.faults.add(MachineFault.PAPER_OUT)
    changed = PrintRefusal(JobState.WITHDRAWN, "its order changed", "take the bag out")
    with counter(
        printer.address, NARROW, refuses=lambda parcel: changed if parcel.name == "P-2" else None
    ) as station:
        station.until_lost()
        station.submit(1, replace(PARCEL, name="P-2"))
        station.submit(2)
        machine.faults.clear()
        moved = station.until_moved(1, *JobState)
        assert (moved.state, moved.reason, moved.cure) == (
            JobState.WITHDRAWN,
            "its order changed",
            "take the bag out",
        )
        station.until_moved(2, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|2|1"]


@pytest.mark.parametrize("fault", MachineFault)
def test_fault_in_mid_job_asks_and_only_a_copy_prints_again(
    fault: MachineFault, machine: Machine, printer: VirtualPrinter
) -> None:
    spool = MemorySpool()
    spool.before = lambda state: machine.faults.add(fault) if state is JobState.SENDING else None
    with counter(printer.address, NARROW, spool) as station:
        station.submit(1)
        asked = station.until_moved(1, *DONE)
        assert asked.state is JobState.ASKED
        assert asked.cure.endswith(ASKS)
        station.until_lost()
        spool.before = lambda state: None
        machine.faults.clear()
        station.until_back()
        station.answer(1, came_out=False)
        station.until_moved(2, JobState.CONFIRMED)
    # the first came out of the printer's memory, once
    assert printed(machine) == [
        "SB1|P-1|1|1",
        "SB1|P-1|2|2",
    ]


class Clone(Machine):
    """Once ``ended`` it drops what it gets, and answers at once: GS r with no paper, or else DLE
    EOT 4."""

    ended = tells = False

    def _work_off(self, meaning: Printed | Asked) -> bytes:
        if not self.ended:
            return super()._work_off(meaning)
        if isinstance(meaning, Printed):
            return b""
        return b"\x0c" if meaning.command[:2] == b"\x1dr" else super()._work_off(meaning)

    def _status(self, n: int) -> bytes:
        return b"\x72" if self.ended and n == 4 and self.tells else super()._status(n)


class Lagging(Machine):
    """Each answer comes only with the next question."""

    _late = b""

    def _work_off(self, meaning: Printed | Asked) -> bytes:
        return self._lag(super()._work_off(meaning))

    def _status(self, n: int) -> bytes:
        return self._lag(super()._status(n))

    def _lag(self, answer: bytes) -> bytes:
        late, self._late = (self._late, answer) if answer else (b"", self._late)
        return late


@pytest.mark.parametrize("profile", ANSWERING, ids=lambda p: p.name)
def test_paper_that_ends_in_a_label_is_no_proof_of_it(
    profile: PrinterProfile, tmp_path: Path
) -> None:
    machine, spool = Clone(tmp_path, profile.width_dots), MemorySpool()
    machine.tells = profile.confirm is not Confirm.GS_R

    def end(state: JobState) -> None:
        machine.ended = machine.ended or state is JobState.SENDING

    virtual, spool.before = VirtualPrinter(machine), end
    with counter(virtual.address, profile, spool) as station:
        station.submit(1)
        asked = station.until_moved(1, *DONE)
    virtual.close()
    assert (asked.state, asked.reason) == (JobState.ASKED, "printer: no paper")
    assert machine.labels == []


@pytest.mark.parametrize("profile", ANSWERING, ids=lambda p: p.name)
def test_of_a_printer_whose_answers_lag_by_one_no_answer_is_taken_for_the_next(
    profile: PrinterProfile, tmp_path: Path
) -> None:
    machine, spool = Lagging(tmp_path, profile.width_dots), MemorySpool()
    virtual = VirtualPrinter(machine)
    with counter(virtual.address, profile, spool) as station:
        for number in (1, 2):
            station.submit(number)
            station.until_moved(number, ends_at(profile))
        spool.before = lambda state: (
            machine.faults.add(MachineFault.PAPER_OUT) if state is JobState.SENDING else None
        )
        station.submit(3)
        assert station.until_moved(3, *DONE).state is JobState.ASKED
    virtual.close()
    assert printed(machine) == ["SB1|P-1|1|1", "SB1|P-1|2|1"]


class Endless(VirtualPrinter):
    """Sends whatever its wire takes until ``talks`` is False."""

    talks = True

    def _talk(self, connection: socket.socket) -> None:
        while self.talks and not self._closing.is_set():
            connection.send(b"\x12\x00" * 2048)
        super()._talk(connection)


def test_a_printer_that_never_stops_sending_is_told_of_and_holds_nobody_up(
    machine: Machine,
) -> None:
    endless = Endless(machine)
    with counter(endless.address, NARROW) as station:
        station.submit(1)
        assert station.until_lost().reason.endswith(": never stops sending")
        station.submit(2)
        endless.talks = False
        station.until_back()
        station.until_moved(2, JobState.CONFIRMED)
    endless.close()
    assert printed(machine) == ["SB1|P-1|1|1", "SB1|P-1|2|1"]


def held(path: Path) -> str:
    with Image.open(path) as image:
        return "".join(
            found.text
            for found in zxingcpp.read_barcodes(image.convert("L"))
            if "SH|" in found.text
        )


def test_slips_wait_for_paper_and_for_the_labels_and_of_many_the_newest_come_out(
    tmp_path: Path,
) -> None:
    came: queue.SimpleQueue[Path] = queue.SimpleQueue()
    machine = Machine(tmp_path, NARROW.width_dots, came.put)
    machine.faults.add(MachineFault.PAPER_OUT)
    virtual = VirtualPrinter(machine)
    with counter(virtual.address, NARROW) as station:
        station.until_lost()
        for bag in range(MOST_SLIPS + 1):
            station.printer.print_slip(Card("HOLD", (), (held_code("SB-01", bag),)))
        station.submit(1)
        machine.faults.clear()
        slips = [held(came.get(timeout=60)) for _ in range(1 + MOST_SLIPS)]
    virtual.close()
    assert slips == ["", *(held_code("SB-01", bag) for bag in range(1, MOST_SLIPS + 1))]


def test_a_slip_that_a_fault_stopped_is_not_printed_again(tmp_path: Path) -> None:
    class RunsOut(Machine):
        def receive(self, more: bytes) -> bytes:
            if b"\x1b@" in more and not self.labels and not spool.states:
                self.faults.add(MachineFault.PAPER_OUT)
            return super().receive(more)

    machine, spool = RunsOut(tmp_path, NARROW.width_dots), MemorySpool()
    virtual = VirtualPrinter(machine)
    with counter(virtual.address, NARROW, spool) as station:
        station.printer.print_slip(Card("HOLD", (), (held_code("SB-01", 4),)))
        assert station.until_lost().reason == "printer: no paper"
        machine.faults.clear()
        station.until_back()
        station.submit(1)
        station.until_moved(1, JobState.CONFIRMED)
    virtual.close()
    # the first out of its memory
    assert [held(path) for path in machine.labels] == [
        held_code("SB-01", 4),
        "",
    ]


def test_silence_before_a_job_is_unknown_and_holds_it(
    machine: Machine, printer: VirtualPrinter
) -> None:
    machine.silent = True
    with counter(printer.address, NARROW) as station:
        station.submit(1)
        lost = station.until_lost()
        assert (lost.reason, "its profile is wrong" in lost.cure) == (
            "printer: no answer to DLE EOT 1",
            True,
        )
        assert not machine.labels
        machine.silent = False
        station.until_moved(1, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|1|1"]


def test_silence_after_a_job_is_unknown_and_asks(machine: Machine, printer: VirtualPrinter) -> None:
    spool = MemorySpool()

    def fall_silent(state: JobState) -> None:
        machine.silent = True

    spool.before = fall_silent
    with counter(printer.address, NARROW, spool) as station:
        station.submit(1)
        assert station.until_moved(1, *DONE).state is JobState.ASKED
        assert "switch it off and on" in station.until_lost().cure
        spool.before = lambda state: None
        machine.silent = False
        station.until_back()
    assert printed(machine) == ["SB1|P-1|1|1"]


@pytest.mark.parametrize("after_bytes", [1, 12, 4000, 4640, 9000, 14_000])
def test_power_lost_at_any_byte_loses_no_job_and_doubles_no_label(
    after_bytes: int, machine: Machine, printer: VirtualPrinter
) -> None:
    printer.drop_after_bytes = after_bytes
    ends = {}
    with counter(printer.address, NARROW) as station:
        for number in (1, 2, 3):
            station.submit(number)
            ends[number] = station.until_moved(number, *DONE).state
    assert printer.drop_after_bytes is None
    names = printed(machine)
    assert sum(end is JobState.ASKED for end in ends.values()) <= 1
    assert all(
        f"SB1|P-1|{number}|1" in names for number, end in ends.items() if end is JobState.CONFIRMED
    )


def test_absent_printer_is_reported_once_and_may_come_later(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with counter(f"tcp:127.0.0.1:{port}", NARROW) as station:
        station.submit(1)
        assert station.until_lost().reason == f"tcp:127.0.0.1:{port}: Connection refused"
        virtual = VirtualPrinter(machine, port)
        station.until_moved(1, JobState.CONFIRMED)
        station.until_back()
        virtual.close()
    assert printed(machine) == ["SB1|P-1|1|1"]


def test_label_that_cannot_be_drawn_asks_and_lets_the_next_through(
    machine: Machine, printer: VirtualPrinter
) -> None:
    with counter(printer.address, NARROW) as station:
        station.submit(1, parcel=Parcel("P-9", ""))
        station.submit(2)
        assert "no tracking number to print" in station.until_moved(1, JobState.ASKED).reason
        station.until_moved(2, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|2|1"]


def test_nothing_is_sent_while_the_disk_refuses_and_all_is_when_it_does_not(
    machine: Machine, printer: VirtualPrinter
) -> None:
    spool = MemorySpool()

    def full(state: JobState) -> None:
        raise StoreError("ledger.db: disk full")

    spool.before = full
    with counter(printer.address, NARROW, spool) as station:
        station.submit(1)
        assert station.until_lost().reason == "ledger.db: disk full"
        assert not machine.labels
        spool.before = lambda state: None
        station.until_moved(1, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|1|1"]


def test_disk_that_fails_after_the_first_byte_asks_and_the_packers_word_ends_it(
    machine: Machine, printer: VirtualPrinter
) -> None:
    spool = MemorySpool()

    def full(state: JobState) -> None:
        if state is not JobState.SENDING:
            raise StoreError("ledger.db: disk full")

    spool.before = full
    with counter(printer.address, NARROW, spool) as station:
        station.submit(1)
        assert station.until_moved(1, JobState.ASKED).reason == "ledger.db: disk full"
        station.answer(1, came_out=True)
        station.until_moved(1, JobState.ASKED)  # the disk is still full
        spool.before = lambda state: None
        station.answer(1, came_out=True)
        station.until_moved(1, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|1|1"]


def test_idle_printer_is_watched(machine: Machine, printer: VirtualPrinter) -> None:
    with counter(printer.address, NARROW) as station:
        station.submit(1)
        station.until_moved(1, JobState.CONFIRMED)
        machine.faults.add(MachineFault.PAPER_OUT)
        assert station.until_lost().cure == "put in a new roll and close the cover"
        machine.faults.clear()
        station.until_back()


def test_close_is_prompt_while_a_job_hangs(machine: Machine, printer: VirtualPrinter) -> None:
    printer.hang_after_bytes = 6000
    with counter(printer.address, profiles()["80mm-mute"]) as station:
        station.submit(1)
        station.until_moved(1, JobState.SENDING)
        began_s = time.monotonic()
        station.printer.close()
        assert time.monotonic() - began_s < 1.5
        station.printer = EscposPrinter("auto", profile=NARROW, station="", key=b"")


@contextlib.contextmanager
def wire(machine: Machine, bytes_until_unplugged: int = 10**9) -> Iterator[str]:
    """A machine at the far end of a pty: the path of its near end. It is unplugged after so many
    bytes."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    stop = threading.Event()

    def pump() -> None:
        left = bytes_until_unplugged
        while not stop.is_set() and left > 0:
            if select.select([master], [], [], 0.02)[0]:
                more = os.read(master, min(4096, left))
                left -= len(more)
                os.write(master, machine.receive(more))
        os.close(master)

    thread = threading.Thread(target=pump)
    thread.start()
    try:
        yield path
    finally:
        stop.set()
        thread.join()
        os.close(slave)


@pytest.mark.parametrize(
    "address", ["serial:{}?baud=115200", "serial:{}?baud=921600&flow=none", "lp:{}"]
)
def test_wires_that_stay_open_print_job_after_job(address: str, machine: Machine) -> None:
    with wire(machine) as path, counter(address.format(path), NARROW) as station:
        for number in (1, 2):
            station.submit(number)
            station.until_moved(number, JobState.CONFIRMED)
    assert printed(machine) == ["SB1|P-1|1|1", "SB1|P-1|2|1"]
    assert machine.errors == []


@pytest.mark.parametrize("address", ["serial:{}?baud=115200", "lp:{}"])
@pytest.mark.parametrize("after_bytes", [6000, 14_000])
def test_unplugged_in_mid_job_asks(address: str, after_bytes: int, machine: Machine) -> None:
    with wire(machine, after_bytes) as path, counter(address.format(path), NARROW) as station:
        station.submit(1)
        assert station.until_moved(1, *DONE).state is JobState.ASKED
        station.until_lost()
    assert printed(machine) == []


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("usb:1", "printer address 'usb:1': not understood: use auto, lp:/dev/usb/lp0"),
        ("tcp:printer", "printer address 'tcp:printer': not understood: use auto"),
        (
            "serial:/dev/ttyUSB0?speed=9",
            "printer address serial:/dev/ttyUSB0?speed=9: only ?baud=NUMBER and &flow=",
        ),
        (
            "lp:/dev/usb/none",
            "lp:/dev/usb/none: No such file or directory: check that the printer is switched on",
        ),
        ("tcp:127.0.0.1:99999", "printer address 'tcp:127.0.0.1:99999': not understood: use"),
        ("serial:/dev/none", "serial:/dev/none: No such file or directory: check that"),
        (
            "auto",
            "{}/lp*: no USB printer there: check that the printer is switched on and plugged in",
        ),
    ],
)
def test_address_that_leads_nowhere_says_why_and_what_to_do(
    address: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(PrinterError) as refusal:
        open_line(address, os.eventfd(0), usb_printers=tmp_path)
    assert str(refusal.value).startswith(message.format(tmp_path))
    assert isinstance(refusal.value, AddressError | PrinterOffline)


def test_auto_takes_the_first_usb_printer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp1")
    (tmp_path / "lp2").write_bytes(b"")
    line = open_line("auto", os.eventfd(0), usb_printers=tmp_path)
    assert line.name == str(tmp_path / "lp1")
    line.close()
