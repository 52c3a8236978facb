"""The merged label's code: it names one print of one parcel, and a keyed tag shows that a station
made it. Pure."""

from __future__ import annotations

import base64
import hmac

MERGED = "SB1|"  # what every merged label's code begins with
MOST_DIGITS = 18  # SQLite's integers hold them all
# of base32, 40 bits: a guess a second needs 17,000 years; more would coarsen a 58 mm label's QR
# code
TAG_CHARS = 8


def merged_code(parcel: str, number: int, copy: int, key: bytes) -> str:
    text = f"{MERGED}{parcel}|{number}|{copy}"
    return f"{text}|{tag(text, key)}"


def print_number(code: str) -> int | None:
    """The print number that a merged label's code claims, None for any other code; parcels may have
    ``|`` in them."""
    parts = code.split("|")
    is_merged = code.startswith(MERGED) and len(parts) >= 5  # mark, parcel, number, copy, tag
    number = parts[-3] if is_merged else ""
    return (
        int(number)
        if number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS
        else None
    )


def tag(text: str, key: bytes) -> str:
    """HMAC-SHA256 (RFC 2104), cut to TAG_CHARS of base32 (RFC 4648): upper case survives every
    scanner."""
    return base64.b32encode(hmac.digest(key, text.encode(), "sha256")).decode()[:TAG_CHARS]
