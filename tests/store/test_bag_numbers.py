"""A red that was shown is on disk first, and its bag's number is never given again: real processes,
killed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from samebag.ports import JobState, StoreError
from samebag.store.ledger.verify import Verified, verify
from samebag.store.ledger.writer import AHEAD, LEAST_AHEAD
from tests.store.ledgers import entries, full_card, made, match, mismatch, next_event, opened
from tests.store.old_ledgers import write_old

ROOT = Path(__file__).parents[2]
BEFORE = """
import sys, threading
from pathlib import Path
from samebag.store.ledger.writer import LedgerWriter as Ledger
from tests.store.ledgers import made, match, mismatch, next_event, opened

def said(*words):
    print(*words, flush=True)
"""
# A station that says the bag's number as its lamps turn red
RED = """
from samebag.core.rules import Rules
from samebag.core.verdicts import Signal
from samebag.station.people import People
from samebag.station.loop import Station
from tests.core.table import scan
from tests.fakes import FakeBook, FakeSignals

class Lamps(FakeSignals):
    def show(self, signal):
        super().show(signal)
        if signal.signal is Signal.MISMATCH:
            said(numbers[-1])

numbers = []
station = Station(
    rules=Rules(),
    book=FakeBook({"A": ("WA", "LA"), "B": ("WB", "LB")}),
    ledger=made(Path(sys.argv[1])),
    signals=Lamps(),
    scanners=[],
    camera=None,
    printer=None,
    asks_about=frozenset(),
    tellers=[],
    key=bytes(32),
    people=People(logout_s=1800.0),
    clock=lambda: 2.0,
    seen=lambda bag: numbers.append(bag.number),
)
station.start()
said("ready")
sys.stdin.readline()
for event in (scan("WA", 1.0), scan("LB", 1.2)):
    station.put(event)
station.run()
"""
# Reds that wait behind notes; after its first commit the card takes nothing more
CROWD = """
from samebag.core.bag.swaps import Swaps
from samebag.core.verdicts import GiveNotice, NoticeKind

class Slow(Ledger):
    def _commit(self, batch):
        results = super()._commit(batch)
        said("committed")
        threading.Event().wait()

ledger = made(Path(sys.argv[1]), Slow)
for k in range(500):
    ledger.note("evidence", 1, {"path": f"/e/{k}.jpg"})
for bag in range(1, 6):
    ledger.record(mismatch(bag))
    ledger.notice(GiveNotice(NoticeKind.WANTED, bag, 1.0, parcels=("A", "B")), Swaps())
ledger.start(lambda event: None)
threading.Event().wait()
"""
BUSY = """
with opened(Path(sys.argv[1])) as (ledger, events):
    for bag in range(1, 10_000):
        ledger.record(match(bag, f"P{bag}"))
        next_event(events)
        said(bag)
"""


@contextmanager
def running(script: str, ledger: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed, not ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEFORE + script, ledger],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT}/firmware"},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@contextmanager
def stalled_card(ledger: Path) -> Iterator[None]:
    """Nobody else's commit gets through."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_red_shown_over_a_stalled_card_keeps_its_number_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, _):
        ledger.record(mismatch(6))
    with running(RED, path) as station:
        assert line(station) == "ready"
        with stalled_card(path):
            assert station.stdin
            station.stdin.write("go\n")
            station.stdin.flush()
            assert line(station) == "7"
            station.kill()
            station.wait()
    assert entries(path) == [("verdict", 6)]  # the card never took it
    with opened(path) as (ledger, _):
        assert 7 <= ledger.last_bag() <= 6 + AHEAD


def test_reds_overtake_all_that_waits_and_are_on_disk_with_the_first_commit(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with running(CROWD, path) as station:
        assert line(station) == "committed"
    assert entries(path) == [(kind, bag) for bag in range(1, 6) for kind in ("verdict", "swaps")]
    assert isinstance(verify(path), Verified)


def test_numbers_are_reserved_again_long_before_they_run_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with running(BUSY, path) as station:
        shown = [int(line(station)) for _ in range(2 * AHEAD)][-1]
    with opened(path) as (ledger, _):
        assert ledger.last_bag() >= shown + LEAST_AHEAD


def test_numbers_stay_dense_over_clean_stops_and_notes_come_after_the_verdicts_they_waited_with(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    for last in range(3):
        ledger = made(path)
        assert ledger.last_bag() == last
        ledger.note("device", last, {})
        ledger.record(mismatch(last + 1))
        ledger.start(lambda event: None)
        ledger.close()
    assert entries(path) == [
        (kind, bag) for n in range(3) for kind, bag in (("verdict", n + 1), ("device", n))
    ]
    made(path).close()  # opened, and never started
    with opened(path) as (ledger, _):
        assert ledger.last_bag() == 3


def test_a_start_on_a_full_card_comes_up_and_leaps_over_what_may_have_been_shown(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        ledger.record(match(1, "P1"))
        next_event(events)
        with closing(sqlite3.connect(path)) as reader:  # so that the log is not cut short
            reader.execute("SELECT count(*) FROM entry").fetchone()
            with full_card():
                starved = made(path)
        assert starved.last_bag() > AHEAD
        starved.start(events.put)
        starved.record(mismatch(starved.last_bag() + 1))
        starved.close()
        with closing(made(path)) as third:
            assert third.last_bag() == starved.last_bag() + 1


def test_a_stop_with_entries_that_the_card_did_not_take_gives_no_number_back(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    ledger = made(path)
    with full_card():
        ledger.start(lambda event: None)
        ledger.record(mismatch(1))
        ledger.close()
    with opened(path) as (ledger, _):
        assert (ledger.last_bag(), entries(path)) == (AHEAD, [])


def test_a_print_job_and_its_numbers_outlive_the_new_tables(tmp_path: Path) -> None:
    """Of a ledger of version 6, whose highest print number was cut off: it is not given again."""
    path = tmp_path / "ledger.db"
    write_old(path, 6)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM print_job WHERE number = 4")
    with opened(path) as (ledger, events):
        job = ledger.job_of(2)
        assert job
        assert (job.number, job.state) == (3, JobState.CONFIRMED)
        ledger.record(match(30, "P30"))
        next_event(events)
        job = ledger.job_of(30)
        assert job
        assert job.number == 5
        with pytest.raises(StoreError):
            ledger.copy(4)
