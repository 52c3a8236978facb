"""Exports of shops and ERPs, each by its built-in profile: what may leave, and with which goods."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path

import pytest

from samebag.core.parcels import Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.store.book.reader import BookReader

LX = "LX123456785CN"
OPEN, SHIPPED, CANCELLED = Standing.OPEN, Standing.SHIPPED, Standing.CANCELLED
EBAY = (
    "Order Number",
    "Paid On Date",
    "Shipped On Date",
    "Tracking Number",
    "Item Title",
    "Custom Label",
    "Quantity",
)
LAZADA = ("orderNumber", "status", "trackingCode", "sellerSku", "itemName")
TIKTOK = (
    "Order ID",
    "Order Status",
    "Cancelation/Return Type",
    "Tracking ID",
    "Seller SKU",
    "Product Name",
    "Quantity",
)
MABANG = ("订单编号", "订单状态", "货运单号", "国家", "物流渠道", "库存sku*数量", "商品名称")
SHOPIFY = (
    "Name",
    "Financial Status",
    "Fulfillment Status",
    "Tracking Number",
    "Lineitem name",
    "Lineitem sku",
)


def bring(folder: Path, header: tuple[str, ...], *rows: tuple[str, ...]) -> ImportReport:
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return import_file(path, folder / "book.db")


@pytest.mark.parametrize(
    ("name", "header", "row", "standing"),
    [
        ("ebay", EBAY, ("1", "Nov-26-26", "", LX, "Lamp", "L", "1"), OPEN),
        ("ebay", EBAY, ("1", "Nov-26-26", "Nov-27-26", LX, "Lamp", "L", "1"), SHIPPED),
        ("ebay", EBAY, ("1", "", "", LX, "Lamp", "L", "1"), CANCELLED),
        ("lazada", LAZADA, ("1", "ready_to_ship", LX, "M", "Mug"), OPEN),
        ("lazada", LAZADA, ("1", "packed", LX, "M", "Mug"), OPEN),
        ("lazada", LAZADA, ("1", "shipped", LX, "M", "Mug"), SHIPPED),
        ("lazada", LAZADA, ("1", "canceled", LX, "M", "Mug"), CANCELLED),
        ("tiktok", TIKTOK, ("57\t", "To ship", "", LX + "\t", "M", "Mug", "1"), OPEN),
        ("tiktok", TIKTOK, ("57\t", "To ship", "Cancel", LX, "M", "Mug", "1"), CANCELLED),
        ("tiktok", TIKTOK, ("57\t", "Shipped", "", LX, "M", "Mug", "1"), SHIPPED),
        ("mabang", MABANG, ("1", "待发货", LX, "美国", "云途标快", "MUG*2;CUP*1", "Mug"), OPEN),
    ],
)
def test_an_export_is_known_by_its_header_and_its_words_tell_what_may_leave(
    tmp_path: Path, name: str, header: tuple[str, ...], row: tuple[str, ...], standing: Standing
) -> None:
    done = bring(tmp_path, header, row)
    assert (done.profile, done.new, done.refused) == (name, 1, ())
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert book.standing(row[0].strip()) is standing
    assert done.may_leave == (standing is OPEN)


@pytest.mark.parametrize("header", [EBAY, LAZADA, TIKTOK])
def test_a_word_that_nobody_knows_or_no_number_is_never_open(
    tmp_path: Path, header: tuple[str, ...]
) -> None:
    row = {
        "Order Number": "1",
        "orderNumber": "1",
        "Order ID": "1",
        "Paid On Date": "Nov-26-26",
        "Quantity": "1",
    }
    known = {"status": "packed", "Order Status": "To ship"}
    without = bring(tmp_path, header, tuple((row | known).get(title, "") for title in header))
    assert (without.new, without.no_number, without.may_leave, without.refused) == (0, 1, 0, ())
    if "Paid On Date" not in header:
        odd = bring(
            tmp_path,
            header,
            tuple((row | dict.fromkeys(known, "Odd")).get(title, LX) for title in header),
        )
        assert (odd.new, odd.may_leave) == (0, 0)
        assert odd.refused_rows == 1


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("MUG*2;CUP*1", [("MUG", 2), ("CUP", 1)]),
        ("A-1*B * 3", [("A-1*B", 3)]),
        ("MUG*2;CUP", None),
        ("MUG*0", None),
    ],
)
def test_goods_in_a_cell_are_all_read_or_none(
    tmp_path: Path, cell: str, items: list[tuple[str, int]] | None
) -> None:
    done = bring(
        tmp_path,
        MABANG,
        ("1", "待发货", LX, "美国", "云途", cell, "Mug"),
        ("2", "待发货", "RB123456785CN", "", "", "X*1", ""),
    )
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel = book.parcel("1")
    assert done.refused_rows == (items is None)
    assert (parcel and [(item.sku, item.quantity) for item in parcel.items]) == items


def test_what_has_left_already_is_on_no_list_and_a_list_may_lack_the_hash(tmp_path: Path) -> None:
    header = (*SHOPIFY, "Lineitem fulfillment status")
    bring(
        tmp_path,
        header,
        ("#1001", "paid", "partial", LX, "Mug", "MUG", "fulfilled"),
        ("#1001", "", "", "", "Cup", "CUP", "pending"),
    )
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel, label = book.parcel("#1001"), book.label_in("1001")
        assert book.label_in("1002") is None
    assert parcel and [item.sku for item in parcel.items] == ["CUP"]
    assert label and (label.code, label.list_of) == ("#1001", frozenset({"#1001"}))


def test_rows_of_shipping_discounts_and_fulfilments_are_no_goods(tmp_path: Path) -> None:
    header = (
        "Name",
        "Order Fulfillment Status",
        "Payment: Status",
        "Line: Type",
        "Line: Title",
        "Line: Quantity",
        "Fulfillment: Tracking Number",
    )
    done = bring(
        tmp_path,
        header,
        ("#1", "unfulfilled", "paid", "Line Item", "Mug", "2", ""),
        ("#1", "", "", "Shipping Line", "Express", "1", ""),
        ("#1", "", "", "Discount", "WELCOME", "", ""),
        ("#1", "", "", "Fulfillment Line", "Mug", "2", LX),
    )
    with closing(BookReader(tmp_path / "book.db")) as book:
        parcel = book.parcel("#1")
    assert (done.refused, done.may_leave) == ((), 1)
    assert parcel and [(item.name, item.quantity) for item in parcel.items] == [("Mug", 2)]
