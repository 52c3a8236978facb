"""A ledger that an older release wrote is read, proven and gone on with; none of its entries is
rewritten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from samebag.core.events import StoreFailed, VerdictStored
from samebag.core.heads import short
from samebag.ports import JobState
from samebag.store.glance import looking
from samebag.store.ledger import by_code
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.labels_at_hand import LabelHead, fault_of
from samebag.store.ledger.stamps import Key
from samebag.store.ledger.verify import Broken, StampedSpan, Verified, verify
from tests.store.ledgers import match, next_event, opened
from tests.store.old_ledgers import FIRST_KEY, PARCELS, write_old
from tests.store.test_verify import tamper

VERSIONS = pytest.mark.parametrize("old", [9, 10], indirect=True)


@pytest.fixture
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    write_old(path, getattr(request, "param", 10))
    return path


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(
            "SELECT * FROM entry WHERE wall_time < '2026-02-10' ORDER BY seq"
        ).fetchall()


def go_on(path: Path) -> None:
    with opened(path) as (ledger, events):
        ledger.record(match(400, "P4"))
        assert isinstance(next_event(events), VerdictStored)
        job = ledger.job_of(400)
        assert job
        assert job.number == 5
        ledger.move(5, JobState.CONFIRMED)


@VERSIONS
def test_it_is_whole_before_and_after_the_station_goes_on_and_its_entries_are_as_they_were(
    old: Path,
) -> None:
    before = [row[:9] for row in rows(old)]
    with opened(old):
        pass
    assert isinstance(verify(old), Verified)
    go_on(old)
    found = verify(old)
    assert isinstance(found, Verified)
    assert (found.matches, [row[:9] for row in rows(old)]) == (len(PARCELS) + 1, before)


@VERSIONS
def test_what_it_says_is_still_said(old: Path) -> None:
    with opened(old) as (ledger, events):
        for parcel, bag in PARCELS.items():
            passed, job = ledger.passed(parcel), ledger.job_of(bag)
            assert passed
            assert job
            assert (passed.bag, passed.station, job.parcel) == (bag, "bench 3", parcel)
        assert [(job.number, job.copy, job.state) for job in ledger.jobs_in(JobState)] == [
            (4, 1, JobState.SENDING)
        ]
        ledger.record(match(500, "P2"))
        assert isinstance(next_event(events), StoreFailed), (
            "what passed in the old release does not pass again"
        )
    with looking(old, LEDGER) as db:
        told = by_code.trace(db, "80P2", 9)
        assert [(row.verdict.bag, row.verdict.parcels) for row in told] == [
            (3, ("P3", "P2")),
            (2, ("P2",)),
        ]
        (mark,) = db.execute("SELECT hash FROM entry WHERE kind = 'verdict' AND bag = 2").fetchone()
        assert fault_of(db, LabelHead(3, short(mark))) == ""
        assert by_code.jobs(db, 1) == [1, 2]


def test_stamps_of_before_prove_it_still(old: Path) -> None:
    with opened(old):
        pass
    found = verify(old, [FIRST_KEY])
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(1, found.rows, proven=True),)
    assert isinstance(verify(old, [Key(1, FIRST_KEY.key[::-1])]), Verified), (
        "another's key proves nothing"
    )


@VERSIONS
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET body = replace(body, 'LX', 'LY') WHERE kind = 'verdict'",
        "UPDATE entry SET wall_time = '2026-02-09T13' WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 1",
        "UPDATE form SET first = 1",
        "UPDATE form SET first = first + 1",
        "DELETE FROM passed WHERE parcel = 'P2'",
        "UPDATE passed SET seq = 1 WHERE parcel = 'P2'",
        "UPDATE print_job SET match = match + 1 WHERE number = 2",
        "UPDATE print_job SET state = 'queued' WHERE number = 3",
        "UPDATE print_job SET seq = NULL, state = 'sending' WHERE number = 3",
        "DELETE FROM print_job WHERE number = 2",
        "DELETE FROM code_read WHERE code = '80P1'",
    ],
)
def test_whoever_alters_it_is_found_out(old: Path, change: str) -> None:
    go_on(old)
    tamper(old, change)
    assert isinstance(verify(old), Broken)
