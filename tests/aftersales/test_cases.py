"""Causes, cases and their clocks: what the data says, what is kept, what is refused, what a purge
leaves."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from samebag.aftersales.causes import causes, clock
from samebag.aftersales.deadlines import CaseWaits, Due, due, milestones, promised
from samebag.ports import StoreError
from samebag.store.beside.cases import Case, CaseFile, CaseNote, Result, read_cases
from samebag.store.glance import looking
from samebag.store.leave import BY_PERSON
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.verify import Broken, Verified, verify
from tests.store.ledgers import NOON

DAY = date(2026, 2, 10)
NAME = "Maria da Silva"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


@pytest.fixture
def cases(path: Path) -> Iterator[CaseFile]:
    seconds = count(1.0)
    with closing(
        CaseFile(
            path,
            notes=path.parent / "note",
            wall_clock=lambda: NOON,
            clock=lambda: next(seconds),
            boot_id="b",
        )
    ) as cases:
        yield cases


def read(path: Path) -> list[Case]:
    with looking(path, LEDGER) as db:
        return read_cases(db)


def test_there_are_three_logistics_seven_product_five_buyer_causes() -> None:
    assert Counter(cause.group for cause in causes().values()) == {
        "packing": 1,
        "logistics": 3,
        "product": 7,
        "buyer": 5,
    }
    assert all(cause.source and cause.first.zh and cause.first.en for cause in causes().values())
    assert {cause.fault for cause in causes().values() if cause.group == "buyer"} == {"buyer"}
    assert clock().source.startswith("https://")


def test_a_case_is_answered_agreed_on_and_closed_and_its_clocks_follow(
    path: Path, cases: CaseFile
) -> None:
    case = cases.add("P-1", 7, "W1", on=DAY, treasure=False, note=NAME)
    assert due(case) == Due(CaseWaits.ANSWER, DAY + timedelta(days=clock().answer_days))
    case = cases.answer(1, on=DAY + timedelta(days=2), note="")
    assert due(case) == Due(CaseWaits.AGREEMENT, DAY + timedelta(days=2 + clock().agree_days))
    case = cases.end(1, Result.RESHIP, on=DAY + timedelta(days=3), note="P-1-RE")
    assert due(case) == Due(CaseWaits.NOTHING)
    assert read(path) == [case]
    assert [note.words for note in case.notes] == [NAME, "P-1-RE"]


def test_a_clock_is_late_from_the_day_after_its_last_and_the_platforms_has_none() -> None:
    clock_of_ours = due(Case(1, "A", 0, "P1", DAY))
    assert clock_of_ours.until
    assert clock_of_ours.late_days(clock_of_ours.until) == 0
    assert clock_of_ours.late_days(clock_of_ours.until + timedelta(days=3)) == 3
    assert due(Case(2, "B", 0, "P1", DAY, treasure=True)) == Due(CaseWaits.PLATFORM)
    assert due(Case(2, "B", 0, "P1", DAY, treasure=True)).late_days(date.max) == 0


def test_the_days_of_a_parcel_are_those_of_the_carriers_table() -> None:
    assert milestones() == (16, 35, 60)
    assert promised(DAY, "挂号小包") == promised(DAY, "whatever") == DAY + timedelta(days=60)


def test_a_parcel_has_one_open_case_and_a_new_one_when_that_is_closed(
    path: Path, cases: CaseFile
) -> None:
    cases.add("P-1", 0, "L1", on=DAY, treasure=True, note="")
    with pytest.raises(
        StoreError, match=r"^parcel P-1: case 1 about it is open: answer or close that one$"
    ):
        cases.add("P-1", 0, "P2", on=DAY, treasure=False, note="")
    cases.end(1, Result.LOST, on=DAY, note="")
    assert cases.add("P-1", 0, "P2", on=DAY, treasure=False, note="").number == 2
    assert [case.closed for case in read(path)] == [DAY, None]


def test_what_cannot_follow_is_refused_with_its_cure_and_nothing_is_written(
    path: Path, cases: CaseFile
) -> None:
    cases.add("P-1", 0, "L1", on=DAY, treasure=False, note="")
    cases.answer(1, on=DAY, note="")
    before = verify(path)
    with pytest.raises(StoreError, match=r"^case 2: there is none"):
        cases.answer(2, on=DAY, note="")
    with pytest.raises(StoreError, match=rf"^case 1: was answered on {DAY}"):
        cases.answer(1, on=DAY, note="")
    with pytest.raises(
        StoreError, match=r"^case 1: 2026-02-09: is before 2026-02-10: give the day with --on$"
    ):
        cases.end(1, Result.LOST, on=date(2026, 2, 9), note="")
    cases.end(1, Result.LOST, on=DAY, note="")
    with pytest.raises(StoreError, match=r"was closed on 2026-02-10 \(lost\): add another"):
        cases.end(1, Result.LOST, on=DAY, note="")
    after = verify(path)
    assert isinstance(before, Verified) and isinstance(after, Verified)
    assert (before.rows, after.rows) == (3, 4)


def test_purged_notes_are_on_no_byte_of_the_file_and_the_chain_still_holds(
    path: Path, cases: CaseFile
) -> None:
    cases.add("P-1", 0, "P2", on=DAY, treasure=False, note=f"{NAME} says one is missing")
    assert cases.purge(NOON.date(), BY_PERSON) == 0
    assert cases.purge(NOON.date() + timedelta(days=1), BY_PERSON) == 1
    assert not any(
        NAME.encode() in file.read_bytes() for file in path.parent.iterdir() if file.is_file()
    )
    assert isinstance(verify(path), Verified)
    assert read(path)[0].notes == (CaseNote(DAY, None),)


def test_words_that_somebody_changed_are_found_out(path: Path, cases: CaseFile) -> None:
    cases.add("P-1", 0, "P2", on=DAY, treasure=False, note="two")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE aside SET words = 'three'")
    db.close()
    assert verify(path) == Broken(
        "entry 2: the words beside it are not those that it has the hash of"
    )
