"""``samebag dispatch`` over real ledgers and a real book: GO once for a sealed bag, STOP for all
else."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from samebag.cli.office.dispatch import Porter
from samebag.cli.shared.banner import banner
from samebag.core.bag.swaps import Recall, Swaps
from samebag.core.codes.merged import merged_code
from samebag.core.events import CodeScanned, CommandGiven, DeviceBack, DeviceLost
from samebag.core.labels import Command, Kind
from samebag.core.verdicts import GiveNotice, LabelRead, NoticeKind, ReadBy, Signal
from samebag.orders.taking.importer import import_file
from samebag.outbound.door import SAME_BAG_S, SIGNALS, WORDS, Door, DoorAnswer, Stop
from samebag.ports import JobState, PrintJob, ScanRefused, StationEvent, StoreError
from samebag.store.beside.dispatches import Dispatches
from samebag.store.book.reader import BookReader
from samebag.store.key import load_key
from samebag.store.ledger.reader import LedgerReader
from samebag.store.ledger.verify import Verified, verify
from samebag.store.ledger.writer import LedgerWriter
from tests.fakes import FakeSignals
from tests.store.ledgers import NOON, match, next_event, opened

from .daemon import ORDERS, samebag

SETTINGS = (
    '[rules]\nconfirm_label = true\n[station]\nname = "door"\n[storage]\ndirectory = "{folder}"\n'
)


def with_status(of_a: str) -> str:
    """A newer file, in which only A is no longer open."""
    header, *rows = ORDERS.splitlines(keepends=True)
    return "".join(
        [f"status,{header}", *(f"{of_a if row[0] == 'A' else 'open'},{row}" for row in rows)]
    )


class Warehouse:
    """A station that packed A (job 1) and sealed it, packed B (job 2) and did not; C never came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger, self.dispatched = folder / "ledger.db", folder / "dispatch.db"
        self.settings = folder / "settings.toml"
        self.settings.write_text(SETTINGS.format(folder=folder))
        self.key = load_key(folder / "key")
        self.orders(ORDERS)
        with opened(self.ledger) as (ledger, events):
            for bag, parcel in ((1, "A"), (2, "B")):
                ledger.record(match(bag, parcel))
                next_event(events)
            seal(ledger, 1, "A", self.label("A", 1))

    def label(self, parcel: str, number: int, copy: int = 1) -> str:
        return merged_code(parcel, number, copy, self.key)

    def orders(self, text: str) -> None:
        path = self.folder / "orders.csv"
        path.write_text(text, encoding="utf-8")
        import_file(path, self.folder / "book.db")

    def scan(
        self, *codes: str, more: tuple[str | Path, ...] = (), **environment: str
    ) -> list[dict[str, object]]:
        done = self.run(*codes, more=more, **environment)
        assert done.stderr == ""
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run(
        self, *codes: str, more: tuple[str | Path, ...] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "samebag",
                "dispatch",
                "--scanner",
                "-",
                "--settings",
                self.settings,
                *more,
            ],
            input="".join(f"{code}\n" for code in codes),
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=60,
            check=False,
        )

    def reasons(self, *codes: str) -> list[object]:
        """Why each stops, in its own words of both languages; None: it goes."""
        *answers, _ = self.scan(*codes)
        for answer in answers:
            assert answer["answer"] == ("stop" if answer["reason"] else "go")
            assert str(answer["zh"]) != str(answer["en"])
        return [answer["reason"] for answer in answers]


def seal(ledger: LedgerWriter, bag: int, parcel: str, code: str) -> None:
    read = (LabelRead(Kind.MERGED, code.upper(), ReadBy.SCANNER),)
    ledger.notice(
        GiveNotice(NoticeKind.SEALED, bag, bag + 0.5, parcels=(parcel,), labels=read), Swaps()
    )


def tell_swaps(ledger: LedgerWriter, swaps: Swaps) -> None:
    ledger.notice(GiveNotice(NoticeKind.WANTED, 3, 3.5, parcels=("A",)), swaps)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def test_a_sealed_bag_leaves_once_also_after_a_restart_and_the_chain_proves_it(
    warehouse: Warehouse,
) -> None:
    label = warehouse.label("A", 1)
    go, counts = warehouse.scan(label, label)  # the second within 2 s
    assert (go["answer"], go["parcel"], go["reason"]) == ("go", "A", None)
    assert counts == {"go": 1, "stop": 0, "reasons": {}}
    stop, counts = warehouse.scan(label.lower())  # of a scanner with Caps Lock
    assert (stop["answer"], stop["reason"], counts["stop"]) == ("stop", "dispatched", 1)
    assert str(go["at"])[:10] in str(stop["en"])
    assert isinstance(verify(warehouse.dispatched), Verified)
    assert samebag("verify", "--ledger", warehouse.dispatched).returncode == 0


