"""Rows and cells of any text: what may be a parcel's is never passed over, and no code is one that
no label bears."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from samebag.core.labels import CodeForm
from samebag.orders.meaning.cells import Notation, parse_head
from samebag.orders.meaning.no_parcels import RowKinds
from samebag.orders.meaning.products import PRODUCTS_AS
from samebag.orders.meaning.quantities import parse_quantity
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.profile import lay_out, load_profiles
from samebag.store.book.reader import BookReader
from tests.orders.exports import WOO_HEADER, WOO_ROWS, write
from tests.orders.test_hostile import SEVERAL, take

LAYOUT = lay_out(Path("x"), load_profiles("woocommerce")["woocommerce"], WOO_HEADER)
NOISE = st.sampled_from(
    [
        "",
        "Total",
        "合计：2单",
        "Summe",
        "4",
        "12.50",
        "Exported at 2026-11-26 10:00",
        "Unique number",
        "导出",
        "Platform text",
    ]
) | st.text(st.characters(exclude_categories=["Cs", "N"]), max_size=12)
BORNE = st.sampled_from(
    [
        "LX123456785CN",
        "9400111899223334445556",
        "8012345678901234",
        "XM-00012",
        "1Z5R89390357567127",
    ]
)


@given(
    st.lists(NOISE, min_size=9, max_size=9),
    st.integers(0, 8),
    BORNE,
    st.integers(1, 9),
    st.booleans(),
)
def test_no_row_that_holds_a_code_is_passed_over(
    cells: list[str], place: int, code: str, width: int, is_first: bool
) -> None:
    row = [*cells[:place], code, *cells[place + 1 :]][: max(width, place + 1)]
    assert RowKinds(WOO_HEADER, LAYOUT).kind(row, is_first=is_first) is None


@SEVERAL
@given(
    st.lists(st.lists(NOISE, min_size=9, max_size=9), max_size=5), st.randoms(use_true_random=False)
)
def test_rows_about_them_cost_no_parcel(
    tmp_path: Path, noise: list[list[str]], shuffled: random.Random
) -> None:
    """Whatever stands between them is told or refused; only what names them can keep them out."""
    (tmp_path / "book.db").unlink(missing_ok=True)
    rows = [*WOO_ROWS, *noise]
    shuffled.shuffle(rows)
    done = take(
        tmp_path,
        write(tmp_path / "orders.csv", WOO_HEADER, rows, "utf-8").read_bytes(),
        "woocommerce",
    )
    with closing(BookReader(tmp_path / "book.db")) as book:
        found = {name for name in ("1001", "1002") if done and book.parcel(name)}
    assert done is None or found == {"1001", "1002"} or done.refused_rows


@given(
    st.text(max_size=40)
    | st.text(st.sampled_from('[]{}":,;|*x× 0123456789abcname:sku:quantity:'), max_size=60)
)
def test_goods_in_a_cell_are_all_read_or_refused(cell: str) -> None:
    for split in PRODUCTS_AS.values():
        try:
            assert all(sku.strip() or name.strip() for sku, name, _, _ in split(cell))
        except BadCell as bad:
            assert bad.rule


@given(st.text(max_size=20) | st.text(st.sampled_from("0123456789.,x×* pcs件-"), max_size=8))
def test_a_quantity_is_a_number_of_pieces_or_refused(cell: str) -> None:
    try:
        assert 1 <= parse_quantity(cell) <= 999_999
    except BadCell as bad:
        assert bad.rule


@given(
    st.text(max_size=30)
    | st.text(st.sampled_from('[]{}":,/ LX123tracking_numberUSPS:-#'), max_size=50)
)
def test_numbers_in_any_cell_are_such_as_a_waybill_bears(cell: str) -> None:
    notation = Notation(load_profiles("erp-zh")["erp-zh"], CodeForm(), several=True)
    cells = ["P1", cell, "", "801", *[""] * 11]
    try:
        head = parse_head(cells, notation)
    except BadCell as bad:
        assert bad.rule
        return
    for code in filter(None, (head.tracking_number, *head.waybill_codes)):
        assert code.isascii() and code.isprintable() and " " not in code
        assert any(map(str.isdigit, code)) or len(code) <= 3
