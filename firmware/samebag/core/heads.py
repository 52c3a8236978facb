"""Heads of a ledger: an entry's number and hash, which vouch for it and all before, kept where
others keep them. Pure.

In journal and report a head is written ``123:`` and 64 hex digits; on a merged label eight
characters stand for the hash, beside the print number, which names the entry.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

HASH_BYTES = 32
# 40 bits, eight letters of base32: to rewrite one labelled entry unseen takes 10^12 tries
SHORT_BYTES = 5


@dataclass(frozen=True, slots=True)
class Head:
    """``mark`` is the hash of entry ``seq``."""

    seq: int
    mark: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.mark.hex()}"


def head_in(text: str) -> Head | None:
    """The head that was written so; None for any other text."""
    seq, _, digits = text.strip().partition(":")
    try:
        mark = bytes.fromhex(digits)
    except ValueError:
        return None
    return (
        Head(int(seq), mark)
        if seq.isascii() and seq.isdecimal() and len(mark) == HASH_BYTES
        else None
    )


def short(mark: bytes) -> str:
    """A hash on paper: base32 (RFC 4648) has no 0, 1 and 8 to mistake."""
    return base64.b32encode(mark[:SHORT_BYTES]).decode()