def test_what_is_no_fresh_seal_of_ours_stops(warehouse: Warehouse) -> None:
    sealed = warehouse.label("A", 1)
    assert warehouse.reasons(
        "LX000000001CN",
        "SAMEBAG-REPRINT",
        sealed[:-1] + ("A" if sealed[-1] != "A" else "B"),
        merged_code("A", 1, 1, b"another key"),
        merged_code("A", 1, 2, warehouse.key),  # of a copy that was never queued
        merged_code("A", 9, 1, warehouse.key),
        warehouse.label("B", 2),
    ) == ["not-merged", "not-merged", "not-ours", "not-ours", "not-ours", "not-ours", "not-sealed"]
    with opened(warehouse.ledger) as (ledger, _):
        ledger.copy(2)
        seal(ledger, 2, "B", warehouse.label("B", 3, copy=2))
    assert warehouse.reasons(warehouse.label("B", 2), warehouse.label("B", 3, copy=2)) == [
        "old-copy",
        None,
    ]


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (with_status("cancelled"), "cancelled"),
        (ORDERS.replace("ES,T1,T恤 Tee,1", "ES,T1,T恤 Tee,3"), "changed"),
    ],
)
def test_what_the_book_says_by_now_counts(warehouse: Warehouse, now: str, reason: str) -> None:
    warehouse.orders(now)
    assert warehouse.reasons(warehouse.label("A", 1)) == [reason]


def test_a_bag_that_the_erp_calls_shipped_by_now_goes_out(warehouse: Warehouse) -> None:
    warehouse.orders(with_status("shipped"))
    assert warehouse.scan(warehouse.label("A", 1))[0]["answer"] == "go"


@pytest.mark.parametrize(
    ("swaps", "reason"),
    [(Swaps(recalls=(Recall("A"),)), "recalled"), (Swaps(wanted=frozenset({"A"})), "wanted")],
)
def test_a_parcel_that_any_station_looks_for_stops_until_that_is_settled(
    warehouse: Warehouse, swaps: Swaps, reason: str
) -> None:
    other = warehouse.folder / "station-2.db"
    both = ("--ledger", other, "--ledger", warehouse.ledger)
    with opened(other) as (ledger, _):
        tell_swaps(ledger, swaps)
    assert warehouse.scan(warehouse.label("A", 1), more=both)[0]["reason"] == reason
    with opened(other) as (ledger, _):
        tell_swaps(ledger, Swaps())
    assert warehouse.scan(warehouse.label("A", 1), more=both)[0]["answer"] == "go"


def test_a_kill_between_the_commit_and_its_go_is_a_stop_that_says_when(
    warehouse: Warehouse,
) -> None:
    killed = (
        "import os, sys; from samebag.cli import main; from samebag.cli.office import dispatch;"
        " dispatch.Porter._tell = lambda *_: os.kill(os.getpid(), 9); main(sys.argv[1:])"
    )
    label = warehouse.label("A", 1)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            killed,
            "dispatch",
            "--scanner",
            "-",
            "--settings",
            warehouse.settings,
        ],
        input=label,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
    stop, _ = warehouse.scan(label)
    assert (stop["reason"], "left already, 20" in str(stop["en"])) == ("dispatched", True)
    assert isinstance(verify(warehouse.dispatched), Verified)


