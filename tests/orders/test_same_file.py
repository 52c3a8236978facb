"""The same order file twice: the second import says and leaves what a full one would, or is a full
one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samebag.orders.profile import Profile
from samebag.orders.reading.tables import Table, open_table
from samebag.orders.taking import importer
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.orders.taking.same_file import SameFile
from samebag.store.book.purge import purge_book
from samebag.store.leave import BY_PERSON
from tests.orders.order_files import Desk, Row, row, write_csv

STATES = ("open", "cancelled", "shipped", "")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of which rows were read."""
    files: list[Path] = []

    @contextmanager
    def opened(path: Path, profiles: Mapping[str, Profile], encoding: str) -> Iterator[Table]:
        with open_table(path, profiles, encoding) as table:
            yield replace(table, rows=counted(path, table.rows))

    def counted(
        path: Path, rows: Iterator[tuple[int, list[str]]]
    ) -> Iterator[tuple[int, list[str]]]:
        files.append(path)
        yield from rows

    monkeypatch.setattr(importer, "open_table", opened)
    return files


def dump(book: Path) -> list[str]:
    """All but how often a source's habits were seen."""
    with closing(sqlite3.connect(book)) as db:
        return [
            line
            for line in db.iterdump()
            if "last import" not in line and '"fingerprint"' not in line
        ]


rows = st.lists(
    st.builds(
        row,
        st.sampled_from(["P1", "P2", "P3", "P4", "P5"]),
        status=st.sampled_from(STATES),
        tracking_number=st.sampled_from(["LX1CN", "LX2CN", "LX3CN", "LX4CN", "N/A", ""]),
        print_order=st.sampled_from(["", "1", "2"]),
        quantity=st.sampled_from(["1", "2"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(before=st.none() | rows, now=rows)
def test_the_second_import_says_and_leaves_what_a_full_one_would(
    before: list[Row] | None, now: list[Row]
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        file, quick, full = (Path(folder, name) for name in ("orders.csv", "quick.db", "full.db"))
        told: dict[Path, list[ImportReport]] = {quick: [], full: []}
        for book in told:
            patch.setattr(SameFile, "report", lambda *_: None) if book == full else None
            for content in ([before] if before else []) + [now, now]:
                write_csv(file, content)
                told[book].append(import_file(file, book))
        assert told[quick] == told[full]
        assert [(r.states, r.read_as) for r in told[quick]] == [
            (r.states, r.read_as) for r in told[full]
        ]
        assert dump(quick) == dump(full)


def test_a_file_that_was_taken_whole_is_not_read_again(desk: Desk, read: list[Path]) -> None:
    rows = row("P1"), row("P2", status="cancelled"), row("P3", status="shipped")
    reports = [desk.bring(*rows) for _ in range(3)]
    assert len(read) == 1
    assert [(r.new, r.unchanged, r.shipped) for r in reports] == [(3, 0, 0), (0, 3, 0), (0, 3, 0)]


def test_what_was_written_in_between_is_no_longer_what_the_file_says(
    desk: Desk, read: list[Path]
) -> None:
    desk.bring(row("P1"))
    desk.bring(row("P1", status="cancelled"), source="another")
    assert desk.bring(row("P1")).changed == 1
    desk.bring(row("P1"), reprinted=True)
    desk.bring(row("P1"))
    desk.bring(row("P1"), source="another")
    today = date(2026, 11, 30)
    for day in range(3):
        purge_book(
            desk.book_path,
            today + timedelta(day),
            today + timedelta(day),
            lambda _: False,
            BY_PERSON,
        )
    desk.bring(row("P1"), source="another")
    assert len(read) == 7


def test_rows_to_be_corrected_are_told_each_time(desk: Desk, read: list[Path]) -> None:
    assert [len(desk.bring(row("P1"), row("P2", quantity="none")).refused) for _ in range(2)] == [
        1,
        1,
    ]
    assert len(read) == 2


def test_a_memory_that_cannot_be_read_is_none(desk: Desk, read: list[Path]) -> None:
    desk.bring(row("P1"))
    with closing(sqlite3.connect(desk.book_path)) as db, db:
        db.execute(
            "UPDATE meta SET value = replace(value, '\"new\"', '\"newer\"') WHERE name"
            " = 'last import'"
        )
    assert desk.bring(row("P1")) == desk.bring(row("P1"))
    assert len(read) == 2


def test_the_suggested_command_names_the_file_of_today(tmp_path: Path) -> None:
    said = (
        "Name,Financial Status,Fulfillment Status,Tracking Number\n#1,paid,fulfilled,"
        "LX123456785CN\n"
    )
    for name in ("monday.csv", "tuesday.csv"):
        (tmp_path / name).write_text(said)
        report = import_file(tmp_path / name, tmp_path / "book.db", source="shop")
        assert f"{name} --source shop" in report.if_label_bought
    assert report.unchanged == 1
