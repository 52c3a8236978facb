"""``samebag doctor`` as a technician runs it: beside a running station, and at a terminal with all
devices free."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from samebag.cli.shared.columns import width, wrapped
from samebag.cli.shared.output import terminal_language
from samebag.cli.station.doctor import findings
from samebag.doctor.camera import CAMERA
from samebag.doctor.finding import Check, Examined, Finding, ok, plain
from samebag.doctor.host import Host
from samebag.doctor.storage import SPEED
from samebag.settings import Settings

from .daemon import Daemon, Wires, samebag, until_listens, wired

Found = dict[str, tuple[str, str]]


@pytest.fixture
def wires() -> Iterator[Wires]:
    with wired() as wires:
        wires.plug_printer()
        wires.plug_scanner()
        yield wires


def doctor(wires: Wires, *arguments: str) -> Found:
    done = samebag("doctor", "--settings", wires.settings, *arguments)
    assert done.stderr == ""
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    for finding in findings:
        assert list(finding) == ["state", "thing", "value", "rule", "cure", "zh"]
    assert done.returncode == int(any(finding["state"] == "bad" for finding in findings))
    return {finding["thing"]: (finding["state"], finding["value"]) for finding in findings}


def test_beside_a_running_station_nothing_is_disturbed_and_nothing_is_falsely_ok(
    wires: Wires,
) -> None:
    wires.import_orders()
    daemon = Daemon(wires)
    try:
        daemon.listens()
        wires.scan("LX000000001CN")
        found = doctor(wires, "--exercise")
        assert found["station"] == ("ok", f"running, process {daemon.pid}")
        assert found["scanner in use"] == ("ok", "open in the running station")
        assert found["printer status"] == ("unknown", "belongs to the running station")
        assert found["exercise"][0] == "unknown"
        assert {found["book"][0], found["ledger"][0]} == {"ok"}
        wires.scan("OA")
        daemon.until("match")
        os.kill(daemon.pid, signal.SIGSTOP)
        assert doctor(wires)["station"] == ("bad", f"process {daemon.pid} is stopped")
        os.kill(daemon.pid, signal.SIGCONT)
    finally:
        daemon.terminate()
    assert not [line for line in daemon.lines if "lost" in line]


def answered(
    wires: Wires, *arguments: str, answers: dict[str, str], **environment: str
) -> tuple[int, str]:
    """What a terminal of 80 columns shows; "y" is typed, or a code scanned, once the screen ends as
    is said."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "samebag", "doctor", "--settings", str(wires.settings), *arguments],
        env=os.environ
        | {"GPIOZERO_PIN_FACTORY": "mock", "LG_WD": str(wires.folder), "COLUMNS": "80"}
        | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown, waiting = "", list(answers.items())
    with suppress(OSError):  # EIO: the other side is closed
        while more := os.read(ours, 4096):
            shown = (shown + more.decode()).replace("\r\n", "\n")
            if waiting and re.search(waiting[0][0] + r"[^\n]*\Z", shown):
                _, answer = waiting.pop(0)
                if answer == "y":
                    os.write(ours, b"y\n")
                else:
                    until_listens(wires, process.pid)
                    wires.scan(answer)
    os.close(ours)
    return process.wait(), shown


def test_at_a_terminal_every_device_is_exercised_and_answered_for(wires: Wires) -> None:
    yes = {
        f"{thing}: .*\n.*y or n: ": "y"
        for thing in ("red lamp", "green lamp", "buzzer", "test label")
    }
    code, shown = answered(
        wires,
        "--exercise",
        answers=yes | {r"scan: .*within 30 s\.\n": "SB1|TEST|9999|1|S77I45LJ"},
        LC_ALL="C.UTF-8",
    )
    rows = dict(re.findall(r"(?m)^(?:ok|BAD|unknown) +(\S.{0,14}\S) +(.+)$", shown))
    assert rows["red lamp"] == rows["green lamp"] == rows["buzzer"] == "as it must be"
    assert rows["test label"] == "confirmed, whole and clean"
    assert rows["scan"] == "SB1|TEST|9999|1|S77I45LJ, as printed"
    assert rows["printer status"].startswith(f"tcp:127.0.0.1:{wires.port} answers: ")
    assert len(wires.machine.labels) == 1
    assert max(map(len, shown.splitlines())) <= 80
    count = re.search(r"\n(\d+) ok, (\d+) bad, (\d+) unknown\n\Z", shown)
    assert count
    assert [int(number) for number in count.groups()] == [
        len(re.findall(rf"(?m)^{sign} ", shown)) for sign in ("ok", "BAD", "unknown")
    ]
    assert code == (1 if int(count[2]) else 0)


