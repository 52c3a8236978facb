"""Rows of an order file that are no parcel's: totals, footers, explanations, the header again.
Pure.

A row that holds what a label could bear is never one of them: it is a parcel, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from samebag.orders.profile import PRODUCTS, Layout, title_of

_CODES = ("parcel", "tracking_number", "waybill_codes", "orders", "list_codes")
_MOST_FILLED = 3  # ours: cells of a footer; eBay's has three
_TOTALS = (
    *(
        "total",
        "totals",
        "totale",
        "totalen",
        "totaal",
        "grand total",
        "sub total",
        "subtotal",
        "sum",
        "summe",
        "suma",
    ),
    *(
        "summa",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "sous-total",
        "total general",
        "total général",
        "итого",
        "всего",
    ),
    *(
        "razem",
        "celkem",
        "összesen",
        "jumlah",
        "toplam",
        "yhteensä",
        "i alt",
        "tổng",
        "tổng cộng",
        "รวม",
    ),
    *(
        "合计",
        "总计",
        "小计",
        "共计",
        "总数",
        "汇总",
        "合計",
        "小計",
        "総計",
        "總計",
        "합계",
        "총계",
        "소계",
    ),
)
_COUNTED = (
    r"(?:orders?|items?|parcels?|rows?|records?|pcs|qty|quantity|bestellungen|"
    r"artikel|单|件|个|行|票)"
)
_TOTAL = re.compile(
    rf"(?:{'|'.join(map(re.escape, _TOTALS))})\s*{_COUNTED}?[\s:：=()（）共]*(?:\d[\d.,"
    rf"\s]*)?\s*{_COUNTED}?[)）\s]*",
    re.IGNORECASE,
)
# of money, too
_NUMBER = re.compile(
    rf"[^\w\s]?\s*(?:[A-Z]{{3}}\s*)?[-+]?\d[\d.,\s'%]*\s*(?:[A-Z]{{3}}|[^\w\s]|{_COUNTED})?"
)
_SAYS_HOW_MANY = re.compile(r"record|row|order|download|export|条|行|记录|订单", re.IGNORECASE)
# ours: digits; more may be a code, also where nothing tells their column
_MOST_OF_A_SUM, _MOST_OF_MONEY = (
    8,
    12,
)
_TIME = re.compile(
    r"(?<!\w)(?:\w{3}|\d{1,4})[-/.:年月]\d{1,2}[-/.:月日]\d{1,4}日?|\d{1,2}:\d{2}|"
    r"(?<!\w)(?:19|20)\d\d(?!\w)"
)
_NUMBER_BEHIND = re.compile(r"[ _#-]?\d{1,2}$")  # of a title
_MAY_BE_CODE = re.compile(r"(?=[A-Za-z_#-]*\d)[\w#-]{5,}|\d{4,}")
_MOST_DIGITS = 8  # ours: so many, in whatever groups, are the shortest number of a carrier's


class NoParcel(StrEnum):
    """What a row is instead, as the supervisor is told."""

    TOTAL = "looks like a total"
    FOOTER = "looks like a note of the program that wrote the file"
    HEADER = "is the header again"
    LINE = "is a drawn line"
    EXPLANATION = "looks like an explanation of the columns"


class RowKinds:
    """Tells rows of one table that are no parcel's from those that are or may be."""

    def __init__(self, header: Sequence[str], layout: Layout) -> None:
        self._titles = _titles(header)
        self._codes = {layout.places[column] for column in _CODES} - {layout.width}
        self._names = self._codes | {
            layout.places[column] for column in ("sku", "name", "attributes", PRODUCTS)
        }
        self._read = {*layout.head, *layout.places.values()} - {layout.width}
        self._width = layout.width

    def kind(self, row: Sequence[str], *, is_first: bool) -> NoParcel | None:
        """``is_first``: nothing but blank rows stands between it and the header."""
        if _titles(row) == self._titles:
            return NoParcel.HEADER
        if self.is_total(row) or self._is_sum(row):
            return NoParcel.TOTAL
        if any(map(may_be_code, row)):
            return None
        if not any(sign.isalnum() for cell in row for sign in cell):
            return NoParcel.LINE
        if self._is_footer(row):
            return NoParcel.FOOTER
        return NoParcel.EXPLANATION if is_first and self._explains(row) else None

    def is_total(self, row: Sequence[str]) -> bool:
        """Words for a total and numbers, and of them none where a code should be."""
        numbers = {
            place: cell for place, cell in enumerate(row) if cell.strip() and not says_total(cell)
        }
        has_word = any(map(says_total, row))
        if len(row) == self._width:
            return (
                has_word
                and _are_numbers(numbers.values(), _MOST_OF_MONEY)
                and not self._codes & numbers.keys()
            )
        return has_word and _are_numbers(numbers.values(), _MOST_OF_A_SUM)

    def _is_sum(self, row: Sequence[str]) -> bool:
        """Numbers alone, in columns that name nothing."""
        filled = {place: cell for place, cell in enumerate(row) if cell.strip()}
        is_in_place = len(row) == self._width and not self._names & filled.keys()
        return bool(filled) and is_in_place and _are_numbers(filled.values(), _MOST_OF_MONEY)

    def _is_footer(self, row: Sequence[str]) -> bool:
        """Few cells, and of those that are read only such as hold words where a code should be."""
        filled = [place for place, cell in enumerate(row) if cell.strip()]
        if not 0 < len(filled) <= _MOST_FILLED or not any(is_words(row[place]) for place in filled):
            return False
        if len(row) != self._width:
            counts = [place for place in filled if not is_words(row[place])]
            return not counts or (
                row[counts[0]].strip().isdigit()
                and _SAYS_HOW_MANY.search(" ".join(row)) is not None
            )
        return all(
            place not in self._read or (place in self._codes and is_words(row[place]))
            for place in filled
        )

    def _explains(self, row: Sequence[str]) -> bool:
        if len(row) != self._width:
            return False
        codes = [row[place] for place in self._codes if row[place].strip()]
        are_words = (
            not any(map(str.isdigit, "".join(row))) and len(codes) > 1 and all(map(str.strip, row))
        )
        return bool(codes) and (are_words or all(map(is_words, codes)))


