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
from samebag.store.ledger.chain import entry_hash, entry_hash_before_11, to_json
from samebag.store.ledger.verify import Broken, Verified, verify
from tests.store.ledgers import match, mismatch, next_event, opened


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """Entries 1-5: match P1 with job 1, mismatch, match P2 with job 2, a note, job 1 sent."""
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
        "PRAGMA foreign_keys=OFF; DROP TRIGGER entry_is_never_changed; DROP TRIGGER"
        " entry_is_never_removed;"
    )
    db.executescript(statements)
    db.close()


def test_a_whole_ledger_is_verified_while_the_station_writes(ledger_file: Path) -> None:
    with opened(ledger_file) as (ledger, events):
        before = verify(ledger_file)
        assert isinstance(before, Verified)
        assert before.rows == 5
        ledger.record(match(4, "P4"))
        next_event(events)
        after = verify(ledger_file)
        assert isinstance(after, Verified)
        assert (after.rows, after.head == before.head) == (6, False)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        *(
            (
                f"UPDATE entry SET {field} WHERE seq = 2",
                "entry 2: altered: its hash is not that of its fields",
            )
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
        (
            "DELETE FROM entry WHERE seq > 3",
            "entry 4: missing: entries up to 5 were written and then cut off",
        ),
        ("DELETE FROM entry", "entry 1: missing: entries up to 5 were written and then cut off"),
        (
            "DELETE FROM passed WHERE parcel = 'P1'",
            "entry 1: a match whose parcel P1 is not marked as passed",
        ),
        ("UPDATE passed SET seq = 3 WHERE parcel = 'P1'", "passed P1: no match entry proves it"),
        (
            "UPDATE passed SET parcel = 'P9' WHERE parcel = 'P2'",
            "passed P9: no match entry proves it",
        ),
        ("INSERT INTO passed VALUES ('P9', 3)", "passed P9: no match entry proves it"),
        ("UPDATE print_job SET state = 'queued'", "print job 1: no entry proves its state queued"),
        (
            "UPDATE print_job SET state = 'sending'",
            "print job 1: no entry proves its state sending",
        ),
        (
            "UPDATE print_job SET copy = 2 WHERE number = 2",
            "print job 2: no entry proves its state queued",
        ),
        (
            "UPDATE print_job SET seq = 1, state = 'queued'",
            "print job 2: no entry proves its state queued",
        ),
        (
            "UPDATE print_job SET seq = 1, state = 'queued' WHERE number = 1",
            "entry 5: print job 1 lacks this step",
        ),
        (
            "UPDATE print_job SET seq = NULL, state = 'sending' WHERE number = 1",
            "print job 1: no entry proves its state sending",
        ),
        ("UPDATE print_job SET match = 3 WHERE number = 1", "entry 1: its print job 1 is lacking"),
        ("DELETE FROM print_job WHERE number = 2", "entry 3: its print job 2 is lacking"),
        ("DELETE FROM code_read WHERE code = 'LXP1'", "entry 1: its code LXP1 cannot be found"),
        ("INSERT INTO code_read VALUES ('LXP9', 'LXP9', 1)", "code LXP9: was not read in entry 1"),
        ("INSERT INTO accepted VALUES ('9:00', 3)", "given up 9:00: no entry says who accepted it"),
        (
            "INSERT INTO aside VALUES (9, x'00', 'words')",
            "words beside entry 9: there is no such entry",
        ),
    ],
)
def test_tampering_is_found_and_named(ledger_file: Path, statements: str, fault: str) -> None:
    tamper(ledger_file, statements)
    assert verify(ledger_file) == Broken(fault)


def test_two_entries_put_in_each_others_place_are_found(ledger_file: Path) -> None:
    """Even with hashes made to fit: the next entry vouches for the one before."""
    db = sqlite3.connect(ledger_file)
    kind, bag, when, boot, mono_s = db.execute(
        "SELECT kind, bag, wall_time, boot_id, mono_s FROM entry WHERE seq = 4"
    ).fetchone()
    (prev,) = db.execute("SELECT hash FROM entry WHERE seq = 3").fetchone()
    db.close()
    mark = entry_hash(prev, 4, kind, bag, when, boot, mono_s, '{"number":1,"state":"asked"}')
    body = f'body = \'{{"number":1,"state":"asked"}}\', hash = x\'{mark.hex()}\''
    tamper(ledger_file, f"UPDATE entry SET {body} WHERE seq = 4")
    fault = "entry 5: altered: its hash is not that of its fields"
    assert verify(ledger_file) == Broken(fault)


def test_a_cut_end_stays_visible_when_the_station_writes_on(ledger_file: Path) -> None:
    db = sqlite3.connect(ledger_file)
    db.executescript("DROP TRIGGER entry_is_never_removed; DELETE FROM entry WHERE seq = 5")
    db.close()
    with opened(ledger_file) as (ledger, _):
        ledger.note("notice", 4, {})
    assert verify(ledger_file) == Broken("entry 5: missing")


@given(st.text(), st.text(), st.floats(0.001, 1e12), st.text())
def test_anyone_can_compute_the_hash_of_an_entry_without_samebag(
    kind: str, when: str, mono_s: float, body: str
) -> None:
    """``mono_s``: a machine that has been up for 30,000 years at most."""
    prev = b"\x07" * 32

    def theirs(*fields: object, ascii_only: bool) -> str:
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=ascii_only)

    told = theirs(3, kind, 5, when, "boot", mono_s, ascii_only=False) + body
    assert (
        entry_hash(prev, 3, kind, 5, when, "boot", mono_s, body)
        == hashlib.sha256(prev + told.encode()).digest()
    )
    told = theirs(3, kind, 5, when, "boot", mono_s, body, ascii_only=True)
    before_11 = entry_hash_before_11(prev, 3, kind, 5, when, "boot", mono_s, body)
    assert before_11 == hashlib.sha256(prev + told.encode()).digest()


@given(
    st.dictionaries(
        st.text(), st.text() | st.integers(-(2**53), 2**53) | st.none() | st.lists(st.text())
    )
)
def test_a_body_is_json_in_ascii_whatever_it_says(body: dict[str, object]) -> None:
    assert to_json(body) == json.dumps(body, separators=(",", ":"))


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not there yet"):
        verify(tmp_path / "none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="is empty: give the path of a ledger"):
        verify(tmp_path / "empty.db")
