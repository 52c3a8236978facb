"""Whatever is called an order file: refused in words, row by row where it can be, and never a
crash."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from samebag.orders.meaning.products import split_products, split_shipment
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.profile import load_profiles
from samebag.orders.reading.odd_rows import NO_VALUE
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.bench.aliexpress import HEADER
from tests.orders.exports import (
    ERP_HEADER,
    ERP_ROWS,
    SHIPSTATION_HEADER,
    SHIPSTATION_ROWS,
    SHOPIFY_HEADER,
    SHOPIFY_ROWS,
    WOO_HEADER,
    WOO_ROWS,
    ali_row,
    write,
)

ALI_ROWS = [ali_row(str(order), f"EMS:EA{order}CN") for order in (1, 2, 3)]
FORMATS = {
    "aliexpress": (HEADER, ALI_ROWS),
    "erp-zh": (ERP_HEADER, ERP_ROWS),
    "shipstation": (SHIPSTATION_HEADER, SHIPSTATION_ROWS),
    "shopify": (SHOPIFY_HEADER, SHOPIFY_ROWS),
    "woocommerce": (WOO_HEADER, WOO_ROWS),
}
SEVERAL = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def take(folder: Path, content: bytes, profile: str = "auto") -> ImportReport | None:
    """None for a file of which nothing was taken. Any other end than that or a report is a
    crash."""
    path = folder / "orders.file"
    path.write_bytes(content)
    try:
        return import_file(path, folder / "book.db", profile=profile)
    except OrderFileError as err:
        message = str(err)
        assert message.startswith(f"{path}: ")
        assert message.count(": ") >= 2
        return None


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("samples")
    return {
        f"{name}.{kind}": write(folder / f"{name}.{kind}", header, rows).read_bytes()
        for name, (header, rows) in FORMATS.items()
        for kind in ("csv", "xlsx")
    }


@SEVERAL
@given(st.binary(max_size=400), st.sampled_from(["auto", *load_profiles("auto")]))
@example(b"PK\x03\x04", "auto")
@example(b"\xef\xbb\xbf", "auto")
@example('"订单号'.encode(), "aliexpress")
@example(b'sep="\r\n', "auto")
@example(b"sep=\r\n", "auto")
@example(b"sep=;", "auto")
@example(b"\xff\xfe", "auto")
@example(b"\xff\xfea\0", "auto")
@example(b"\0a" * 9, "auto")
@example(b"\xe9", "auto")
@example(b"SKU 1,SKU 2\n", "auto")
def test_any_bytes_are_a_report_or_one_line(tmp_path: Path, content: bytes, profile: str) -> None:
    take(tmp_path, content, profile)


@SEVERAL
@given(st.data())
def test_good_files_that_were_torn_or_scratched_are_too(
    tmp_path: Path, samples: dict[str, bytes], data: st.DataObject
) -> None:
    content = bytearray(samples[data.draw(st.sampled_from(sorted(samples)))])
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    take(tmp_path, bytes(content[: data.draw(st.integers(0, len(content)))]))


cells = st.sampled_from(
    ["", "1", "EMS:EA1CN", "等待您发货", "待打单", "=1+1", "1E+15", "【1】", '"', "\n", "，"]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@SEVERAL
@given(
    st.lists(st.lists(cells, min_size=10, max_size=10), max_size=8),
    st.sampled_from(sorted(FORMATS)),
)
def test_every_order_is_taken_or_passed_over_or_refused(
    tmp_path: Path, drawn: list[list[str]], name: str
) -> None:
    (tmp_path / "book.db").unlink(missing_ok=True)
    header = FORMATS[name][0]
    orders = [(row * 3)[: len(header)] for row in drawn]
    done = take(
        tmp_path, write(tmp_path / "orders.csv", header, orders, "utf-8").read_bytes(), name
    )
    if done is not None and name == "aliexpress":
        told = done.new + done.passed_over + done.refused_rows
        written = sum(bool("".join(order).strip()) for order in orders)
        assert told == written if done.refused_rows == 0 else told <= written


@given(
    st.text(st.sampled_from("【】12\n()产品数量属性商家编码:：, abc"), max_size=60)
    | st.text(max_size=60)
)
def test_the_crowded_cells_are_split_or_refused(cell: str) -> None:
    for split in (split_products, split_shipment):
        try:
            assert split(cell)
        except BadCell as bad:
            assert bad.rule


def packed(sheet: str, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook with one sheet of that XML."""
    plain, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    head = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = (
                f"{head}{sheet}</sheetData></worksheet>".encode()
                if part == name
                else old.read(part)
            )
            new.writestr(part, content)
    return made.getvalue()


