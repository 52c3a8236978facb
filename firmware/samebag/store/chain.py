"""The rows of the ledger as SQL: entries chained by SHA-256, parcels passed, print jobs. No thread, no clock.

The hash of an entry is SHA-256 over the hash of the entry before (32 zero bytes for the first) followed by the UTF-8
text of the JSON array [seq, kind, bag, wall_time, boot_id, mono_s, body] without spaces and with non-ASCII escaped,
boot_id and body being the stored texts. Anyone can check it without Samebag. Since version 10 an entry neither repeats
the hash before (prev is empty) nor the boot of the entry before (boot_id is empty), and has a stamp (stamps.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, replace
from json.encoder import encode_basestring_ascii as quoted

import msgspec

from samebag.core.heads import Head, short
from samebag.core.parcels import Parcel
from samebag.core.verdicts import GiveNotice, LabelRead, Proof, Verdict, VerdictKind
from samebag.ports import JobState, PrintJob, StoreError
from samebag.store.database import Schema
from samebag.store.records import encode_parcel
from samebag.store.stamps import Stamps

LEDGER = Schema(
    thing="ledger",
    application_id=0x53424C31,  # "SBL1"
    scripts=("ledger.sql", *(f"ledger-{version}.sql" for version in range(2, 11))),
    broken_cure="move it away together with its -wal file and keep both: they are the evidence; then start again",
)
PRINT_JOB = "print job"  # the kind of an entry about one
FIRST_PREV = bytes(32)
SALT_BYTES = 16
HEAD = """
SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'entry'), (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)"""
UNFINISHED = "state NOT IN ('confirmed', 'replaced', 'withdrawn')"  # word for word as its index has it
OF_MATCH = "FROM passed JOIN entry USING (seq) WHERE passed.parcel = print_job.parcel"
JOB = f"""number, bag, parcel, copy, state, wall_time, ifnull((SELECT body ->> 'packer' {OF_MATCH}), ''),
  (SELECT hash {OF_MATCH})"""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, by both clocks."""

    wall_time: str
    boot_id: str
    mono_s: float


_encoder = msgspec.json.Encoder()


def to_json(body: object) -> str:
    """Without spaces, and with non-ASCII escaped, which msgspec, seven times as fast, does not."""
    with suppress(UnicodeEncodeError):  # half a character, as the name of a file may have
        text = _encoder.encode(body)
        if text.isascii():
            return text.decode()
    return json.dumps(body, separators=(",", ":"), allow_nan=False)


def entry_hash(
    prev: bytes, seq: int, kind: str, bag: int, wall_time: str, boot_id: str, mono_s: float, body: str
) -> bytes:
    """Over what json.dumps makes of the array, at half its price: every green waits for it."""
    when = f"{quoted(wall_time)},{quoted(boot_id)},{mono_s!r}"
    is_plain = body.isascii() and "\x7f" not in body  # what msgspec, twice as fast, writes alike
    told = _encoder.encode(body).decode() if is_plain else quoted(body)
    return hashlib.sha256(b"%b[%d,%b]" % (prev, seq, f"{quoted(kind)},{bag},{when},{told}".encode())).digest()


def aside_hash(salt: bytes, words: str) -> str:
    """What an entry says of words that lie beside it, in the table ``aside``, from which they can be purged."""
    return hashlib.sha256(salt + words.encode()).hexdigest()


def head_of(db: sqlite3.Connection) -> Head:
    """The highest number ever used, and the hash of the last entry: a row cut off the end leaves a gap for ever."""
    highest, mark = db.execute(HEAD).fetchone()
    return Head(highest or 0, mark or FIRST_PREV)


