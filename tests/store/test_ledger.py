"""The ledger: what is said to be on disk is there, and a failing card loses nothing that nobody was
told of."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from samebag.core.bag.swaps import Swaps
from samebag.core.events import DeviceBack, DeviceLost, StoreFailed, VerdictStored
from samebag.core.verdicts import GiveNotice, NoticeKind
from samebag.ports import JobState, Passed, PrintJob, StoreError
from samebag.store.ledger.verify import Verified, verify
from samebag.store.log import COMMITS
from tests.store.ledgers import NOON, entries, full_card, match, mismatch, next_event, opened

WALL_TIME = NOON.isoformat(timespec="milliseconds")


def test_a_stored_match_is_passed_has_a_queued_job_and_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    job = PrintJob(1, 1, "P1", 1, JobState.QUEUED, WALL_TIME)
    with opened(path) as (ledger, events):
        assert (ledger.last_bag(), ledger.passed("P1"), ledger.job_of(1)) == (0, None, None)
        ledger.record(match(1, "P1"))
        stored = next_event(events)
        assert isinstance(stored, VerdictStored)
        assert stored.bag == 1
        assert ledger.passed("P1") == Passed("P1", 1, WALL_TIME, "bench 3")
        assert ledger.job_of(1) == job
    with opened(path) as (ledger, _):
        assert ledger.passed("P1") == Passed("P1", 1, WALL_TIME, "bench 3")
        assert ledger.jobs_in(JobState) == (job,)
        assert ledger.last_bag() == 1


def test_a_parcel_passes_once_and_the_rest_of_the_commit_stands(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        for verdict in (match(1, "P1"), match(2, "P1"), mismatch(3), match(4, "P2")):
            ledger.record(verdict)
        answers = [next_event(events) for _ in range(3)]
        assert [type(answer) for answer in answers] == [VerdictStored, StoreFailed, VerdictStored]
        assert ledger.job_of(2) is None
    assert entries(path) == [("verdict", 1), ("verdict", 3), ("verdict", 4)]
    assert isinstance(verify(path), Verified)


def test_print_jobs_move_and_are_copied_durably_and_entries_say_each_step(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        ledger.record(replace(match(7, "P7"), packer="LI"))
        next_event(events)
        ledger.move(1, JobState.SENDING)
        ledger.move(1, JobState.ASKED, "printer was switched off")
        second = ledger.copy(1)
        assert second == PrintJob(2, 7, "P7", 2, JobState.QUEUED, WALL_TIME, packer="LI")
        assert ledger.jobs_in(JobState) == (second,)
        ledger.move(2, JobState.CONFIRMED)
        assert ledger.jobs_in(JobState) == ()
        assert ledger.job_of(7) == PrintJob(
            2, 7, "P7", 2, JobState.CONFIRMED, WALL_TIME, packer="LI"
        )
        with pytest.raises(StoreError, match="print job 9: is not in the ledger"):
            ledger.move(9, JobState.SENT)
    assert [kind for kind, _ in entries(path)] == ["verdict", *3 * ["print job"], "labels printed"]
    assert isinstance(verify(path), Verified)


def test_entries_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, _):
        ledger.notice(GiveNotice(NoticeKind.CROWDED, 1, 2.0), Swaps())
    db = sqlite3.connect(path)
    for statement in ("UPDATE entry SET bag = 2", "DELETE FROM entry"):
        with pytest.raises(sqlite3.IntegrityError, match="the ledger is append only"):
            db.execute(statement)
    db.close()


def test_a_full_card_fails_matches_at_once_and_keeps_the_rest_verdicts_first(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        ledger.record(match(1, "P1"))
        next_event(events)
        with full_card():
            ledger.note("evidence", 1, {"picture": "x" * 100_000})
            lost = next_event(events)
            assert isinstance(lost, DeviceLost)
            assert (lost.device, str(path) in lost.reason) == ("ledger", True)
            assert "card" in lost.cure
            ledger.record(mismatch(2))
            ledger.record(match(3, "P3"))
            assert isinstance(next_event(events), StoreFailed)
            with pytest.raises(StoreError, match="card"):
                ledger.move(1, JobState.SENDING)
            ledger.record(mismatch(4))
        assert isinstance(next_event(events), DeviceBack)
        assert ledger.passed("P3") is None
        ledger.record(match(5, "P3"))
        assert isinstance(next_event(events), VerdictStored)
    wanted = [("verdict", 1), ("verdict", 2), ("verdict", 4), ("evidence", 1), ("verdict", 5)]
    assert entries(path) == wanted
    assert isinstance(verify(path), Verified)


def test_the_log_goes_into_the_file_between_two_bags_and_stays_short(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        lengths = []
        for bag in range(1, 4 * COMMITS):
            ledger.record(match(bag, f"P{bag}"))
            next_event(events)
            lengths.append(path.with_name("ledger.db-wal").stat().st_size)
    assert max(lengths[COMMITS + 10 :]) <= 1.5 * lengths[COMMITS]
    assert isinstance(verify(path), Verified)


def test_another_program_that_holds_the_file_is_a_fault_that_passes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ledger.record(mismatch(1))
        lost = next_event(events)
        assert isinstance(lost, DeviceLost)
        assert lost.cure == "close the other program that has this file open"
        other.execute("ROLLBACK")
        other.close()
        assert isinstance(next_event(events), DeviceBack)
    assert entries(path) == [("verdict", 1)]


STATION = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.store.ledgers import match, next_event, opened
with opened(Path(sys.argv[1])) as (ledger, events):
    for bag in range(1, 100_000):
        ledger.record(match(bag, f"P{bag}"))
        print(next_event(events).bag, flush=True)
"""


