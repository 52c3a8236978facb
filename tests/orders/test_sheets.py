"""Which sheets of a workbook are taken, and what a person is told of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from samebag.orders.reading import ahead
from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.orders import raw_workbook

HEADER = ("parcel", "tracking_number", "orders", "status")
Rows = Sequence[Sequence[object]]


def order(number: int, status: object = "open") -> Sequence[object]:
    return (f"P{number}", f"LX{number}CN", f"80{number}", status)


def workbook(
    path: Path, sheets: Mapping[str, Rows], hidden: Mapping[str, str] | None = None
) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = (hidden or {}).get(name, "visible")
        for row in rows:
            sheet.append([*row])
    book.active = len(sheets) - 1
    book.save(path)
    return path


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_told_and_not_taken(tmp_path: Path, state: str) -> None:
    sheets: dict[str, Rows] = {"old": [HEADER, order(9)], "orders": [HEADER, order(1)]}
    path = workbook(tmp_path / "a.xlsx", sheets, {"old": state})
    done = import_file(path, tmp_path / "book.db")
    assert (done.new, done.sheets) == (1, ("sheet 'old' is hidden and was not taken",))


@pytest.mark.parametrize("large", [1 << 30, 0])
def test_sheets_with_the_same_columns_are_all_taken_and_their_rows_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(ahead, "LARGE_BYTES", large)
    sheets: dict[str, Rows] = {
        "notes": [["packed by hand"]],
        "July": [["Orders of July"], HEADER, order(1), order(2)],
        "August": [
            ["Orders of August"],
            [],
            [*HEADER, None],
            order(3, "nonsense"),
            order(4),
            ("Total", None, None),
        ],
    }
    done = import_file(workbook(tmp_path / "a.xlsx", sheets), tmp_path / "book.db")
    assert (done.new, done.refused_rows) == (3, 1)
    assert str(done.refused[0]).startswith("row 8 (row 4 of sheet 'August'): status = 'nonsense': ")
    assert (
        done.no_parcels[-1]
        == "row 10 (row 6 of sheet 'August') looks like a total and was passed over"
    )
    assert done.sheets == (
        "sheet 'August' is taken too: its row 1 is row 5 here",
        "sheet 'notes' has 1 rows and was not taken: its columns are not those of sheet 'July'",
    )
    assert done.warnings() == done.sheets


def test_a_copy_of_a_sheet_doubles_no_goods(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "a": [HEADER, order(1), order(2)],
        "a (2)": [HEADER, order(1), order(2)],
    }
    done = import_file(workbook(tmp_path / "a.xlsx", sheets), tmp_path / "book.db")
    assert (done.new, done.refused_rows) == (2, 0)
    assert done.sheets == (
        "sheet 'a (2)' begins as sheet 'a' does and was not taken: it looks like a copy",
    )


@pytest.mark.parametrize("again", [(1, 3), (3, 2), (2, 1)])
def test_what_two_sheets_say_of_a_parcel_is_not_joined(
    tmp_path: Path, again: tuple[int, int]
) -> None:
    header = [*HEADER, "name"]
    written: dict[str, Rows] = {
        "a": [header, [*order(1), "Mug"], [*order(2), "Mug"]],
        "b": [header, *([*order(number), "Mug"] for number in again)],
    }
    for _ in range(2):
        done = import_file(workbook(tmp_path / "a.xlsx", written), tmp_path / "book.db")
        twice = {1, 2} & {*again}
        assert {refusal.parcel for refusal in done.refused} == {f"P{number}" for number in twice}
        assert all(
            "is on two sheets, must be on one: delete one" in str(refusal)
            for refusal in done.refused
        )
        book = BookReader(tmp_path / "book.db")
        assert all(book.parcel(f"P{number}") is None for number in twice)
        book.close()


def test_hidden_rows_are_taken_and_told(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"orders": [HEADER, order(1), order(2), order(3, "cancelled")]}
    )
    book = openpyxl.load_workbook(path)
    for row in (3, 4, 90):
        book.active.row_dimensions[row].hidden = True
    book.save(path)
    done = import_file(path, tmp_path / "book.db")
    assert (done.new, done.may_leave) == (3, 2)
    assert done.sheets == (
        "sheet 'orders' hides 2 rows, as a filter does: they were taken all the same",
    )


def test_a_workbook_of_hidden_or_blank_sheets_is_refused(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {"a": [HEADER, order(1)], "b": [[" "]]}
    path = workbook(tmp_path / "a.xlsx", sheets, {"a": "hidden"})
    with pytest.raises(
        OrderFileError, match="no sheet that is shown holds anything: put the orders on one"
    ):
        import_file(path, tmp_path / "book.db")


BLANK_LINE = '<row r="9"><c r="D9" t="str"><f>IF(A9="","","x")</f><v></v></c></row>'


@pytest.mark.parametrize(("place", "refused"), [("D", 1), ("E", 1), ("F", 1), ("G", 0)])
def test_an_empty_result_is_refused_where_nothing_means_something(
    tmp_path: Path, place: str, refused: int
) -> None:
    """Of status, name, quantity and attributes; a row of nothing but such results waits for
    orders."""
    titles = [*HEADER, "name", "quantity", "attributes"]
    cells = ["P1", "LX1CN", "801", "open", "Mug", "1", "red"]
    written = [
        "".join(
            f'<c r="{letter}{row}" t="str"><f>A1</f><v></v></c>'
            if row == 2 and letter == place
            else f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
            for letter, text in zip("ABCDEFG", texts, strict=True)
        )
        for row, texts in enumerate([titles, cells], 1)
    ]
    rows = "".join(f'<row r="{row}">{xml}</row>' for row, xml in enumerate(written, 1))
    done = import_file(
        raw_workbook.workbook(tmp_path / "a.xlsx", rows + BLANK_LINE), tmp_path / "book.db"
    )
    assert (done.refused_rows, done.new) == (refused, 1 - refused)


def test_a_formula_without_result_is_refused_in_numbered_columns_and_no_matter_where_none_reads(
    tmp_path: Path,
) -> None:
    titles = [
        "parcel",
        "tracking_number",
        "orders",
        "sku 1",
        "quantity 1",
        "sku 2",
        "quantity 2",
        "profit",
    ]
    rows: Rows = [
        titles,
        ["P1", "LX1CN", "801", "A", 1, "=A1", 1, 1],
        ["P2", "LX2CN", "802", "A", 1, "B", 1, "=1+1"],
    ]
    done = import_file(workbook(tmp_path / "a.xlsx", {"a": rows}), tmp_path / "book.db")
    assert (done.new, [(refusal.row, refusal.column) for refusal in done.refused]) == (
        1,
        [(2, "sku")],
    )
