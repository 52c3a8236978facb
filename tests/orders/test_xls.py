"""Files in Excel's old format: read whole as a person sees them, or refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from samebag.orders.reading.odd_rows import NO_VALUE
from samebag.orders.taking.importer import import_file
from samebag.orders.workbooks import xls
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader

HEADER = ("parcel", "tracking_number", "orders", "status", "name")


def saved(path: Path) -> Path:
    """Two sheets with orders behind a hidden one, with cells of all kinds; xlwt saves no formula's
    result."""
    book = xlwt.Workbook()
    old, orders, more = (book.add_sheet(name) for name in ("old", "订单", "more"))
    old.visibility = 1
    zeros = xlwt.easyxf(num_format_str="00000000000000")
    rows: dict[xlwt.Worksheet, list[list[object]]] = {
        old: [["P9", "LX9CN", "809", "open", ""]],
        orders: [
            ["P1", 5976834252345, 801234567890123, "open", "杯 x"],
            ["P2", "LX2CN", "802", xlwt.Formula('IF(1=1;"shipped";"")'), ""],
            ["P3", "LX3CN", 8012345678901230, "", ""],
            ["P4", "LX4CN", "804", "", ""],
            ["P5", True, "805", "", ""],
        ],
        more: [
            ["P6", "LX6CN", "806", "cancelled", ""],
            ["P7", "LX7CN", xlwt.Formula("1/0"), "", ""],
        ],
    }
    for sheet, written in rows.items():
        for row, cells in enumerate([HEADER, *written]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell, *([zeros] if cell == 5976834252345 else []))
    orders.row(4).hidden = True
    book.save(str(path))
    return path


def test_an_xls_file_says_what_a_person_sees_in_it(tmp_path: Path) -> None:
    done = import_file(saved(tmp_path / "a.xls"), tmp_path / "book.db")
    known = BookReader(tmp_path / "book.db")
    first = known.parcel("P1")
    known.close()
    assert first is not None
    assert (first.tracking_number, first.orders) == ("05976834252345", ("801234567890123",))
    assert (done.new, done.may_leave) == (3, 2)
    assert [
        (refusal.row, refusal.column, refusal.rule == NO_VALUE) for refusal in done.refused
    ] == [
        (3, "status", True),
        (4, "orders", False),
        (6, "tracking_number", False),
        (9, "orders", True),
    ]
    assert done.sheets == (
        "sheet '订单' hides 1 rows, as a filter does: they were taken all the same",
        "sheet 'more' is taken too: its row 1 is row 7 here",
        "sheet 'old' is hidden and was not taken",
    )


def test_a_formula_saved_as_zero_has_no_result(tmp_path: Path) -> None:
    content = saved(tmp_path / "a.xls").read_bytes()
    empty = struct.pack("<Q", 0xFFFF000000000003)  # as xlwt saves it
    assert empty in content
    (tmp_path / "a.xls").write_bytes(content.replace(empty, bytes(8)))
    done = import_file(tmp_path / "a.xls", tmp_path / "book.db")
    assert [refusal.row for refusal in done.refused if refusal.rule == NO_VALUE] == [3, 9]


def test_an_xls_file_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xls, "MOST_BYTES", 1000)
    with pytest.raises(
        OrderFileError, match=r"is an \.xls file of more than 0 MB: save it as XLSX or CSV"
    ):
        import_file(saved(tmp_path / "a.xls"), tmp_path / "book.db")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), max_size=6), st.integers(0, 9000)
)
@example([(48, 255), (68, 255)], 9000)
def test_a_torn_xls_file_is_a_report_or_one_line(
    tmp_path: Path, scratches: list[tuple[int, int]], end: int
) -> None:
    path = tmp_path / "a.xls"
    content = bytearray(saved(path).read_bytes())
    for place, byte in scratches:
        content[place % len(content)] = byte
    path.write_bytes(content[: max(end, 4)])
    try:
        import_file(path, tmp_path / "book.db")
    except OrderFileError as err:
        assert str(err).count(": ") >= 2
