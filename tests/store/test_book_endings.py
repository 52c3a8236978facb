"""A parcel is found by how any of its codes ends, before the night that keeps endings, after it,
and after a change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from samebag.orders.taking.importer import import_file
from samebag.store.book.endings import UP_TO, note_endings, parcels_ending
from samebag.store.book.reader import BOOK
from samebag.store.glance import looking

TITLES = "parcel,tracking_number,waybill_codes,orders,list_codes\n"


class Shelf:
    def __init__(self, folder: Path) -> None:
        self._orders, self.book = folder / "orders.csv", folder / "book.db"

    def has(self, *rows: str) -> None:
        self._orders.write_text(TITLES + "\n".join(rows) + "\n", "utf-8")
        import_file(self._orders, self.book)

    def found(self, ending: str) -> str:
        with looking(self.book, BOOK) as db:
            return " ".join(sorted(parcels_ending(db, ending)))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.has(
        "P-1,LX000004805CN,LP00001111,70002222;70003333,L-4444",
        "P-2002,LX000014805CN,,80004805,",
        "P-3,rb9991,,9x,",
    )
    return shelf


ENDINGS = {
    "4805": "P-1 P-2002",
    "4805CN": "P-1 P-2002",
    "04805CN": "P-1",
    "1111": "P-1",
    "3333": "P-1",
    "4444": "P-1",
    "B9991": "P-3",
    "9991": "P-3",
    "2002": "P-2002",
    "0000": "",
}


def test_before_the_night_and_after_it_the_same_is_found(shelf: Shelf) -> None:
    before = {ending: shelf.found(ending) for ending in ENDINGS}
    note_endings(shelf.book)
    assert before == {ending: shelf.found(ending) for ending in ENDINGS} == ENDINGS
    with closing(sqlite3.connect(shelf.book)) as db:
        assert db.execute("SELECT value FROM meta WHERE name = ?", (UP_TO,)).fetchone() == ("3",)


def test_what_came_or_changed_since_the_night_is_found_at_once(shelf: Shelf) -> None:
    note_endings(shelf.book)
    shelf.has(
        "P-1,LX000007777CN,LP00001111,70002222,L-4444",
        "P-4,LX000014805CN9,,5,",
        "P-5,LX000024805CN,,6,",
    )
    found = shelf.found("7777"), shelf.found("4805"), shelf.found("3333")
    assert found == ("P-1", "P-2002 P-5", "")
    note_endings(shelf.book)
    assert found == (shelf.found("7777"), shelf.found("4805"), shelf.found("3333"))
