"""Each night the new entries are proven, each week all; the mark of what was proven is not
believed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from samebag.store.ledger import nightly
from samebag.store.ledger.nightly import prove, read_mark
from samebag.store.ledger.verify import Broken, Verified, verify
from tests.store.ledgers import NOON, match, next_event, opened
from tests.store.test_keeper import rewritten
from tests.store.test_verify import tamper


class Nights:
    """A ledger that gets two matches a day; ``all_read`` counts how often the whole of it was gone
    through."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.mark = folder / "ledger.db", folder / "verified.json"
        self.now, self.bag, self.all_read = NOON, 0, 0
        monkeypatch.setattr(nightly, "verify", self._verify)

    def _verify(self, path: Path, known: object = ()) -> Verified | Broken:
        self.all_read += 1
        return verify(path)

    def work(self) -> None:
        with opened(self.path) as (ledger, events):
            for _ in range(2):
                self.bag += 1
                ledger.record(match(self.bag, f"P{self.bag}"))
                next_event(events)

    def night(self, after: timedelta = timedelta(days=1)) -> Verified | Broken:
        self.now += after
        return prove(self.path, self.mark, self.now)


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    nights = Nights(tmp_path, monkeypatch)
    nights.work()
    assert isinstance(nights.night(), Verified)
    return nights


def test_a_night_goes_through_what_is_new_and_a_week_s_last_through_all(nights: Nights) -> None:
    for _ in range(6):
        nights.work()
        assert isinstance(nights.night(), Verified)
    assert nights.all_read == 1
    nights.work()
    found = nights.night()
    assert (nights.all_read, found) == (2, verify(nights.path))


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (
            "UPDATE entry SET bag = 9 WHERE seq = 4",
            "entry 4: altered: its hash is not that of its fields",
        ),
        (
            "DELETE FROM entry WHERE seq = 4",
            "entry 4: missing: entries up to 4 were written and then cut off",
        ),
        (
            "DELETE FROM passed WHERE parcel = 'P4'",
            "entry 4: a match whose parcel P4 is not marked as passed",
        ),
        (
            "DELETE FROM passed WHERE parcel = 'P1'",
            "passed: has 3 parcels, the entries have 4 matches",
        ),
        ("DELETE FROM code_read WHERE code = 'LXP4'", "entry 4: its code LXP4 cannot be found"),
        (
            "UPDATE entry SET hash = x'00' WHERE seq = 2",
            "entry 2: is not the one that was whole on 2026-02-11",
        ),
    ],
)
def test_a_night_finds_what_was_done_and_the_next_goes_through_all(
    nights: Nights, statements: str, fault: str
) -> None:
    nights.work()
    tamper(nights.path, statements)
    found = nights.night()
    assert isinstance(found, Broken)
    assert found.fault.startswith(fault)
    mark = read_mark(nights.mark)
    assert mark
    assert mark.fault == found.fault
    nights.night()
    assert nights.all_read == 2


def test_a_mark_is_not_believed(nights: Nights) -> None:
    """Old entries written anew, with all hashes and a mark to fit: the week's end tells, or whoever
    keeps a head."""
    rewritten(nights.path, 2, '{"kind":"nothing"}')
    assert isinstance(nights.night(), Broken)
    with closing(sqlite3.connect(nights.path)) as db:
        head = db.execute("SELECT hex(hash) FROM entry WHERE seq = 2").fetchone()[0]
    nights.mark.write_text(
        f'{{"at":"{nights.now.isoformat()}","all_at":"{nights.now.isoformat()}","seq":2,'
        f'"head":"{head}","matches":2}}'
    )
    assert isinstance(nights.night(), Verified)
    assert isinstance(nights.night(timedelta(days=7)), Broken)
    nights.mark.write_text("torn")
    assert isinstance(nights.night(), Broken)


def test_a_clock_that_ran_back_proves_all_anew(nights: Nights) -> None:
    nights.now = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    assert isinstance(nights.night(), Verified)
    assert nights.all_read == 2