def test_a_station_that_is_just_starting_with_other_settings_is_not_taken_for_ours(
    wires: Wires,
) -> None:
    other = wires.folder / "other"
    other.mkdir()
    starts = f"import time; time.sleep(1); ledger = open('{other}/ledger.db', 'w'); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", starts, "samebag", "run"]) as station:
        try:
            _, shown = answered(wires, answers={}, LC_ALL="C.UTF-8")
        finally:
            station.kill()
    assert re.search(r"(?m)^unknown +station +not running", shown)


def test_a_chinese_terminal_gets_chinese_in_even_columns(wires: Wires) -> None:
    _, shown = answered(wires, answers={}, LC_ALL="", LC_MESSAGES="zh_CN.UTF-8", LANG="en_GB.UTF-8")
    assert re.search(r"(?m)^(有问题|正常  |不明  ) {3}时钟 {12}\S", shown)
    assert re.search(r"\n\d+ 正常, \d+ 有问题, \d+ 不明\n\Z", shown)
    assert max(map(width, shown.splitlines())) <= 80
    assert answered(wires, "--lang", "en", answers={}, LC_ALL="zh_CN.UTF-8")[1].endswith(
        " unknown\n"
    )


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
    ],
)
def test_the_terminals_language_is_that_of_its_messages(
    said: dict[str, str], language: str
) -> None:
    assert terminal_language(said) == language


def test_chinese_is_wrapped_by_its_width_and_commands_stay_whole() -> None:
    text = "请安装规则（sudo make install），然后拔下"
    assert wrapped(text, 20) == ["请安装规则（sudo", "make install），然后", "拔下"]
    assert wrapped("/dev/input/by-id/one", 8) == ["/dev/inp", "ut/by-id", "/one"]
    assert wrapped("", 20) == []


def test_settings_that_cannot_be_used_are_2(tmp_path: Path) -> None:
    assert samebag("doctor", "--settings", tmp_path / "none.toml").returncode == 2
    assert samebag("doctor", "--suggest", "--exercise").returncode == 2


def test_setup_prints_a_sheet_a_family_or_draws_it(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in samebag("doctor", "--setup").stdout.splitlines()]
    assert [row["family"] for row in rows] == [
        "zebra",
        "honeywell",
        "newland",
        "datalogic",
        "opticon",
        "others",
    ]
    done = samebag("doctor", "--setup", "newland", "--lang", "zh")
    assert json.loads(done.stdout)["steps"][-1].startswith("最后扫描 SAMEBAG-CLEAR")
    assert samebag("doctor", "--setup", "newland", "--out", tmp_path / "sheet.pdf").returncode == 0
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert samebag("doctor", "--setup", "casio").returncode == 2
    assert samebag("doctor", "--out", tmp_path / "sheet.pdf").returncode == 2


def test_suggestions_are_settings_or_json(wires: Wires) -> None:
    done = samebag("doctor", "--suggest", "--settings", wires.settings)
    assert done.stdout.startswith("# /etc/samebag/settings.toml\n[scanner]\n")
    wires.settings.write_text(done.stdout)
    done = samebag("doctor", "--suggest", "--json", "--settings", wires.settings)
    assert list(json.loads(done.stdout)) == ["settings", "udev"]


def test_fix_makes_the_folders_or_says_why_not(wires: Wires) -> None:
    done = samebag("doctor", "--fix", "--settings", wires.settings)
    (said,) = done.stderr.splitlines()
    assert re.match(
        r"samebag: (made /dev/shm/.*|--fix: .*: run it with sudo, after sudo make install)", said
    )
    assert (wires.folder / "state").is_dir()


def test_a_check_that_is_hindered_hinders_no_other() -> None:
    def card_speed(_: Examined) -> Iterator[Finding]:
        yield ok(SPEED, plain("some"))
        raise OSError("the card is gone")

    def camera(_: Examined) -> Iterator[Finding]:
        raise ModuleNotFoundError("No module named 'cv2'")

    case = Examined(Host(time.monotonic, time.time), Settings(), None)
    speed, pictures = Check(SPEED, card_speed), Check(CAMERA, camera)
    found = list(findings(case, [speed, pictures, speed]))
    assert [finding.state for finding in found] == ["ok", "unknown", "bad", "ok", "unknown"]
    assert [finding.thing for finding in found[1:3]] == [SPEED, CAMERA]
