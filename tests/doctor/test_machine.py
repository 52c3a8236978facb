"""The computer itself: the station's process, clock, power, heat and what is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from samebag.doctor import machine, scanner
from samebag.doctor.finding import CheckState
from samebag.doctor.host import user_of
from samebag.label.typeface import FontMissing

from .computer import Computer, by_thing
from .test_devices import EVENT, plug_scanner


def running(computer: Computer) -> int | None:
    found = computer.case().running
    return found.pid if found else None


def test_the_station_is_found_by_its_words_and_its_ledger(computer: Computer) -> None:
    assert by_thing(machine.station(computer.case()))["station"].state is CheckState.UNKNOWN
    computer.put("/elsewhere/ledger.db")
    computer.process(
        5, "python3 -m samebag run --settings other.toml", "S", 1, "/elsewhere/ledger.db"
    )
    computer.process(6, "sudo samebag run", "S", 1)
    computer.process(8, "python3 -m samebag doctor", "S", 1)
    assert running(computer) is None
    computer.run_station()
    found = by_thing(machine.station(computer.case()))["station"]
    assert (found.state, found.value) == (CheckState.OK, "running, process 7")


def test_a_station_counts_as_ours_unless_its_ledger_is_seen_elsewhere(computer: Computer) -> None:
    computer.process(7, "python3 -m samebag run", "S", 1)
    assert running(computer) == 7
    (computer.root / "proc/7/fd").rmdir()
    assert running(computer) == 7


def test_where_open_files_are_hidden_it_is_unknown_what_the_station_holds(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(path: Path) -> Path:
        raise PermissionError(path)

    plug_scanner(computer)
    computer.run_station(EVENT)
    monkeypatch.setattr(Path, "readlink", hidden)
    case = computer.case()
    assert case.running and case.running.files is None
    found = by_thing(scanner.scanner(case))["scanner in use"]
    assert (found.state, found.cure) == (CheckState.UNKNOWN, "sudo samebag doctor")


def test_a_stopped_station_is_bad(computer: Computer) -> None:
    computer.run_station(state="T")
    found = by_thing(machine.station(computer.case()))["station"]
    assert (found.state, found.cure) == (CheckState.BAD, "sudo systemctl restart samebag")


@pytest.mark.parametrize(
    ("bits", "state", "value"),
    [
        ("0\n", CheckState.OK, "enough voltage since the start (0x0)"),
        ("80008\n", CheckState.OK, "enough voltage since the start (0x80008)"),
        ("50005\n", CheckState.BAD, "too little voltage now (0x50005)"),
        ("50000\n", CheckState.BAD, "had too little voltage since the start (0x50000)"),
        ("none", CheckState.UNKNOWN, "only a Raspberry Pi tells"),
    ],
)
@pytest.mark.parametrize("soc", ["soc/soc", "soc@107c000000/soc@107c000000"])
def test_too_little_voltage_is_bad_also_when_it_is_over(
    computer: Computer, soc: str, bits: str, state: CheckState, value: str
) -> None:
    computer.put(f"/sys/devices/platform/{soc}:firmware/get_throttled", bits)
    found = by_thing(machine.power(computer.case()))["power"]
    assert (found.state, found.value) == (state, value)
    assert "supply" in found.cure or state is not CheckState.BAD


def test_the_hottest_zone_counts(computer: Computer) -> None:
    assert by_thing(machine.heat(computer.case()))["heat"].state is CheckState.UNKNOWN
    computer.put("/sys/class/thermal/thermal_zone0/temp", "48312\n")
    assert by_thing(machine.heat(computer.case()))["heat"].value == "48 °C"
    computer.put("/sys/class/thermal/thermal_zone1/temp", "80500\n")
    found = by_thing(machine.heat(computer.case()))["heat"]
    assert (found.state, found.value) == (CheckState.BAD, "80 °C")


def test_a_clock_that_nobody_sets_is_bad_and_one_with_a_battery_unknown(computer: Computer) -> None:
    assert by_thing(machine.clock(computer.case()))["clock"].state is CheckState.OK
    computer.synchronised = False
    assert by_thing(machine.clock(computer.case()))["clock"].state is CheckState.BAD
    computer.put("/sys/class/rtc/rtc0")
    assert by_thing(machine.clock(computer.case()))["clock"].state is CheckState.UNKNOWN


def test_versions_name_board_and_system(computer: Computer) -> None:
    computer.put("/proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
    computer.put("/etc/os-release", 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    found = by_thing(machine.versions(computer.case()))
    assert found["board"].value == "Raspberry Pi 5 Model B Rev 1.0"
    assert "Debian GNU/Linux 12 (bookworm)" in found["versions"].value


def test_a_32_bit_system_is_bad(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "armv7l")
    assert (
        by_thing(machine.versions(computer.case()))["board"].cure
        == "flash the 64-bit Raspberry Pi OS"
    )


def test_what_is_not_installed_is_named(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = computer.case()
    # a Debian package where Python has no wheel of it
    monkeypatch.delitem(machine.LIBRARIES, "lgpio")
    assert by_thing(machine.libraries(case))["libraries"].state is CheckState.OK
    assert by_thing(machine.font(case))["label font"].state is CheckState.OK
    monkeypatch.setitem(machine.LIBRARIES, "no_such_module", "no-such-thing")
    assert by_thing(machine.libraries(case))["libraries"].value == "no-such-thing not installed"


def test_a_missing_font_is_bad(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(size_dots: int) -> None:
        raise FontMissing

    monkeypatch.setattr(machine, "typeface", missing)
    assert (
        by_thing(machine.font(computer.case()))["label font"].cure
        == "sudo apt install fonts-wqy-microhei"
    )


def test_users_without_a_name_keep_their_number() -> None:
    assert user_of(0) == "root"
    assert user_of(4_000_000) == "4000000"
