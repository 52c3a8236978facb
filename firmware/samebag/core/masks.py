"""Texts that may name a person, with codes and numbers left as they are. Pure."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\s,;:|\"'()]+")
LETTER = re.compile(r"[^\W\d_]")
CODE_LETTERS = 4  # ours: LX1CN has so many, beside one digit at least
PROSE_WORDS = 3  # ours: RB 123 456 785 CN has two


def discreet(text: str) -> str:
    """What was read off a label, as it may be written down: masked where it is prose, such as an address in a code."""
    return masked(text) if sum(map(_is_word, WORD.findall(text))) >= PROSE_WORDS else text


def masked(text: str) -> str:
    """``P-1001, Maria da Silva`` becomes ``P-1001, M… d… S…``."""
    return WORD.sub(lambda word: f"{LETTER.findall(word[0])[0]}…" if _is_word(word[0]) else word[0], text)


def _is_word(text: str) -> bool:
    letters, digits = "".join(LETTER.findall(text)), sum(map(str.isdigit, text))
    is_short_code = digits and len(letters) <= CODE_LETTERS and letters.isascii() and letters.isupper()
    return len(letters) > max(1, digits) and not is_short_code
