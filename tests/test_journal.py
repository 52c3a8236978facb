"""Journal lines through a real journald, the catalog, and the words that systemd hears."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from samebag.core.verdicts import NoticeKind, TellWait, VerdictKind, Waits
from samebag.journal import ENTRIES, Journal, JournalEvent, notify, watchdog_period_s
from samebag.ports import SymbologyOff, WaitLasts
from samebag.station.journal_lines import JournalTeller
from samebag.web.pages.catalog import FIELD, explained, load_catalog
from samebag.words import screen

SYSTEMD = Path(__file__).parents[1] / "systemd"
CATALOG, CHINESE = (SYSTEMD / name for name in ("samebag.catalog", "samebag.zh_CN.catalog"))

# A journald of its own, with its own /run, gone with its process namespace.
WITH_JOURNALD = f"""
set -e
mount -t tmpfs none /run; mkdir -p /run/systemd/journal /run/log/journal
mount -t tmpfs none /usr/lib/systemd/catalog; cp {SYSTEMD}/*.catalog /usr/lib/systemd/catalog/
mount -t tmpfs none /var/lib/systemd/catalog; journalctl --update-catalog
/lib/systemd/systemd-journald 2>/dev/null &
for i in $(seq 100); do [ -S /run/systemd/journal/stdout ] && break; sleep 0.05; done
systemd-cat bash -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec \\
  {sys.executable} -c "$0"' "$1"
journalctl --sync
journalctl --directory=/run/log/journal -o json --all SYSLOG_IDENTIFIER=samebag
echo ----
journalctl --directory=/run/log/journal -x SYSLOG_IDENTIFIER=samebag
echo ----
mkdir /run/locale; cp -r /usr/lib/locale/C.utf8 /run/locale/zh_CN.UTF-8  # which a bare Debian lacks
LOCPATH=/run/locale LC_ALL=zh_CN.UTF-8 journalctl \\
  --directory=/run/log/journal -x SYSLOG_IDENTIFIER=samebag
"""
Spoken = tuple[list[bytes], str, str]
SPEAKER = """
import logging
from samebag.journal import Journal, JournalEvent
journal = Journal("7 \\udc80")
journal.take_logging()
journal.say(JournalEvent.MISMATCH, "运单 LX1 \\x1b[31m%s\\n", verdict="mismatch",
            parcel="P\\0\\udcff", bag=12)
logging.getLogger("usb").warning("timeout of %s", "lp0")
"""


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    """What journald kept of SPEAKER, as JSON and as ``journalctl -x`` shows it in English and in
    Chinese."""
    if (
        not Path("/lib/systemd/systemd-journald").exists()
        or not shutil.which("unshare")
        or os.geteuid() != 0
    ):
        pytest.skip(
            "a journald of its own needs root, and Debian's packages systemd and util-linux"
        )
    own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*own, "true"], check=False).returncode:
        pytest.skip("this container may not make namespaces")
    ran = subprocess.run(
        [*own, "bash", "-c", WITH_JOURNALD, "-", SPEAKER],
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert ran.returncode == 0, ran.stderr
    lines, english, chinese = ran.stdout.split("----\n")
    return lines.encode().splitlines(), english, chinese


def test_journald_keeps_our_fields_and_nothing_a_barcode_smuggled_in(spoken: Spoken) -> None:
    mismatch, library = map(json.loads, spoken[0])
    fields = {name: value for name, value in mismatch.items() if name.startswith("SAMEBAG_")}
    assert fields == {
        "SAMEBAG_EVENT": "mismatch",
        "SAMEBAG_VERDICT": "mismatch",
        "SAMEBAG_PARCEL": "P\\x00\\udcff",
        "SAMEBAG_BAG": "12",
        "SAMEBAG_STATION": "7 \\udc80",
    }
    assert mismatch["MESSAGE"] == "运单 LX1 \\x1b[31m%s\\n"
    assert (mismatch["PRIORITY"], mismatch["MESSAGE_ID"]) == (
        "4",
        ENTRIES[JournalEvent.MISMATCH].message_id,
    )
    assert (library["MESSAGE"], library["SAMEBAG_EVENT"]) == ("usb: timeout of lp0", "library")


def test_journalctl_x_explains_the_line_and_its_cure_in_the_terminals_language(
    spoken: Spoken,
) -> None:
    _, english, chinese = spoken
    assert "Subject: Bag 12 carries labels of two parcels" in english
    assert "Do not ship it." in english
    assert "Subject: 袋 12 上的标签属于两个包裹" in chinese
    assert "不要发出。" in chinese


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_say_what_journalctl_x_says_without_an_installed_locale(
    spoken: Spoken, language: str
) -> None:
    lines, english, chinese = spoken
    page = explained(b"\n".join([b'{"cut', *lines, b"{}"]), language, SYSTEMD).splitlines()
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d 运单 LX1 \\x1b\[31m%s\\n", page[0])
    meanings = [line.removeprefix("░░ ") for line in page if line.startswith("░░ ")]
    assert len(meanings) > 4
    assert [
        line for line in meanings if line not in (chinese if language == "zh" else english)
    ] == []


def test_both_catalogs_explain_the_same_with_the_same_fields() -> None:
    english, chinese = load_catalog(CATALOG), load_catalog(CHINESE)
    assert list(english) == list(chinese)
    for number, text in chinese.items():
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(english[number])), text
        assert all(re.search("[\u4e00-\u9fff]", line) for line in text.splitlines()), text


@pytest.mark.parametrize("catalog", [CATALOG, CHINESE])
def test_every_message_id_has_one_catalog_entry(catalog: Path) -> None:
    text = catalog.read_text("utf-8")
    ids = re.findall(
        r"^-- ([0-9a-f]{32})\nSubject: .+\nDefined-By: samebag\n\n\S", text, re.MULTILINE
    )
    of_the_shell = re.findall(
        r"MESSAGE_ID=([0-9a-f]{32})", (CATALOG.parent / "log-age").read_text()
    )
    assert sorted(ids) == sorted([*(entry.message_id for entry in ENTRIES.values()), *of_the_shell])
    assert len(ids) == len(set(ids)) == text.count("\n-- ") == len(load_catalog(catalog))
    fields = {f"SAMEBAG_{name}" for name in ("BAG", "PARCEL", "STATION", "PROOF", "WAITS")}
    assert set(re.findall(r"@(\w+)@", text)) <= fields


def test_a_wait_that_lasts_is_one_line_with_its_need_and_a_short_one_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    teller, wait = (
        JournalTeller(Journal("7", native=False)),
        TellWait(Waits.IN_HAND, 12, 1.0, "P-1"),
    )
    teller.told(wait, screen.of_wait(wait))
    teller.told(WaitLasts(3.0, wait), screen.of_wait(wait))
    (line,) = capsys.readouterr().err.splitlines()
    assert " info waits parcel=P-1 bag=12 waits=in hand: Scanned in the hand" in line


def test_a_symbology_that_is_switched_off_is_a_line_with_its_setting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = screen.of_symbology("codabar").then(screen.cure_of_symbology("codabar"))
    JournalTeller(Journal("7", native=False)).told(SymbologyOff("codabar", 1.0), words)
    assert (
        "Codabar (NW-7) lies there and is not read: switch it on if a label needs it:"
        ' camera.symbologies = ["codabar"]' in (capsys.readouterr().err)
    )


def test_every_event_verdict_and_notice_has_a_message_id() -> None:
    assert set(ENTRIES) == set(JournalEvent)
    assert {kind.value for kind in (*VerdictKind, *NoticeKind)} <= {
        event.value for event in JournalEvent
    }


def test_without_a_journal_one_readable_line_goes_to_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Journal("7", native=False).say(
        JournalEvent.MATCH, "green\n\x1b[31m", parcel="P1", bag=3, proof="one-frame"
    )
    line = capsys.readouterr().err
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d info match parcel=P1 bag=3 proof=one-frame: green\\n\\x1b\[31m\n", line
    )


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("untouched_logging")
def test_libraries_are_heard_once_even_after_they_configure_logging(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Journal("7", native=False).take_logging()
    logging.basicConfig()  # as libraries do at import
    logging.getLogger("cups").warning("cannot %s", "open")
    logging.getLogger("cups").info("chatter")
    logging.getLogger("bad").warning("%d", "no number")
    warnings.warn("old", stacklevel=1)
    lines = capsys.readouterr().err.splitlines()
    assert [line[9:] for line in lines if "cups" in line] == ["warning library: cups: cannot open"]
    assert sum("UserWarning: old" in line for line in lines) == 1


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_every_state(
    abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"@samebag-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        assert notify("READY=1\nSTATUS=takes bags")
        assert systemd.recv(100) == b"READY=1\nSTATUS=takes bags"
    assert not notify("WATCHDOG=1")  # nobody listens any more


def test_without_systemd_there_is_nothing_to_notify(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    assert not notify("READY=1")
    assert watchdog_period_s() is None


@pytest.mark.parametrize(
    ("pid", "period_s"), [(None, 10.0), (os.getpid(), 10.0), (1, None)], ids=["any", "own", "other"]
)
def test_the_watchdog_is_fed_twice_in_its_limit(
    pid: int | None, period_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    if pid is None:
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
    else:
        monkeypatch.setenv("WATCHDOG_PID", str(pid))
    assert watchdog_period_s() == period_s
