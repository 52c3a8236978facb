"""Buyers: nothing on the card names one after keep_days, no list ever does, and what proves a bag
stays."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from samebag.core.parcels import Item, Parcel
from samebag.orders.taking.importer import import_file
from samebag.settings import Settings, StorageSettings
from samebag.store.beside.cases import CaseFile
from samebag.store.book.reader import BookReader
from samebag.store.leave import BY_PERSON, Leave
from samebag.store.ledger.verify import Verified, verify
from samebag.store.retention import Purged, _due, purge, working_days
from tests.store.ledgers import match, next_event, opened

NAME = "Maria da Silva"
KEEP_DAYS = 10
MOST_S = 10  # a station is made in, on a slow machine
NIGHT = Leave.of_night(KEEP_DAYS, vouched=True)
ORDERS = f"""parcel,tracking_number,orders,sku,name,attributes,quantity
A,LX1A,80A,MUG-1,Mug,engraved: {NAME},1
B,LX1B,80B,MUG-1,Mug,for {NAME},1
C,LX1C,80C,MUG-1,Mug,white,1
"""


def first_night() -> datetime:
    """Today, as files bear the machine's own time, which nobody can set; and none is made over
    midnight."""
    now = datetime.now().astimezone()
    if (now + timedelta(seconds=MOST_S)).date() != now.date():
        time.sleep(MOST_S)
        now = datetime.now().astimezone()
    return now.replace(hour=3, minute=30)


class Station:
    """A station's folder with a buyer's name in every place that may hold one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, first_night()
        self.settings = Settings(
            storage=StorageSettings(directory=str(folder), keep_days=KEEP_DAYS)
        )
        for place in (
            "inbox/done/orders.csv",
            "inbox/refused/old/x.csv",
            "inbox/lost.csv.part",
            "orders.csv",
        ):
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_text(ORDERS, encoding="utf-8")
        for place in ("evidence/20261120/bag-000001-090000-000.jpg", "printed/0/1.png"):
            (folder / place).parent.mkdir(parents=True)
            (folder / place).write_bytes(NAME.encode())
        import_file(folder / "orders.csv", self.settings.book_path)
        (folder / "orders.csv").unlink()
        with opened(self.settings.ledger_path, self.now) as (ledger, events):
            engraved = Item("MUG-1", "Mug", f"engraved: {NAME}", 1)
            ledger.record(
                match(1, "A"),
                Parcel("A", "LX1A", orders=("80A",), list_codes=("80A",), items=(engraved,)),
            )
            next_event(events)
        with self._cases() as cases:
            cases.add(
                "A", 1, "P2", on=self.now.date(), treasure=False, note=f"{NAME} says one is missing"
            )

    def _cases(self) -> closing[CaseFile]:
        return closing(
            CaseFile(
                self.settings.cases_path,
                notes=self.settings.note_dir,
                wall_clock=lambda: self.now,
                clock=lambda: 1.0,
                boot_id="b",
            )
        )

    def night(self, day: int, leave: Leave = NIGHT) -> Purged:
        with self._cases() as cases:
            return purge(self.settings, self.now + timedelta(days=day), cases, leave)

    def nights(self, days: range) -> list[Purged]:
        return [
            purged
            for day in days
            if any(((purged := self.night(day)).parcels, purged.notes, purged.files))
        ]

    def passes(self, parcel: str, day: int) -> None:
        with sqlite3.connect(self.settings.ledger_path) as db:
            when = (self.now + timedelta(days=day)).isoformat()
            entry = (
                "INSERT INTO entry VALUES (NULL, 'verdict', 999, ?, '', 0, '{}', x'', x'', NULL)"
            )
            seq = db.execute(entry, (when,)).lastrowid
            db.execute("INSERT OR REPLACE INTO passed VALUES (?, ?)", (parcel, seq))
        db.close()

    def named_in(self) -> set[str]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder))
            for path in files
            if NAME.encode() in path.read_bytes()
        }


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    yield Station(tmp_path)


def test_no_byte_in_the_stations_folder_names_a_buyer_after_keep_days_and_not_a_day_sooner(
    station: Station,
) -> None:
    assert len(station.named_in()) == 8
    assert station.nights(range(KEEP_DAYS + 1)) == []
    assert len(station.named_in()) == 8
    assert station.nights(range(KEEP_DAYS + 1, KEEP_DAYS + 9)) == [
        Purged(True, parcels=3, notes=1, labels=1, files=5)
    ]
    assert station.named_in() == set()
    assert not (station.settings.evidence_dir / "20261120").exists()
    assert station.settings.inbox_dir.is_dir()


def test_what_tells_labels_apart_and_what_proves_a_bag_stays(station: Station) -> None:
    with closing(BookReader(station.settings.book_path)) as book:
        before = [book.label(code) for code in ("LX1A", "80B", "LX1C")], book.standing("A")
        whole = verify(station.settings.ledger_path)
        station.nights(range(KEEP_DAYS + 2))
        assert (
            [book.label(code) for code in ("LX1A", "80B", "LX1C")],
            book.standing("A"),
        ) == before
        parcel = book.parcel("A")
    assert parcel and (parcel.tracking_number, parcel.orders, parcel.items) == (
        "LX1A",
        ("80A",),
        (),
    )
    assert verify(station.settings.ledger_path) == whole
    assert isinstance(verify(station.settings.cases_path), Verified)


