"""The bytes that a hand scanner sent: the keys in them, and whether a supervisor's badge may be
among them. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from samebag.core.masks import hides_secret

INPUT_EVENT = struct.Struct("llHHi")  # linux/input.h, struct input_event: time, type, code, value
EV_KEY, EV_MOST, UP, DOWN = 1, 0x1F, 0, 1  # linux/input-event-codes.h
ALT = (56, 100)
# of the keypad
DIGITS = {
    82: "0",
    79: "1",
    80: "2",
    81: "3",
    75: "4",
    76: "5",
    77: "6",
    71: "7",
    72: "8",
    73: "9",
}
ROWS = ((16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM"))
LETTERS = {first + i: letter for first, row in ROWS for i, letter in enumerate(row)}


def keys_in(raw: bytes) -> list[tuple[int, int]]:
    """Code and value of each key event; none where no keyboard sent it."""
    if len(raw) % INPUT_EVENT.size:
        return []
    events = list(INPUT_EVENT.iter_unpack(raw))
    if any(kind > EV_MOST or not 0 <= micros < 1_000_000 for _, micros, kind, _, _ in events):
        return []
    return [(code, value) for _, _, kind, code, value in events if kind == EV_KEY]


def may_be_badge(raw: bytes) -> bool:
    """Whatever country's keyboard the scanner is set to: the letters that tell lie on the same keys
    in all of them."""
    keys = keys_in(raw)
    return hides_secret("".join(_letters(keys)) if keys else raw.decode("latin-1"))


def _letters(keys: list[tuple[int, int]]) -> Iterator[str]:
    """Also those typed as Alt and a number."""
    number = ""
    for code, value in keys:
        if code in ALT and value == UP:
            yield chr(int(number) % 256) if number else ""
            number = ""
        elif value == DOWN and code in DIGITS:
            number += DIGITS[code]
        elif value == DOWN and code in LETTERS:
            yield LETTERS[code]
