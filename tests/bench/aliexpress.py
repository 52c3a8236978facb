"""A large AliExpress export, the same each time: Chinese header, all products of an order in one
cell, mostly one."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import ascii_uppercase
from xml.sax.saxutils import escape

from tests.bench.parcels import SPREAD, tracking_number

HEADER = (
    "订单号",
    "订单状态",
    "负责人(业务员)",
    "买家名称",
    "下单时间",
    "付款时间",
    "产品总金额",
    "物流费用",
    "订单金额",
    "满立减",
    "产品信息\n（双击单元格展开所有产品信息！）",
    "订单备注",
    "收货地址",
    "收货人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "联系电话",
    "手机",
    "买家选择物流",
    "发货期限",
    "实际发货物流:运单号",
    "发货时间",
    "确认收货时间",
)
PRODUCT = (
    "【{0}】2026 New Women Cotton T-Shirt Short Sleeve O-Neck Summer Casual Tops Plus"
    " Size Loose Tee {1}\n"
    "(产品属性: Color:Red、Size:XL)\n"
    "(商家编码:SKU-{1})\n"
    "(产品数量:{2} piece)\n"
    "(物流等级&买家选择物流:AliExpress Standard Shipping)"
)
ADDRESS = "Calle de la Constitucion 114, Escalera Izquierda, Piso {0} Puerta B"


def products(parcel: int) -> str:
    count = 3 if parcel % 10 == 0 else 2 if parcel % 10 < 3 else 1
    return "\n".join(PRODUCT.format(n, parcel % 9973, 1 + n % 2) for n in range(1, count + 1))


def rows(parcels: int) -> Iterator[tuple[str, ...]]:
    for parcel in range(1, parcels + 1):
        address = ADDRESS.format(parcel % 9)
        yield (
            f"80{parcel * SPREAD % 10**14:014d}",
            "等待您发货",
            "Li Na",
            f"Maria Garcia {parcel}",
            "2026-11-11 00:01",
            "2026-11-11 00:03",
            "US $12.50",
            "US $0.00",
            "US $12.50",
            "",
            products(parcel),
            "",
            f"{address}, Madrid, Comunidad de Madrid, 28001, Spain",
            "Maria Garcia",
            "Spain",
            "Comunidad de Madrid",
            "Madrid",
            address,
            "28001",
            "34-600000000",
            "34600000000",
            "AliExpress Standard Shipping",
            "2026-11-18 00:03",
            f"AliExpress Standard Shipping:{tracking_number(parcel)}",
            "",
            "",
        )


def write_csv(path: Path, parcels: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(parcels))


PARTS = {  # the least that ECMA-376 asks for
    "[Content_Types].xml": "<Types"
    ' xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": "<Relationships"
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
    "</Relationships>",
    "xl/_rels/workbook.xml.rels": "<Relationships"
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
    "</Relationships>",
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
}
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
    "</sheetData></worksheet>",
)


def write_xlsx(path: Path, parcels: int) -> None:
    """By hand: openpyxl takes minutes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(SHEET[0].encode())
            for number, row in enumerate(chain([HEADER], rows(parcels)), 1):
                sheet.write(_row(number, row).encode())
            sheet.write(SHEET[1].encode())


def _row(number: int, row: tuple[str, ...]) -> str:
    cells = (
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        for letter, cell in zip(ascii_uppercase, row, strict=True)
        if cell
    )
    return f'<row r="{number}">{"".join(cells)}</row>'
