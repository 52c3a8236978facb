"""The codes that a station prints for itself. No order file's rule may read them as a label of a
bag. Pure.

The merged label carries its list's code, and the slip of a bag on hold carries that bag's number.
Both lie on bags, in view of the camera. Were the list's code plain, the merged label alone would
bear a waybill's code (the tracking number) and a list's: a whole pair without the cargo list, on
whatever bag it was stuck; and with an order that is split over two bags, the merged label of the
first would be the list of the second. So it stands behind a mark of our own.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from samebag.core.codes.merged import MERGED

# before a list's code, on a merged label; short, so that sixteen digits fit on 58 mm
LISTED = "SL|"
HELD = "SH|"  # before station and bag, on the slip of a bag on hold
_MARKS = ("SAMEBAG-", MERGED, LISTED, HELD)  # no other code begins so
_AMONG_OTHERS = re.compile(rf"(?<![0-9A-Z])({'|'.join(map(re.escape, _MARKS))})", re.IGNORECASE)
_MOST_DIGITS = 9  # a station that judges a bag a second needs 30 years for them


class HeldBag(NamedTuple):
    """``station`` in capitals, as scanners may send it."""

    station: str
    bag: int


def is_own(text: str) -> bool:
    """Whether it is a command's, a proof card's, a badge's, a merged label's or a hold slip's."""
    if (
        text.isalnum()
    ):  # as most labels' codes; each mark has a sign that is neither letter nor digit
        return False
    return text.strip().upper().startswith(_MARKS)


def holds_own(text: str) -> bool:
    """Whether one stands anywhere in it, as in a cell of several codes."""
    return _AMONG_OTHERS.search(text) is not None


def listed_code(code: str) -> str:
    return f"{LISTED}{code}"


def list_code_in(text: str) -> str:
    """The list's code behind our mark, "" if that is not there."""
    text = text.strip()
    return text[len(LISTED) :].strip() if text.upper().startswith(LISTED) else ""


def held_code(station: str, bag: int) -> str:
    return f"{HELD}{station}|{bag}"


def held_in(text: str) -> HeldBag | None:
    """Which bag on hold that slip is of, None for any other text."""
    station, _, bag = text.strip().upper().removeprefix(HELD).rpartition("|")
    is_number = bag.isascii() and bag.isdecimal() and len(bag) <= _MOST_DIGITS
    is_slip = text.strip().upper().startswith(HELD) and station and is_number
    return HeldBag(station, int(bag)) if is_slip else None
