"""Scans that the book has only once a wrong keyboard setting of the scanner is undone. They are
named, never read."""

from __future__ import annotations

from collections.abc import Callable

from samebag.core.codes.key_layouts import US_CURE, wrong_keyboard
from samebag.core.codes.tracking import carrier_of
from samebag.core.events import CodeScanned
from samebag.core.masks import discreet
from samebag.ports import ScanRefused

LEAST_CHANGED = 2  # ours: a store may well have orders Y1001 and Z1001


def mistyped(scan: CodeScanned, is_known: Callable[[str], bool]) -> ScanRefused | None:
    """Why that scan is refused; None for one that stands as it came. ``is_known`` takes a text, not
    a book's writing.

    It costs a red: an unknown label is refused instead. So what looks like a tracking number is not
    taken for it, nor what differs from a known code by one letter or digit.
    """
    code = scan.code

    def is_meant(text: str) -> bool:
        changed = [char for char, own in zip(code, text, strict=True) if char != own]
        is_plain = len(changed) < LEAST_CHANGED and "".join(changed).isalnum()
        return not is_plain and is_known(text)

    if is_known(code) or carrier_of(code.upper()):
        return None
    wrong = wrong_keyboard(code, is_meant)
    return ScanRefused(wrong.reason(discreet(code)), scan.at_s, US_CURE) if wrong else None
