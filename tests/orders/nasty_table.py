"""Orders with cells that programs write in many ways, and what a file of them may mean, whoever
wrote it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from samebag.core.parcels import Parcel, Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.store.book.reader import BookReader


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell as a person types it: a value with its number format, or a formula, whose result
    nobody has saved."""

    value: object = None
    form: str = "General"
    formula: str = ""


Row = tuple[Typed, ...]
TITLES = ("parcel", "tracking_number", "orders", "status", "sku", "name", "quantity")
HEADER = tuple(map(Typed, TITLES))


def order(number: int, **cells: object) -> Row:
    usual = {
        "tracking_number": f"LX{number}CN",
        "orders": f"80{number}",
        "sku": "S1",
        "name": "Mug",
        "quantity": "1",
    }
    given = {"parcel": f"P{number}", **usual, **cells}
    typed = [given.get(title) for title in TITLES]
    return tuple(cell if isinstance(cell, Typed) else Typed(cell) for cell in typed)


DAY = datetime.date(2026, 2, 10)
SHEETS: dict[str, list[Row]] = {
    "old": [HEADER, order(99)],  # hidden
    "订单": [
        (Typed("Orders of Tuesday"),),
        HEADER,
        order(1, tracking_number="00012345678901", orders="8012345678901234"),
        order(2, tracking_number=Typed(5976834252345, "00000000000000")),
        order(3, orders=Typed(8012345678901234)),
        order(4, orders=Typed(801234567890123), quantity=Typed(2)),
        order(5, tracking_number=Typed(12345678, '"LX"000000000"CN"')),
        order(6, orders=Typed(DAY, "yyyy-mm-dd")),
        (),
        order(7, orders="806\n807", name="红色 👗 连衣裙"),
        order(8, name="a & b < c > \"d\" 'e' _y0042_", sku=" S 8 "),
    ],
    "more": [
        HEADER,
        order(9, status=Typed(formula='IF(1=1,"shipped","open")')),
        order(10, status=Typed(formula="NA()")),
        order(11, status=Typed(formula='IF(1=1,"","x")')),
        order(12, tracking_number=Typed(True)),
        order(13, tracking_number=Typed(formula='"LX"&"000000013"&"CN"')),
        order(14, quantity=Typed(3, "0.00"), status="open"),
        order(15, orders=Typed(8012345, "#,##0")),
        order(16, status="cancelled", orders=Typed(8012345, "@")),
        order(17, name=Typed(formula='"M"&"ug"'), status="shipped"),
    ],
    "notes": [(Typed("packed by"), Typed("Li Na"))],
}
HIDDEN = "old"


@dataclass(frozen=True, slots=True)
class Meant:
    tracking_number: str
    orders: tuple[str, ...]
    standing: Standing = Standing.OPEN
    sku: str = "S1"
    name: str = "Mug"
    quantity: int = 1


MEANT = {
    1: Meant("00012345678901", ("8012345678901234",)),
    2: Meant("05976834252345", ("802",)),
    3: Meant("LX3CN", ("8012345678901234",)),
    4: Meant("LX4CN", ("801234567890123",), quantity=2),
    5: Meant("LX012345678CN", ("805",)),
    7: Meant("LX7CN", ("806", "807"), name="红色 👗 连衣裙"),
    8: Meant("LX8CN", ("808",), sku="S 8", name="a & b < c > \"d\" 'e' _y0042_"),
    9: Meant("LX9CN", ("809",), Standing.SHIPPED),
    11: Meant("LX11CN", ("8011",)),
    13: Meant("LX000000013CN", ("8013",)),
    14: Meant("LX14CN", ("8014",), quantity=3),
    15: Meant("LX15CN", ("8012345",)),
    16: Meant("LX16CN", ("8012345",), Standing.CANCELLED),
    17: Meant("LX17CN", ("8017",), Standing.SHIPPED),
}
NEVER = {6, 10, 12}  # a day, an error, a truth value in place of what must be known
SURE = {1, 2, 3, 4, 5, 7, 8, 14, 16}  # to refuse one of these is a fault, too


def check(path: Path, folder: Path) -> ImportReport:
    """Each parcel is what was meant, or refused; what nobody sees is not taken."""
    report = import_file(path, folder / "book.db")
    book = BookReader(folder / "book.db")
    taken = {number: book.parcel(f"P{number}") for number in (*MEANT, *NEVER, 99)}
    book.close()
    found = {number: _as_meant(parcel) for number, parcel in taken.items() if parcel is not None}
    assert found == {number: MEANT.get(number) for number in found}
    assert found.keys() >= SURE
    assert {int(refusal.parcel.removeprefix("P") or 12) for refusal in report.refused} == {
        *MEANT,
        *NEVER,
    } - found.keys()
    assert any("'old'" in line and "hidden" in line for line in report.sheets)
    assert any("'notes'" in line and "not taken" in line for line in report.sheets)
    return report


def _as_meant(parcel: Parcel) -> Meant:
    (item,) = parcel.items
    said = (parcel.tracking_number, parcel.orders, parcel.standing)
    return Meant(*said, item.sku, item.name, item.quantity)
