"""What an order file says beside the labels: kept for the checks, never a reason to refuse a row or
to hold a bag."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samebag.core.parcels import Standing
from samebag.orders.meaning.facts import parse_facts
from samebag.orders.taking.importer import import_file
from samebag.store.book.purge import purge_book
from samebag.store.book.reader import BookReader
from samebag.store.book.records import Facts
from samebag.store.leave import BY_PERSON
from tests.bench.aliexpress import HEADER
from tests.orders.exports import ERP_HEADER, ERP_ROWS, ali_row, write

OWN = "parcel,tracking_number,orders,weight_g,weight_kg,goods,ship_by,note\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def facts(book: BookReader, name: str) -> Facts:
    parcel = book.parcel(name)
    assert parcel
    return Facts(parcel.weight_g, parcel.goods, parcel.ship_by, parcel.note)


def bring(folder: Path, *rows: str, day: date | None = None) -> tuple[int, int, int, int]:
    (folder / "orders.csv").write_text(OWN + "".join(f"{row}\n" for row in rows), "utf-8")
    done = import_file(folder / "orders.csv", folder / "book.db", today=day)
    return done.new, done.changed, done.unchanged, done.refused_rows


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("350", "", "", "", ""), Facts(350)),
        (("350.6 g", "9", "", "", ""), Facts(351)),
        (("", "0,35", "", "", ""), Facts(350)),
        (("", "2.1kg", "", "", ""), Facts(2100)),
        (("0", "", "", "", ""), Facts()),
        (("heavy", "", "", "", ""), Facts()),
        (("", "", "带电；液体/膏体", "", ""), Facts(goods=("带电", "液体", "膏体"))),
        (("", "", "", "2026-11-18 00:03", ""), Facts(ship_by="2026-11-18")),
        (("", "", "", "2026/1/8", ""), Facts(ship_by="2026-01-08")),
        (("", "", "", "2026年11月18日", ""), Facts(ship_by="2026-11-18")),
        (("", "", "", "2026-02-30", ""), Facts()),
        (("", "", "", "in 3 days", " "), Facts()),
        (("", "", "", "", "please\nring twice, " * 99), Facts(note=True)),
    ],
)
def test_what_can_be_read_is_kept_and_of_a_note_only_that_there_is_one(
    cells: tuple[str, ...], expected: Facts
) -> None:
    assert parse_facts(*cells) == expected


@given(st.tuples(*[st.text(max_size=30)] * 5))
def test_no_cell_of_these_can_break_an_import(cells: tuple[str, ...]) -> None:
    read = parse_facts(*cells)
    assert read.weight_g is None or read.weight_g > 0
    assert read.ship_by == "" or date.fromisoformat(read.ship_by)


def test_another_weight_is_no_change_of_the_labels(folder: Path, book: BookReader) -> None:
    assert bring(folder, "P1,LX1CN,801,350,,带电,2026-11-18,hello", "P2,LX2CN,802,,,,,") == (
        2,
        0,
        0,
        0,
    )
    assert facts(book, "P1") == Facts(350, ("带电",), "2026-11-18", True)
    assert facts(book, "P2") == Facts()
    assert bring(folder, "P1,LX1CN,801,2350,,,nonsense,", "P2,LX2CN,802,,,,,") == (0, 0, 2, 0)
    assert facts(book, "P1") == Facts(2350)
    assert book.standing("P1") is Standing.OPEN


def test_rows_of_one_parcel_need_not_agree_on_them(folder: Path, book: BookReader) -> None:
    assert bring(
        folder,
        "P1,LX1CN,801,,,,,",
        "P1,LX1CN,801,350,,,,",
        "P2,LX2CN,802,,,,,",
        "P1,LX1CN,801,70,,,,",
    ) == (
        2,
        0,
        0,
        0,
    )
    assert facts(book, "P1") == Facts(350)


def test_exports_of_shops_have_them_too(folder: Path, book: BookReader) -> None:
    order = ali_row(
        "1", "EMS:EA000000001CN", 发货期限="2026-11-18 00:03", 订单备注="红色的，谢谢\n谢谢"
    )
    import_file(write(folder / "ali.csv", HEADER, [order]), folder / "book.db")
    assert facts(book, "1") == Facts(ship_by="2026-11-18", note=True)
    header, row = (
        (*ERP_HEADER, "包裹重量(kg)", "货物属性", "买家留言"),
        (*ERP_ROWS[2], "0.35", "带电", "x" * 600),
    )
    import_file(write(folder / "erp.xlsx", header, [row]), folder / "erp.db")
    erp = BookReader(folder / "erp.db")
    assert facts(erp, "XM002") == Facts(350, ("带电",), "", True)
    erp.close()


def test_a_tracking_number_may_mean_another_parcel_after_a_year_and_not_before(
    folder: Path, book: BookReader
) -> None:
    assert bring(folder, "P1,LX1CN,801,,,,,", day=date(2026, 1, 31)) == (1, 0, 0, 0)
    assert bring(folder, "P2,LX1CN,802,,,,,", day=date(2027, 1, 31)) == (0, 0, 0, 1)
    assert bring(folder, "P2,LX1CN,802,,,,,", day=date(2027, 2, 1)) == (1, 0, 0, 0)
    label = book.label("LX1CN")
    assert label
    assert label.waybill_of == {"P2"}
    assert bring(folder, "P3,LX1CN,803,,,,,", day=date(2027, 2, 1)) == (0, 0, 0, 1)


def test_an_old_parcels_facts_are_forgotten_with_its_goods(folder: Path, book: BookReader) -> None:
    bring(folder, "P1,LX1CN,801,350,,带电,2026-11-18,hello")
    for day in (date(2026, 11, 1), date(2026, 11, 2)):
        purge_book(folder / "book.db", day, date(2026, 11, 2), lambda _: False, BY_PERSON)
    assert facts(book, "P1") == Facts()
    assert book.label("LX1CN")
