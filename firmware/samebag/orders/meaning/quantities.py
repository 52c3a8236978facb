"""How many pieces a cell says, as people, shops and spreadsheets write it. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from samebag.orders.meaning.refusals import BadCell

QUANTITY_DIGITS = 6
# Unicode, Halfwidth and Fullwidth
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# A fraction of three zeros may be a thousand. A pack, a pair or a set is not a piece.
_PIECES = re.compile(
    r"(?:[x×*]\s*)?(?P<count>\d+)(?:[.,]0{1,2}|[.,]0{4,})?\s*"
    r"(?:[x×]|pcs?\.?|pieces?|ea|units?|stk\.?|stück|pièces?|szt\.?|шт\.?|件|个|個|只|개)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def parse_quantity(cell: str) -> int:
    """An empty cell is one piece."""
    text = cell.strip().translate(FULL_WIDTH)
    match = _PIECES.fullmatch(text)
    return (
        whole("quantity", match["count"] if match else cell, 1, QUANTITY_DIGITS, cell)
        if text
        else 1
    )


def whole(column: str, text: str, least: int, digits: int, cell: str = "") -> int:
    """``cell`` is what a person sees, if it says more than the number."""
    number = text.strip()
    if not (
        number.isascii() and number.isdigit() and len(number) <= digits and int(number) >= least
    ):
        raise BadCell(
            column, cell or text, f"must be a whole number from {least} to {10**digits - 1}"
        )
    return int(number)