class Pen:
    """Appends entries, within one transaction. ``boot`` is that of the newest entry, where it is known."""

    def __init__(self, db: sqlite3.Connection, stamps: Stamps | None = None, boot: str = "") -> None:
        self.db, self.head, self.boot, self.stamps = db, head_of(db), boot, stamps

    def append(self, kind: str, bag: int, moment: Moment, body: str) -> int:
        """Returns the new entry's number."""
        seq, prev = self.head.seq + 1, self.head.mark
        boot_id = "" if moment.boot_id == self.boot else moment.boot_id
        mark = entry_hash(prev, seq, kind, bag, moment.wall_time, boot_id, moment.mono_s, body)
        stamp = self.stamps.of(seq, mark) if self.stamps else None
        row = (seq, kind, bag, moment.wall_time, boot_id, moment.mono_s, body, b"", mark, stamp)
        self.db.execute("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?)", row)
        self.head, self.boot = Head(seq, mark), moment.boot_id
        return seq

    def append_aside(self, kind: str, bag: int, moment: Moment, body: dict[str, object], words: str) -> int:
        """An entry of which ``words`` are kept beside the chain, if there are any, and only their hash in it."""
        if not words:
            return self.append(kind, bag, moment, to_json(body))
        salt = os.urandom(SALT_BYTES)
        seq = self.append(kind, bag, moment, to_json(body | {"words": aside_hash(salt, words)}))
        self.db.execute("INSERT INTO aside VALUES (?, ?, ?)", (seq, salt, words))
        return seq


def verdict_body(verdict: Verdict, station: str) -> dict[str, object]:
    body: dict[str, object] = {
        "kind": verdict.kind,
        "parcel": verdict.parcel,
        "parcels": verdict.parcels,
        "labels": msgspec.to_builtins(verdict.labels),
        "proof": verdict.proof,
        "unread": verdict.unread,
        "station": station,
        "shadow": verdict.shadow,
        "packer": verdict.packer,
    }
    return body | {"check": verdict.check} if verdict.check else body


def entry_kind(verdict: Verdict) -> str:
    """A proof card is no bag: what it gave is kept apart from the verdicts."""
    return "proof" if verdict.proves else "verdict"


class _Body(msgspec.Struct):
    """What verdict_body makes; older entries lack the last."""

    kind: VerdictKind
    parcel: str | None
    parcels: tuple[str, ...]
    labels: tuple[LabelRead, ...]
    proof: Proof | None
    unread: int
    station: str
    shadow: bool = False
    packer: str = ""
    check: str = ""


_bodies: msgspec.json.Decoder[_Body] = msgspec.json.Decoder(_Body)


def to_verdict(bag: int, at_s: float, body: str) -> tuple[Verdict, str]:
    """The verdict of an entry, and the station; ``at_s`` is in the time of the boot that wrote it."""
    told = _bodies.decode(body)
    proven = told.labels, told.parcel, told.parcels, told.proof, told.unread
    return Verdict(told.kind, bag, at_s, *proven, told.shadow, told.packer, told.check), told.station


def append_match(
    pen: Pen, verdict: Verdict, station: str, moment: Moment, prints: bool, parcel: Parcel | None = None
) -> None:
    """The verdict, the parcel's mark and, where the station prints, its first print job and what its label shows.

    Writes nothing if the parcel has passed already. Of a proof card only the verdict is kept. What a
    ``parcel`` names may name a buyer, so it lies aside.
    """
    body = verdict_body(verdict, station)
    if verdict.proves:
        pen.append(entry_kind(verdict), verdict.bag, moment, to_json(body))
        return
    if pen.db.execute("SELECT 1 FROM passed WHERE parcel = ?", (verdict.parcel,)).fetchone():
        raise StoreError(f"parcel {verdict.parcel}: has passed already: keep the bag, ask the supervisor")
    number = _next_job(pen.db) if prints and verdict.prints else 0
    record = encode_parcel(parcel) if parcel and number else ""
    seq = pen.append_aside("verdict", verdict.bag, moment, body | {"job": number} if number else body, record)
    mark = (verdict.parcel, seq, verdict.bag, moment.wall_time, station)
    pen.db.execute("INSERT INTO passed VALUES (?,?,?,?,?)", mark)
    if number:
        _insert(pen, PrintJob(number, verdict.bag, str(verdict.parcel), 1, JobState.QUEUED, moment.wall_time), seq)


