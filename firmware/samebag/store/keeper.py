"""Keeps a station's note of its ledgers, and the stamps' keys; tells at a start what is missing."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from samebag.core.heads import Head
from samebag.ports import StoreError
from samebag.store.doubts import NO_NOTE, NOTE, KnownHead, doubt, last_job
from samebag.store.key import make_private
from samebag.store.ledger.chain import Moment, Pen, head_of, to_json
from samebag.store.ledger.stamps import KEY_BYTES, Key, Stamps, stamp
from samebag.store.note import LedgerNote, NoteFile

STAMPING, ACCEPTED = "stamps", "ledger accepted"  # kinds of entries
NEWEST = "SELECT seq, hash, stamp FROM entry ORDER BY seq DESC LIMIT 1"
Others = Callable[[bool], Iterable[KnownHead]]


class Keeper:
    """``folder`` is not the ledger's, so that what takes the one leaves the other. ``others`` tells
    what book and journal know; it is told whether nothing else does. ``printed``: the highest
    number of a label kept. ``name`` is the ledger's."""

    def __init__(
        self,
        folder: Path,
        others: Others = lambda is_bare: (),
        printed: Callable[[], int] = int,
        name: str = "ledger",
    ) -> None:
        self._note = NoteFile(folder / f"{name}.note")
        self._first_key = folder / "first-key"
        self._others, self._printed = others, printed
        self._known: list[KnownHead] = []

    def look(self, db: sqlite3.Connection) -> tuple[str, Stamps | None]:
        """What is wrong with the ledger, if anything; and its stamps, if its entries bear some."""
        try:
            note = self._note.read()
        except StoreError as err:
            return str(err), None
        newest = db.execute(NEWEST).fetchone()
        self._known = [*self._others(not newest and not note), *([_known(note)] if note else [])]
        if why := doubt(db, self._known, self._printed()):
            return why, None
        if not newest or newest[2] is None:
            return "", None
        return _stamps(note, *newest) if note else (NO_NOTE, None)

    @property
    def bag(self) -> int:
        """The highest bag number that anybody knows of."""
        return max((known.bag for known in self._known), default=0)

    def begin(self, pen: Pen, moment: Moment) -> None:
        """Stamps from the next entry on, which says whose first key proves them. The note is there
        before it."""
        first = Key(pen.head.seq + 1, secrets.token_bytes(KEY_BYTES))
        self._note.begin(_note(pen.db, pen.head, first))
        self._leave_to_take(first)
        pen.stamps = Stamps(first)
        pen.append(STAMPING, 0, moment, to_json({"first": first.commitment()}))

    def accept(self, pen: Pen, supervisor: str, why: str, moment: Moment) -> None:
        """A supervisor gives up what is missing. Numbers of bags and labels go on from what is
        known of it."""
        lost = [
            {"by": known.by, "head": str(known.head), "bag": known.bag, "job": known.job}
            for known in self._known
        ]
        body = {"supervisor": supervisor, "why": why, "lost": lost}
        seq = pen.append(ACCEPTED, self.bag, moment, to_json(body))
        heads = {str(known.head) for known in self._known}
        pen.db.executemany(
            "INSERT OR IGNORE INTO accepted VALUES (?, ?)", [(head, seq) for head in sorted(heads)]
        )
        job = max(self._printed(), last_job(pen.db), *(known.job for known in self._known), 0)
        pen.db.execute("DELETE FROM sqlite_sequence WHERE name = 'print_job'")
        pen.db.execute("INSERT INTO sqlite_sequence VALUES ('print_job', ?)", (job,))
        self.begin(pen, moment)

    def committed(self, db: sqlite3.Connection, head: Head, stamps: Stamps) -> None:
        self._note.keep(_note(db, head, stamps.committed(head.seq)))

    def close(self) -> None:
        self._note.close()

    def _leave_to_take(self, first: Key) -> None:
        """Until somebody takes it away (``samebag verify --take-key``); one that nobody took stays
        beside it."""
        before = self._first_key.read_text("ascii") if self._first_key.exists() else ""
        self._first_key.unlink(missing_ok=True)
        make_private(self._first_key, f"{before}{first.written()}\n")


def _known(note: LedgerNote) -> KnownHead:
    return KnownHead(NOTE, note.newest, note.bag, note.job)


def _note(db: sqlite3.Connection, head: Head, key: Key) -> LedgerNote:
    return LedgerNote(head.seq, head.mark.hex(), _last_bag(db), last_job(db), key.key.hex())


def _last_bag(db: sqlite3.Connection) -> int:
    """Of the entries; numbers that are only reserved are no news."""
    (bag,) = db.execute("SELECT ifnull(max(bag), 0) FROM entry").fetchone()
    return int(bag)


def _stamps(note: LedgerNote, seq: int, mark: bytes, stamped: bytes) -> tuple[str, Stamps | None]:
    """The note may be some entries behind: then the newest must bear what its key makes."""
    if note.seq < seq and stamp(note.next_key.at(seq).key, mark) != stamped:
        return f"the ledger is another one: its entry {seq} bears no stamp of this station", None
    return "", Stamps(note.next_key.at(seq + 1))


def known_head(db: sqlite3.Connection, by: str) -> KnownHead:
    """What a ledger says of itself, for others to keep."""
    return KnownHead(by, head_of(db), _last_bag(db), last_job(db))


def taken(path: Path) -> str:
    """The first keys, which are forgotten here. Raises StoreError."""
    try:
        text = path.read_text("ascii")
        # for what it is worth on a card that writes elsewhere
        path.write_text("0" * len(text), "ascii")
        path.unlink()
    except FileNotFoundError as err:
        raise StoreError(
            f"{path}: is not there: the key was taken before, or the station has not started yet"
        ) from err
    except OSError as err:
        raise StoreError(f"{path}: {err.strerror}: as root, or as the station's user") from err
    return text
