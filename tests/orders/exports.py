"""Order files as shops and ERPs export them: the same three parcels in each format."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl

from tests.bench.aliexpress import HEADER, PRODUCT

Cells = Sequence[object]


def write(
    path: Path, header: Sequence[str], rows: Sequence[Cells], encoding: str = "utf-8-sig"
) -> Path:
    """CSV or XLSX, as the path's name says."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (header, *rows):
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
        return path
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows((header, *rows))
    return path


def ali_row(
    order: str, shipment: str, products: str | None = None, state: str = "等待您发货", **cells: str
) -> Cells:
    """One order of an AliExpress export; ``cells`` by title."""
    known = {
        "订单号": order,
        "订单状态": state,
        HEADER[10]: PRODUCT.format(1, 77, 2) if products is None else products,
        "收货国家": "Spain",
        "买家选择物流": "AliExpress Standard Shipping",
        "实际发货物流:运单号": shipment,
    }
    return [{**known, **cells}.get(title, "") for title in HEADER]


ERP_HEADER = (
    "包裹号",
    "订单号",
    "包裹状态",
    "运单号",
    "物流方式",
    "收件国家",
    "SKU",
    "商品名称",
    "规格",
    "数量",
)
ERP_ROWS: Sequence[
    Cells
] = (  # A: two items, cells of the parcel merged; B and C: one order in two bags; D: two orders
    (
        "XM001",
        "8012345678901234",
        "待打单",
        "LX000000001CN",
        "燕文挂号",
        "ES",
        "T1",
        "棉质T恤",
        "红色 / XL",
        2,
    ),
    ("", "", "", "", "", "", "T2", "手机壳", "", 1),
    ("XM002", "8012345678901235", "待打单", "LX000000002CN", "e邮宝", "FR", "T3", "发圈", "", 1),
    ("XM003", "8012345678901235", "待打单", "LX000000003CN", "e邮宝", "FR", "T4", "发圈", "", 1),
    (
        "XM004",
        "8012345678901236,8012345678901237",
        "待打单",
        "LX000000004CN",
        "EMS",
        "DE",
        "T5",
        "灯",
        "",
        1,
    ),
    ("XM005", "8012345678901238", "已取消", "", "EMS", "DE", "T6", "灯", "", 1),
)

SHIPSTATION_HEADER = (
    "Order Number",
    "Order Status",
    "Tracking Number",
    "Item SKU",
    "Item Name",
    "Item Quantity",
)
SHIPSTATION_ROWS: Sequence[Cells] = (
    ("SH1001", "Awaiting Shipment", "1Z5R89390357567127", "T1", "Tee", 2),
    ("SH1001", "Awaiting Shipment", "1Z5R89390357567127", "T2", "Case", 1),
    ("SH1002", "Shipped", "1Z879E930346834440", "T1", "Tee", 1),
)

SHOPIFY_HEADER = (  # shortened; all but the tracking number are in the native export
    "Name",
    "Email",
    "Financial Status",
    "Fulfillment Status",
    "Shipping Method",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem sku",
    "Shipping Country",
    "Notes",
    "Cancelled at",
    "Tracking Number",
)
SHOPIFY_ROWS: Sequence[Cells] = (
    (
        "#1001",
        "a@b.c",
        "paid",
        "unfulfilled",
        "Std",
        2,
        "Tee",
        "T1",
        "ES",
        "ring\ntwice, please",
        "",
        "LX000000001CN",
    ),
    ("#1001", "a@b.c", "", "", "", 1, "Case", "T2", "", "", "", ""),
    (
        "#1002",
        "a@b.c",
        "paid",
        "unfulfilled",
        "Std",
        1,
        "Tee",
        "T1",
        "ES",
        "",
        "2026-11-11 00:00",
        "LX000000002CN",
    ),
    (
        "#1003",
        "a@b.c",
        "pending",
        "unfulfilled",
        "Std",
        1,
        "Tee",
        "T1",
        "ES",
        "",
        "",
        "LX000000003CN",
    ),
    ("#1004", "a@b.c", "paid", "fulfilled", "Std", 1, "Tee", "T1", "ES", "", "", ""),
)

WOO_HEADER = (
    "order_id",
    "order_number",
    "status",
    "shipping_country",
    "tracking_provider",
    "tracking_number",
    "item_name",
    "item_sku",
    "item_quantity",
)
WOO_ROWS: Sequence[Cells] = (
    ("91", "1001", "processing", "ES", "China Post", "LX000000001CN", "Tee", "T1", 2),
    ("91", "1001", "processing", "ES", "China Post", "LX000000001CN", "Case", "T2", 1),
    ("92", "1002", "completed", "ES", "China Post", "LX000000002CN", "Tee", "T1", 1),
)
