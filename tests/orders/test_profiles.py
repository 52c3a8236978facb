"""Order files of shops and ERPs: told by their headers, open only if they await shipment, refused
row by row."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from samebag.core.labels import Label
from samebag.core.parcels import Item, Parcel, Standing
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.bench.aliexpress import HEADER, PRODUCT
from tests.orders.exports import (
    ERP_HEADER,
    ERP_ROWS,
    SHIPSTATION_HEADER,
    SHIPSTATION_ROWS,
    SHOPIFY_HEADER,
    SHOPIFY_ROWS,
    WOO_HEADER,
    WOO_ROWS,
    Cells,
    ali_row,
    write,
)

KINDS = pytest.mark.parametrize("kind", ["csv", "xlsx"])
LEFT = "is kept out or left as it was"
Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    """Imports AliExpress orders, by their rows."""

    def bring(*rows: Cells, kind: str = "csv", encoding: str = "utf-8-sig") -> ImportReport:
        return import_file(
            write(tmp_path / f"orders.{kind}", HEADER, rows, encoding), tmp_path / "book.db"
        )

    return bring


def known(book: BookReader, name: str) -> Parcel:
    parcel = book.parcel(name)
    assert parcel is not None
    return parcel


def refusals(report: ImportReport) -> list[str]:
    return [str(refusal) for refusal in report.refused]


@KINDS
def test_an_aliexpress_order_is_read_from_its_two_crowded_cells(
    bring: Bring, book: BookReader, kind: str
) -> None:
    two = (
        f"{PRODUCT.format(1, 77, 2)}\n【2】Case, clear 【new】\n(商家编码:C-1)\n(产品数量:1 piece)"
    )
    done = bring(
        ali_row("8012345678901234", "China Post Registered Air Mail:rb 123456785 cn", two),
        kind=kind,
    )
    assert (done.profile, done.new, done.items, done.refused) == ("aliexpress", 1, 2, ())
    parcel = known(book, "8012345678901234")
    assert (parcel.tracking_number, parcel.service, parcel.country) == (
        "RB123456785CN",
        "China Post Registered Air Mail",
        "Spain",
    )
    assert (parcel.orders, parcel.list_codes) == (("8012345678901234",), ("8012345678901234",))
    assert parcel.items == (
        Item(
            "SKU-77",
            "2026 New Women Cotton T-Shirt Short Sleeve O-Neck Summer Casual Tops Plus"
            " Size Loose Tee 77",
            "Color:Red、Size:XL",
            2,
        ),
        Item("C-1", "Case, clear 【new】", "", 1),
    )


@KINDS
def test_only_orders_that_await_shipment_are_open(
    bring: Bring, book: BookReader, kind: str
) -> None:
    done = bring(
        ali_row("1", "EMS:EA000000001CN"),
        ali_row("2", "EMS:EA000000002CN", state="等待买家收货"),
        ali_row("3", "", "", state="等待买家付款"),
        kind=kind,
    )
    assert (done.new, done.passed_over, done.refused) == (2, 1, ())
    assert [book.standing(name) for name in "123"] == [
        Standing.OPEN,
        Standing.SHIPPED,
        Standing.CANCELLED,
    ]
    assert book.parcel("3") is None


def test_what_was_shipped_is_told_from_what_was_cancelled_and_stays_so(
    bring: Bring, book: BookReader
) -> None:
    rows = [ali_row(name, f"EMS:EA00000000{name}CN") for name in "123"]
    bring(*rows)
    shipped = ali_row("1", "EMS:EA000000001CN", state="等待买家收货")
    done = bring(shipped, ali_row("2", "", state="订单关闭"), rows[2])
    assert (done.shipped, done.cancelled, done.unchanged) == (1, 1, 1)
    assert (book.standing("1"), book.standing("2")) == (Standing.SHIPPED, Standing.CANCELLED)
    assert bring(rows[2]).vanished == 0
    assert book.standing("1") is Standing.SHIPPED
    assert bring(rows[0], rows[2]).changed == 1
    assert book.standing("1") is Standing.OPEN


@pytest.mark.parametrize(
    ("cells", "standing"),
    [
        ({"Fulfillment Status": "fulfilled"}, Standing.SHIPPED),
        ({"Fulfillment Status": "fulfilled", "Cancelled at": "2026-11-12"}, Standing.CANCELLED),
        ({"Financial Status": "refunded"}, Standing.CANCELLED),
        ({}, Standing.OPEN),
    ],
)
def test_of_several_words_on_a_parcel_the_gravest_counts(
    tmp_path: Path, book: BookReader, cells: dict[str, str], standing: Standing
) -> None:
    row = dict(zip(SHOPIFY_HEADER, SHOPIFY_ROWS[0], strict=True)) | cells
    import_file(
        write(tmp_path / "shopify.csv", SHOPIFY_HEADER, [tuple(row.values())]), tmp_path / "book.db"
    )
    assert book.standing("#1001") is standing


def test_an_order_that_loses_its_number_with_its_buyer_is_no_longer_open(
    bring: Bring, book: BookReader
) -> None:
    bring(ali_row("1", "EMS:EA000000001CN"), ali_row("2", "EMS:EA000000002CN"))
    done = bring(ali_row("1", "", state="订单关闭"), ali_row("2", "EMS:EA000000002CN"))
    assert (done.cancelled, done.unchanged, done.vanished, done.passed_over) == (1, 1, 0, 0)
    assert (book.standing("1"), book.standing("2")) == (Standing.CANCELLED, Standing.OPEN)
    assert book.label("EA000000001CN") == Label("EA000000001CN", waybill_of=frozenset("1"))


LISTS = (
    "must list products as 【1】name, (产品属性:…), (商家编码:…), (产品数量:1 …),"
    " each in a line of its own"
)
EDITED = "export the orders again, and do not edit this cell"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ali_row("2", ""),
            "实际发货物流:运单号 = '': must be one code: correct the cell and import again",
        ),
        (
            ali_row("2", "EMS:1.23E+15"),
            "实际发货物流:运单号 = '1.23E+15': is a number from which a spreadsheet may"
            " have dropped digits: format the"
            " column as text, fetch the codes again and import again",
        ),
        (
            ali_row("2", "EMS:EA1CN\nEMS:EA2CN"),
            r"实际发货物流:运单号 = 'E…:EA1CN\nE…:EA2CN': names 2 tracking numbers, must"
            r" be one: nothing tells which"
            " product is in which bag: import this order from the ERP's file, which has"
            " a row for each bag",
        ),
        (ali_row("2", "EMS:EA2CN", ""), f"{' '.join(HEADER[10].split())} = '': {LISTS}: {EDITED}"),
        (
            ali_row("2", "EMS:EA2CN", "【1】Tee\n(商家编码:T1)"),
            rf"{' '.join(HEADER[10].split())} = '【1】Tee\n(商家编码:T1)': {LISTS}: {EDITED}",
        ),
        (
            ali_row("2", "EMS:EA2CN", "【1】Tee\n(产品数量:0 piece)"),
            "quantity = '0': must be a whole number from 1 to 999999: correct the cell"
            " and import again",
        ),
        (
            ali_row("2", "EMS:EA2CN", state=""),
            "订单状态 = '': must not be empty: correct the cell and import again",
        ),
        (
            ali_row("2", "EMS:EA9CN"),
            "实际发货物流:运单号 = 'EA9CN': is on the waybill of parcel 9, must be on"
            " one: correct it, or if both"
            " orders are in one bag, leave one row and number it 9;2",
        ),
        (
            ali_row("9", "EMS:EA9CN"),
            "订单号 = '9': is in row 2 too, must be in one: delete one of the two and import again",
        ),
    ],
)
def test_a_bad_order_is_named_by_the_files_own_titles(
    bring: Bring, row: Cells, message: str
) -> None:
    done = bring(ali_row("9", "EMS:EA9CN"), row, ali_row("3", "EMS:EA3CN"))
    assert refusals(done) == [f"row 3: {message}; parcel {row[0]!r} {LEFT}"]
    assert done.new == (1 if row[0] == "9" else 2)


def test_an_order_said_twice_is_found_however_far_apart_and_in_a_later_file(bring: Bring) -> None:
    many = [ali_row(str(order), f"EMS:EA{order}CN") for order in range(10, 1500)]
    for _ in range(2):
        done = bring(ali_row("1", "EMS:EA1CN"), *many, ali_row("1", "EMS:EA1CN"))
        assert [(refusal.row, refusal.rule) for refusal in done.refused] == [
            (1493, "is in row 2 too, must be in one")
        ]


def test_two_orders_in_one_bag_are_one_parcel_with_both_numbers_on_its_list(
    bring: Bring, book: BookReader
) -> None:
    assert bring(ali_row("8012345678901234;8012345678901235", "EMS:EA1CN")).refused == ()
    both = frozenset({"8012345678901234;8012345678901235"})
    assert book.label("8012345678901234") == Label("8012345678901234", list_of=both)
    assert book.label("8012345678901235") == Label("8012345678901235", list_of=both)


def test_numbers_that_all_end_in_0_were_rounded_by_a_spreadsheet(
    bring: Bring, book: BookReader
) -> None:
    rows = [ali_row(f"80123456789012{n}0", f"EMS:EA{n}CN") for n in range(1, 7)]
    with pytest.raises(
        OrderFileError,
        match="all 6 order numbers of more than 15 digits end in 0: a spreadsheet has",
    ):
        bring(*rows)
    assert bring(*rows[:5]).new == 5
    assert bring(*rows, ali_row("8012345678901234", "EMS:EA9CN")).refused == ()


@pytest.mark.parametrize("written", ["{}\t", "'{}", "`{}", '="{}"', " {}\u3000"])
def test_marks_that_keep_a_code_text_are_no_part_of_it(
    bring: Bring, book: BookReader, written: str
) -> None:
    done = bring(ali_row(written.format("8012345678901234"), "EMS:EA1CN"))
    assert done.refused == ()
    assert known(book, "8012345678901234").list_codes == ("8012345678901234",)


def test_buyers_notes_may_have_lines_but_an_open_quote_is_found(
    bring: Bring, tmp_path: Path
) -> None:
    note = "please, write, on it:\nhappy birthday, Mum, from, all, of, us"
    assert bring(ali_row("1", "EMS:EA1CN", 订单备注=note)).refused == ()
    swallowed = ",".join(["2"] * 14)
    with pytest.raises(OrderFileError, match=r"row 2: .* an open quote swallows rows"):
        bring(ali_row("1", "EMS:EA1CN", 订单备注=f"x\n{swallowed}"))


@KINDS
def test_a_chinese_erps_merged_cells_split_orders_and_joined_orders(
    tmp_path: Path, book: BookReader, kind: str
) -> None:
    encoding = "gb18030"
    done = import_file(
        write(tmp_path / f"包裹.{kind}", ERP_HEADER, ERP_ROWS, encoding), tmp_path / "book.db"
    )
    assert (done.profile, done.new, done.items, done.passed_over, done.refused) == (
        "erp-zh",
        4,
        5,
        1,
        (),
    )
    parcel = known(book, "XM001")
    assert parcel.items == (Item("T1", "棉质T恤", "红色 / XL", 2), Item("T2", "手机壳", "", 1))
    assert (parcel.service, parcel.country, parcel.list_codes) == ("燕文挂号", "ES", ("XM001",))
    assert book.label("XM002") == Label("XM002", list_of=frozenset({"XM002"}))
    assert book.label("8012345678901235") is None  # it would fit both bags of the split order
    assert known(book, "XM004").orders == ("8012345678901236", "8012345678901237")


def test_lists_may_carry_what_the_store_prints_on_them(tmp_path: Path, book: BookReader) -> None:
    text = Path(str(files("samebag.orders").joinpath("profiles/erp-zh.toml"))).read_text(
        encoding="utf-8"
    )
    profile = tmp_path / "mine.toml"
    profile.write_text(
        text.replace('on_list = ["parcel"]', 'on_list = ["orders", "tracking_number"]'),
        encoding="utf-8",
    )
    import_file(
        write(tmp_path / "a.csv", ERP_HEADER, ERP_ROWS), tmp_path / "book.db", profile=str(profile)
    )
    assert known(book, "XM002").list_codes == ("8012345678901235", "LX000000002CN")
    split = book.label("8012345678901235")
    assert split is not None
    assert split.list_of == {"XM002", "XM003"}


def test_a_state_that_the_profile_does_not_know_is_refused_not_guessed(tmp_path: Path) -> None:
    rows = [ERP_ROWS[2], ("XM9", "9", "处理中", "LX000000009CN", "", "", "T", "", "", 1)]
    (refusal,) = import_file(
        write(tmp_path / "a.csv", ERP_HEADER, rows), tmp_path / "book.db"
    ).refused
    assert (refusal.row, refusal.column, refusal.value) == (3, "包裹状态", "处理中")
    assert refusal.rule.startswith("must be 等待您发货 or ")


def test_items_below_a_refused_row_do_not_come_to_the_parcel_above_it(
    tmp_path: Path, book: BookReader
) -> None:
    bad = ("XM9", "9", "待打单", "1.2E+9", "", "", "T9", "", "", 1)
    more = ("", "", "", "", "", "", "T10", "", "", 1)
    done = import_file(
        write(tmp_path / "a.csv", ERP_HEADER, [ERP_ROWS[2], bad, more]), tmp_path / "book.db"
    )
    assert [(refusal.row, refusal.column) for refusal in done.refused] == [
        (3, "运单号"),
        (4, "包裹号"),
    ]
    assert known(book, "XM002").items == (Item("T3", "发圈", "", 1),)
    assert book.parcel("XM9") is None


@KINDS
@pytest.mark.parametrize(
    ("name", "header", "rows", "first", "new", "passed_over", "still_open"),
    [
        ("shipstation", SHIPSTATION_HEADER, SHIPSTATION_ROWS, "SH1001", 2, 0, {"SH1001"}),
        ("shopify", SHOPIFY_HEADER, SHOPIFY_ROWS, "#1001", 3, 1, {"#1001"}),
        ("woocommerce", WOO_HEADER, WOO_ROWS, "1001", 2, 0, {"1001"}),
    ],
)
def test_shops_abroad_have_a_row_for_each_item(
    tmp_path: Path,
    book: BookReader,
    kind: str,
    name: str,
    header: tuple[str, ...],
    rows: tuple[Cells, ...],
    first: str,
    new: int,
    passed_over: int,
    still_open: set[str],
) -> None:
    done = import_file(write(tmp_path / f"orders.{kind}", header, rows), tmp_path / "book.db")
    assert (done.profile, done.new, done.passed_over, done.refused) == (name, new, passed_over, ())
    assert [(item.sku, item.name, item.quantity) for item in known(book, first).items] == [
        ("T1", "Tee", 2),
        ("T2", "Case", 1),
    ]
    assert {str(row[header.index(key(header))]) for row in rows} & open_in(book, rows) == still_open


def key(header: tuple[str, ...]) -> str:
    return next(title for title in ("order_number", "Order Number", "Name") if title in header)


def open_in(book: BookReader, rows: tuple[Cells, ...]) -> set[str]:
    cells = {str(cell) for row in rows for cell in row}
    return {cell for cell in cells if book.parcel(cell) and book.standing(cell) is Standing.OPEN}


def test_a_shop_without_tracking_numbers_says_which_column_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", SHOPIFY_HEADER[:-1], [row[:-1] for row in SHOPIFY_ROWS])
    with pytest.raises(
        OrderFileError,
        match=r"row 1 has no column tracking_number \(Tracking Number\), it has name,",
    ):
        import_file(path, tmp_path / "book.db")


def test_a_profile_that_is_named_is_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", WOO_HEADER, WOO_ROWS)
    with pytest.raises(
        OrderFileError,
        match=r"row 1 has no column parcel \(订单号\), tracking_number \(实际发货物流",
    ):
        import_file(path, tmp_path / "book.db", profile="aliexpress")
    assert import_file(path, tmp_path / "book.db", profile="woocommerce").new == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("columns = 5", "Expected `object`, got `int` - at `$.columns`"),
        ("[columns]\nparcels = ['A']", "Invalid enum value 'parcels' - at `key` in `$.columns`"),
        ("colour = 1\n[columns]", "Object contains unknown field `colour`"),
        ("= 1", "not TOML: Invalid statement (at line 1, column 1)"),
    ],
)
def test_a_profile_that_is_wrong_says_where(tmp_path: Path, text: str, fault: str) -> None:
    profile, orders = tmp_path / "mine.toml", write(tmp_path / "orders.csv", WOO_HEADER, WOO_ROWS)
    with pytest.raises(
        OrderFileError,
        match=r"profile .*mine.toml: No such file or directory: give the path of a prof",
    ):
        import_file(orders, tmp_path / "book.db", profile=str(profile))
    profile.write_text(text)
    with pytest.raises(OrderFileError) as raised:
        import_file(orders, tmp_path / "book.db", profile=str(profile))
    cure = (
        "correct that line"
        if "TOML" in fault
        else "correct it, or write it anew with samebag profile new"
    )
    assert str(raised.value) == f"profile {profile}: {fault}: {cure}"


def test_the_same_orders_under_two_names_are_one_order_each(
    tmp_path: Path, book: BookReader
) -> None:
    first, second = (write(tmp_path / name, WOO_HEADER, WOO_ROWS) for name in ("a.csv", "b.xlsx"))
    assert import_file(first, tmp_path / "book.db").new == 2
    done = import_file(second, tmp_path / "book.db")
    assert (done.new, done.unchanged, done.changed, done.vanished, done.items) == (0, 2, 0, 0, 3)
    assert len(known(book, "1001").items) == 2