def test_a_parcel_is_needed_for_keep_days_from_its_match_on(station: Station) -> None:
    station.nights(range(KEEP_DAYS))
    station.passes("B", day=KEEP_DAYS)
    station.nights(range(KEEP_DAYS, 2 * KEEP_DAYS))
    with closing(BookReader(station.settings.book_path)) as book:
        assert [bool((parcel := book.parcel(name)) and parcel.items) for name in "ABC"] == [
            False,
            True,
            False,
        ]
    assert [
        purged.parcels for purged in station.nights(range(2 * KEEP_DAYS, 2 * KEEP_DAYS + 2))
    ] == [1]


def test_a_parcel_that_came_later_is_kept_longer(station: Station) -> None:
    station.nights(range(5))
    late = station.folder / "late.csv"
    late.write_text("parcel,tracking_number,orders,sku,quantity\nD,LX1D,80D,MUG-1,1\n")
    import_file(late, station.settings.book_path)
    station.nights(range(5, KEEP_DAYS + 2))
    with closing(BookReader(station.settings.book_path)) as book:
        assert [bool((parcel := book.parcel(name)) and parcel.items) for name in "AD"] == [
            False,
            True,
        ]


@pytest.mark.parametrize("jump", [30, 3650])
def test_a_clock_that_jumps_for_a_night_destroys_nothing(station: Station, jump: int) -> None:
    station.night(0)
    assert station.night(jump) == Purged(trusted=False)
    assert station.night(1) == Purged(trusted=True)
    assert len(station.named_in()) == 8


UNVOUCHED = Leave.of_night(KEEP_DAYS, vouched=False)


def test_two_nights_of_a_wrong_clock_destroy_nothing_where_nothing_else_vouches_for_it(
    station: Station,
) -> None:
    station.night(0)
    for wrong in (400, 401, 402):
        assert station.night(wrong, UNVOUCHED) == Purged(trusted=False)
    assert len(station.named_in()) == 8
    assert station.night(1) == Purged(trusted=True)
    done = station.night(402, BY_PERSON)
    assert (done.trusted, done.parcels, done.waits, station.named_in()) == (True, 3, False, set())


def test_one_night_takes_two_days_worth_of_ten_at_most_even_if_a_time_server_is_wrong(
    station: Station,
) -> None:
    for day in range(8):  # a parcel a day, and a purge
        path = station.folder / "day.csv"
        path.write_text(
            f"parcel,tracking_number,orders,sku,quantity\nD{day},LX1D{day},9{day},MUG-1,1\n"
        )
        import_file(path, station.settings.book_path)
        station.night(day)
    station.night(400)
    taken = [station.night(night) for night in range(401, 406)]
    # the first night has what was there before it, too
    assert [purged.parcels for purged in taken] == [
        6,
        2,
        2,
        1,
        0,
    ]
    assert [purged.waits for purged in taken] == [True, True, True, False, False]


def test_of_files_the_oldest_days_go_first() -> None:
    noon = datetime(2026, 2, 10, 12).astimezone()
    old = [(Path(f"{day}.jpg"), (noon + timedelta(days=day)).timestamp()) for day in (0, 1, 2, 30)]
    before = noon.date() + timedelta(days=300)
    assert _due(old, before, NIGHT) == [Path("0.jpg"), Path("1.jpg")]
    assert _due(old[2:], before, NIGHT) == [Path("2.jpg")]
    assert _due(old, before, BY_PERSON) == [path for path, _ in old]
    assert _due([], before, NIGHT) == []


def test_days_of_work_vouch_for_a_clock_and_a_jump_makes_none(tmp_path: Path) -> None:
    ledger, day = tmp_path / "ledger.db", datetime(2026, 2, 1, 12).astimezone()
    for number in range(1, 6):
        with opened(ledger, day + timedelta(days=number)) as (writer, events):
            writer.record(match(number, f"P{number}"))
            next_event(events)
    assert working_days(ledger, day.date()) == 5
    assert working_days(ledger, day.date() + timedelta(days=400)) == 0
    assert working_days(tmp_path / "none.db", day.date()) == 0


def test_the_first_night_and_one_after_a_long_rest_only_note_the_day(station: Station) -> None:
    assert station.night(0) == Purged(trusted=False)
    assert station.night(KEEP_DAYS + 20) == Purged(trusted=False)
    assert station.night(KEEP_DAYS + 21).parcels == 3


def test_an_import_of_the_same_file_is_no_change_and_what_it_brings_is_forgotten_again(
    station: Station,
) -> None:
    station.nights(range(KEEP_DAYS + 2))
    again = station.folder / "orders.csv"
    again.write_text(ORDERS, encoding="utf-8")
    report = import_file(again, station.settings.book_path)
    again.unlink()
    assert (report.new, report.cancelled, report.unchanged) == (0, 0, 3)
    assert station.night(KEEP_DAYS + 2).parcels == 3
    assert station.named_in() == set()
