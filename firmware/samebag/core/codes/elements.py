"""GS1 element strings: application identifiers and their data in one text. Pure."""

from __future__ import annotations

from collections.abc import Iterator

GS = "\x1d"
# GS1 General Specifications 24, figure 7.8.5-2: of these the length is known by the first two
# digits; all others end at a GS, or with the text
FIXED = {
    "00": 20,
    "01": 16,
    "02": 16,
    "03": 16,
    "04": 18,
    "20": 4,
    "41": 16,
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 8),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 10),
}


def elements(text: str, identifier: str) -> Iterator[str]:
    """The data of that application identifier; none where the text is no element string, or a
    scanner dropped its GS.

    Brackets around the identifiers, as some scanners are set to send them, do as well.
    """
    if text.startswith("("):
        yield from _bracketed(text, identifier)
        return
    rest = text.lstrip(GS)
    while rest[:2].isdecimal():
        length = FIXED.get(rest[:2])
        element, rest = (rest[:length], rest[length:].lstrip(GS)) if length else _until_gs(rest)
        if element.startswith(identifier) and len(element) > len(identifier):
            yield element[len(identifier) :]


def identifiers(text: str) -> set[str]:
    """Those that may be meant: the first two to four digits of each element."""
    starts = text.split(GS) + text.split("(")
    return {
        start[:length] for start in starts for length in (2, 3, 4) if start[:length].isdecimal()
    }


def _until_gs(text: str) -> tuple[str, str]:
    element, _, rest = text.partition(GS)
    return element, rest


def _bracketed(text: str, identifier: str) -> Iterator[str]:
    for part in text.split("(")[1:]:
        known, _, data = part.partition(")")
        if known == identifier and data:
            yield data.rstrip(GS)
