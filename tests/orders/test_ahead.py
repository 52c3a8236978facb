"""A large order file is read by a process of its own: nothing of what it says may be lost or
differ."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from samebag.orders.reading import ahead
from samebag.orders.reading.rows import Part, PartReader
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.bench.aliexpress import HEADER
from tests.orders.exports import ERP_HEADER, ERP_ROWS, ali_row, write
from tests.orders.order_files import row, write_csv

TABLES = ("parcel", "waybill_code", "list_code", "fingerprint", "meta")


def both_ways(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[ImportReport, ImportReport]:
    """What an import says of the file in one process and in two, after the books were found to be
    the same."""
    reports, books = [], []
    for name, large in (("one.db", 1 << 30), ("two.db", 0)):
        monkeypatch.setattr(ahead, "LARGE_BYTES", large)
        reports.append(import_file(path, folder / name))
        with sqlite3.connect(folder / name) as db:
            books.append(
                [db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES]
            )
    assert books[0] == books[1]
    return reports[0], reports[1]


@pytest.fixture
def no_child_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.usefixtures("no_child_left")
def test_two_processes_say_the_same_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    orders = [ali_row(str(order), f"EMS:EA{order}CN") for order in range(1, 2600)]
    orders[70] = orders[69]
    orders[2000] = orders[2000][:-1]
    orders[2200] = ali_row("", "EMS:EA9CN")
    for path in (
        write(tmp_path / "ali.csv", HEADER, orders, encoding),
        write(tmp_path / "ali.xlsx", HEADER, orders),
        write(
            tmp_path / "erp.csv",
            ERP_HEADER,
            [*ERP_ROWS, ERP_ROWS[0], ("XM9", *ERP_ROWS[0][1:])],
            encoding,
        ),
    ):
        one, two = both_ways(path, tmp_path, monkeypatch)
        assert one == two
        assert one.new
        assert one.refused_rows


@pytest.mark.usefixtures("no_child_left")
def test_rows_that_lie_apart_are_joined_and_changes_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(f"P{number}") for number in range(1, 1500)]
    path = write_csv(tmp_path / "orders.csv", [*rows, row("P1", sku="S2"), row("P2", country="FR")])
    assert both_ways(path, tmp_path, monkeypatch)[0].items == 1501
    write_csv(
        path,
        [*rows[5:], row("P1", orders="7"), row("P6", sku="S3"), row("P3", tracking_number="LX9CN")],
    )
    one, two = both_ways(path, tmp_path, monkeypatch)
    assert one == two
    assert (one.changed, one.vanished, one.refused_rows) == (2, 3, 1)


@pytest.mark.usefixtures("no_child_left")
def test_a_file_of_nothing_but_bad_rows_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(
        tmp_path / "orders.csv", [row(f"P{number}", quantity="x") for number in range(1, 2501)]
    )
    one, two = both_ways(path, tmp_path, monkeypatch)
    assert one == two
    assert (two.refused_rows, len(two.refused), two.refused[-1].row) == (2500, 1000, 1001)


@pytest.mark.usefixtures("no_child_left")
def test_what_no_row_can_be_taken_after_is_told_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "größe.csv", [row(f"P{number}") for number in range(1, 1500)])
    path.write_text(f'{path.read_text("utf-8")}P9,"a"b,\n', "utf-8")
    said = []
    for large in (1 << 30, 0):
        monkeypatch.setattr(ahead, "LARGE_BYTES", large)
        with pytest.raises(OrderFileError) as raised:
            import_file(path, tmp_path / "book.db")
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert said[0].startswith(f"{path}: row 1501: ")
    assert BookReader(tmp_path / "book.db").parcel("P1") is None


@pytest.mark.usefixtures("no_child_left")
def test_a_reader_that_dies_leaves_the_book_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(self: PartReader) -> Iterator[Part]:
        for part in whole(self):
            if part.name == "P2500":
                os.kill(os.getpid(), signal.SIGKILL)
            yield part

    whole = PartReader.parts
    path = write_csv(tmp_path / "orders.csv", [row(f"P{number}") for number in range(1, 3000)])
    monkeypatch.setattr(ahead, "LARGE_BYTES", 0)
    monkeypatch.setattr(PartReader, "parts", dying)
    with pytest.raises(
        OrderFileError,
        match="its reader was killed, as by a machine that has no memory left: save it",
    ):
        import_file(path, tmp_path / "book.db")
    assert BookReader(tmp_path / "book.db").parcel("P1") is None
    monkeypatch.setattr(PartReader, "parts", whole)
    assert import_file(path, tmp_path / "book.db").new == 2999
