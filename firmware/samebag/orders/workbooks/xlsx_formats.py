"""Numbers of a spreadsheet as its number formats show them, or as what cannot be shown with
certainty. Pure.

ECMA-376 part 1, 18.8.30 (numFmts) has the built-in formats and what a format's signs mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from samebag.orders.workbooks.not_text import NotText

Shown = Callable[[str], str]

# every number is a double and Excel keeps 15 digits of it (Excel specifications and limits)
EXACT_BELOW = 10**15
DOUBLE_BELOW = 2**53  # whole numbers below it have a double each (IEEE 754, binary64)
EXACT_DIGITS = 15
GENERAL = "General"
# 18.8.30. Others, but for dates, show something else than the number.
BUILT_IN = {0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 49: "@"} | dict.fromkeys(
    range(37, 45), "#,##0.00"
)
DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
UNCERTAIN = "?"  # a format of which no number is taken as shown

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+")
SIGN = re.compile(
    r"""(?P<literal>"[^"]*"|\\.)|(?P<nothing>_.|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow)\]|\[\$-[0-9A-F]{1,4}\])
    |(?P<date>\[(?:h+|m+|s+)\]|[dmyhs])|(?P<digit>[0#])|(?P<text>[-+() ])|(?P<end>;)
    |(?P<other>\[[^\]]*\]|.)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
FILL = re.compile(r"\*.", re.DOTALL)
MEASURE = re.compile(r"(?:[#0?]|,(?=[#0?]))+(?:\.[#0?]+)?")  # with thousands and decimals
SINCE_1900 = datetime(1899, 12, 30)  # serial number 61 is 1 March 1900: 18.17.4.1
SINCE_1904 = datetime(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Places:
    """What a format of zeros and literals is made of: each place of a digit is None.

    ``least``: so many digits are shown, with zeros in front.
    """

    signs: tuple[str | None, ...]
    least: int

    def filled(self, digits: str) -> str | None:
        """The digits go into their places from the right; what is left stands in the first."""
        if digits.startswith("-") or (not self.least and digits == "0"):
            return None
        digits = digits.zfill(self.least)
        places = self.signs.count(None)
        given = [
            digits[: max(0, len(digits) - places + 1)],
            *digits[max(0, len(digits) - places + 1) :],
        ]
        shown, left = [], [""] * (places - len(given)) + given
        for sign in self.signs:
            shown.append(left.pop(0) if sign is None else sign)
        return "".join(shown)


def shown_by(styles: Sequence[int], codes: Mapping[int, str], *, since_1904: bool) -> list[Shown]:
    """For each style of a cell what shows its numbers."""
    return [
        _shown(number, codes.get(number, BUILT_IN.get(number, UNCERTAIN)), since_1904)
        for number in styles
    ]


def is_plain(shown: Shown) -> bool:
    """Whether it shows a whole number of up to 15 digits as it is."""
    return shown is as_it_is


def as_it_is(value: str) -> str:
    return whole(value) or uncertain(value)


def uncertain(value: str) -> NotText:
    return NotText(float(value) if NUMBER.fullmatch(value) else value)


def whole(value: str) -> str | None:
    """The digits of a whole number that the spreadsheet has kept all digits of.

    Of 16 digits one that does not end in 0: Excel, which keeps 15, puts a 0 behind them, so that it
    was a program that wrote the number, and Excel has not cut it.
    """
    if value.isascii() and value.isdigit() and len(value) <= EXACT_DIGITS:
        return str(int(value))
    number = Decimal(value) if NUMBER.fullmatch(value) else Decimal("inf")
    if abs(number) >= DOUBLE_BELOW or number != int(number):
        return None
    return str(int(number)) if abs(number) < EXACT_BELOW or number % 10 else None


def _shown(number: int, code: str, since_1904: bool) -> Shown:
    places = _places(code)
    if code.casefold() in (GENERAL.casefold(), "@") or places == Places((None,), 1):
        return as_it_is
    if places is not None:
        return lambda value: _placed(places, value)
    if (code == UNCERTAIN and number in DATES) or _is_date(code):
        start = SINCE_1904 if since_1904 else SINCE_1900
        return lambda value: _dated(start, value)
    return _measured if _is_measure(code) else uncertain


def _measured(value: str) -> NotText:
    """A quantity, perhaps; no code."""
    digits = whole(value)
    return uncertain(value) if digits is None else NotText(digits)


def _placed(places: Places, value: str) -> str:
    digits = whole(value)
    filled = None if digits is None else places.filled(digits)
    return uncertain(value) if filled is None else filled


def _places(code: str) -> Places | None:
    """Of the part for positive numbers, which comes first; None for what shows anything but all
    digits."""
    signs: list[str | None] = []
    zeros = apart = 0
    for sign in SIGN.finditer(code):
        match sign.lastgroup:
            case "literal":
                signs.append(sign[0].strip('"') if sign[0][0] == '"' else sign[0][1])
            case "text":
                signs.append(sign[0])
            case "digit":
                apart += bool(signs) and signs[-1] is not None and None in signs
                zeros += sign[0] == "0" or zeros > 0
                signs.append(None)
            case "end":
                break
            case "date" | "other":
                return None
    is_sure = None in signs and (not apart or zeros == signs.count(None))
    return Places(tuple(signs), zeros) if is_sure else None


def _is_measure(code: str) -> bool:
    """Of the part for positive numbers, where nothing but its digits says how much it is."""
    signs = takewhile(lambda sign: sign.lastgroup != "end", SIGN.finditer(FILL.sub("", code)))
    return (
        MEASURE.fullmatch(
            "".join(sign[0] for sign in signs if sign.lastgroup in ("digit", "other"))
        )
        is not None
    )


def _is_date(code: str) -> bool:
    return any(sign.lastgroup == "date" for sign in SIGN.finditer(code))


def _dated(start: datetime, value: str) -> NotText:
    """As a day, a time of day, or both, whatever the format shows of it."""
    if not NUMBER.fullmatch(value):
        return NotText(value)
    try:
        moment = start + timedelta(seconds=round(float(value) * 86400))
    except OverflowError:
        return uncertain(value)
    if 0 <= float(value) < 1:
        return NotText(moment.time())
    return NotText(
        moment.date() if moment == datetime(moment.year, moment.month, moment.day) else moment
    )
