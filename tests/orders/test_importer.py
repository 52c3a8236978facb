"""Order files into the book: what the station knows afterwards."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samebag.core.labels import Label
from samebag.core.parcels import Item, Parcel, Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import StoreError
from samebag.store.book.reader import BOOK, LOOK_S, BookReader
from tests.bench.parcels import write_order_file
from tests.orders.order_files import Desk, Row, row, write_csv

NOTHING = ImportReport(0, 0, 0, 0, 0, (), 0, 0, ())


def report(**counts: object) -> ImportReport:
    return replace(NOTHING, **counts)  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


words = st.text(
    st.characters(codec="gb18030", exclude_categories=["C", "Z"]), min_size=1, max_size=8
)
lists = st.lists(st.from_regex(r"[A-Z]{2}[0-9]{3,9}", fullmatch=True), max_size=3, unique=True).map(
    tuple
)
items = st.lists(
    st.builds(Item, words, words, words | st.just(""), st.integers(1, 999)), max_size=4
).map(tuple)
parcels = st.lists(
    st.builds(
        Parcel,
        name=st.from_regex(r"[A-Z][0-9]{1,6}", fullmatch=True),
        tracking_number=st.just(""),
        waybill_codes=st.just(()),
        orders=lists.filter(bool),
        list_codes=lists.filter(bool),
        service=words | st.just(""),
        country=words | st.just(""),
        standing=st.sampled_from((Standing.OPEN, Standing.CANCELLED)),
        print_order=st.none() | st.integers(0, 10**6),
        items=items,
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda parcel: parcel.name,
)


def with_waybills(parcels: list[Parcel]) -> list[Parcel]:
    return [
        replace(parcel, tracking_number=f"LX{n}CN", waybill_codes=(f"LP{n}", f"LQ{n}"))
        for n, parcel in enumerate(parcels)
    ]


def to_rows(parcel: Parcel) -> list[Row]:
    head = {
        "parcel": parcel.name,
        "tracking_number": parcel.tracking_number,
        "waybill_codes": ";".join(parcel.waybill_codes),
        "orders": ";".join(parcel.orders),
        "list_codes": ";".join(parcel.list_codes),
        "service": parcel.service,
        "country": parcel.country,
        "status": str(parcel.standing),
        "print_order": "" if parcel.print_order is None else str(parcel.print_order),
    }
    lines = [
        {
            "sku": item.sku,
            "name": item.name,
            "attributes": item.attributes,
            "quantity": str(item.quantity),
        }
        for item in parcel.items
    ]
    return [head | line for line in lines or [{}]]


def in_any_order(parcel: Parcel | None) -> object:
    assert parcel is not None
    return replace(parcel, items=()), sorted(map(repr, parcel.items))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parcels.map(with_waybills),
    st.sampled_from((",", ";", "\t")),
    st.sampled_from(("utf-8", "utf-8-sig", "gb18030")),
    st.randoms(use_true_random=False),
)
def test_parcels_come_out_of_the_book_as_they_went_into_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    parcels: list[Parcel],
    delimiter: str,
    encoding: str,
    shuffled: random.Random,
) -> None:
    folder = tmp_path_factory.mktemp("round")
    rows = [row for parcel in parcels for row in to_rows(parcel)]
    shuffled.shuffle(rows)
    order_file = write_csv(folder / "orders.csv", rows, delimiter, encoding)
    items = sum(len(parcel.items) for parcel in parcels)
    assert import_file(order_file, folder / "book.db", encoding=encoding) == report(
        new=len(parcels), items=items
    )
    shuffled.shuffle(rows)
    write_csv(order_file, rows, delimiter, encoding)
    assert import_file(order_file, folder / "book.db", encoding=encoding) == report(
        unchanged=len(parcels), items=items
    )
    book = BookReader(folder / "book.db")
    for parcel in parcels:
        assert in_any_order(book.parcel(parcel.name)) == in_any_order(parcel)
        assert book.standing(parcel.name) is parcel.standing
        for code in (parcel.tracking_number, *parcel.waybill_codes):
            assert book.label(code) == Label(code, waybill_of=frozenset({parcel.name}))
        for code in parcel.list_codes:
            label = book.label(code)
            assert label is not None
            assert label.list_of == {other.name for other in parcels if code in other.list_codes}
    book.close()


def test_a_station_starts_without_a_book_and_sees_it_appear_and_be_replaced(
    desk: Desk, book: BookReader
) -> None:
    assert (book.label("LX1CN"), book.parcel("P1"), book.standing("P1")) == (
        None,
        None,
        Standing.CANCELLED,
    )
    desk.book_path.touch()
    assert book.label("LX1CN") is None
    desk.book_path.unlink()
    desk.bring(row("P1"))
    assert book.label("LX1CN") == Label("LX1CN", waybill_of=frozenset({"P1"}))
    desk.book_path.rename(desk.book_path.with_name("old.db"))
    time.sleep(LOOK_S)
    assert book.label("LX1CN") is None
    desk.bring(row("P2"))
    assert (book.label("LX1CN"), book.standing("P2")) == (None, Standing.OPEN)


def test_one_event_is_judged_on_one_state_of_the_book_and_the_next_on_the_newest(
    desk: Desk, book: BookReader
) -> None:
    with book.one_state():
        assert book.standing("P1") is Standing.CANCELLED  # there is no book yet
    desk.bring(row("P1"))
    with book.one_state():
        assert book.label("LX1CN")
        desk.bring(row("P1", status="cancelled"))
        assert book.standing("P1") is Standing.OPEN
    assert book.standing("P1") is Standing.CANCELLED
    with book.one_state():
        assert book.standing("P1") is Standing.CANCELLED


def book_of_version(version: int, path: Path) -> sqlite3.Connection:
    old = sqlite3.connect(path)
    for number, name in enumerate(BOOK.scripts[:version], 1):
        script = resources.files("samebag.store").joinpath(name).read_text("utf-8")
        old.executescript(
            f"{script};PRAGMA application_id={BOOK.application_id};PRAGMA user_version={number}"
        )
    return old


def test_a_book_from_before_an_upgrade_is_read_without_an_import(
    desk: Desk, book: BookReader
) -> None:
    old = book_of_version(2, desk.book_path)
    old.executescript(
        """INSERT INTO meta VALUES ('code form', '{"upper":true,"drop_spaces":true}');
        INSERT INTO source VALUES (1, 'orders.csv');
        INSERT INTO parcel VALUES (1, 'P1', '["LX1CN",[],["801"],["801"],"","",[]]', x'00', x'00',
          0, 7, 1);"""
    )
    old.close()
    assert book.standing("P1") is Standing.OPEN
    assert book.roll("P1", 0) == {"P1": 7}


def test_an_older_book_keeps_what_it_called_cancelled_and_knows_what_its_sources_listed(
    desk: Desk, book: BookReader
) -> None:
    old = book_of_version(3, desk.book_path)
    old.executescript(
        """INSERT INTO meta VALUES ('code form', '{"upper":true,"drop_spaces":true}');
        INSERT INTO source VALUES (1, 'all'), (2, 'waiting');
        INSERT INTO parcel (name, content, digest, printed, cancelled, source, shipped) VALUES
          ('P1', '["LX1CN",[],["801"],["801"],"","",[]]', x'00', x'00', 1, 1, 1),
          ('P2', '["LX2CN",[],["802"],["802"],"","",[]]', x'00', x'00', 0, 1, 0),
          ('P3', '["LX3CN",[],["803"],["803"],"","",[]]', x'00', x'00', 1, 2, 0),
          ('P4', '["LX4CN",[],["804"],["804"],"","",[]]', x'00', x'00', 0, 2, 0);"""
    )
    old.close()
    assert (book.standing("P1"), book.standing("P3")) == (Standing.SHIPPED, Standing.CANCELLED)
    desk.bring(row("P5"), source="all")
    desk.bring(row("P5"), source="waiting")
    assert (book.standing("P2"), book.standing("P4")) == (Standing.CANCELLED, Standing.VANISHED)
    assert book.standing("P3") is Standing.CANCELLED


def test_codes_are_written_alike_and_split_orders_share_their_list_code(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(
        row("P1", tracking_number=" lx 1 cn", orders="a-1;a-2;A-1"),
        row("P2", orders=" A-2 ", list_codes=""),
    )
    assert book.label("LX1CN") == Label("LX1CN", waybill_of=frozenset({"P1"}))
    assert book.label("A-2") == Label("A-2", list_of=frozenset({"P1", "P2"}))
    parcel = book.parcel("P1")
    assert parcel is not None
    assert (parcel.orders, parcel.list_codes) == (("a-1", "a-2", "A-1"), ("A-1", "A-2"))


def test_a_code_may_be_on_both_labels(desk: Desk, book: BookReader) -> None:
    desk.bring(row("P1", list_codes="LX1CN"))
    both = frozenset({"P1"})
    assert book.label("LX1CN") == Label("LX1CN", waybill_of=both, list_of=both)


def test_a_changed_parcel_is_held_till_its_labels_are_printed_anew(
    desk: Desk, book: BookReader
) -> None:
    printed = row("P1", print_order="5")
    changed = printed | {"orders": "81", "sku": "S2"}
    desk.bring(printed)
    assert desk.bring(changed) == report(changed=1, items=1)
    assert book.standing("P1") is Standing.CHANGED
    assert book.label("801") == Label("801", list_of=frozenset({"P1"}), stale=frozenset({"P1"}))
    assert book.label("81") == Label("81", list_of=frozenset({"P1"}))
    assert desk.bring(changed) == report(unchanged=1, items=1)
    assert desk.bring(printed) == report(changed=1, items=1)
    assert book.standing("P1") is Standing.OPEN
    assert book.label("801") == Label("801", list_of=frozenset({"P1"}))
    assert desk.bring(changed | {"print_order": "90"}) == report(changed=1, items=1)
    assert book.standing("P1") is Standing.OPEN
    assert book.label("801") == Label("801", list_of=frozenset({"P1"}), stale=frozenset({"P1"}))
    desk.bring(printed | {"print_order": ""})
    assert book.standing("P1") is Standing.CHANGED
    assert desk.bring(printed, reprinted=True) == report(changed=1, items=1)
    assert book.standing("P1") is Standing.OPEN


@pytest.mark.parametrize(
    "cells",
    [
        {"tracking_number": "LX7CN"},
        {"waybill_codes": "LP7"},
        {"orders": "807"},
        {"list_codes": "L7"},
        {"service": "EMS"},
        {"country": "ES"},
        {"sku": "S7"},
        {"name": "裤子"},
        {"attributes": "蓝色"},
        {"quantity": "2"},
    ],
)
def test_every_field_of_a_label_counts_as_a_change(
    desk: Desk, book: BookReader, cells: Row
) -> None:
    desk.bring(row("P1"))
    assert desk.bring(row("P1", **cells)).changed == 1
    assert book.standing("P1") is Standing.CHANGED


def test_an_added_or_dropped_item_far_down_the_file_counts_as_a_change(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"))
    assert desk.bring(row("P1"), row("P2"), row("P1", sku="S2")) == report(
        changed=1, unchanged=1, items=3
    )
    assert book.standing("P1") is Standing.CHANGED
    assert desk.bring(row("P1"), row("P2")) == report(changed=1, unchanged=1, items=2)
    assert book.standing("P1") is Standing.OPEN


def test_cancelled_and_vanished_parcels_are_held_and_come_back(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"), row("P3"))
    gone = desk.bring(row("P1", status="Cancelled"), row("P2"))
    assert gone == report(cancelled=1, unchanged=1, vanished=1, vanished_names=("P3",), items=2)
    assert [book.standing(name) for name in ("P1", "P2", "P3")] == [
        Standing.CANCELLED,
        Standing.OPEN,
        Standing.VANISHED,
    ]
    assert desk.bring(row("P1"), row("P2"), row("P3")) == report(changed=2, unchanged=1, items=3)
    assert book.standing("P1") is book.standing("P3") is Standing.OPEN


def test_what_vanishes_may_be_shipped_until_its_source_has_listed_what_is_shipped(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"))
    desk.bring(row("P3"), row("P4", tracking_number="", status="shipped"), source="all")
    assert desk.bring(row("P2")).vanished == desk.bring(row("P5"), source="all").vanished == 1
    assert (book.standing("P1"), book.standing("P3")) == (Standing.VANISHED, Standing.CANCELLED)
    assert desk.bring(row("P2")) == report(unchanged=1, items=1)
    parcel = book.parcel("P1")
    assert parcel is not None
    assert (parcel.standing, book.standing("P1")) == (Standing.VANISHED, Standing.VANISHED)
    desk.bring(row("P2", status="cancelled"))
    assert book.standing("P1") is Standing.VANISHED
    desk.bring(row("P2", status="shipped"))
    assert book.standing("P1") is Standing.CANCELLED
    desk.bring(row("P1"), row("P2"))
    assert book.standing("P1") is Standing.OPEN
    desk.bring(row("P2"))
    assert book.standing("P1") is Standing.CANCELLED, "learnt for good"


def test_a_word_on_a_parcel_outlives_that_a_newer_file_lacks_it(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"), row("P3"), row("P4"))
    desk.bring(row("P1", quantity="7"), row("P4"))
    desk.bring(row("P4"))
    assert book.standing("P1") is Standing.CANCELLED, "it had changed since its labels were printed"
    assert book.standing("P2") is book.standing("P3") is Standing.VANISHED
    said = desk.bring(row("P2", status="cancelled"), row("P3", status="shipped"), source="by hand")
    assert said == report(cancelled=1, shipped=1, items=2)
    assert (book.standing("P2"), book.standing("P3")) == (Standing.CANCELLED, Standing.SHIPPED)
    desk.bring(row("P5"), source="by hand")
    assert (book.standing("P2"), book.standing("P3")) == (Standing.CANCELLED, Standing.SHIPPED)


def test_only_a_newer_file_of_the_same_source_cancels_what_it_lacks(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"))
    assert desk.bring(row("P3"), source="other shop") == report(new=1, items=1)
    assert desk.bring(row("P1"), source="other shop") == report(
        unchanged=1, vanished=1, vanished_names=("P3",), items=1
    )
    assert desk.bring(row("P2")) == report(unchanged=1, items=1)
    assert book.standing("P1") is Standing.OPEN


def test_who_waits_hears_how_far_a_small_file_is_too(desk: Desk) -> None:
    heard: list[float] = []
    write_csv(desk.order_file, [row("P1"), row("P2")])
    assert import_file(desk.order_file, desk.book_path, progress=heard.append).new == 2
    assert heard == [1.0]


def test_a_second_import_is_told_to_wait_and_readers_are_not(desk: Desk, book: BookReader) -> None:
    desk.bring(row("P1"))
    other = sqlite3.connect(desk.book_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as raised:
        desk.bring(row("P2"))
    message = f"{desk.book_path}: another import is writing this book: wait until it has ended"
    assert str(raised.value) == message
    assert book.standing("P1") is Standing.OPEN
    other.close()


def test_a_corrupt_book_is_refused_with_a_cure(desk: Desk, book: BookReader) -> None:
    desk.book_path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    cure = (
        "file is not a database: move the file away and import the order files"
        " again; the ledger is not touched"
    )
    for use in (
        lambda: book.label("X"),
        lambda: book.standing("P1"),
        lambda: desk.bring(row("P1")),
    ):
        with pytest.raises(StoreError) as raised:
            use()
        assert str(raised.value) == f"{desk.book_path}: {cure}"


IMPORT = """
import sys
from pathlib import Path
from samebag.orders.taking.importer import import_file
import_file(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda part: print(part, flush=True))
"""


def test_a_kill_in_the_middle_of_an_import_leaves_the_old_book(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), source="big.csv")
    big = desk.order_file.with_name("big.csv")
    write_order_file(big, 6_000)
    root = Path(__file__).parents[2]
    command: list[str | Path] = [sys.executable, "-c", IMPORT, big, desk.book_path]
    environment = os.environ | {"PYTHONPATH": f"{root}/firmware"}
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert importing.stdout is not None
    while float(importing.stdout.readline()) < 0.5:
        assert book.standing("P1") is Standing.OPEN
    importing.kill()
    importing.wait()
    importing.stdout.close()
    assert (book.parcel("P00000001"), book.standing("P1")) == (None, Standing.OPEN)
    whole = import_file(big, desk.book_path)
    assert whole == report(new=6_000, items=18_000, vanished=1, vanished_names=("P1",))


def test_a_cancelled_parcel_needs_no_number_and_keeps_what_the_book_knows(
    desk: Desk, book: BookReader
) -> None:
    desk.bring(row("P1"), row("P2"))
    gone = row("P1", tracking_number="", status="cancelled")
    assert desk.bring(gone, row("P2"), gone | {"sku": "S2"}) == report(
        cancelled=1, unchanged=1, items=2
    )
    parcel = book.parcel("P1")
    assert parcel is not None
    assert (parcel.tracking_number, book.standing("P1")) == ("LX1CN", Standing.CANCELLED)
    assert desk.bring(row("P2"), row("P9", tracking_number="", status="cancelled")).passed_over == 1
    assert book.parcel("P9") is None
    contradicted = desk.bring(
        row("P3", status="open"), row("P2"), row("P3", tracking_number="", status="cancelled")
    )
    assert [(refusal.row, refusal.column) for refusal in contradicted.refused] == [(4, "status")]
    assert book.parcel("P3") is None


@pytest.mark.parametrize("number", ["N/A", ""])
def test_a_row_apart_without_the_number_adds_its_goods_once(
    desk: Desk, book: BookReader, number: str
) -> None:
    goods = (
        row("P1", sku="A"),
        row("P2"),
        row("P1", tracking_number=number, sku="B", status="shipped"),
    )
    for rows in (goods, goods, goods[::-1], goods[::-1]):
        closed = [{**one, "status": "shipped"} for one in rows]
        desk.bring(*closed)
        parcel = book.parcel("P1")
        assert parcel is not None
        assert sorted(item.sku for item in parcel.items) == ["A", "B"]
    assert (
        desk.bring(row("P1", tracking_number=number, status="cancelled"), row("P2")).cancelled == 0
    )
    parcel = book.parcel("P1")
    assert parcel is not None
    assert sorted(item.sku for item in parcel.items) == ["A", "B"]
    assert parcel.standing is Standing.CANCELLED
