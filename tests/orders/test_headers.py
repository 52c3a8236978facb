"""The table as a person sees it: what stands above its header, below it and between its rows is
told, never taken."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from samebag.core.parcels import Parcel
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader

LX, RB = "LX123456785CN", "RB123456785CN"
TITLES = "parcel,tracking_number,orders,sku,name,quantity"
ONE, TWO = f"P-1,{LX},8012345678901234,S1,Mug,1", f"P-2,{RB},8012345678905678,S2,Plate,3"
GOOD = f"{TITLES}\n{ONE}\n{TWO}\n"
ABOVE = "row {} stands above the column names and was passed over"
TOTAL = "row {} looks like a total and was passed over"
FOOTER = "row {} looks like a note of the program that wrote the file and was passed over"
EXPLAINS = "row {} looks like an explanation of the columns and was passed over"
AGAIN = "row {} is the header again and was passed over"


def bring(folder: Path, content: str | bytes, name: str = "orders.csv") -> ImportReport:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_file(path, folder / "book.db", source="shop")


def parcel_in(folder: Path, name: str) -> Parcel | None:
    with closing(BookReader(folder / "book.db")) as book:
        return book.parcel(name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"\n\n{GOOD}", []),
        (f"\ufeff\r\n,,,,,\r\n{GOOD}", []),
        (f"\ufeff\ufeff{GOOD}", []),
        (f"Orders of the shop,,,,,\n\n{GOOD}", [1]),
        (f"Orders of the shop\nFrom 2026-11-01 to 2026-11-26\n\n{GOOD}", [1, 2]),
        (f"订单导出,2026-11-26\n{GOOD}", [1]),
        (f"sep=,\n{GOOD}", []),
        (f"\ufeffSEP=;\r\n{GOOD.replace(',', ';')}", []),
        (f'"sep=|"\n{GOOD.replace(",", "|")}', []),
        (GOOD.replace(",", "|"), []),
        (f"Shop: a, b, c, d, e, f, g, h\n{GOOD.replace(',', ';')}", [1]),
        (GOOD.replace("\n", ",\n"), []),
        (f"{TITLES},,\n{ONE}\n{TWO}\n", []),
        (f"{TITLES}\n{ONE},,\n{TWO},,\n", []),
        (GOOD.replace(",", "\t").replace("\n", "\t\n"), []),
    ],
)
def test_the_header_is_found_by_its_titles_and_what_stands_above_is_told(
    tmp_path: Path, text: str, told: list[int]
) -> None:
    done = bring(tmp_path, text)
    assert (done.new, done.items, done.refused) == (2, 2, ())
    assert list(done.no_parcels) == [ABOVE.format(row) for row in told]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    bad = GOOD.replace("Plate,3", "Plate,0")
    for text, row in ((f"Title\n\n{bad}", 5), (f"sep=,\n{bad}", 3), (f"\n{bad}", 4)):
        assert [refusal.row for refusal in bring(tmp_path, text).refused] == [row]


def test_a_sheet_may_have_titles_above_and_a_total_below(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = ["2026年11月订单", "", *GOOD.split(), "合计,,,,,4"]
    for row in rows:
        book.active.append([cell or None for cell in row.split(",")])
    book.save(tmp_path / "orders.xlsx")
    done = import_file(tmp_path / "orders.xlsx", tmp_path / "book.db")
    assert (done.new, done.refused, done.no_parcels) == (2, (), (ABOVE.format(1), TOTAL.format(6)))


def test_no_row_of_a_parcel_is_the_header_nor_lost_above_it(tmp_path: Path) -> None:
    with pytest.raises(OrderFileError, match="row 1 has no column tracking_number"):
        bring(tmp_path, f"Title\n{ONE}\n{TWO}\n".replace("Title", "parcel,orders"))
    for above in (ONE, f"8012345678901234,x,{LX}", "P-1,12345,801"):
        with pytest.raises(
            OrderFileError, match="row 1 has a parcel above the column names in row 2"
        ):
            bring(tmp_path, f"{above}\n{TITLES}\n{TWO}\n")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Total,,,,,4", TOTAL),
        (",,,,Total:,4", TOTAL),
        ("合计,,,,,4", TOTAL),
        ("合计：2单,,,,,4", TOTAL),
        ("Summe,,,,,", TOTAL),
        ("Total,,,,,", TOTAL),
        ("Grand Total,,,,€ 12.50,4", TOTAL),
        ("Total,4", TOTAL),
        ("合计,,,,,4件", TOTAL),
        (",,,,,4", TOTAL),
        (TITLES, AGAIN),
        (f"\ufeff{TITLES}", AGAIN),
        (TITLES.replace(",", ',"', 1).replace(",orders", '",orders'), AGAIN),
        ("Exported at 2026-11-26 10:00:00,,,,,", FOOTER),
        ("Exported at 2026-11-26 10:00:00", FOOTER),
        ("导出时间：2026-11-26,,,,,", FOOTER),
        ('2,record(s) downloaded," from Nov-25-26 00:00:00 to Nov-28-26 23:59:59"', FOOTER),
        ("Seller ID : shop", FOOTER),
        ("Notes:,,,,,", FOOTER),
        ("----,----,----,----,----,----", "row {} is a drawn line and was passed over"),
    ],
)
def test_a_row_that_is_no_parcel_is_passed_over_and_told(
    tmp_path: Path, row: str, told: str
) -> None:
    done = bring(tmp_path, f"{GOOD}{row}\n")
    assert (done.new, done.refused, done.no_parcels) == (2, (), (told.format(4),))
    assert f"  {told.format(4)}" in done.counts()


@pytest.mark.parametrize(
    "row",
    [
        "Total,,8012345678907777,,,4",
        "Total,LX1,,,,4",
        ",,,12,,4",
        ",,801,,,4",
        ",,,S9,Total,4",
        "Total,,,S9,Mug,4",
        "P-9",
        "P-9,Max Muster",
        "12,Max Muster",
        "8012345678907777,from Nov-25-26",
        "Exported at 2026-11-26,LX123456799CN,,,,",
        ",,,,Blue mug with a long name,",
        "P-9,,8012345678907777,S1,Mug,1",
        ",LX123456799CN,8012345678907777,S1,Mug,1",
    ],
)
def test_a_row_that_may_be_of_a_parcel_is_never_passed_over(tmp_path: Path, row: str) -> None:
    done = bring(
        tmp_path, f"{GOOD}{row}\n{ONE.replace('P-1', 'P-3').replace(LX, 'LX123456794CN')}\n"
    )
    assert (done.no_parcels, done.refused_rows + done.no_number) == ((), 1)


def test_explanations_under_the_header_are_passed_over_there_only(tmp_path: Path) -> None:
    explains = (
        "Unique number of the parcel,The parcel's tracking number,Order numbers,"
        "Platform text,Text,Pieces sold"
    )
    done = bring(tmp_path, f"{TITLES}\n{explains}\n{ONE}\n{TWO}\n")
    assert (done.new, done.refused, done.no_parcels) == (2, (), (EXPLAINS.format(2),))
    assert bring(tmp_path, f"{TITLES}\n{ONE}\n{explains}\n{TWO}\n").refused_rows == 1
    required = "Required,Required,Required,Optional,Optional,Optional"
    assert bring(tmp_path, f"{TITLES}\n{required}\n{ONE}\n{TWO}\n").no_parcels == (
        EXPLAINS.format(2),
    )
    example = "e.g. P-1,e.g. LX123456785CN,e.g. 801,,,"
    assert bring(tmp_path, f"{TITLES}\n{example}\n{ONE}\n{TWO}\n").refused_rows == 1
    with_code = explains.replace("Order numbers", "8012345678901234")
    assert bring(tmp_path, f"{TITLES}\n{with_code}\n{ONE}\n{TWO}\n").refused_rows == 1


def test_a_total_between_merged_cells_is_no_item_of_the_parcel_above(tmp_path: Path) -> None:
    header = "包裹号,订单号,运单号,状态,SKU,商品名称,数量"
    rows = (
        f"P1,801,{LX},待发货,A,Mug,1\n,,,,,,7\n,,,,B,Cup,2\n,,,,,合计,3\nP2,802,{RB},"
        "待发货,C,Pen,1\n"
    )
    done = bring(tmp_path, f"{header}\n{rows}")
    assert (done.new, done.items, done.no_parcels) == (2, 3, (TOTAL.format(5),))


def test_a_header_with_other_columns_in_the_middle_ends_the_import(tmp_path: Path) -> None:
    other = "parcel,orders,tracking_number,sku,name,quantity"
    with pytest.raises(
        OrderFileError, match="row 4 has column names again, and other ones than row 1"
    ):
        bring(tmp_path, f"{GOOD}{other}\n{ONE}\n")


def test_a_row_too_wide_is_refused_where_not_all_are(tmp_path: Path) -> None:
    done = bring(tmp_path, f"{TITLES},note\n{ONE},\nP-2,{RB},802,S,Plate, blue,3,\n")
    assert (done.new, [refusal.row for refusal in done.refused]) == (1, [3])