def says_total(cell: str) -> bool:
    return _TOTAL.fullmatch(cell.strip()) is not None


def is_words(cell: str) -> bool:
    """Whether it reads as words, which no code on a label does."""
    text = _TIME.sub(" ", cell)
    is_phrase = len(re.findall(r"[^\W\d_]{2,}", text)) > 1
    is_phrase = is_phrase or (
        text.strip().endswith((":", "：")) and not any(map(str.isdigit, text))
    )
    return (
        is_phrase or any(letter.isalpha() and not letter.isascii() for letter in text)
    ) and not may_be_code(cell)


def says_no_code(cell: str) -> bool:
    """Whether it stands where a code should and is certainly none."""
    return not any(map(str.isdigit, cell)) and (is_words(cell) or says_total(cell))


def may_be_code(cell: str) -> bool:
    """Whether a label could bear something of it; dates, times and small numbers apart."""
    text = _TIME.sub(" ", cell)
    return _MAY_BE_CODE.search(text) is not None or sum(map(str.isdigit, text)) >= _MOST_DIGITS


def _are_numbers(cells: Iterable[str], most: int) -> bool:
    """Each of fewer than ``most`` digits."""
    return all(
        _NUMBER.fullmatch(cell.strip()) and sum(map(str.isdigit, cell)) < most for cell in cells
    )


def _titles(row: Iterable[str]) -> list[str]:
    titles = [_NUMBER_BEHIND.sub("", title_of(cell.replace('"', ""))) for cell in row]
    while titles and not titles[-1]:
        titles.pop()
    return titles
