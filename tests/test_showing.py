"""The snapshot: what the pages are told of a station at work, and that telling never holds the loop
up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samebag.core.bag.bag import Bag
from samebag.core.codes.badges import supervisor_code
from samebag.core.codes.key_layouts import LAYOUTS
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost, TimePassed
from samebag.core.labels import Command
from samebag.core.masks import discreet
from samebag.core.parcels import Standing
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import TellWait, Waits
from samebag.devices.scanner.framer import Scan, whole_scan
from samebag.files.snapshot_file import SnapshotFile
from samebag.ports import JobMoved, JobState, ScanRefused, StationEvent, SymbologyOff
from samebag.snapshot import FILE, Said, Snapshot, printed_path, snapshot_of
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.station.snapshot_writer import Showing
from samebag.words.heard_bytes import DIGITS, EV_KEY, INPUT_EVENT, LETTERS
from samebag.words.screen import MEANWHILE, of_wait

from .core.table import scan
from .fakes import FakeBook, FakeLedger, FakePrinter, FakeScanner, FakeSignals, SnapshotList

PARCELS = {"A": ("WA", "LA"), "B": ("WB", "LB")}
NOON = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
WAIT_S = 10.0


class Shown:
    """A station whose pages are written to ``folder``."""

    def __init__(self, folder: Path, rules: Rules | None = None) -> None:
        rules = rules or Rules()
        self._file, self.now_s = folder / FILE, 0.0
        self.ledger = FakeLedger()
        self.showing = Showing(
            SnapshotFile(folder),
            station="s1",
            shadow=rules.shadow,
            clock=lambda: self.now_s,
            wall_clock=lambda: NOON,
        )
        self.station = Station(
            rules=rules,
            book=FakeBook(PARCELS),
            ledger=self.ledger,
            signals=FakeSignals(),
            scanners=[FakeScanner()],
            camera=None,
            printer=FakePrinter(),
            asks_about=frozenset(),
            tellers=[self.showing],
            key=bytes(32),
            people=People(logout_s=60.0),
            clock=lambda: self.now_s,
            seen=self.showing.seen,
        )
        self.station.start()

    def __call__(self, *events: StationEvent) -> Snapshot:
        """What is shown once the loop has taken these and all that its devices answered."""
        for event in events:
            self.now_s = max(self.now_s, event.at_s)
            self.station.put(event)
            self._settle()
        self.now_s += 2.0  # a beat is due
        self._settle()
        return self._until(lambda now: now.at_s == self.now_s)

    def _settle(self) -> None:
        for _ in range(4):
            self.station.stop()
            self.station.run()

    def _until(self, is_there: Callable[[Snapshot], bool]) -> Snapshot:
        until_s = time.monotonic() + WAIT_S
        while not (self._file.exists() and is_there(now := snapshot_of(self._file.read_bytes()))):
            assert time.monotonic() < until_s, "not written"
            time.sleep(0.005)
        return now


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    shown = Shown(tmp_path)
    yield shown
    shown.showing.close()


def test_one_label_then_the_match_with_its_labels_and_signal(shown: Shown) -> None:
    one = shown(scan("WA", 1.0))
    assert [(label.kind, label.code, label.by) for label in one.reads] == [
        ("waybill", "WA", "scanner")
    ]
    assert (one.state, one.signal, one.judged) == ("reading", "ready", None)
    both = shown(scan("LA", 3.5))
    assert both.judged
    assert (both.signal, both.judged.kind, both.judged.parcel, both.reads) == (
        "match",
        "match",
        "A",
        (),
    )
    assert both.judged.en.startswith("Match: A ES")


def test_a_hold_stays_with_its_partner_until_it_is_acknowledged_and_gone(shown: Shown) -> None:
    held = shown(scan("WA", 1.0), scan("LB", 1.5))
    assert (held.signal, held.state, held.quiet) == ("mismatch", "hold", False)
    assert [notice.about for notice in held.notices] == ["wanted"]
    assert "waybill LXBCN" in held.notices[0].en
    gone = shown(CommandGiven(Command.CLEAR, 5.0))
    assert gone.signal == "ready"
    assert [notice.about for notice in gone.notices] == ["wanted"]  # as long as it is


def test_what_was_open_before_a_restart_is_told_again(shown: Shown, tmp_path: Path) -> None:
    shown(scan("WA", 1.0), scan("LB", 1.5), CommandGiven(Command.CLEAR, 5.0))
    (tmp_path / "again").mkdir()
    again = Shown(tmp_path / "again")
    again.station._bag = shown.station._bag
    assert [(notice.about, notice.en[:13]) for notice in again(scan("", 20.0)).notices] == [
        ("wanted", "Wanted A / B:")
    ]
    again.showing.close()


def test_faults_come_with_their_words_and_go(shown: Shown) -> None:
    lost = shown(DeviceLost("printer", "no paper", "put in a roll", 1.0))
    assert [(fault.device, fault.en) for fault in lost.faults] == [
        ("printer", "printer lost: no paper: put in a roll")
    ]
    assert lost.signal == "fault"
    assert shown(DeviceBack("printer", 5.0)).faults == ()


def test_a_symbology_that_is_switched_off_is_told_for_some_minutes(shown: Shown) -> None:
    said = shown(SymbologyOff("itf", 1.0)).off
    assert [(one.about, one.en.partition(":")[0]) for one in said] == [
        ("itf", "ITF (2 of 5) lies there and is not read")
    ]


def test_a_question_about_a_label_stays_until_it_is_answered(shown: Shown) -> None:
    asked = shown(JobMoved(7, JobState.ASKED, 1.0, "paper out")).asked
    assert asked and "paper out" in asked.en
    assert shown(JobMoved(7, JobState.CONFIRMED, 2.0)).asked is None


def test_a_label_that_was_withdrawn_stays_until_it_is_acknowledged_and_one_asked_about_longer(
    shown: Shown,
) -> None:
    shown(
        JobMoved(7, JobState.WITHDRAWN, 1.0, *MEANWHILE[Standing.CANCELLED]),
        JobMoved(8, JobState.ASKED, 1.5, "cut"),
    )
    withdrawn = shown(scan("WA", 60.0)).asked
    assert withdrawn
    assert withdrawn.en.startswith(
        "Label 7 is not printed: its order was cancelled after its bag passed: do not ship"
    )
    assert withdrawn.zh == "标签 7 不打印：包裹通过后订单已取消：不要发出，请取出包裹，货物放回货架"
    shown(TimePassed(66.0))
    asked = shown(CommandGiven(Command.CLEAR, 70.0)).asked
    assert asked
    assert asked.en.startswith("Did label 8 come out?")


def test_in_shadow_nothing_of_bags_is_shown(tmp_path: Path) -> None:
    shown = Shown(tmp_path, Rules(shadow=True))
    now = shown(scan("WA", 1.0), scan("LB", 1.5))
    assert (now.signal, now.reads, now.judged, now.notices, now.shadow) == (
        "ready",
        (),
        None,
        (),
        True,
    )
    shown.showing.close()


def test_the_proof_of_the_lamps_is_asked_for(tmp_path: Path) -> None:
    shown = Shown(tmp_path, Rules(prove=Prove.START))
    now = shown(scan("", 1.0))
    assert (now.signal, now.unproven, now.faults) == ("fault", True, ())
    shown.showing.close()


class Waiting:
    """A bag that waits, as the loop shows it: ``steps`` are moments with what it waits for then."""

    def __init__(self, *, shadow: bool = False) -> None:
        self._now_s, self.file = 0.0, SnapshotList()
        self.written = self.file.written
        self.showing = Showing(
            self.file,
            station="s1",
            shadow=shadow,
            clock=lambda: self._now_s,
            wall_clock=lambda: NOON,
        )
        self.showing.seen(Bag())

    def __call__(self, *steps: tuple[float, Waits | None], bag: int = 1) -> list[str]:
        """What each snapshot that is written from now on says."""
        self.written.clear()
        for self._now_s, waits in steps:
            if waits:
                wait = TellWait(waits, bag, self._now_s)
                self.showing.told(wait, of_wait(wait))
            self.showing.seen(Bag(number=bag, waits=waits))
            self.again(bag, waits, 0.08)
        return [now.waits.about if now.waits else "" for now in self.written]

    def again(self, bag: int, waits: Waits | None, later_s: float) -> list[str]:
        self._now_s += later_s
        self.showing.seen(Bag(number=bag, waits=waits))
        return [now.waits.about if now.waits else "" for now in self.written]


def test_waits_that_are_over_before_they_can_be_read_are_not_shown_and_cost_no_file() -> None:
    waiting = Waiting()
    assert (
        waiting((0.10, Waits.ONE_VIEW), (0.20, Waits.GLIMPSE), (0.40, Waits.SETTLING), (0.55, None))
        == []
    )


def test_a_wait_is_shown_when_it_stands_and_until_the_next_one_does() -> None:
    waiting = Waiting()
    assert waiting((0.1, Waits.GLIMPSE)) == []
    assert waiting.again(1, Waits.GLIMPSE, 0.25) == ["glimpse"]
    # since it began, not since now
    assert waiting.written[-1].waits == Said("glimpse", *_words(Waits.GLIMPSE), 0.1)
    assert waiting((0.5, Waits.FOREIGN_LABEL)) == []
    assert waiting.again(1, Waits.FOREIGN_LABEL, 0.3) == ["foreign label"]
    assert waiting((0.95, None)) == [""]


def test_what_a_bag_waited_for_is_never_said_of_the_next() -> None:
    waiting = Waiting()
    waiting((0.1, Waits.IN_HAND))
    assert waiting.again(1, Waits.IN_HAND, 0.3) == ["in hand"]
    assert waiting((0.6, Waits.SETTLING), bag=2) == [""]


def test_in_shadow_nobody_is_told_what_a_bag_waits_for() -> None:
    waiting = Waiting(shadow=True)
    waiting((0.1, Waits.IN_HAND))
    assert waiting.again(1, Waits.IN_HAND, 5.0) == [""]  # the beat


def _words(waits: Waits) -> tuple[str, str]:
    words = of_wait(TellWait(waits, 1, 0.0))
    return words.zh, words.en


def test_scans_are_kept_with_their_bytes_and_what_was_understood(shown: Shown) -> None:
    shown.showing.heard(b"]C1WA\r", CodeScanned("WA", 1.0, "code128"))
    shown.showing.heard(b"half", ScanRefused("no Enter came", 2.0))
    heard = shown(scan("", 3.0)).heard
    assert [(bytes.fromhex(scan.raw), scan.understood) for scan in heard] == [
        (b"]C1WA\r", "WA  code128"),
        (b"half", "— no Enter came"),
    ]


def test_it_says_when_the_station_stopped_and_its_silence_says_when_it_hangs(
    shown: Shown, tmp_path: Path
) -> None:
    now = shown(scan("", 1.0))
    assert [now.is_live(now.at_s + later_s) for later_s in (0.0, 3.0, 4.0, -100.0)] == [
        True,
        True,
        False,
        False,
    ]
    shown.showing.close()
    assert snapshot_of((tmp_path / FILE).read_bytes()).stopped


def test_a_folder_that_cannot_be_written_costs_the_loop_nothing(tmp_path: Path) -> None:
    showing = Showing(
        SnapshotFile(tmp_path / "absent"),
        station="s1",
        shadow=False,
        clock=time.monotonic,
        wall_clock=lambda: NOON,
    )
    showing.close()
    assert not list(tmp_path.iterdir())


def test_labels_lie_by_the_thousand(tmp_path: Path) -> None:
    assert printed_path(tmp_path, 12_345) == tmp_path / "12" / "12345.png"


BADGE = supervisor_code("LI WEI", bytes(32))
TAG = BADGE[-8:]


def typed(text: str, shift: int = 42) -> bytes:
    """As a keyboard sends it; other signs than letters are some key."""
    keys = {letter: code for code, letter in LETTERS.items()}
    downs = ((shift, 1), *((keys.get(letter, 12), 1) for letter in text), (28, 1))
    return b"".join(INPUT_EVENT.pack(1, 2, EV_KEY, *key) for key in downs)


def typed_by_alt(text: str) -> bytes:
    digits = {digit: code for code, digit in DIGITS.items()}
    downs = [
        key
        for char in text
        for key in ((56, 1), *((digits[d], 1) for d in f"{ord(char):03}"), (56, 0))
    ]
    return b"".join(INPUT_EVENT.pack(1, 2, EV_KEY, *key) for key in downs)


def test_no_way_in_which_a_badge_is_heard_shows_its_tag(shown: Shown, tmp_path: Path) -> None:
    cut = ScanRefused(f"incomplete scan {discreet(BADGE)!r}: no Enter or Tab came: scan again", 1.0)
    garbled = whole_scan(BADGE.translate(LAYOUTS[0].typed), 1.0)
    assert isinstance(garbled, ScanRefused)
    heard: list[tuple[bytes, Scan]] = [
        (BADGE.encode() + b"\r", CodeScanned(BADGE, 1.0)),
        (typed(BADGE), CodeScanned(BADGE, 1.0)),
        (typed_by_alt(BADGE), CodeScanned(BADGE, 1.0)),
        (BADGE.lower().encode(), ScanRefused("the computer was too slow", 1.0)),
        (typed(BADGE[:-4]), cut),
        # behind a badge that was refused in the middle
        (
            typed(f"{TAG}\rLX1CN"),
            CodeScanned("LX1CN", 1.0),
        ),
        (b"", CodeScanned(BADGE[13:], 1.0)),
        (b"", garbled),
    ]
    for raw, scan_ in heard:
        shown.showing.heard(raw, scan_)
    told = shown(scan(BADGE, 1.0)).heard
    assert [(one.raw, TAG in one.understood) for one in told] == [("", False)] * len(heard)
    shown.showing.heard(b"LX2CN\r", CodeScanned("LX2CN", 1.0))
    assert shown(scan("WA", 5.0)).heard[-1].raw == b"LX2CN\r".hex()
    assert TAG.encode() not in (tmp_path / FILE).read_bytes()
