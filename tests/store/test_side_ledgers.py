"""The ledgers of door, shipments and cases are stamped like the station's, whichever process
writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from samebag.ports import JobState, PrintJob, StoreError
from samebag.store.beside.dispatches import Dispatches
from samebag.store.keeper import taken
from samebag.store.ledger.stamps import Key, key_from
from samebag.store.ledger.verify import Broken, StampedSpan, Verified, verify
from tests.store.ledgers import NOON
from tests.store.old_ledgers import OldLedger
from tests.store.test_keeper import kept, rewritten


class Door:
    def __init__(self, folder: Path) -> None:
        self.path, self.notes = folder / "dispatch.db", folder / "note"

    def open(self) -> closing[Dispatches]:
        clocks = {"wall_clock": lambda: NOON, "clock": lambda: 1.0, "boot_id": "boot"}
        return closing(Dispatches(self.path, notes=self.notes, **clocks))  # type: ignore[arg-type]

    def leaves(self, *parcels: str) -> None:
        with self.open() as dispatches:
            for number, parcel in enumerate(parcels, 1):
                dispatches.leave(PrintJob(number, number, parcel, 1, JobState.CONFIRMED, ""), "X")

    def keys(self) -> list[Key]:
        return [key_from(line) for line in (self.notes / "first-key").read_text().splitlines()]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def spans(door: Door, keys: list[Key]) -> tuple[StampedSpan, ...]:
    found = verify(door.path, keys)
    assert isinstance(found, Verified)
    return found.stamped


def test_each_entry_is_stamped_by_whichever_process_wrote_it(door: Door) -> None:
    with door.open() as one, door.open() as other:
        for number, dispatches in enumerate((one, other, other, one), 1):
            dispatches.stopped("X", f"P{number}", "no label")
    door.leaves("P5")
    assert spans(door, door.keys()) == (StampedSpan(1, 6, proven=True),)
    assert spans(door, []) == (StampedSpan(1, 6, proven=False),)


def test_who_owns_the_file_cannot_rewrite_what_left(door: Door) -> None:
    door.leaves("P1", "P2")
    (first,) = [key_from(line) for line in taken(door.notes / "first-key").splitlines()]
    rewritten(door.path, 2, '{"parcel":"P9","code":"X"}')
    assert isinstance(verify(door.path), Verified), "its own hashes prove it against mistakes only"
    assert verify(door.path, [first]) == Broken(
        "entry 2: altered: its stamp was not made with the first key that was given"
    )


def test_a_parcel_that_left_through_the_other_door_spoils_no_stamp(door: Door) -> None:
    door.leaves("P1")
    with pytest.raises(StoreError, match="has just left through another door"):
        door.leaves("P1")
    door.leaves("P2")
    assert spans(door, door.keys()) == (StampedSpan(1, 3, proven=True),)


def test_an_older_file_is_refused_until_what_it_lacks_is_given_up(
    door: Door, tmp_path: Path
) -> None:
    door.leaves("P1")
    kept(door.path, tmp_path / "old.db")
    door.leaves("P2")
    (tmp_path / "old.db").replace(door.path)
    with pytest.raises(StoreError, match=r"it ends at entry 2, .* move .*dispatch.note away"):
        door.leaves("P2")
    (door.notes / "dispatch.note").unlink()
    door.leaves("P2")
    assert spans(door, door.keys()) == (
        StampedSpan(1, 2, proven=True),
        StampedSpan(3, 4, proven=True),
    ), "verify tells where"
    assert len(door.keys()) == 2


def test_one_that_an_older_release_began_is_stamped_from_its_next_entry_on(door: Door) -> None:
    with closing(sqlite3.connect(door.path)) as db, db:
        OldLedger(db, 9).append("dispatch", 1, {"parcel": "P1", "code": "X"})
    with pytest.raises(StoreError, match="another door"):
        door.leaves("P1")
    door.leaves("P2")
    assert spans(door, door.keys()) == (StampedSpan(2, 3, proven=True),)