def append_seal(pen: Pen, notice: GiveNotice, body: str, moment: Moment) -> None:
    """The notice, and the parcel's mark; writes nothing if it is sealed already."""
    (parcel,), (label,) = notice.parcels, notice.labels
    if not pen.db.execute("SELECT 1 FROM sealed WHERE parcel = ?", (parcel,)).fetchone():
        seq = pen.append("seal", notice.bag, moment, body)
        mark = (parcel, seq, notice.bag, moment.wall_time, label.code)
        pen.db.execute("INSERT INTO sealed VALUES (?,?,?,?,?)", mark)


def move_job(pen: Pen, number: int, state: JobState, reason: str, moment: Moment) -> None:
    """What the job is of stands where it was queued: in its match, or its copy's own entry.

    That it is being sent lasts a second and proves nothing: it is on disk, for a power cut, and no entry.
    """
    job = _job(pen.db, number)
    if state is JobState.SENDING:
        pen.db.execute("UPDATE print_job SET state = ? WHERE number = ?", (state, number))
        return
    body: dict[str, object] = {"number": job.number, "state": state}
    body |= {"copy": job.copy} if job.copy > 1 else {}
    seq = pen.append(PRINT_JOB, job.bag, moment, to_json(body | {"reason": reason} if reason else body))
    pen.db.execute("UPDATE print_job SET state = ?, seq = ? WHERE number = ?", (state, seq, number))


def copy_job(pen: Pen, number: int, moment: Moment) -> PrintJob:
    move_job(pen, number, JobState.REPLACED, "", moment)
    job = _job(pen.db, number)
    again = replace(job, number=_next_job(pen.db), copy=job.copy + 1, state=JobState.QUEUED)
    body = {"number": again.number, "parcel": job.parcel, "copy": again.copy, "state": again.state}
    _insert(pen, again, pen.append(PRINT_JOB, job.bag, moment, to_json(body | {"wall_time": job.wall_time})))
    return again


def last_bag(db: sqlite3.Connection) -> int:
    """The highest bag number that may have been shown, 0 in a new ledger."""
    (number,) = db.execute(
        "SELECT max((SELECT ifnull(max(bag), 0) FROM entry), (SELECT ifnull(max(bag), 0) FROM reserved))"
    ).fetchone()
    return int(number)


def reserve(db: sqlite3.Connection, bag: int) -> None:
    """Numbers up to that one may be shown from now on, with or without an entry."""
    db.execute("INSERT OR REPLACE INTO reserved VALUES (1, ?)", (bag,))


def give_back(db: sqlite3.Connection) -> None:
    """What was reserved; to be done when every number that was shown has its entry."""
    db.execute("DELETE FROM reserved")


def to_job(row: tuple[int, int, str, int, str, str, str, bytes | None]) -> PrintJob:
    number, bag, parcel, copy, state, wall_time, packer, mark = row
    return PrintJob(number, bag, parcel, copy, JobState(state), wall_time, packer, short(mark) if mark else "")


def _next_job(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'print_job'").fetchone()
    return int(row[0]) + 1 if row else 1


def _job(db: sqlite3.Connection, number: int) -> PrintJob:
    row = db.execute(f"SELECT {JOB} FROM print_job WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise StoreError(f"print job {number}: is not in the ledger: print the label of its bag again")
    return to_job(row)


def _insert(pen: Pen, job: PrintJob, seq: int) -> None:
    pen.db.execute(
        "INSERT INTO print_job (number, seq, bag, parcel, copy, state, wall_time) VALUES (?,?,?,?,?,?,?)",
        (job.number, seq, job.bag, job.parcel, job.copy, job.state, job.wall_time),
    )
