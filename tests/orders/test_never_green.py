"""Parcels whose two labels no code tells apart: taken, counted as the book counts them, and told
with the cure."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samebag.orders.arriving.posted import take
from samebag.orders.taking.importer import import_file
from samebag.store.book.reader import BookReader
from samebag.words.alike import CURE, WHY
from tests.orders.order_files import Desk, Row, row, write_csv
from tests.orders.test_posted import PARCEL, body

# five such parcels are taken by nobody else
ACCEPTED = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
LIST_CODES = ("", "{t}", "{l}", "{o}", "{t};{o}", "{t};{l}", "{l};{o}", "{t};{l};{o}")


@st.composite
def parcel_rows(draw: st.DrawFn) -> list[Row]:
    """Rows of one parcel, the further code of its waybill in some of them only; one row may be a
    bad one."""
    tail = str(draw(st.integers(0, 6)))
    codes = {"t": f"LX{tail}CN", "l": f"LP{tail}", "o": f"80{tail}"}
    on_list = draw(st.sampled_from(LIST_CODES)).format(**codes)
    head = {
        "list_codes": on_list,
        "status": draw(st.sampled_from(["open", "open", "open", "cancelled", "shipped"])),
    }
    further = [
        codes["l"] * lists for lists in draw(st.lists(st.booleans(), min_size=1, max_size=3))
    ]
    rows = [
        row(f"P{tail}", waybill_codes=code, sku=f"S{n}", **head) for n, code in enumerate(further)
    ]
    if draw(st.integers(0, 9)) == 0:
        rows[-1]["quantity"] = "none"
    return rows


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(parcel_rows(), max_size=5), min_size=1, max_size=2),
    st.randoms(use_true_random=False),
)
def test_the_import_counts_what_the_doctor_counts(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[list[Row]]], shuffled: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("alike")
    for number, parcels in enumerate(files):
        rows = [
            line
            for lines in {lines[0]["parcel"]: lines for lines in parcels}.values()
            for line in lines
        ]
        shuffled.shuffle(rows)
        book_path = folder / f"book-{number}.db"
        for _ in range(2):  # new, then all known
            if not rows:
                continue
            told = import_file(
                write_csv(folder / "orders.csv", rows), book_path, accepted_at=ACCEPTED
            ).never_green
            book = BookReader(book_path)
            assert (told.parcels if told else 0) == sum(of.parcels for of in book.alike())
            book.close()


def test_a_parcel_that_the_erp_has_mended_is_counted_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    told = desk.bring(
        row("P1", list_codes="LX1CN"), row("P2"), row("P3", list_codes="LX3CN", status="cancelled")
    )
    assert told.never_green
    found = told.never_green
    assert (found.parcels, found.of, found.example, found.code) == (1, 2, "P1", "LX1CN")
    assert told.new == 3  # its labels must still turn a mismatch red
    assert desk.bring(
        row("P1", list_codes="LX1CN;801"), row("P2")
    ).never_green  # nothing is on its waybill alone
    assert (
        desk.bring(row("P1", list_codes="LX1CN;801", waybill_codes="LP1"), row("P2")).never_green
        is None
    )


@pytest.mark.parametrize(
    ("header", "on_list", "read_from"),
    [
        (
            "no,express,erp",
            'columns = { parcel = ["no"], tracking_number = ["express"], list_codes ='
            ' ["express"], orders = ["erp"] }',
            "'express', where empty from 'erp'; 'express' is the waybill's: map another"
            " column if the list bears"
            " another number",
        ),
        (
            "no,express,erp",
            'on_list = ["tracking_number"]\ncolumns = { parcel = ["no"],'
            ' tracking_number = ["express"] }',
            "'express'; 'express' is the waybill's: map another column if the list"
            " bears another number",
        ),
        (
            "no,express,copy",
            'columns = { parcel = ["no"], tracking_number = ["express"], list_codes = ["copy"] }',
            "'copy'",
        ),
    ],
)
def test_a_profile_that_maps_the_waybills_column_is_told_so(
    tmp_path: Path, header: str, on_list: str, read_from: str
) -> None:
    (profile := tmp_path / "own.toml").write_text(on_list)
    (orders := tmp_path / "orders.csv").write_text(f"{header}\nP1,LX1,LX1\n")
    told = import_file(
        orders, tmp_path / "book.db", profile=str(profile), no_states="open"
    ).never_green
    assert told
    assert told.read_from == read_from


def test_an_erp_that_posts_them_hears_it_in_the_answer(tmp_path: Path) -> None:
    alike: dict[str, object] = {"parcel": "P2", "tracking_number": "LX2", "list_codes": ["LX2"]}
    answer = take(body(PARCEL, alike), tmp_path)
    assert (answer.status, answer.parcels) == (202, 2)
    assert answer.never_green
    said = answer.never_green
    assert (said.parcels, said.of, said.example, said.why, said.cure) == (
        1,
        2,
        "P2",
        WHY.en,
        CURE.en,
    )
    assert take(json.dumps({"parcels": [PARCEL]}).encode(), tmp_path).never_green is None
