"""What is wrong in an order file is named to the cell, and never half taken."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest

from samebag.core.parcels import Standing
from samebag.orders.meaning.cells import UNKNOWN_WORD
from samebag.orders.profile import COLUMNS
from samebag.orders.taking.importer import import_file
from samebag.ports import OrderFileError
from samebag.store.book.reader import BookReader
from tests.orders.order_files import Desk, Row, row

AGAIN = "correct the cell and import again"
NO_SIGNS = "must have no control characters, nor such as turn the writing around"
IS_OURS = "is a code that Samebag prints for itself: give the one of the label"
MANGLED = (
    "is a number from which a spreadsheet may have dropped digits: format the column"
    " as text, fetch the codes again and"
    " import again"
)
SEVERAL = (
    "holds 2 numbers, and nothing tells which goods are in which bag: export a row"
    " for each parcel, or import this"
    " order from the ERP's file, which has one"
)
HEADER = ",".join(COLUMNS) + "\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_shifted_row_shows_no_more_of_the_buyer_than_initials(desk: Desk) -> None:
    head, good = "parcel,tracking_number,orders,sku,quantity", "P1,LX1CN,801,S,1"
    shifted = ("P2,Maria da Silva;Rua Augusta 12,802,S,1", "P3,LX3CN,803,S,Silva", "P4,Maria Silva")
    report = desk.bring_text("\n".join([head, good, *shifted]))
    said = "\n".join(map(str, report.refused))
    assert (report.new, report.refused_rows) == (1, 3)
    assert not [name for name in ("Maria", "Silva", "Augusta") if name in said]
    assert "tracking_number = 'M… d… S…;R… A… 12': must be a number as a waybill bears it" in said


@pytest.mark.parametrize(
    ("cells", "good", "message"),
    [
        ({"tracking_number": ""}, None, f"tracking_number = '': must be one code: {AGAIN}"),
        ({"tracking_number": "LX1;LX2"}, "LX1", f"tracking_number = 'LX1;LX2': {SEVERAL}"),
        ({"tracking_number": "1.23E+15"}, "123E15", f"tracking_number = '1.23E+15': {MANGLED}"),
        ({"orders": "801;1.23457E+14"}, "801;8123457E14", f"orders = '801;1.23457E+14': {MANGLED}"),
        ({"list_codes": "5,03e+14"}, "5-03e14", f"list_codes = '5,03e+14': {MANGLED}"),
        (
            {"waybill_codes": "123456789.0"},
            "123456789",
            f"waybill_codes = '123456789.0': {MANGLED}",
        ),
        (
            {"orders": ""},
            "801",
            f"orders = '': one of orders and list_codes must be given: {AGAIN}",
        ),
        (
            {"quantity": "0"},
            "1",
            f"quantity = '0': must be a whole number from 1 to 999999: {AGAIN}",
        ),
        (
            {"quantity": "1.5"},
            "",
            f"quantity = '1.5': must be a whole number from 1 to 999999: {AGAIN}",
        ),
        (
            {"quantity": "2.000"},
            "2.00",
            f"quantity = '2.000': must be a whole number from 1 to 999999: {AGAIN}",
        ),
        (
            {"print_order": "-1"},
            "0",
            f"print_order = '-1': must be a whole number from 0 to 999999999999999: {AGAIN}",
        ),
        (
            {"status": "sent"},
            "OPEN",
            f"status = 'sent': must be open or shipped or cancelled: {UNKNOWN_WORD}",
        ),
        ({"list_codes": "80\x072"}, "80\x1d2", f"list_codes = '80\\x072': {NO_SIGNS}: {AGAIN}"),
        ({"orders": "80\u202e2"}, "\u202d802\u202c", f"orders = '80\\u202e2': {NO_SIGNS}: {AGAIN}"),
        (
            {"waybill_codes": "80\ue0002"},
            "80\u00a02",
            f"waybill_codes = '80\\ue0002': {NO_SIGNS}: {AGAIN}",
        ),
        (
            {"list_codes": "80А2"},
            "80A2",
            f"list_codes = '80А2': must be a code as a label bears it: {AGAIN}",
        ),
        (
            {"waybill_codes": "80Α2"},
            "80A2",
            f"waybill_codes = '80Α2': must be a number as a waybill bears it: {AGAIN}",
        ),
        ({"orders": "802;SAMEBAG-UNDO"}, "SAMEBAGS-2", f"orders = '802;S…': {IS_OURS}"),
        ({"list_codes": "sl|802"}, "XSL|802", f"list_codes = 's…|802': {IS_OURS}"),
        ({"waybill_codes": "ＳＨ｜1｜2"}, "ＳＨ1", f"waybill_codes = 'ＳＨ｜1｜2': {IS_OURS}"),
        (
            {"tracking_number": "S\u200bB1|P1|1"},
            "SB1P1",
            f"tracking_number = 'S\\u200bB1|P1|1': {IS_OURS}",
        ),
        (
            {"name": "a\x07b"},
            "a\u3000b",
            f"name = 'a\\x07b': must have no control characters or line breaks: {AGAIN}",
        ),
        (
            {"name": "two\nlines"},
            "",
            f"name = 'two\\nlines': must have no control characters or line breaks: {AGAIN}",
        ),
        (
            {"name": "x" * 501},
            "x" * 500,
            f"name = '{'x' * 60}…': must have 500 characters at most, has 501: {AGAIN}",
        ),
        (
            {"orders": "8" * 81},
            "8" * 80,
            f"orders = '{'8' * 60}…': a code must have 80 characters at most, has 81: {AGAIN}",
        ),
        (
            {"sku": "", "attributes": "红色"},
            "",
            f"name = '': an item (红色) must have a sku or a name: {AGAIN}",
        ),
    ],
)
def test_a_bad_cell_is_named_with_its_rule_and_cure(
    desk: Desk, cells: Row, good: str | None, message: str
) -> None:
    done = desk.bring(row("P1"), row("P2", **cells))
    expected = f"row 3: {message}; parcel 'P2' is kept out or left as it was"
    assert [str(refusal) for refusal in done.refused] == [expected]
    assert (done.new, done.refused_rows) == (1, 1)
    if good is not None:
        column = list(cells)[-1]
        assert desk.bring(row("P1"), row("P2", **(cells | {column: good}))).refused == ()


@pytest.mark.parametrize(
    ("name", "rule"),
    [("SL|2", IS_OURS), ("P\u200f2", NO_SIGNS), ("samebag-clear", IS_OURS), ("SL-2", "")],
)
def test_a_parcels_name_is_no_code_of_ours_nor_shown_otherwise_than_it_is(
    desk: Desk, name: str, rule: str
) -> None:
    said = [
        str(refusal) for refusal in desk.bring(row("P1"), {**row("P2"), "parcel": name}).refused
    ]
    assert [rule in one for one in said] == ([True] if rule else [])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            {},
            {"tracking_number": "LX9"},
            "tracking_number = 'LX9': contradicts 'LX1CN' in row 2 of the same parcel",
        ),
        ({}, {"country": "FR"}, "country = 'FR': contradicts 'ES' in row 2 of the same parcel"),
        (
            {},
            {"status": "open"},
            "status = 'open': contradicts 'cancelled' in row 2 of the same parcel",
        ),
        (
            {"status": "open"},
            {"status": "cancelled"},
            "status = 'cancelled': contradicts 'open' in row 2 of the same parcel",
        ),
        (
            {},
            {"orders": "802;803"},
            "orders = '802;803': contradicts '801' in row 2 of the same parcel",
        ),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_rows_of_a_parcel_that_contradict_each_other_keep_it_out(
    desk: Desk, before: Row, after: Row, message: str, apart: bool
) -> None:
    first = row("P1", country="ES", status="cancelled", list_codes="L1") | before
    between = [row("P2")] if apart else []
    done = desk.bring(first, *between, first | after)
    number = 3 + len(between)
    cure = "make the rows of the parcel agree and import again"
    assert [str(refusal) for refusal in done.refused] == [
        f"row {number}: {message}: {cure}; parcel 'P1' is kept out or left as it was"
    ]
    assert done.new == len(between)


def test_empty_cells_of_further_rows_say_nothing(desk: Desk) -> None:
    first = row("P1", country="ES", status="cancelled", print_order="0", waybill_codes="LP1")
    done = desk.bring(row("P1"), first, row("P2"), row("P1"))
    assert (done.refused, done.new, done.items) == ((), 2, 4)
    book = BookReader(desk.book_path)
    parcel = book.parcel("P1")
    assert parcel is not None
    assert (parcel.country, parcel.standing, parcel.print_order) == ("ES", Standing.CANCELLED, 0)
    assert book.label("LP1") is not None
    book.close()


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_a_parcel_with_a_refused_row_is_never_taken_in_part(
    desk: Desk, known: bool, apart: bool
) -> None:
    if known:
        desk.bring(row("P1"), row("P2"))
    between = [row("P2")] if apart else []
    done = desk.bring(row("P1", sku="S8"), *between, row("P1", sku="S9", quantity="x"))
    assert (done.refused_rows, done.changed, done.vanished) == (1, 0, 0)
    book = BookReader(desk.book_path)
    parcel = book.parcel("P1")
    assert (parcel is not None and [item.sku for item in parcel.items]) == (
        ["S1"] if known else False
    )
    assert (book.label("LX1CN") is not None) is known
    book.close()


def test_a_waybill_code_on_two_parcels_refuses_the_second(desk: Desk) -> None:
    done = desk.bring(row("P1", waybill_codes="LP1"), row("P2", tracking_number="lp1"), row("P3"))
    message = (
        "is on the waybill of parcel P1, must be on one: correct it, or name this"
        " parcel P1 as before"
    )
    kept = "is kept out or left as it was"
    assert [str(refusal) for refusal in done.refused] == [
        f"row 3: tracking_number = 'LP1': {message}; parcel 'P2' {kept}"
    ]
    assert done.new == 2
    moved = desk.bring(row("P1", waybill_codes="LP1"), row("P3", waybill_codes="LP1"))
    assert [str(refusal) for refusal in moved.refused] == [
        f"row 3: waybill_codes = 'LP1': {message}; parcel 'P3' {kept}"
    ]
    assert (moved.unchanged, moved.changed, moved.vanished) == (1, 0, 0)


def test_a_code_of_an_old_label_is_not_given_to_another_parcel(desk: Desk) -> None:
    """The old label may still be about: on the other parcel's bag it would turn green with the
    wrong address."""
    desk.bring(row("P1"))
    desk.bring(row("P1", tracking_number="LX7CN"), reprinted=True)
    assert (
        desk.bring(
            row("P1", tracking_number="LX7CN"), row("P2", tracking_number="LX1CN")
        ).refused_rows
        == 1
    )


@pytest.mark.parametrize(
    ("line", "message", "taken"),
    [
        (
            ",LX1CN,,801,,,,,,S9,,,1",
            "parcel = '': must not be empty: give every row its parcel and import"
            " again; the row is left out",
            "P2",
        ),
        ("1E+3,LX1CN,,801,,,,,,S9,,,1", f"parcel = '1E+3': {MANGLED}; the row is left out", "P2"),
        (
            "P1,LX1CN,,801",
            "row = 'P1,LX1CN,,801': must have 13 cells as the header has, has 4:"
            " put cells that hold the delimiter into quotes and import again; the row is left out",
            "P2 P3",
        ),
        (
            "x,P1,LX1CN,,801,,,,,,,S9,,,1",
            "row = 'x,P1,LX1CN,,801,,,,,,,S9,,,1': must have 13 cells as the header has, has 15:"
            " put cells that hold the delimiter into quotes and import again; the row is left out",
            "P2 P3",
        ),
    ],
)
def test_a_row_that_does_not_tell_its_parcel_spoils_all_that_it_may_belong_to(
    desk: Desk, line: str, message: str, taken: str
) -> None:
    done = desk.bring_text(
        f"{HEADER}P1,LX1CN,,801,,,,,,S1,,,1\nP2,LX2CN,,802,,,,,,S2,,,1\nP3,LX3CN,,803,,,,"
        f",,,,,\n{line}\n"
    )
    assert [str(refusal) for refusal in done.refused] == [f"row 5: {message}"]
    book = BookReader(desk.book_path)
    assert [name for name in ("P1", "P2", "P3") if book.parcel(name)] == taken.split()
    book.close()


def test_a_file_without_one_good_parcel_cancels_nothing(desk: Desk) -> None:
    desk.bring(row("P1"), row("P2"))
    done = desk.bring(row("1.2E+5", tracking_number="3.4E+9"))
    assert (done.refused_rows, done.vanished) == (1, 0)


def test_of_many_refusals_the_first_are_listed_and_all_are_counted(desk: Desk) -> None:
    done = desk.bring(*(row(f"P{number}", quantity="0") for number in range(1, 1200)))
    assert (done.refused_rows, len(done.refused), done.refused[-1].row) == (1199, 1000, 1001)


def test_blank_lines_and_unknown_columns_are_passed_over(desk: Desk) -> None:
    done = desk.bring_text(
        "note;ORDERS; Tracking_Number ;parcel\n\nred;801;LX1CN;P1\n;;;\n;802;LX2CN;P2;\n"
    )
    assert (done.new, done.items) == (1, 0)
    assert [refusal.row for refusal in done.refused] == [5]


NO_COLUMN = (
    "put the column names into the first row, or write a profile for it: samebag profile new"
)
NOTHING_TAKEN = "correct the quotes in this row or the rows above; nothing was taken"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: export the orders again"),
        (b"\n", "row 1 is empty: put the column names into the first row"),
        (
            b"parcel,orders\nP1,801\n",
            f"row 1 has no column tracking_number, it has parcel, orders: {NO_COLUMN}",
        ),
        (
            b"parcel;tracking_number\n",
            "row 1 has no column orders (or list_codes), it has parcel,"
            f" tracking_number: {NO_COLUMN}",
        ),
        (HEADER.encode(), "has no rows under its header: export the orders again"),
        (
            HEADER.encode() + b"P1,\0",
            "has NUL bytes, so it is not CSV text: save it as CSV UTF-8 or XLSX",
        ),
        (HEADER.encode("utf-16"), "has no rows under its header: export the orders again"),
        (
            bytes(byte * 77 % 128 + 128 for byte in range(128)),
            "is no text in an encoding that is known here: save it as CSV UTF-8, or"
            " name it with --encoding",
        ),
        (
            b"\x7fELF\x02\x01",
            "is no table, not a spreadsheet or CSV: export the orders as XLSX or CSV",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            'cannot be read as a spreadsheet: CompDocError: Expected "little-endian"'
            " marker, found b'':"
            " save it again as XLSX or CSV",
        ),
        (
            b"PK\x03\x04 not a workbook",
            "cannot be read as a spreadsheet: File is not a zip file: save it again as XLSX or CSV",
        ),
        (
            HEADER.encode() + b'P1,LX1,,801,,,,,,S,"Super" shirt,,1\n',
            f"""row 2: ',' expected after '"': {NOTHING_TAKEN}""",
        ),
        (
            HEADER.encode() + b'P1,LX1,,801,,,,,,S,"Super\n' + b"P2,LX2,,802,,,,,,,,,\n" * 9999,
            f"row 2: field larger than field limit (131072): {NOTHING_TAKEN}",
        ),
        (
            HEADER.encode() + b'P1,LX1,,801,,,,,,S,"Super,,1\nP1,LX1,,801,,,,,,T,5",,1\n',
            "row 2: 'S…,,1\\nP1,LX1,,801,,,,,,T,5': an open quote swallows rows: close"
            " it and import again",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_touches_nothing(
    desk: Desk, content: bytes, message: str
) -> None:
    desk.bring(row("P1"), row("P2"))
    desk.order_file.write_bytes(content)
    before = desk.book_path.read_bytes()
    with pytest.raises(OrderFileError) as raised:
        import_file(desk.order_file, desk.book_path)
    assert str(raised.value) == f"{desk.order_file}: {message}"
    assert desk.book_path.read_bytes() == before


def test_missing_files_folders_and_profiles_are_named(desk: Desk, tmp_path: Path) -> None:
    cure = "give the path of an order file that can be read"
    for path, fault in (
        (desk.order_file, "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(OrderFileError) as raised:
            import_file(path, desk.book_path)
        assert str(raised.value) == f"{path}: {fault}: {cure}"
    with pytest.raises(OrderFileError, match="profile shoppy: must be one of samebag"):
        import_file(desk.order_file, desk.book_path, profile="shoppy")


def test_a_spreadsheet_is_read_exactly_or_not_at_all(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([])
    sheet.append(["parcel", "tracking_number", "orders", "name", "quantity", "attributes"])
    sheet.append(["P1", "LX1CN", 801234567890123, "棉质T恤", 2, 12.5])
    sheet.append([12, 34, "8012345678901234", "x", 1])
    sheet.append(["P3", "LX3CN", 8012345678901230, "x", 1])
    sheet.append(["P4", 12.5, "804", "x", 1])
    sheet.append([])
    sheet.append(["P5", "LX5CN", datetime.date(2026, 2, 10), "x", 1])
    sheet.append(["P6", True, "806", "x", 1])
    sheet.append(["P7", "1.23E+15", "807", "x", 1])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    done = import_file(path, desk.book_path)
    assert (done.new, done.items) == (2, 2)
    assert [(refusal.row, refusal.column, refusal.value) for refusal in done.refused] == [
        (5, "orders", "8012345678901230.0"),
        (6, "tracking_number", "12.5"),
        (8, "orders", "2026-02-10"),
        (9, "tracking_number", "T…"),
        (10, "tracking_number", "1.23E+15"),
    ]
    known = BookReader(desk.book_path)
    parcel, number = known.parcel("P1"), known.parcel("12")
    known.close()
    assert parcel is not None
    assert number is not None
    assert (parcel.orders, parcel.items[0].attributes, parcel.items[0].quantity) == (
        ("801234567890123",),
        "12.5",
        2,
    )
    assert number.tracking_number == "34"


def test_a_spreadsheet_that_unpacks_without_end_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sheet1.xml", "w") as part,
    ):
        for _ in range(600):
            part.write(bytes(1 << 20))
    with pytest.raises(
        OrderFileError, match="unpacks to 600 MB, must be 512 MB at most: save it as CSV"
    ):
        import_file(path, desk.book_path)


def test_a_stray_cell_in_the_last_row_takes_no_order_away(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["parcel", "tracking_number", "orders"], ["P1", "LX1CN", "801"]):
        book.active.append(cells)
    book.active["XFD1048576"] = " "
    path = tmp_path / "orders.xlsx"
    book.save(path)
    assert import_file(path, desk.book_path).new == 1
