"""What the cells of a column look like, by their form and how they are spread over the rows.
Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

from samebag.core.codes.tracking import carrier_of
from samebag.core.labels import CodeForm
from samebag.orders.meaning.code_cells import numbers_in, says_not_yet
from samebag.orders.meaning.products import split_products, split_shipment, split_skus
from samebag.orders.meaning.refusals import BadCell
from samebag.orders.profile import PRODUCTS, Column

MOSTLY = 0.8  # ours: so many of a column's filled cells must look alike
CODE_CHARS = 50  # ours: longer is a text
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*|[A-Za-z]{3,9}[- ]\d{1,2},?[- ]\d{2,4}.*")
REGION = re.compile(r"[A-Z]{2,3}")
FEW_WORDS, WORD_CHARS = 12, 40  # ours: a system has no more states, and none with a longer name

Fits = Callable[[str], bool]


def mostly(cells: Iterable[str], fits: Fits) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(fits, filled)) >= MOSTLY * len(filled)


def is_tracking_number(cell: str) -> bool:
    return carrier_of(CodeForm().normalise(cell)) is not None


def is_shipment(cell: str) -> bool:
    try:
        carrier, number = split_shipment(cell)
    except BadCell:
        return False
    return bool(carrier) and is_tracking_number(number)


def is_of_waybill(cell: str) -> bool:
    found, _ = numbers_in(cell)
    return is_tracking_number(cell) or is_shipment(cell) or any(map(is_tracking_number, found))


def may_be_of_waybill(cell: str) -> bool:
    return says_not_yet(cell) or is_of_waybill(cell) or any(map(str.isdigit, cell))


def is_products(cell: str) -> bool:
    return _is_read(split_products, cell)


def is_skus(cell: str) -> bool:
    return _is_read(split_skus, cell)


def _is_read(split: Callable[[str], list[tuple[str, str, str, str]]], cell: str) -> bool:
    try:
        return bool(split(cell))
    except BadCell:
        return False


def is_order_number(cell: str) -> bool:
    # AliExpress has 15 or 16, its like a few more
    return cell.isascii() and cell.isdigit() and 14 <= len(cell) <= 18


def is_code(cell: str) -> bool:
    """A number, perhaps with letters, as a barcode may have it; not a name, a date or a sum."""
    return (
        len(cell.split()) <= 1
        and len(cell) <= CODE_CHARS
        and any(map(str.isdigit, cell))
        and not is_date(cell)
    )


def is_quantity(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and 1 <= len(cell) <= 3 and int(cell) > 0


def is_country(cell: str) -> bool:
    return len(cell) == 2 and cell.isascii() and cell.isalpha() and cell.isupper()


def is_date(cell: str) -> bool:
    return DATE.fullmatch(cell) is not None


def are_words(cells: Sequence[str]) -> bool:
    """Few different words, again and again: neither regions (CA, TX) nor dates, numbers or
    sentences."""
    distinct = {cell for cell in cells if cell}
    few = 0 < len(distinct) <= min(FEW_WORDS, max(3, len(cells) // 2))
    return (
        few
        and all(len(word) <= WORD_CHARS and not any(map(str.isdigit, word)) for word in distinct)
        and not all(REGION.fullmatch(word) for word in distinct)
    )


def are_few_numbers(cells: Sequence[str]) -> bool:
    """States as some systems write them: 10, 20, 30."""
    distinct = {cell for cell in cells if cell}
    return 0 < len(distinct) <= min(FEW_WORDS, len(cells) // 2) and all(
        is_quantity(one) or one == "0" for one in distinct
    )


def counts_rows(cells: Sequence[str], parcels: Sequence[str]) -> bool:
    """Whether they are 1, 2, 3 from row to row of the file or of each parcel: what numbers rows is
    no quantity."""
    if len(cells) > 2 and all(
        b.isdigit() and a.isdigit() and int(b) == int(a) + 1 for a, b in pairwise(cells)
    ):
        return True
    runs = [
        [cell for _, cell in run]
        for _, run in groupby(zip(_filled_down(parcels), cells, strict=True), _first)
    ]
    numbered = all(run == [str(number) for number in range(1, len(run) + 1)] for run in runs)
    return numbered and any(len(run) > 1 for run in runs)


def goes_on(cells: Sequence[str], parcels: Sequence[str]) -> bool:
    """Whether a blank cell means what the row above says, of the same parcel."""
    rows = list(zip(parcels, cells, strict=True))
    return any(
        not cell and above and parcel in ("", parcel_above)
        for (parcel_above, above), (parcel, cell) in pairwise(rows)
    )


def _filled_down(parcels: Sequence[str]) -> list[str]:
    last, filled = "", []
    for parcel in parcels:
        last = parcel or last
        filled.append(last)
    return filled


def _first(pair: tuple[str, str]) -> str:
    return pair[0]


# What a column of that name must look like, whatever it is called.
MUST_LOOK: dict[Column, Fits] = {
    "parcel": is_code,
    "orders": is_code,
    "list_codes": is_code,
    "tracking_number": may_be_of_waybill,
    "quantity": lambda cell: cell.replace(".", "", 1).isdigit(),
    "country": lambda cell: not any(map(str.isdigit, cell)),
}
# What tells a column by its cells alone. Not the goods' names: a column of words may as well be the
# buyers'.
LOOKS: dict[Column, Fits] = {
    PRODUCTS: lambda cell: is_products(cell) or ("*" in cell and is_skus(cell)),
    "tracking_number": is_of_waybill,
    "orders": is_order_number,
    "country": is_country,
    "quantity": is_quantity,
}