APART = (
    "spans 16384 columns, must be 2000 at most: delete what lies apart from the"
    " orders, or save it as CSV"
)
NO_CELL = (
    "cannot be read as a spreadsheet: has cell {} in row 1, where it cannot be:"
    " save it again as XLSX or CSV"
)
EMPTY = "no sheet that is shown holds anything: put the orders on one"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', APART),
        ('<row r="1048576"><c r="XFD1048576"/></row>', EMPTY),
        ("<row r='1'><c s='1'\nr = 'xfd1048576'/></row>", NO_CELL.format("xfd1048576")),
        ('<row r="1"><c r="ZZZZZZZZ99999999999"/></row>', NO_CELL.format("ZZZZZZZZ99999999999")),
        ('<row r="1"><c r="A1"/></row><row r="1048576"><c/></row>', EMPTY),
        ("<row>" + "<c/>" * 10**6 + "</row>", NO_CELL.format("16385")),
    ],
)
def test_cells_far_apart_neither_fill_the_memory_nor_shift_others(
    tmp_path: Path, sheet: str, message: str
) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(packed(sheet))
    with pytest.raises(OrderFileError) as raised:
        import_file(path, tmp_path / "book.db")
    assert str(raised.value) == f"{path}: {message}"


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed('<row r="1"><c r="A1"><v>1</v></c></row>' * 1000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    while (place := content.find(struct.pack("<I", size))) >= 0:
        content[place : place + 4] = struct.pack("<I", 10)
    path = tmp_path / "orders.xlsx"
    path.write_bytes(bytes(content))
    with pytest.raises(
        OrderFileError,
        match=r"cannot be read as a spreadsheet: Bad CRC-32 .*: save it again as XLSX",
    ):
        import_file(path, tmp_path / "book.db")


def test_formulas_are_never_worked_out(tmp_path: Path) -> None:
    rows = [[*row] for row in ALI_ROWS]
    rows[1][HEADER.index("订单号")] = '="8"&"9"'
    rows[2][HEADER.index("实际发货物流:运单号")] = "=HYPERLINK(A1)"
    done = import_file(write(tmp_path / "orders.xlsx", HEADER, rows), tmp_path / "book.db")
    assert done.new == 1
    assert [(refusal.row, refusal.column, refusal.rule) for refusal in done.refused] == [
        (3, "订单号", NO_VALUE),
        (4, "实际发货物流:运单号", NO_VALUE),
    ]


def test_a_row_of_a_million_cells_is_no_row(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", WOO_HEADER, [*WOO_ROWS, ["x"] * 10**6])
    with pytest.raises(
        OrderFileError,
        match="row 5: must have 9 cells as the header has, has 1000000: export the orders",
    ):
        import_file(path, tmp_path / "book.db")


def test_two_encodings_in_one_file_are_none(tmp_path: Path) -> None:
    good = write(tmp_path / "orders.csv", ERP_HEADER, ERP_ROWS, "utf-8").read_bytes()
    mixed = good + "XM9,9,待打单,LX9CN,,,T,\u20ac灯,,1\r\n".encode("utf-16-le").replace(
        b"\0", b"\x80\xff"
    )
    assert take(tmp_path, good) is not None
    assert take(tmp_path, mixed) is None


def test_of_a_file_cut_short_in_a_row_that_parcel_is_left_out(tmp_path: Path) -> None:
    content = write(tmp_path / "orders.csv", WOO_HEADER, [*WOO_ROWS, WOO_ROWS[0]]).read_bytes()
    done = take(tmp_path, content[:-30])
    assert done is not None
    assert (done.new, done.refused_rows) == (1, 1)
    book = BookReader(tmp_path / "book.db")
    assert (book.parcel("1001"), book.parcel("1002") is not None) == (None, True)
    book.close()
