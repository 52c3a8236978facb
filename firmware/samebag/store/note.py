"""The station's note of its ledger, in another folder: the newest entry, and the key of the next
one's stamp.

It is written over in place when nobody waits, one half after the other, and not synced: half a
page, no wait, no wear that counts. After a power cut it may be some entries behind, never ahead;
keys can be made forward.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from samebag.core.heads import Head
from samebag.ports import StoreError
from samebag.store.database import leave_to_owner
from samebag.store.ledger.stamps import Key

HALVES, HALF_BYTES = 2, 512  # what a card writes whole or not at all
SUM_CHARS = 16  # against halves torn by a power cut, not against people


class LedgerNote(msgspec.Struct, frozen=True, array_like=True):
    """``head`` and ``key`` in hex; the key is that of entry ``seq`` + 1. ``bag`` and ``job`` are
    the highest given."""

    seq: int
    head: str
    bag: int
    job: int
    key: str

    @property
    def newest(self) -> Head:
        return Head(self.seq, bytes.fromhex(self.head))

    @property
    def next_key(self) -> Key:
        return Key(self.seq + 1, bytes.fromhex(self.key))


class NoteFile:
    """One writer. Raises StoreError where it cannot be made or read; what cannot be kept later is
    let go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = 0
        self._fd: int | None = None

    def read(self) -> LedgerNote | None:
        """The newer of its halves; None where there is no note."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as err:
            raise StoreError(
                f"{self.path}: {err.strerror}: let the station read and write its folder"
            ) from err
        halves = [
            _half(content[at : at + HALF_BYTES]) for at in range(0, HALVES * HALF_BYTES, HALF_BYTES)
        ]
        found = [(half.seq, turn, half) for turn, half in enumerate(halves) if half]
        if not found:
            raise StoreError(f"{self.path}: is no note of a ledger: keep it, and ask a supervisor")
        _, turn, newest = max(found)
        self._turn = turn
        return newest

    def begin(self, note: LedgerNote) -> None:
        """Write it anew, both halves, on disk when this returns."""
        self.close()
        draft = self.path.with_name(f".{self.path.name}")
        try:
            fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.pwrite(fd, _line(note) * HALVES, 0)
            os.fsync(fd)
            leave_to_owner(draft)
            draft.replace(self.path)
        except OSError as err:
            raise StoreError(
                f"{self.path}: {err.strerror}: let the station write there, or free space"
            ) from err
        self._fd = fd

    def keep(self, note: LedgerNote) -> None:
        self._turn += 1
        with suppress(OSError):  # a card that fails is reported by the ledger's commits
            if self._fd is None:
                self._fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            os.pwrite(self._fd, _line(note), HALF_BYTES * (self._turn % HALVES))

    def close(self) -> None:
        """And on disk, for a stop that was meant."""
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)
            os.close(self._fd)
            self._fd = None


def _line(note: LedgerNote) -> bytes:
    text = msgspec.json.encode(note)
    return (hashlib.sha256(text).hexdigest()[:SUM_CHARS].encode() + text).ljust(HALF_BYTES)


def _half(content: bytes) -> LedgerNote | None:
    mark, text = content[:SUM_CHARS], content[SUM_CHARS:].rstrip()
    if hashlib.sha256(text).hexdigest()[:SUM_CHARS].encode() != mark:
        return None
    return msgspec.json.decode(text, type=LedgerNote)