class Live:
    """A door that stands open; one answer a scan."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "samebag",
                "dispatch",
                "--scanner",
                "-",
                "--settings",
                warehouse.settings,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def scan(self, code: str) -> tuple[object, str]:
        assert self.process.stdin
        self.process.stdin.write(f"{code}\n")
        self.process.stdin.flush()
        told = self.said()
        return told["reason"], str(told["en"])

    def said(self) -> dict[str, object]:
        assert self.process.stdout
        told: dict[str, object] = json.loads(self.process.stdout.readline())
        return told

    def limit_files(self, most_bytes: int) -> None:
        resource.prlimit(
            self.process.pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY)
        )


@pytest.fixture
def live(warehouse: Warehouse) -> Iterator[Live]:
    live = Live(warehouse)
    with live.process:
        yield live
        live.process.kill()


def test_a_full_card_stops_every_bag_until_there_is_room(warehouse: Warehouse, live: Live) -> None:
    label = warehouse.label("A", 1)
    log_file = warehouse.dispatched.with_name("dispatch.db-wal")
    while live.scan("LX1")[0] == "not-merged" and log_file.stat().st_size < 40_000:
        pass  # each stop makes it longer, so that only this file is too long in a moment
    live.limit_files(40_000)
    for _ in range(2):
        reason, words = live.scan(label)
        assert reason == "fault"
        assert f"Fault, nothing may leave: {warehouse.dispatched}: " in words
        assert "space on" in words
    live.limit_files(resource.RLIM_INFINITY)
    assert live.scan(label)[0] is None
    assert live.scan("LX1")[0] == "not-merged"
    assert live.scan(label)[0] == "dispatched"


def test_a_ledger_that_goes_away_or_is_not_one_stops_every_bag(
    warehouse: Warehouse, live: Live
) -> None:
    label, away = warehouse.label("A", 1), warehouse.folder / "away"
    assert live.scan("LX1")[0] == "not-merged"
    warehouse.ledger.rename(away)
    assert live.scan(label)[0] == "fault"
    warehouse.ledger.write_text("no ledger at all")
    assert live.scan(label)[0] == "fault"
    away.rename(warehouse.ledger)
    assert live.scan(label)[0] is None


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_door_closed_by_hand_tells_its_counts_and_is_done(
    warehouse: Warehouse, live: Live, by: signal.Signals
) -> None:
    assert live.scan(warehouse.label("A", 1))[0] is None
    assert live.scan(warehouse.label("B", 2))[0] == "not-sealed"
    live.process.send_signal(by)
    assert live.said() == {"go": 1, "stop": 1, "reasons": {"not-sealed": 1}}
    assert live.process.wait(20) == 0


def test_a_door_without_seals_key_or_ledger_does_not_open(warehouse: Warehouse) -> None:
    warehouse.settings.write_text(SETTINGS.format(folder=warehouse.folder).replace("true", "false"))
    done = warehouse.run()
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{warehouse.settings}: rules.confirm_label = false: must be true" in done.stderr
    warehouse.settings.write_text(SETTINGS.format(folder=warehouse.folder))
    done = warehouse.run(more=("--ledger", warehouse.folder / "none.db"))
    assert (
        done.returncode,
        "none.db: is not there: check that the folder exists" in done.stderr,
    ) == (1, True)
    (warehouse.folder / "key").unlink()
    done = warehouse.run()
    assert (
        done.returncode,
        "key: no key: start the station once, or copy its key here" in done.stderr,
    ) == (1, True)


def test_input_that_ends_after_a_stop_is_1_and_no_bytes_break_the_door(
    warehouse: Warehouse,
) -> None:
    assert warehouse.run(warehouse.label("A", 1)).returncode == 0
    done = warehouse.run(
        "SB1|A|99999999999999999999|1|AAAAAAAA",
        "SB1|\x00|1|1|",
        "\udcff",
        "",
        "SAMEBAG-CLEAR",
        "]Q3",
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert [answer["answer"] for answer in told[:-1]] == ["stop"] * 3


# in one process


class Memory:
    """What left, in memory; ``error`` is raised instead."""

    def __init__(self) -> None:
        self.gone: dict[str, str] = {}
        self.stops: list[str] = []
        self.error: StoreError | None = None

    def left(self, parcel: str) -> str | None:
        return self.gone.get(parcel)

    def leave(self, job: PrintJob, code: str) -> None:
        if self.error:
            raise self.error
        self.gone[job.parcel] = "2026-11-11T14:03:00.000+08:00"

    def stopped(self, code: str, parcel: str, reason: str) -> None:
        if self.error:
            raise self.error
        self.stops.append(reason)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def door(warehouse: Warehouse, memory: Memory) -> Iterator[Door]:
    with (
        closing(BookReader(warehouse.folder / "book.db")) as book,
        closing(LedgerReader(warehouse.ledger)) as reader,
    ):
        yield Door(
            book=book, stations=lambda: nullcontext([reader]), dispatched=memory, key=warehouse.key
        )


def test_only_the_same_code_in_a_row_within_two_seconds_is_the_same_bag(
    warehouse: Warehouse, door: Door
) -> None:
    label = warehouse.label("A", 1)

    assert door.scanned(label, 1.0).stop is None
    assert door.is_same_bag(label, 1.0 + SAME_BAG_S - 0.1)
    # from the GO, however often it was scanned meanwhile
    assert not door.is_same_bag(label, 1.0 + SAME_BAG_S)
    assert door.scanned(label, 1.0 + SAME_BAG_S).stop is Stop.DISPATCHED
    assert not door.is_same_bag(label, 1.1 + SAME_BAG_S)


def test_another_bag_in_between_makes_the_same_code_a_second_bag(
    warehouse: Warehouse, door: Door
) -> None:
    assert door.scanned(warehouse.label("A", 1), 1.0).stop is None
    assert door.scanned(warehouse.label("B", 2), 1.1).stop is Stop.NOT_SEALED
    assert not door.is_same_bag(warehouse.label("A", 1), 1.2)


def test_lamps_come_first_then_words_and_a_stop_is_kept_last_even_if_the_disk_refuses(
    warehouse: Warehouse, door: Door, memory: Memory
) -> None:
    lamps, said = FakeSignals(), list[dict[str, object]]()

    def say(**told: object) -> None:
        assert lamps.base.signal is not Signal.READY
        said.append({**told, "kept": len(memory.stops)})

    porter = Porter(door, say, lamps)
    assert lamps.base.signal is Signal.READY
    events: list[StationEvent] = [
        CodeScanned("LX1", 1.0),
        ScanRefused("incomplete scan", 2.0),
        DeviceLost("scanner", "no hand scanner is plugged in", "plug it in", 3.0),
        CommandGiven(Command.REPRINT, 4.0),
    ]
    for event in events:
        porter.take(event)
    assert [told["reason"] for told in said] == ["not-merged", "unread", "fault", "not-merged"]
    assert [told["kept"] for told in said] == [0, 1, 2, 3]
    for event in (DeviceBack("scanner", 5.0), CommandGiven(Command.CLEAR, 5.0)):
        porter.take(event)
        assert lamps.base.signal is Signal.READY
    memory.error = StoreError("card: full")
    porter.take(CodeScanned(warehouse.label("A", 1), 6.0))
    assert (said[-1]["answer"], said[-1]["reason"], lamps.base.signal) == (
        "stop",
        "fault",
        Signal.FAULT,
    )
    memory.error = None
    porter.take(CodeScanned(warehouse.label("A", 1), 6.1))
    assert (said[-1]["answer"], lamps.green) == ("go", True)
    shown = len(lamps.shown)
    porter.take(CodeScanned(warehouse.label("A", 1), 6.2))
    assert (len(lamps.shown), len(said)) == (shown, 6)  # the same bag: no second beep, no second GO
    porter.take(CodeScanned("LX1", 6.3))
    assert [show.signal for show in lamps.shown[shown:]] == [Signal.READY, Signal.UNKNOWN]


def test_every_stop_has_words_in_both_languages_and_no_green() -> None:
    assert set(SIGNALS) == set(WORDS) == set(Stop)
    assert Signal.MATCH not in SIGNALS.values()
    for stop in Stop:
        words = DoorAnswer("SB1|{x}", "P{0}", stop, "{why}").words
        assert words.zh
        assert words.en


def test_two_doors_with_one_file_let_a_parcel_leave_once(tmp_path: Path) -> None:
    def door() -> Dispatches:
        return Dispatches(
            tmp_path / "dispatch.db",
            notes=tmp_path / "note",
            wall_clock=lambda: NOON,
            clock=lambda: 1.0,
            boot_id="boot",
        )

    with closing(door()) as one, closing(door()) as other:
        job = PrintJob(1, 1, "A", 1, JobState.CONFIRMED, "")
        one.leave(job, "SB1|A")
        with pytest.raises(
            StoreError, match="parcel A: has just left through another door: stop this bag"
        ):
            other.leave(job, "SB1|A")
        assert one.left("A") == other.left("A") == NOON.isoformat(timespec="milliseconds")


def test_the_terminal_says_it_in_blocks() -> None:
    lines = banner("停 STOP")
    assert len({len(line) for line in lines}) == 1
    assert (len(lines), set("".join(lines))) == (10, set(" ▀▄█"))