def test_what_was_answered_is_on_disk_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    root = Path(__file__).parents[2]
    station = subprocess.Popen(
        [sys.executable, "-c", STATION, path],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": f"{root}:{root}/firmware"},
    )
    assert station.stdout is not None
    answered = [int(station.stdout.readline()) for _ in range(200)]
    station.kill()
    answered += [int(line) for line in station.stdout.read().split()]
    station.wait()
    station.stdout.close()
    assert isinstance(verify(path), Verified)
    with opened(path) as (ledger, _):
        assert all(ledger.passed(f"P{bag}") for bag in answered)
        assert ledger.last_bag() > answered[-1]


def not_a_database(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)


def a_book(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE parcel (x); PRAGMA application_id=1")
    db.close()


def a_newer_ledger(path: Path) -> None:
    with opened(path):
        pass
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=12")
    db.close()


def a_torn_ledger(path: Path) -> None:
    """Jobs overwritten in a file that was not closed: a copy of it and of its log, as the power cut
    leaves them."""
    source = path.with_name("source.db")
    with opened(source) as (ledger, events):
        for bag in range(60):
            ledger.record(match(bag, f"P{bag}"))
            next_event(events)
        db = sqlite3.connect(source)
        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'print_job'"
        ).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        db.close()
        content = bytearray(source.read_bytes())
        content[(page - 1) * size : page * size] = b"\x5a" * size
        path.write_bytes(content)
        path.with_name(path.name + "-wal").write_bytes(b"\0" * 32)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            not_a_database,
            "file is not a database: move it away together with its -wal file and keep both",
        ),
        (a_book, "is not a Samebag ledger: move it away"),
        (a_newer_ledger, "has version 12, must be 11 at most: install the newer Samebag"),
        (a_torn_ledger, "damaged|malformed.*move it away together"),
        (Path.mkdir, "is a folder: move it away, or give the path of the ledger"),
    ],
)
def test_a_ledger_that_cannot_be_trusted_is_refused_with_a_cure(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "ledger.db"
    spoil(path)
    with pytest.raises(StoreError, match=message) as raised, opened(path):
        pass
    assert str(raised.value).startswith(f"{path}: ")


def test_that_a_parcel_has_not_passed_is_remembered_till_the_next_match_and_hides_no_lost_file(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "ledger.db") as (ledger, events):
        assert ledger.passed("A") is ledger.passed("A") is None
        ledger.record(match(1, "A"))
        next_event(events)
        found = ledger.passed("A")
        assert found
        assert (found.bag, ledger.passed("B")) == (1, None)
        ledger._reader.close()
        assert ledger.passed("B") is None, "nobody else makes it pass"
        for asked in ("", "A", "C"):
            with pytest.raises((StoreError, sqlite3.Error)):
                ledger.passed(asked)
        ledger._reader = sqlite3.connect(":memory:")
