"""Whoever alters, removes or adds a row of the ledger is found out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.ports import JobState, StoreError
from samebag.store.chain import Moment, entry_hash, to_json
from samebag.store.verify import Broken, Verified, verify
from tests.store.ledgers import match, mismatch, next_event, opened


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """Entries 1-7: match P1, its job, mismatch, match P2, its job, job 1 sent, a note."""
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        for verdict in (match(1, "P1"), mismatch(2), match(3, "P2")):
            ledger.record(verdict)
        next_event(events), next_event(events)
        ledger.move(1, JobState.SENT)
        ledger.note("evidence", 3, {"sha256": "00"})
    return path


def tamper(path: Path, statements: str) -> None:
    db = sqlite3.connect(path)
    db.executescript(
        "PRAGMA foreign_keys=OFF; DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_removed;"
    )
    db.executescript(statements)
    db.close()


def test_a_whole_ledger_is_verified_while_the_station_writes(ledger_file: Path) -> None:
    with opened(ledger_file) as (ledger, events):
        before = verify(ledger_file)
        assert isinstance(before, Verified)
        assert before.rows == 7
        ledger.record(match(4, "P4"))
        next_event(events)
        after = verify(ledger_file)
        assert isinstance(after, Verified)
        assert (after.rows, after.head == before.head) == (9, False)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        *(
            (f"UPDATE entry SET {field} WHERE seq = 3", "entry 3: altered: its hash is not that of its fields")
            for field in (
                "kind = 'note'",
                "bag = 9",
                "wall_time = 'later'",
                "boot_id = 'boot-2'",
                "mono_s = mono_s + 1e-9",
                "body = replace(body, 'mismatch', 'match')",
                "prev = zeroblob(32)",
                "hash = zeroblob(32)",
            )
        ),
        ("DELETE FROM entry WHERE seq = 3", "entry 3: missing"),
        ("DELETE FROM entry WHERE seq = 1", "entry 1: missing"),
        ("UPDATE entry SET seq = 8 WHERE seq = 3", "entry 3: missing"),
        ("DELETE FROM entry WHERE seq > 5", "entry 6: missing: entries up to 7 were written and then cut off"),
        ("DELETE FROM entry", "entry 1: missing: entries up to 7 were written and then cut off"),
        ("DELETE FROM passed WHERE parcel = 'P1'", "entry 1: a match whose parcel P1 is not marked as passed"),
        ("UPDATE passed SET bag = 9 WHERE parcel = 'P1'", "passed P1: no match entry proves it"),
        ("UPDATE passed SET parcel = 'P9' WHERE parcel = 'P2'", "passed P9: no match entry proves it"),
        ("UPDATE passed SET station = 'x' WHERE parcel = 'P2'", "passed P2: no match entry proves it"),
        ("INSERT INTO passed VALUES ('P9', 3, 2, '', '')", "passed P9: no match entry proves it"),
        ("UPDATE print_job SET state = 'queued'", "print job 1: no entry proves its state queued"),
        ("UPDATE print_job SET copy = 2 WHERE number = 2", "print job 2: no entry proves its state queued"),
        ("UPDATE print_job SET seq = 2, state = 'queued'", "print job 2: no entry proves its state queued"),
        ("UPDATE print_job SET seq = 2, state = 'queued' WHERE number = 1", "entry 6: print job 1 lacks this step"),
        ("DELETE FROM print_job WHERE number = 2", "entry 5: print job 2 lacks this step"),
    ],
)
def test_tampering_is_found_and_named(ledger_file: Path, statements: str, fault: str) -> None:
    tamper(ledger_file, statements)
    assert verify(ledger_file) == Broken(fault)


def test_two_entries_put_in_each_others_place_are_found(ledger_file: Path) -> None:
    """Even with hashes made to fit: the next entry vouches for the one before."""
    db = sqlite3.connect(ledger_file)
    row = db.execute("SELECT kind, bag, wall_time, boot_id, mono_s, prev FROM entry WHERE seq = 3").fetchone()
    db.close()
    kind, bag, wall_time, boot_id, mono_s, prev = row
    mark = entry_hash(prev, 3, kind, bag, Moment(wall_time, boot_id, mono_s), "{}")
    tamper(ledger_file, f"UPDATE entry SET body = '{{}}', hash = x'{mark.hex()}' WHERE seq = 3")
    fault = "entry 4: does not follow entry 3: one of them was put in another's place"
    assert verify(ledger_file) == Broken(fault)


def test_a_cut_end_stays_visible_when_the_station_writes_on(ledger_file: Path) -> None:
    db = sqlite3.connect(ledger_file)
    db.executescript("DROP TRIGGER entry_is_never_removed; DELETE FROM entry WHERE seq = 7")
    db.close()
    with opened(ledger_file) as (ledger, _):
        ledger.note("notice", 4, {})
    assert verify(ledger_file) == Broken("entry 7: missing")


@given(st.text(), st.text(), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_anyone_can_compute_the_hash_of_an_entry_without_samebag(
    kind: str, when: str, mono_s: float, body: str
) -> None:
    prev, fields = b"\x07" * 32, [3, kind, 5, when, "boot", mono_s, body]
    theirs = hashlib.sha256(prev + json.dumps(fields, separators=(",", ":")).encode()).digest()
    assert entry_hash(prev, 3, kind, 5, Moment(when, "boot", mono_s), body) == theirs


@given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53) | st.none() | st.lists(st.text())))
def test_a_body_is_json_in_ascii_whatever_it_says(body: dict[str, object]) -> None:
    assert to_json(body) == json.dumps(body, separators=(",", ":"))


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there yet"):
        verify(tmp_path / "none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="is empty: give the path of a ledger"):
        verify(tmp_path / "empty.db")
