"""Stamps: what proves an entry of the ledger to whoever keeps the first key elsewhere. Pure.

Entry n is stamped with key n: HMAC-SHA256 (RFC 2104) of its hash, cut to 16 bytes. Key n + 1 is
made from key n, one way, and key n is forgotten then: who takes the card later can stamp what
comes, never again what was. After Schneier and Kelsey, "Secure Audit Logs to Support Computer
Forensics", ACM TISSEC 2 (1999).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from samebag.ports import StoreError

KEY_BYTES = 32  # RFC 2104: the length of SHA-256's output
STAMP_BYTES = 16  # RFC 2104, section 5: half of the output, and no less than 80 bits
STEP, FIRST = b"samebag: the next entry's key", b"samebag: the first key"
FORM = "samebag-stamps"  # how a first key begins when it is written down


def next_key(key: bytes) -> bytes:
    return hmac.digest(key, STEP, "sha256")


def stamp(key: bytes, mark: bytes) -> bytes:
    """``mark`` is the entry's hash."""
    return hmac.digest(key, mark, "sha256")[:STAMP_BYTES]


@dataclass(frozen=True, slots=True)
class Key:
    """That of entry ``seq``."""

    seq: int
    key: bytes

    def at(self, seq: int) -> Key:
        """The key of a later entry."""
        key = self.key
        for _ in range(seq - self.seq):
            key = next_key(key)
        return Key(seq, key)

    def commitment(self) -> str:
        """What the chain says of a first key, which tells nothing of it."""
        return hashlib.sha256(FIRST + self.key).hexdigest()

    def written(self) -> str:
        return f"{FORM}:{self.seq}:{self.key.hex()}"


def key_from(text: str) -> Key:
    """What ``written`` made of it. Raises StoreError."""
    form, _, rest = text.strip().partition(":")
    seq, _, digits = rest.partition(":")
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if form != FORM or not seq.isdecimal() or len(key) != KEY_BYTES:
        raise StoreError(
            f"the stamps' first key: must be {FORM}:NUMBER:64 hex digits: give it as"
            " verify wrote it"
        )
    return Key(int(seq), key)


class Stamps:
    """Stamps entries in their order. A transaction that was rolled back may give its numbers
    again."""

    def __init__(self, next_: Key) -> None:
        # of the first entry that is not on disk; of the newest that was stamped
        self._next = self._ahead = next_

    def of(self, seq: int, mark: bytes) -> bytes:
        if seq < self._ahead.seq:
            self._ahead = self._next
        self._ahead = self._ahead.at(seq)
        return stamp(self._ahead.key, mark)

    def committed(self, seq: int) -> Key:
        """All up to that one are on disk: the key of the next. Those before are forgotten."""
        if seq < self._ahead.seq:
            self._ahead = self._next
        self._next = self._ahead = self._ahead.at(seq + 1)
        return self._next
