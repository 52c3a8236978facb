"""What hand scanners put around a code when they are set to: code identifiers, Codabar's start and
stop letters. Pure.

A letter before a code may be the code's own. It is taken off only where that cannot be; where
nobody can tell, the text stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from samebag.core.codes.own_codes import is_own
from samebag.core.codes.tracking import carrier_of

FIRST = 4  # signs: an identifier has three at most
# The tables of code identifiers in Honeywell's, Newland's and Zebra's manuals (Zebra: "Symbol Code
# ID"), from memory: unchecked. Only letters of symbologies that labels bear.
HONEYWELL_NEWLAND: Mapping[str, str] = {
    "a": "codabar",
    "b": "code39",
    "c": "ean",
    "d": "ean",
    "e": "itf",
    "i": "code93",
    "I": "code128",
    "j": "code128",
    "r": "pdf417",
    "s": "qr",
    "u": "datamatrix",
    "w": "datamatrix",
    "z": "aztec",
}
ZEBRA: Mapping[str, str] = {
    "A": "ean",
    "B": "code39",
    "C": "codabar",
    "D": "code128",
    "E": "code93",
    "F": "itf",
    "K": "code128",
    "P00": "datamatrix",
    "P01": "qr",
    "X": "pdf417",
}
IDENTIFIERS: Mapping[str, Mapping[str, str]] = {
    "Honeywell, Newland": HONEYWELL_NEWLAND,
    "Zebra": ZEBRA,
}
# ours: with fewer digits it may be any shop's article
_CODABAR = re.compile(r"[A-Da-d]([0-9]{10,16})[A-Da-d]")
_CODABAR_DIGITS = re.compile(r"[0-9]{10,16}")
_DIGITS_ONLY = {"ean", "itf", "codabar"}
_START_STOP = "ABCD"  # ISO/IEC 15421; labels bear the same letter twice


def may_be_own(text: str) -> bool:
    """Whether a code of our own may be meant, behind an identifier or by a wrong keyboard: all
    leave its S."""
    return "S" in text[:FIRST].upper()


def family_of(text: str) -> str:
    """Whose identifier stands before one of the station's own codes, "" if none: a proof that this
    scanner puts one."""
    if not may_be_own(text):
        return ""
    return next(
        (
            family
            for family in IDENTIFIERS
            if (bare := without_identifier(text, family)) and is_own(bare[0])
        ),
        "",
    )


def without_identifier(text: str, family: str) -> tuple[str, str] | None:
    """Code and symbology as a scanner of that family means it; None if no identifier of theirs
    stands there."""
    return next(
        (
            (text[chars:], symbology)
            for chars in (3, 1)
            if (symbology := IDENTIFIERS[family].get(text[:chars]))
        ),
        None,
    )


def alternatives(text: str, symbology: str = "") -> tuple[str, ...]:
    """What else a scanned text may stand for, the text itself left out; mostly nothing.

    To be looked up only where the book lacks the text. None of them is another label's code by
    chance: a letter goes only before a number of a carrier's unmistakable shape, Codabar's letters
    only around ten digits and more.
    """
    found = [rest for family in IDENTIFIERS if (rest := _number_behind(text, family))]
    if codabar := _CODABAR.fullmatch(text):
        found.append(codabar[1])
    elif _CODABAR_DIGITS.fullmatch(text) and symbology in ("", "codabar"):
        found += [f"{letter}{text}{letter}" for letter in _START_STOP]
    return tuple(dict.fromkeys(found))


def _number_behind(text: str, family: str) -> str:
    code, symbology = without_identifier(text, family) or ("", "")
    is_number = carrier_of(code.upper()) and (code.isdigit() or symbology not in _DIGITS_ONLY)
    return code if is_number else ""
