"""Cells of codes as shops and ERPs fill them: what is read, what is no number yet, and what is
refused."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path

import pytest

from samebag.core.parcels import Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport, StateCount
from samebag.store.book.reader import BookReader

LX, RB = "LX123456785CN", "RB123456785CN"
ERP = ["包裹号", "订单号", "运单号", "状态"]
FOREIGN = [
    "keine",
    "en attente",
    "pendiente",
    "in attesa",
    "нет",
    "未発行",
    "없음",
    "chưa có",
    "TBC",
    "No",
    "XXX",
]
SHOP = [
    "Name",
    "Financial Status",
    "Fulfillment Status",
    "Lineitem quantity",
    "Lineitem name",
    "Tracking Number",
]


def bring(
    folder: Path, header: list[str], *rows: list[str], name: str = "orders.csv"
) -> ImportReport:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return import_file(path, folder / "book.db", source="shop")


def of_parcel(folder: Path, code: str) -> frozenset[str] | None:
    with closing(BookReader(folder / "book.db")) as book:
        label = book.label(code)
    return label.waybill_of if label else None


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (f"云途: {LX}", [LX]),
        (f"Royal Mail：{LX}", [LX]),
        ("USPS:9400 1118 9922 3334 4455 56", ["9400111899223334445556"]),
        (f"https://t.17track.net/en#nums={LX}", [LX]),
        (f"https://t.17track.net/en#nums={LX},{RB}", [LX, RB]),
        (f"https://track.example/{LX}?lang=en&shop=77", [LX]),
        ("https://track.example/parcels?id=123456789012", ["123456789012"]),
        (f"{LX},{RB}", [LX, RB]),
        (f"{LX} | {RB}", [LX, RB]),
        (f"{LX}\n{RB}\n{LX}", [LX, RB]),
        (f"{LX}、{RB}", [LX, RB]),
        (f"{LX} {RB}", [LX, RB]),
        (f"{LX}+{RB}", [LX, RB]),
        (f"{LX}_{RB}", [LX, RB]),
        ("123456789012 123456789013", ["123456789012", "123456789013"]),
        (f'[{{"tracking_number": "{LX},{RB}"}}]', [LX, RB]),
        (f"{LX}, --", [LX]),
        ('="123456789012"', ["123456789012"]),
    ],
)
def test_a_number_is_taken_out_of_what_stands_about_it(
    tmp_path: Path, cell: str, numbers: list[str]
) -> None:
    done = bring(tmp_path, ERP, ["P1", "801", cell, "待发货"])
    assert (done.new, done.refused) == (1, ())
    assert [of_parcel(tmp_path, number) for number in numbers] == [frozenset({"P1"})] * len(numbers)


@pytest.mark.parametrize(
    "cell",
    [
        "https://track.example/orders/8012345678?parcel=12345678",  # which of them?
        "https://track.example/",
        "待发货待发货",
        "Mrs Robinson",
        "DHL",
        f"{RB} and {LX}",
        f"{RB}.",
        f"void: {RB}",
        f"Storno: {RB}",
        f"отменён: {RB}",
        f"キャンセル: {RB}",
        f"ungültig: {RB}",
        "123456789,00",
        "8,143,812",
        "x,1.23E+15",
    ],
)
def test_what_no_waybill_can_bear_is_refused(tmp_path: Path, cell: str) -> None:
    done = bring(tmp_path, ERP, ["P1", "801", cell, "待发货"], ["P2", "802", LX, "待发货"])
    assert (done.new, done.refused_rows, done.refused[0].row) == (1, 1, 2)


@pytest.mark.parametrize(
    "word",
    ["--", "-", "N/A", "Not available", "待获取", "暂无", "NULL", "none", "—", "Pending", *FOREIGN],
)
def test_a_word_for_no_number_yet_is_none_and_the_real_one_is_no_change(
    tmp_path: Path, word: str
) -> None:
    done = bring(tmp_path, ERP, ["P1", "801", word, "待发货"], ["P2", "802", LX, "待发货"])
    assert (done.new, done.no_number, done.may_leave, done.refused) == (1, 1, 1, ())
    done = bring(tmp_path, ERP, ["P1", "801", RB, "待发货"], ["P2", "802", word, "待发货"])
    assert (done.new, done.changed, done.unchanged, done.no_number) == (1, 0, 1, 0)
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert {book.standing(name) for name in ("P1", "P2")} == {Standing.OPEN}


def test_what_was_closed_stays_closed_until_it_has_a_number(tmp_path: Path) -> None:
    good = ["P2", "802", RB, "待发货"]
    bring(tmp_path, ERP, ["P1", "801", LX, "已取消"], good)
    done = bring(tmp_path, ERP, ["P1", "801", "--", "待发货"], good)
    assert (done.no_number, done.changed) == (1, 0)
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert book.standing("P1") is Standing.CANCELLED


def test_two_numbers_of_an_order_are_two_bags_and_nothing_tells_their_goods(tmp_path: Path) -> None:
    good = ["#1002", "paid", "unfulfilled", "1", "Mug", RB]
    done = bring(
        tmp_path, SHOP, ["#1001", "paid", "unfulfilled", "1", "Mug", f"{LX}, LX123456799CN"], good
    )
    assert (done.new, done.refused_rows, done.refused[0].rule) == (
        1,
        1,
        "holds 2 numbers, and nothing tells which goods are in which bag",
    )
    assert of_parcel(tmp_path, LX) is None


@pytest.mark.parametrize(
    ("paid", "how", "standing"),
    [
        ("pending", "Cash on Delivery (COD)", Standing.OPEN),
        ("pending", "代金引換", Standing.OPEN),
        ("pending", "Contra reembolso", Standing.OPEN),
        ("pending", "Bank Deposit", Standing.CANCELLED),
        ("pending", "Prepaid, not cash on delivery", Standing.CANCELLED),
        ("voided", "Cash on Delivery (COD)", Standing.CANCELLED),
        ("pending", "", Standing.CANCELLED),
    ],
)
def test_what_the_buyer_pays_at_the_door_leaves_unpaid(
    tmp_path: Path, paid: str, how: str, standing: Standing
) -> None:
    bring(tmp_path, [*SHOP, "Payment Method"], ["#1001", paid, "unfulfilled", "1", "Mug", LX, how])
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert book.standing("#1001") is standing


@pytest.mark.parametrize(
    ("cell", "orders"),
    [
        ("801\n802", ("801", "802")),
        ("803, 804", ("803", "804")),
        ("801 + 802", ("801", "802")),
        ("#1001 #1002", ("#1001", "#1002")),
        ("8012345678901234 8012345678901235", ("8012345678901234", "8012345678901235")),
        ("303-1234567-1234567/303-1234567-1234568", ("303-1234567-1234567", "303-1234567-1234568")),
        ("2026/1001", ("2026/1001",)),
        ("PO 77", ("PO 77",)),
    ],
)
def test_two_orders_in_a_cell_are_two_codes_of_the_list(
    tmp_path: Path, cell: str, orders: tuple[str, ...]
) -> None:
    bring(tmp_path, ["parcel", "tracking_number", "orders"], ["P1", LX, cell])
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel = book.parcel("P1")
        labels = [book.label(code.replace(" ", "")) for code in orders]
    assert parcel and parcel.orders == orders
    assert [label and label.list_of for label in labels] == [frozenset({"P1"})] * len(orders)


def test_the_report_counts_what_the_file_says_now_and_by_which_word(tmp_path: Path) -> None:
    rows = [
        ["P1", "801", f"DHL: {LX}", "待发货"],
        ["P2", "802", RB, "已发货"],
        ["P3", "803", "YT1", "已取消"],
    ]
    for _ in range(2):
        done = bring(tmp_path, ERP, *rows)
        assert done.states == (
            StateCount("open", "状态 = 待发货", 1),
            StateCount("shipped", "状态 = 已发货", 1),
            StateCount("cancelled", "状态 = 已取消", 1),
        )
        assert (done.may_leave, done.read_as) == (
            1,
            {"a carrier's name stands before the number": 1},
        )
    done = bring(tmp_path, ERP, *rows[1:], name="left.csv")
    assert done.may_leave == 0
    assert done.warnings()[:2] == (
        "nothing of this file may leave: every bag of it will be red",
        "  1 shipped: 状态 = 已发货",
    )
