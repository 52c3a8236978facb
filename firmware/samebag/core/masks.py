"""Texts that may name a person, with codes and numbers left as they are. Pure."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\s,;:|\"'()]+")
LETTER = re.compile(r"[^\W\d_]")
CODE_LETTERS = 4  # ours: LX1CN has so many, beside one digit at least


def masked(text: str) -> str:
    """``P-1001, Maria da Silva`` becomes ``P-1001, M… d… S…``."""
    return WORD.sub(_initial, text)


def _initial(word: re.Match[str]) -> str:
    letters, digits = "".join(LETTER.findall(word[0])), sum(map(str.isdigit, word[0]))
    is_short_code = digits and len(letters) <= CODE_LETTERS and letters.isascii() and letters.isupper()
    if len(letters) <= 1 or digits >= len(letters) or is_short_code:
        return word[0]
    return f"{letters[0]}…"
