"""Columns that are there several times, goods in one cell and quantities as people write them: or a
refusal."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from samebag.core.parcels import Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader

LX, RB = "LX123456785CN", "RB123456785CN"
OWN = "parcel,tracking_number,orders,sku,name,quantity"
COLUMNS = {
    "parcel": "Order",
    "orders": "Order",
    "tracking_number": "Number",
    "sku": "SKU",
    "quantity": "Qty",
}
SHOP = "\n".join(f'{column} = ["{title}"]' for column, title in COLUMNS.items())


def bring(folder: Path, text: str, profile: str = "") -> ImportReport:
    path, shop = folder / "orders.csv", folder / "shop.toml"
    path.write_text(text, "utf-8")
    shop.write_text(profile, "utf-8")
    return import_file(
        path,
        folder / "book.db",
        profile=str(shop) if profile else "auto",
        source="shop",
        no_states="open",
    )


def goods(folder: Path, parcel: str) -> list[tuple[str, int]]:
    with closing(BookReader(folder / "book.db")) as book:
        found = book.parcel(parcel)
    return [(item.sku or item.name, item.quantity) for item in found.items] if found else []


def of_waybill(folder: Path, code: str) -> frozenset[str]:
    with closing(BookReader(folder / "book.db")) as book:
        label = book.label(code)
    return label.waybill_of if label else frozenset()


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        *(
            ("2.0", 2),
            ("1.00", 1),
            ('"2,00"', 2),
            ("3.0000", 3),
            ("２", 2),
            ("x2", 2),
            ("2x", 2),
            ("× 2", 2),
            ("", 1),
        ),
        *(
            ("2 pcs", 2),
            ("1 piece", 1),
            ("2件", 2),
            ("3 个", 3),
            ("2 Stück", 2),
            ("2 шт.", 2),
            (" 4 ", 4),
        ),
        *(
            ("1.5", 0),
            ("0", 0),
            ("0.0", 0),
            ("-1", 0),
            ("1.000", 0),
            ('"1,000"', 0),
            ("2 pairs", 0),
            ("2双", 0),
        ),
        *(("2 x 3", 0), ("two", 0), ("1e0", 0), ("2;1", 0), ("12345678", 0), ("2026-11-26", 0)),
    ],
)
def test_a_quantity_is_a_whole_number_or_refused(tmp_path: Path, cell: str, pieces: int) -> None:
    done = bring(tmp_path, f"{OWN}\nP1,{LX},801,S1,Mug,{cell}\nP2,{RB},802,S1,Mug,1\n")
    assert done.refused_rows == (not pieces)
    assert goods(tmp_path, "P1") == ([("S1", pieces)] if pieces else [])


MORE_GOODS = [
    "MUG×2|CUP×1",
    "MUG*2 CUP*1",
    "MUG*2、CUP*1",
    "2x MUG + 1x CUP",
    "MUG (2), CUP (1)",
    "杯子x2，盘子x1",
]


@pytest.mark.parametrize(
    "sku",
    [
        "MUG*2;CUP*1",
        "MUG*2，CUP*1",
        "MUG x 2, CUP x 1",
        "2 x MUG, 1 x CUP",
        "MUG×2；CUP×1",
        *MORE_GOODS,
    ],
)
def test_goods_with_quantities_in_one_cell_are_never_one_good(tmp_path: Path, sku: str) -> None:
    other = f'P2,{RB},802,"Screw, 4 x 20","Box 2 x 3 x 4, Size:38; Color:2",1'
    done = bring(
        tmp_path, f'{OWN}\nP1,{LX},801,"{sku}",,1\n{other}\nP3,LX123456799CN,803,,"{sku}",1\n'
    )
    assert [(refusal.row, refusal.rule) for refusal in done.refused] == [
        (2, "lists several goods with quantities"),
        (4, "lists several goods with quantities"),
    ]
    assert goods(tmp_path, "P2") == [("Screw, 4 x 20", 1)]


def test_a_sku_with_a_colon_and_a_count_is_goods_too_but_a_name_may_say_a_size(
    tmp_path: Path,
) -> None:
    other = f'P2,{RB},802,S1,"Size:38; Color:2",1'
    done = bring(tmp_path, f"{OWN}\nP1,{LX},801,MUG:2;CUP:1,,1\n{other}\n")
    assert [refusal.row for refusal in done.refused] == [2]


@pytest.mark.parametrize(
    ("written", "cell", "items"),
    [
        ("sku*quantity", "MUG*2;CUP*1", [("MUG", 2), ("CUP", 1)]),
        ("sku*quantity", "MUG x 2, CUP x 1", [("MUG", 2), ("CUP", 1)]),
        ("sku*quantity", "2 x MUG", []),
        ("quantity*sku", "2 x MUG, 1 x CUP", [("MUG", 2), ("CUP", 1)]),
        ("quantity*sku", "2*MUG", [("MUG", 2)]),
        ("quantity*sku", "MUG x 2", []),
        (
            "named",
            "name:Mug: blue|sku:MUG|quantity:2;name:Cup|sku:|quantity:1",
            [("MUG", 2), ("Cup", 1)],
        ),
        (
            "named",
            '[{""sku"":""MUG"",""quantity"":2,""total"":1.5},{""name"":""Cup"",""qty"":""1""}]',
            [("MUG", 2), ("Cup", 1)],
        ),
        ("named", "name:Mug|sku:MUG", []),
        ("named", '[{""sku"":""MUG""}]', []),
        ("named", "[1,2", []),
        ("named", "Mug, 2", []),
    ],
)
def test_a_profile_says_how_goods_stand_in_a_cell(
    tmp_path: Path, written: str, cell: str, items: list[tuple[str, int]]
) -> None:
    profile = (
        f'products_as = "{written}"\n[columns]\n{SHOP.rpartition("sku")[0]}products = ["Goods"]\n'
    )
    row, other = f'1,{LX},"{cell}"', f'2,{RB},"X*1"'
    done = bring(
        tmp_path,
        f"Order,Number,Goods\n{row}\n{other if written == 'sku*quantity' else ''}\n",
        profile,
    )
    assert (goods(tmp_path, "1"), done.refused_rows) == (items, 0 if items else 1)


def test_numbered_columns_are_items_and_numbers_of_their_parcel(tmp_path: Path) -> None:
    header = "包裹号,订单号,运单号 1,运单号 2,SKU 1,数量 1,SKU 2,数量 2,SKU_3,数量_3"
    done = bring(
        tmp_path, f"{header}\nP1,801,{LX},{RB},MUG,2,CUP,1,,\nP2,802,LX123456799CN,,PEN,1,,,MUG,3\n"
    )
    assert (done.new, done.refused) == (2, ())
    assert goods(tmp_path, "P1") == [("MUG", 2), ("CUP", 1)]
    assert goods(tmp_path, "P2") == [("PEN", 1), ("MUG", 3)]
    assert of_waybill(tmp_path, LX) == of_waybill(tmp_path, RB) == {"P1"}
    bad = bring(
        tmp_path, f"{header}\nP1,801,{LX},{RB},MUG,2,CUP,0,,\nP2,802,LX123456799CN,,PEN,1,,,,\n"
    )
    assert [(refusal.row, refusal.value) for refusal in bad.refused] == [(2, "0")]


def test_lines_of_an_order_in_numbered_columns_are_read_together(tmp_path: Path) -> None:
    profile = (
        f'products_as = "named"\n[columns]\n{SHOP.rpartition("sku")[0]}products = ["line_item"]\n'
    )
    row = f"1,{LX},name:Mug|sku:MUG|quantity:2,name:Cup|sku:CUP|quantity:1"
    assert bring(tmp_path, f"Order,Number,line_item_1,line_item_2\n{row}\n", profile).refused == ()
    assert goods(tmp_path, "1") == [("MUG", 2), ("CUP", 1)]


def test_a_repeated_column_is_a_fault_only_where_it_is_read_and_says_two_things(
    tmp_path: Path,
) -> None:
    header = f"{OWN},Note,Note,tracking_number"
    rows = f"P1,{LX},801,S1,Mug,1,a,b,{LX}\nP2,,802,S1,Mug,1,a,b,{RB}\n"
    assert bring(tmp_path, f"{header}\n{rows}").refused == ()
    assert of_waybill(tmp_path, RB) == {"P2"}
    with pytest.raises(
        OrderFileError, match="row 4: column tracking_number is there more than once and says two"
    ):
        bring(tmp_path, f"{header}\n{rows}P3,LX123456799CN,803,S1,Mug,1,a,b,LX123456794CN\n")


@pytest.mark.parametrize(
    ("to_send", "returned", "left"),
    [
        *(
            ("", "", 3),
            ("3", "", 3),
            ("1", "", 1),
            ("0", "", 0),
            ("", "1", 2),
            ("", "3", 0),
            ("2", "2", 1),
        ),
        *(("1.0", "0", 1), ("?", "", -1), ("", "some", -1), ("-1", "", -1)),
    ],
)
def test_only_what_is_still_to_be_sent_is_on_the_list(
    tmp_path: Path, to_send: str, returned: str, left: int
) -> None:
    profile = f'to_send = ["Open"]\nreturned = ["Back"]\n[columns]\n{SHOP}\n'
    row, other = f"1,{LX},MUG,3,{to_send},{returned}", f"1,{LX},CUP,1,,"
    done = bring(tmp_path, f"Order,Number,SKU,Qty,Open,Back\n{row}\n{other}\n", profile)
    assert done.refused_rows == (left < 0)
    assert goods(tmp_path, "1") == (
        [] if left < 0 else [*([("MUG", left)] if left else []), ("CUP", 1)]
    )


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (
            '[{""tracking_provider"":""x"",""tracking_number"":""9400111899223334445556""}]',
            ["9400111899223334445556"],
        ),
        ('{""tracking_number"":""LX123456785CN""}', [LX]),
        (f"USPS {LX}", [LX]),
        (f"{LX} / {RB}", [LX, RB]),
        ("ＬＸ１２３４５６７８５ＣＮ", [LX]),
        ("\ufeffLX12345\u200b6785CN", [LX]),
        *((cell, []) for cell in ("[]", '[{""tracking_number"":null}]', "0", "000", "０")),
    ],
)
def test_a_number_is_got_out_of_what_shops_put_about_it(
    tmp_path: Path, cell: str, numbers: list[str]
) -> None:
    done = bring(
        tmp_path,
        f'包裹号,订单号,运单号,状态\nP1,801,"{cell}",待发货\nP2,802,LX123456799CN,待发货\n',
    )
    assert (done.refused, done.new, done.no_number) == ((), 1 + bool(numbers), not numbers)
    assert [of_waybill(tmp_path, number) for number in numbers] == [{"P1"}] * len(numbers)


@pytest.mark.parametrize(
    "cell",
    [
        'a:1:{i:0;a:1:{s:15:""tracking_number"";s:3:""LX1"";}}',
        '[{""number"":""LX123456785CN""}]',
        '[{""tracking_number"":[1]}]',
        "[" * 2000 + "1",
        "see note 12345678",
        f"old {LX}",
        "no 12345678",
        f"e.g. {LX}",
        f"Return: {LX}",
        f"原单号：{LX}",
        "(420)94105(92)6129",
        "LX123456785CN (replaced)",
        "ЛХ123456785",
        "2026-11-26",
        "TRACKING",
    ],
)
def test_no_code_that_no_waybill_bears_gets_into_the_book(tmp_path: Path, cell: str) -> None:
    done = bring(
        tmp_path, f'包裹号,订单号,运单号,状态\nP1,801,"{cell}",待发货\nP2,802,{RB},待发货\n'
    )
    assert (done.new, [refusal.row for refusal in done.refused]) == (1, [2])


@pytest.mark.parametrize(
    "order", ["订单一", "ü12", "Order 12 of Max", "Mrs Robinson", "Total", "№ 12"]
)
def test_no_code_that_no_list_bears_gets_into_the_book(tmp_path: Path, order: str) -> None:
    done = bring(tmp_path, f"{OWN}\nP1,{LX},{order},S1,Mug,1\nP2,{RB},802,S1,Mug,1\n")
    assert (done.new, [refusal.row for refusal in done.refused]) == (1, [2])


def test_a_dash_today_and_the_number_tomorrow_is_open_and_no_change(tmp_path: Path) -> None:
    header = "订单号,运单号,订单状态"
    assert bring(tmp_path, f"{header}\nPO-1,--,待发货\nPO-2,{RB},待发货\n").no_number == 1
    done = bring(tmp_path, f"{header}\nPO-1,YT2612345678901234,待发货\nPO-2,{RB},待发货\n")
    assert (done.new, done.changed, done.may_leave) == (1, 0, 2)
    with closing(BookReader(tmp_path / "book.db")) as book:
        assert book.standing("PO-1") is Standing.OPEN
