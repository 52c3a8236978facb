"""Verdicts are counted after the commit that people wait for: nothing is lost by it, and no page
tells it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from samebag.core.events import VerdictStored
from samebag.store.database import open_writer
from samebag.store.glance import looking
from samebag.store.ledger import by_code, by_day, counting
from samebag.store.ledger import writer as ledger_module
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.verify import Verified, verify

from .ledgers import NOON, made, match, mismatch, next_event, opened

DAY = NOON.date()
TABLES = ("tally", "code_read")


def never(db: sqlite3.Connection) -> bool:
    return True


def refused(db: sqlite3.Connection) -> bool:
    raise sqlite3.OperationalError("disk I/O error")


def rows(path: Path, suffix: str = "") -> list[list[Any]]:
    with closing(sqlite3.connect(path)) as db:
        return [sorted(db.execute(f"SELECT * FROM {table}{suffix}")) for table in TABLES]


def told(path: Path) -> tuple[int, int]:
    """How many verdicts the pages count and how many they find by a code of bag 1."""
    with looking(path, LEDGER) as db:
        found = by_code.trace(db, "LXP1", 9)
        assert by_code.trace_ending(db, "LXP1", 9) == found
        assert by_day.newest_day(db) == DAY
        return sum(row.verdicts for row in by_day.tally(db, DAY)), len(found)


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a kill leaves after the commits of two matches and a red, of which none is counted."""
    path = tmp_path / "killed.db"
    with monkeypatch.context() as patched:
        patched.setattr(counting, "count_some", never)
        with opened(tmp_path / "ledger.db") as (ledger, events):
            ledger.record(mismatch(3))
            for bag in (1, 2):
                ledger.record(match(bag, f"P{bag}"))
                next_event(events)
            for end in ("", "-wal"):
                shutil.copy(tmp_path / f"ledger.db{end}", f"{path}{end}")
    yield path


@pytest.mark.parametrize(
    ("quiet_s", "most_due"), [(0.05, 200), (60.0, 0)], ids=["quiet", "no quiet moment"]
)
def test_no_commit_of_a_verdict_counts_and_a_moment_later_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet_s: float, most_due: int
) -> None:
    monkeypatch.setattr(ledger_module, "QUIET_S", quiet_s)
    monkeypatch.setattr(ledger_module, "MOST_DUE", most_due)
    ledger = made(tmp_path / "ledger.db")
    statements: SimpleQueue[str] = SimpleQueue()
    ledger._writer.set_trace_callback(statements.put)
    ledger.start(lambda event: None)
    ledger.record(mismatch(1))
    ledger.record(match(2, "P2"))
    seen = [""]
    while not seen[-1].startswith(
        "UPDATE counted"
    ):  # by itself: nothing is closed, nothing more comes
        seen.append(statements.get(timeout=10))
    ledger.close()
    commits = "\n".join(seen).split("COMMIT")
    recorded = [commit for commit in commits if "INSERT INTO entry" in commit]
    assert recorded
    assert not [commit for commit in recorded if "tally" in commit or "code_read" in commit]
    assert rows(tmp_path / "ledger.db")[0] == [
        ("2026-02-10", 12, "", "match", 1),
        ("2026-02-10", 12, "", "mismatch", 1),
    ]


def test_what_a_kill_left_uncounted_is_told_all_the_same_and_counted_by_the_next_start(
    killed: Path,
) -> None:
    assert rows(killed) == [[], []]
    assert told(killed) == (3, 1)
    assert isinstance(verify(killed), Verified)
    expected = rows(killed, "_now")
    with opened(killed):
        assert sum(count for *_, count in rows(killed)[0]) == 3
        assert told(killed) == (3, 1)
    assert len(rows(killed)[1]) == 4
    assert rows(killed, "_now")[1] == rows(killed)[1] == expected[1]
    assert isinstance(verify(killed), Verified)


def test_a_ledger_that_cannot_count_stores_and_tells_all_and_warns_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counting, "count_some", refused)
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        for bag in (1, 2):
            ledger.record(match(bag, f"P{bag}"))
            assert isinstance(next_event(events), VerdictStored)
        assert told(path) == (2, 1)
    assert rows(path) == [[], []]
    assert [record.message for record in caplog.records] == [
        f"{path}: disk I/O error: verdicts cannot be counted, pages take longer"
    ]


def test_a_turn_is_bounded_and_every_commit_after_it_is_synced_again(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 1)
    with closing(open_writer(killed, LEDGER, synchronous="FULL")) as db:
        turns = []
        for _ in range(4):
            turns.append(counting.count_some(db))
            assert db.execute("PRAGMA synchronous").fetchone() == (2,)
            assert told(killed) == (3, 1)
        assert turns == [True, True, False, False]
        db.execute("DROP TABLE tally")
        db.execute("UPDATE counted SET seq = 0")
        with pytest.raises(sqlite3.OperationalError):
            counting.count_some(db)
        assert (db.in_transaction, db.execute("PRAGMA synchronous").fetchone()) == (False, (2,))
