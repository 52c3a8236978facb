"""A large order file, the same each time: parcels with three items each, codes scattered as
carriers give them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "parcel,tracking_number,waybill_codes,orders,list_codes,service,country,status,print_order,"
    "sku,name,attributes,quantity\n"
)
SPREAD = 48_271  # prime: walks through all numbers below a power of ten before it repeats one
ITEMS = (
    "SKU-{0},棉质T恤 Cotton T-shirt,红色 Red / XL,1\n",
    "SKU-{0}B,手机壳 Phone case,透明 Clear,2\n",
    "SKU-{0}C,发圈套装 Hair ties,混色 Mixed / 10,1\n",
)


def tracking_number(parcel: int) -> str:
    return f"LX{parcel * SPREAD % 10**9:09d}CN"


def order_number(parcel: int) -> str:
    return f"80{parcel * SPREAD % 10**14:014d}"


def logistics_number(parcel: int) -> str:
    return f"LP{parcel:014d}"


def rows(parcels: int) -> Iterator[str]:
    for number in range(1, parcels + 1):
        head = (
            f"P{number:08d},{tracking_number(number)},{logistics_number(number)},"
            f"{order_number(number)},,"
            f"AliExpress Standard Shipping,ES,open,{number},"
        )
        for item in ITEMS:
            yield head + item.format(number % 9973)


def write_order_file(path: Path, parcels: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(rows(parcels))
