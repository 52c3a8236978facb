"""The loop with fakes at every port: what reaches lamps, disk and paper, in which order, and what
happens on faults."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samebag.core.bag.bag import Bag
from samebag.core.bag.step import play
from samebag.core.codes.badges import supervisor_code
from samebag.core.codes.merged import merged_code
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    DeviceBack,
    DeviceLost,
    Event,
    Sighting,
    StoreFailed,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import PROOF_LIST, PROOF_WAYBILL, PROOF_WRONG_LIST, Command
from samebag.core.parcel_checks import Checks, Level, ParcelCheck
from samebag.core.parcels import Standing
from samebag.core.rules import Prove, Rules
from samebag.core.verdicts import (
    Action,
    RecordVerdict,
    ShowSignal,
    Signal,
    TellWait,
    VerdictKind,
    Waits,
)
from samebag.ports import (
    CameraEnded,
    CodeComing,
    DeviceError,
    EvidenceSaved,
    JobMoved,
    JobState,
    ScanRefused,
    StationEvent,
    StoreError,
    WaitLasts,
)
from samebag.station.lookup import NO_CHECKS, KnownHere
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.station.probation import Probation

from .core.table import empty, scan, view
from .fakes import (
    FakeBook,
    FakeCamera,
    FakeLedger,
    FakePrinter,
    FakeScanner,
    FakeSignals,
    FakeTeller,
)

KEY = bytes(32)
NOON = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
PARCELS = {
    "A": ("WA", "LA"),
    "B": ("WB", "LB"),
    "C": ("WC", "LC"),
    "S1": ("WS1", "OS"),
    "S2": ("WS2", "OS"),
}
MATCH_A = (scan("WA", 1.0), scan("LA", 1.5))


class Table:
    """A station and its fakes on a clock that moves with the events; ``restart`` keeps book, ledger
    and paper."""

    def __init__(
        self,
        *,
        camera: bool = False,
        rules: Rules | None = None,
        checks: Checks = NO_CHECKS,
        revoked: tuple[str, ...] = (),
    ) -> None:
        self._rules, self._checks, self._revoked = rules or Rules(), checks, revoked
        self.book, self.ledger = FakeBook(PARCELS), FakeLedger()
        self.now_s = 0.0
        self.probation_until: datetime | None = None
        self._has_camera = camera
        self.start()

    def wall_clock(self) -> datetime:
        return NOON + timedelta(seconds=self.now_s)

    def probation(self) -> datetime | None:
        return self.probation_until

    def start(self) -> None:
        self.signals, self.scanner, self.printer = FakeSignals(), FakeScanner(), FakePrinter()
        self.camera = FakeCamera() if self._has_camera else None
        self.teller = FakeTeller([])
        self.station = Station(
            rules=self._rules,
            book=self.book,
            ledger=self.ledger,
            signals=self.signals,
            scanners=[self.scanner],
            camera=self.camera,
            printer=self.printer,
            asks_about=frozenset({JobState.SENDING, JobState.SENT, JobState.ASKED}),
            tellers=[self.teller],
            key=KEY,
            people=People(logout_s=1800.0),
            revoked=self._revoked,
            clock=lambda: self.now_s,
            probation=Probation(self, self.wall_clock),
            checks=self._checks,
            today=lambda: self.wall_clock().date().isoformat(),
        )
        self.station.start()
        self.settle()

    def restart(self) -> None:
        self.station.close()
        self.start()

    def __call__(self, *events: StationEvent) -> Table:
        for event in events:
            self.now_s = max(self.now_s, event.at_s if hasattr(event, "at_s") else 0.0)
            self.station.put(event)
            self.settle()
        return self

    def settle(self) -> None:
        """Runs the loop until it has taken all that its devices answered."""
        for _ in range(4):
            self.station.stop()
            self.station.run()

    def seconds(self, count: int) -> Table:
        return self(*(TimePassed(self.now_s + k) for k in range(1, count + 1)))

    @property
    def kinds(self) -> list[str]:
        return [verdict.kind.value for verdict in self.ledger.verdicts]

    @property
    def said(self) -> list[str]:
        return [words.en for _, words in self.teller.told_about]


def waits_for(monkeypatch: pytest.MonkeyPatch, waits: Waits | None) -> None:
    """From now on every bag does."""

    def waiting(
        bag: Bag, event: Event, rules: Rules, known: KnownHere
    ) -> tuple[Bag, tuple[Action, ...]]:
        before = bag.waits
        bag, actions = play(bag, event, rules, known)
        told = (
            (TellWait(waits, bag.number, bag.now_s, "A"),) if waits and waits is not before else ()
        )
        return msgspec.structs.replace(bag, waits=waits), (*actions, *told)

    monkeypatch.setattr("samebag.station.loop.play", waiting)


def test_a_wait_is_told_at_once_and_again_when_it_lasts_but_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table()
    waits_for(monkeypatch, Waits.IN_HAND)
    table(TimePassed(1.0), TimePassed(2.9))
    told = [about for about, _ in table.teller.told_about]
    assert told == [TellWait(Waits.IN_HAND, 1, 1.0, "A")]
    table(TimePassed(3.5), TimePassed(9.0))
    (lasts,) = [about for about, _ in table.teller.told_about][1:]
    assert lasts == WaitLasts(3.5, TellWait(Waits.IN_HAND, 1, 1.0, "A"))
    assert table.said[-1].startswith("Scanned in the hand")


@pytest.mark.parametrize(
    "waits", [Waits.WAYBILL, Waits.CARGO_LIST, Waits.RED_BAG, Waits.DEVICE, Waits.PROOF_CARDS]
)
def test_a_packer_who_takes_his_time_is_no_line(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    table = Table()
    waits_for(monkeypatch, waits)
    table(TimePassed(1.0), TimePassed(9.0), TimePassed(19.0))
    assert len(table.teller.told_about) == 1


def test_a_wait_that_ended_is_never_said_to_last(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    waits_for(monkeypatch, Waits.GLIMPSE)
    table(TimePassed(1.0))
    waits_for(monkeypatch, None)
    table(TimePassed(2.0), TimePassed(9.0))
    assert len(table.teller.told_about) == 1


def test_red_is_on_the_pins_before_the_ledger_is_asked() -> None:
    table = Table()
    table.ledger.before = lambda: on_pins.append(table.signals.base)
    on_pins: list[ShowSignal] = []
    table(scan("WA", 1), scan("LB", 1.2))
    assert on_pins == [ShowSignal(Signal.MISMATCH)]


@pytest.mark.parametrize("second", ["LA", "LB", "WA", "NEW"])
def test_a_scan_that_was_judged_while_it_was_typed_comes_to_the_same(second: str) -> None:
    first, last = scan("WA", 1.0), scan(second, 1.5)
    typed = Table()(
        CodeComing("WA", 1.0), first, CodeComing(second[:-1], 1.4), CodeComing(second, 1.5), last
    )
    plain = Table()(first, last)
    assert typed.ledger.verdicts == plain.ledger.verdicts
    assert typed.teller.told_about == plain.teller.told_about
    assert typed.signals.shown == plain.signals.shown


def test_what_was_judged_ahead_is_no_verdict_of_another_bag_nor_of_a_book_of_before() -> None:
    coming = CodeComing("LA", 1.5)
    assert Table()(scan("WA", 1.0), coming).kinds == []
    assert Table()(scan("WA", 1.0), coming, scan("WB", 1.5), scan("LA", 1.5)).kinds == ["mismatch"]
    table = Table()(scan("WA", 1.0), coming)
    table.book.standings["A"] = Standing.CANCELLED
    table.now_s = 1.6
    assert table(scan("LA", 1.5)).kinds == ["cancelled"]


def test_green_and_label_wait_until_the_verdict_is_on_disk() -> None:
    table = Table()
    table.ledger.disk_works = None
    table(*MATCH_A)
    assert (table.signals.green, table.printer.printed) == (False, [])
    table.ledger.disk_works = True
    table.ledger.commit()
    table.settle()
    assert (table.signals.green, table.printer.printed) == (True, [("A", 1)])


def test_a_match_that_never_reached_the_disk_is_not_green_and_its_bag_can_be_read_again() -> None:
    table = Table()
    table.ledger.disk_works = False
    table(*MATCH_A)
    assert (table.signals.green, table.printer.printed, table.kinds) == (False, [], [])
    table.ledger.disk_works = True
    table(scan("WA", 2), scan("LA", 2.5))
    assert (table.signals.green, table.printer.printed, table.kinds) == (
        True,
        [("A", 1)],
        ["match"],
    )


def test_a_lost_ledger_is_a_fault_that_leaves_a_note_to_write() -> None:
    table = Table()(DeviceLost("ledger", "disk full", "free space", 0.5), *MATCH_A)
    assert table.signals.base.signal is Signal.FAULT
    assert table.ledger.notes == [("device", 1, {"device": "ledger", "lost": "disk full"})]
    assert table.kinds == []
    table(DeviceBack("ledger", 2.0))
    assert table.kinds == ["match"]


def test_each_new_reason_of_a_lost_device_is_told() -> None:
    table = Table()(
        DeviceLost("printer", "offline", "plug it in", 1),
        DeviceLost("printer", "no paper", "add a roll", 2),
    )
    assert [words for words in table.said if "printer lost" in words] == [
        "printer lost: offline: plug it in",
        "printer lost: no paper: add a roll",
    ]


@pytest.mark.parametrize("part", ["book", "ledger"])
def test_a_store_that_cannot_be_read_is_a_fault_until_it_can_and_takes_the_loop_with_it_never(
    part: str,
) -> None:
    table = Table()(scan("WA", 1.0))
    store = table.book if part == "book" else table.ledger
    store.error = StoreError("x.db: malformed: move it away")
    table(scan("LA", 1.5)).seconds(3)
    assert table.signals.base.signal is Signal.FAULT
    assert table.kinds == []
    assert [words for words in table.said if "lost" in words] == [
        "book lost: x.db: malformed: move it away: call a technician"
    ]
    store.error = None
    table.seconds(1)
    assert table.said.count("book is back") == 1
    assert table.kinds == ["match"]  # the scan that could not be looked up is still on this bag
    assert table.printer.printed == [("A", 1)]


def test_scans_from_before_a_long_fault_are_on_no_bag_any_more() -> None:
    table = Table()
    table.book.error = StoreError("x.db: malformed: move it away")
    table(scan("WA", 1), scan("LB", 1.5)).seconds(20)
    table.book.error = None
    table.seconds(2)
    assert (table.kinds, table.signals.base.signal) == ([], Signal.READY)


def test_what_devices_report_while_the_book_is_lost_is_not_lost() -> None:
    table = Table()(scan("WA", 0.5))
    table.book.error = StoreError("x.db: malformed: move it away")
    table(
        scan("LC", 1),
        DeviceLost("printer", "no paper", "add a roll", 9),
        EvidenceSaved(1, Path("/e.jpg"), "ab", 9),
    ).seconds(2)
    table.book.error = None
    table.seconds(2)
    assert table.signals.base.signal is Signal.FAULT  # the printer's
    assert ("evidence", 1, {"path": "/e.jpg", "sha256": "ab"}) in table.ledger.notes
    assert table(DeviceBack("printer", 30.0)).signals.base.signal is Signal.READY


def test_a_label_whose_record_could_not_be_read_is_printed_once_when_it_can() -> None:
    table = Table()
    table.ledger.disk_works = None
    table(*MATCH_A)
    table.book.error = StoreError("x.db: busy: wait")
    table.ledger.disk_works = True
    table.ledger.commit()
    table.settle()
    assert table.printer.printed == []
    table.book.error = None
    table.seconds(3)
    assert table.printer.printed == [("A", 1)]


def test_dead_lamps_are_a_fault_but_the_verdict_is_recorded_and_they_come_back() -> None:
    table = Table()
    table.signals.error = DeviceError("lamps cannot be switched")
    table(scan("WA", 1), scan("LB", 1.5))
    assert table.kinds == ["mismatch"]
    table.signals.error = None
    table.seconds(2)
    assert table.signals.base.signal is Signal.MISMATCH
    assert "signals is back" in table.said


def test_nothing_passes_before_the_camera_has_seen_the_table() -> None:
    table = Table(camera=True)(*MATCH_A)
    assert (table.kinds, table.signals.base.signal) == ([], Signal.FAULT)
    table(view("", 2.0))
    assert table.kinds == ["match"]
    assert table.camera and [bag for bag, _, _ in table.camera.kept] == [1]


# stops


def test_after_a_stop_the_last_bag_is_ignored_while_it_lies_there() -> None:
    table = Table(camera=True)(view("", 0.5), *MATCH_A)
    table.restart()
    table(*(view("WA LA", 2 + k / 10) for k in range(300)))
    assert (table.kinds, table.signals.green) == (["match"], False)
    table(empty(40), empty(42), view("WA LA", 43))
    assert table.kinds == ["match", "duplicate"]


def test_a_bag_half_read_when_the_power_goes_starts_again() -> None:
    table = Table()(scan("WA", 1))
    table.restart()
    table(scan("LA", 1.5)).seconds(7)
    assert table.kinds == ["incomplete"]


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SENDING, JobState.SENT])
def test_a_label_under_way_when_the_power_goes_is_printed_once_or_asked_about(
    state: JobState,
) -> None:
    table = Table()
    table.printer.stops_at = state
    table(*MATCH_A)
    if state is JobState.QUEUED:
        table.ledger.jobs[1] = replace(table.ledger.jobs[1], state=state)  # no byte was sent
    table.restart()
    if state is JobState.QUEUED:
        assert table.printer.printed == [("A", 1)]
        assert "No label is asked about" in table(CommandGiven(Command.PRINT_AGAIN, 9)).said
        return
    assert table.printer.printed == []
    assert "Did label 1 (A) come out?" in table.said[-1]
    table.printer.stops_at = JobState.ASKED
    table(CommandGiven(Command.PRINT_AGAIN, 9))
    assert "Did label 2 (A) come out?" in table.said[-1]
    table.printer.stops_at = None
    table(CommandGiven(Command.PRINT_AGAIN, 10))
    assert table.printer.printed == [("A", 3)]
    assert [job.state for job in table.ledger.jobs.values()] == [
        "replaced",
        "replaced",
        "confirmed",
    ]


def test_a_label_that_is_there_is_not_printed_again() -> None:
    table = Table()
    table.printer.stops_at = JobState.SENDING
    table(*MATCH_A).restart()
    table(CommandGiven(Command.LABEL_IS_THERE, 9), CommandGiven(Command.PRINT_AGAIN, 10))
    assert (table.printer.printed, table.ledger.jobs[1].state) == ([], JobState.CONFIRMED)
    assert table.said[-1] == "No label is asked about"


def test_a_label_whose_parcel_left_the_book_is_asked_about_until_the_book_has_it_again() -> None:
    table = Table()
    table.printer.stops_at = JobState.ASKED
    table(*MATCH_A)
    table.printer.stops_at = None
    table.book.without_record.add("A")
    table(CommandGiven(Command.PRINT_AGAIN, 9))
    assert "the book lacks its parcel: import its order file" in table.said[-1]
    table.book.without_record.clear()
    table(CommandGiven(Command.PRINT_AGAIN, 10))
    assert table.printer.printed == [("A", 2)]


def test_a_refused_scan_is_said_and_changes_nothing() -> None:
    table = Table()(scan("WA", 1), ScanRefused("incomplete scan", 1.2), scan("LA", 1.5))
    assert "Scan again" in table.said
    assert ShowSignal(Signal.INCOMPLETE, once=True) in table.signals.shown
    assert table.kinds == ["match"]


def test_a_label_under_a_foreign_keyboard_is_no_label_but_told_by_name() -> None:
    table = Table()(scan("ZQ", 1), scan("LA", 1.5))  # WA on a French one
    assert "Set the scanner to US keyboard: scan that barcode of its manual" in table.said
    assert table.kinds == []
    table(scan("WA", 2))
    assert table.kinds == ["match"]


# the loop's own life


def command(name: Command, at_s: float) -> CommandGiven:
    return CommandGiven(name, at_s)


SUPERVISOR = supervisor_code("MA", KEY)


def test_the_packer_is_written_into_each_verdict_until_logged_out() -> None:
    table = Table()(scan("SAMEBAG-PACKER-LI", 0.1), *MATCH_A, scan("WB", 1900), scan("LC", 1901))
    assert [(v.kind.value, v.packer) for v in table.ledger.verdicts] == [
        ("match", "LI"),
        ("mismatch", ""),
    ]
    assert "LI packs now" in table.said


def test_only_a_supervisor_reprints_and_the_copy_says_so() -> None:
    table = Table()(*MATCH_A, command(Command.REPRINT, 3))
    assert table.printer.printed == [("A", 1)]
    assert table.said[-1] == "Scan a supervisor's badge first"
    table(scan(SUPERVISOR, 4), command(Command.REPRINT, 5))
    assert table.printer.printed == [("A", 1), ("A", 2)]
    assert ("supervisor", 2, {"name": "MA", "command": "SAMEBAG-REPRINT"}) in table.ledger.notes
    table(command(Command.REPRINT, 100))
    assert len(table.printer.printed) == 2


def test_a_supervisor_reprints_the_label_of_the_parcel_on_hold() -> None:
    table = Table()(*MATCH_A, scan("WB", 11), scan("LB", 12), scan("WA", 21), scan("LA", 22))
    assert table.kinds == ["match", "match", "duplicate"]
    table(scan(SUPERVISOR, 23), command(Command.REPRINT, 24))
    assert table.printer.printed[-1] == ("A", 2)


def test_a_reprint_of_nothing_is_said() -> None:
    table = Table()(scan(SUPERVISOR, 1), command(Command.REPRINT, 2))
    assert table.said[-1] == "No label to print again"


def test_only_a_supervisor_gives_up_what_the_ledger_lacks() -> None:
    table = Table()
    table.ledger.lacks = "the ledger is gone"
    table(command(Command.ACCEPT_LEDGER, 1))
    assert (table.said[-1], table.ledger.lacks) == (
        "Scan a supervisor's badge first",
        "the ledger is gone",
    )
    table(scan(SUPERVISOR, 2), command(Command.ACCEPT_LEDGER, 3))
    assert table.said[-1].startswith("What the ledger lacks is given up")
    table(command(Command.ACCEPT_LEDGER, 4))
    assert table.said[-1].startswith("The ledger lacks nothing")


def test_no_badge_turns_anything_green() -> None:
    table = Table()(scan("WA", 1), scan("LB", 1.2), scan(SUPERVISOR, 2))
    for number, name in enumerate(Command):
        table(command(name, 3 + number))
    assert "match" not in table.kinds
    assert not table.signals.green


def test_a_badge_of_another_station_is_refused() -> None:
    table = Table()(scan(supervisor_code("MA", b"x"), 1), command(Command.REPRINT, 2))
    assert [words for words in table.said if "badge" in words] == [
        "Not a badge of this station: have it printed again with samebag commands",
        "Scan a supervisor's badge first",
    ]


def test_a_revoked_badge_counts_no_more_and_the_others_do() -> None:
    table = Table(revoked=("MA",))(*MATCH_A, scan(SUPERVISOR, 3), command(Command.REPRINT, 4))
    assert "This badge counts no more: ask for a new one" in table.said
    assert len(table.printer.printed) == 1
    table(scan(supervisor_code("MA 2", KEY), 5), command(Command.REPRINT, 6))
    assert len(table.printer.printed) == 2


def test_what_is_wanted_outlives_a_stop_and_a_recall_says_when_where() -> None:
    table = Table()(*MATCH_A, EvidenceSaved(1, Path("/e/1.jpg"), "ab", 2.0))
    table(scan("WB", 11), scan("LA", 12))
    assert "Wanted B: find the bag with cargo list LB" in table.said
    (recall,) = [words for words in table.said if "Recall" in words]
    assert (
        recall == "Recall A: it passed 2026-11-11 14:03:00 fake #1 /e/1.jpg: fetch that parcel back"
    )
    table.restart()
    table(scan("WB", 21), scan("LB", 22))
    assert table.said.count("Settled: B") == 1, "the recall is still open"
    table(scan(SUPERVISOR, 40), command(Command.END_WARNINGS, 41))
    assert table.said[-1] == "Settled: A"


def test_until_the_cards_were_shown_a_station_that_must_prove_says_so_and_passes_nothing() -> None:
    table = Table(rules=Rules(prove=Prove.START))(*MATCH_A)
    assert table.said[0].startswith("Prove the lamps")
    assert (table.kinds, table.signals.base.signal) == ([], Signal.FAULT)
    table(scan(PROOF_WAYBILL, 11), scan(PROOF_LIST, 12))
    assert table.signals.green
    table(scan(PROOF_WAYBILL, 21), scan(PROOF_WRONG_LIST, 22), command(Command.CLEAR, 23)).seconds(
        2
    )
    assert "Red, green and buzzer are proven: go on" in table.said
    table(scan("WA", 31), scan("LA", 32))
    assert (table.signals.green, table.printer.printed) == (True, [("A", 1)])


def test_a_shadowing_station_records_but_lights_and_prints_nothing() -> None:
    table = Table(rules=Rules(shadow=True))(*MATCH_A, scan("WB", 11), scan("LC", 12)).seconds(9)
    assert table.kinds == ["match", "mismatch"]
    assert table.printer.printed == []
    assert {shown.signal for shown in table.signals.shown} <= {
        Signal.READY,
        Signal.OFF,
        Signal.FAULT,
    }


def test_a_bag_is_sealed_by_its_label_once_and_after_a_stop_it_still_is() -> None:
    table = Table(rules=Rules(confirm_label=True))(*MATCH_A)
    assert "Match: A ES, 0 items: stick its new label on and scan it" in table.said
    label = merged_code("A", 1, 1, KEY)
    table(scan(label, 4), scan(label, 5))
    assert table.ledger.sealed_by("A") == label
    assert table.said.count("Sealed: A") == 1
    table.restart()
    table(scan(label, 6))
    assert (table.kinds, table.ledger.sealed_by("A")) == (["match"], label)


def test_a_seal_after_a_stop_names_the_bag_that_passed_also_where_another_was_held_since() -> None:
    table = Table(rules=Rules(confirm_label=True))(*MATCH_A, scan("WB", 11), scan("LC", 12))
    assert table.kinds == ["match", "mismatch"]
    table.restart()
    table(scan(merged_code("A", 1, 1, KEY), 13))
    assert table.ledger.notes[-1] == ("notice", 1, {"notice": "sealed"})


def test_closing_goes_from_who_sends_to_who_writes_and_on_whatever_fails() -> None:
    table = Table(camera=True)
    parts = (table.scanner, table.camera, table.printer, table.signals, table.ledger, table.book)
    order: list[str] = []
    for part in parts:
        assert part
        part.closing = order
    table.signals.error = DeviceError("lamps cannot be switched")
    with pytest.raises(DeviceError):
        table.station.close()
    assert order == [
        "FakeScanner",
        "FakeCamera",
        "FakePrinter",
        "FakeSignals",
        "FakeLedger",
        "FakeBook",
    ]


def test_stop_from_another_thread_ends_an_idle_loop_that_beats_and_does_not_spin() -> None:
    beats: list[float] = []
    signals = FakeSignals()
    station = Station(
        rules=Rules(),
        book=FakeBook(PARCELS),
        ledger=FakeLedger(),
        signals=signals,
        scanners=[],
        camera=None,
        printer=None,
        asks_about=frozenset(),
        tellers=[],
        key=KEY,
        people=People(logout_s=1800.0),
        clock=time.monotonic,
        beat=lambda: beats.append(time.monotonic()),
    )
    station.start()
    loop = threading.Thread(target=station.run)
    loop.start()
    time.sleep(1.3)
    station.stop()
    loop.join(2)
    assert not loop.is_alive()
    assert 2 <= len(beats) <= 4


CODES = st.one_of(
    st.sampled_from(
        [
            *" ".join(f"{w} {c}" for w, c in PARCELS.values()).split(),
            "LX123456785CN",
            "",
            "SAMEBAG-CLEAR",
        ]
    ),
    st.text(max_size=20),
    st.sampled_from(["\x00\x1d\x1b[2J", "9" * 100_000, "\ud800", "';--", "LX000000001CN" * 50]),
)
NUMBERS = st.integers(-1, 5)
SIGHTINGS = st.builds(
    Sighting,
    CODES,
    st.sampled_from(["", "code128", "qr"]),
    st.sampled_from([(), ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)), ((1e308, -1e308),)]),
    st.sampled_from([(), ("zxing",), ("zxing", "zbar")]),
)
AT = st.just(0.0)
EVENTS = st.one_of(
    st.builds(CodeComing, CODES, AT),
    st.builds(CodeScanned, CODES, AT),
    st.builds(ViewSeen, st.lists(SIGHTINGS, max_size=4).map(tuple), AT, st.booleans(), NUMBERS),
    st.builds(CommandGiven, st.sampled_from(list(Command)), AT),
    st.builds(TimePassed, AT),
    st.builds(
        DeviceLost, st.sampled_from(["scanner", "book", "ledger", "signals", "?"]), CODES, CODES, AT
    ),
    st.builds(DeviceBack, st.sampled_from(["scanner", "book", "ledger", "signals", "?"]), AT),
    st.builds(VerdictStored, NUMBERS, AT),
    st.builds(StoreFailed, NUMBERS, AT),
    st.builds(
        JobMoved, NUMBERS, st.sampled_from([JobState.ASKED, JobState.SENT, JobState.REPLACED]), AT
    ),
    st.builds(ScanRefused, CODES, AT),
    st.builds(CameraEnded, AT),
)
FAULTS = st.sampled_from(["", "", "", "", "book", "ledger", "signals", "disk", "printer"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(-3, 8), FAULTS), max_size=25), st.booleans())
def test_nothing_that_happens_ends_the_loop_and_no_green_lacks_its_entry(
    happenings: list[tuple[StationEvent, float, str]], camera: bool
) -> None:
    table = Table(camera=camera)
    at_s = 0.0
    for event, later_s, fault in happenings:
        at_s = max(0.0, at_s + later_s)
        broken = StoreError("x.db: broken: mend it")
        table.book.error = broken if fault == "book" else None
        table.ledger.error = broken if fault == "ledger" else None
        table.signals.error = DeviceError("dead") if fault == "signals" else None
        table.ledger.disk_works = fault != "disk"
        table.printer.stops_at = JobState.ASKED if fault == "printer" else None
        table(
            msgspec.structs.replace(event, at_s=at_s)
            if isinstance(event, Event)
            else replace(event, at_s=at_s)
        )
        if not table.signals.error and table.signals.green:
            assert table.ledger.last_match()
    told = [
        about.verdict for about, _ in table.teller.told_about if isinstance(about, RecordVerdict)
    ]
    passed = [
        verdict.parcel for verdict in table.ledger.verdicts if verdict.kind is VerdictKind.MATCH
    ]
    assert len(passed) == len(set(passed))
    assert len(told) <= len(table.ledger.verdicts)
    assert len(table.printer.printed) == len(set(table.printer.printed))


# ---- after a changed order file


@pytest.mark.parametrize(("camera", "kinds"), [(True, []), (False, ["match"])])
def test_on_probation_only_one_view_is_proof_enough_where_there_is_a_camera(
    camera: bool, kinds: list[str]
) -> None:
    table = Table(camera=camera)
    table.probation_until = NOON + timedelta(seconds=60)
    table.seconds(6)  # it is looked up now and then
    if camera:
        table(view("", 6.5))
    assert "The order file has changed: " in table.said[-1]
    table(scan("WA", 7.0), scan("LA", 7.5))
    assert table.kinds == kinds
    table.seconds(70)
    assert table.said.count("The order file's probation is over") == 1
    assert [note for note in table.ledger.notes if note[0] == "probation"][-1][2] == {"until": ""}
    table(view("", 90.0) if camera else TimePassed(90.0), scan("WB", 90.5), scan("LB", 91.0))
    assert table.kinds[-1] == "match"


def test_on_probation_both_labels_in_one_view_still_pass_and_a_mismatch_is_red_at_once() -> None:
    table = Table(camera=True)
    table.probation_until = NOON + timedelta(days=1)
    table.seconds(6)(view("WA LA", 7.0), view("WA LA", 7.1))
    assert table.kinds == ["match"]
    table(empty(10.0), empty(20.0), scan("WB", 21.0), scan("LC", 21.5))
    assert table.kinds[-1] == "mismatch"


# ---- what is found against a parcel


def late(level: Level) -> Table:
    """A table at which A should have been shipped yesterday, and its buyer left a note."""
    table = Table(checks=Checks({ParcelCheck.LATE: level, ParcelCheck.NOTE: Level.WARN}))
    table.book.records["A"] = replace(table.book.records["A"], ship_by="2026-02-09", note=True)
    return table


def test_a_warning_goes_with_the_green_and_says_one_thing() -> None:
    table = late(Level.WARN)(*MATCH_A)
    assert table.signals.green
    assert table.printer.printed == [("A", 1)]
    assert [verdict.check for verdict in table.ledger.verdicts] == ["late"]
    (said,) = [line for line in table.said if line.startswith("Match: A")]
    assert said.endswith("; the ship-by date 2026-02-09 has passed: ask a supervisor")
    assert "note" not in said
    table(scan("WB", 9.0), scan("LB", 9.5))
    assert table.ledger.verdicts[-1].check == ""


def test_what_a_check_holds_is_never_green_and_is_said_why() -> None:
    table = late(Level.HOLD)(*MATCH_A)
    assert not table.signals.green
    assert table.signals.base == ShowSignal(Signal.BARRED)
    assert (table.kinds, table.ledger.verdicts[0].check, table.printer.printed) == (
        ["barred"],
        "late",
        [],
    )
    assert (
        table.said[-1]
        == "Held: A: do not ship like this; the ship-by date 2026-02-09 has passed: ask"
        " a supervisor"
    )
    table.book.records["A"] = replace(table.book.records["A"], ship_by="")
    table(CommandGiven(Command.CLEAR, 3.0)).seconds(3)(scan("WA", 8.0), scan("LA", 8.5))
    assert table.kinds[-1] == "match"
    assert [line for line in table.said if line.endswith("; the buyer left a note: read it first")]
