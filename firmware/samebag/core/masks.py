"""Texts that may name a person, or are a supervisor's badge, with codes and numbers left as they
are. Pure."""

from __future__ import annotations

import re

from samebag.core.codes.merged import MERGED
from samebag.core.codes.own_codes import HELD, LISTED

WORD = re.compile(r"[^\s,;:|\"'()]+")
LETTER = re.compile(r"[^\W\d_]")
CODE_LETTERS = 4  # ours: LX1CN has so many, beside one digit at least
# SAMEBAG-SUPERVISOR-NAME-TAG, its head lost or not, and by any keyboard: these letters lie on the
# same keys everywhere. Who reads what is behind them can print the badge. What is printed for bags
# names parcels, whatever those are called.
SECRET = re.compile(
    rf"(?!{'|'.join(map(re.escape, (MERGED, LISTED, HELD)))})(.*?VISOR).+",
    re.IGNORECASE | re.DOTALL,
)
PROSE_WORDS = 3  # ours: RB 123 456 785 CN has two


def discreet(text: str) -> str:
    """What was read, as it may be written down: masked where it is prose, such as an address in a
    code, or a badge."""
    text = without_secret(text)
    return masked(text) if sum(map(_is_word, WORD.findall(text))) >= PROSE_WORDS else text


def without_secret(text: str) -> str:
    """What is written down of a badge: that it was one."""
    return f"{found[1]}…" if (found := SECRET.match(text)) else text


def hides_secret(text: str) -> bool:
    return SECRET.match(text) is not None


def masked(text: str) -> str:
    """``P-1001, Maria da Silva`` becomes ``P-1001, M… d… S…``."""
    return WORD.sub(
        lambda word: f"{LETTER.findall(word[0])[0]}…" if _is_word(word[0]) else word[0], text
    )


def _is_word(text: str) -> bool:
    letters, digits = "".join(LETTER.findall(text)), sum(map(str.isdigit, text))
    is_short_code = (
        digits and len(letters) <= CODE_LETTERS and letters.isascii() and letters.isupper()
    )
    return len(letters) > max(1, digits) and not is_short_code
