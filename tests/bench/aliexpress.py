"""A large AliExpress export, the same each time: Chinese header, all products of an order in one cell, mostly one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tests.bench.parcels import SPREAD, tracking_number

# The export's header as read by programs of 2019 (see docs of the profile aliexpress)
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
    "【{0}】2026 New Women Cotton T-Shirt Short Sleeve O-Neck Summer Casual Tops Plus Size Loose Tee {1}\n"
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
