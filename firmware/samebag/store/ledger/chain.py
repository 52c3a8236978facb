"""The rows of the ledger as SQL: entries chained by SHA-256, parcels passed, print jobs. No thread,
no clock.

The hash of an entry is SHA-256 over the hash of the entry before (32 zero bytes for the first)
followed by the UTF-8 text of the JSON array [seq, kind, bag, wall_time, boot_id, mono_s] without
spaces, followed by the body's text. Anyone can check it without Samebag. An entry neither repeats
the hash before (prev is empty) nor the boot of the entry before (boot_id is empty), and has a stamp
(stamps.py).

Entries from before version 11 are proven as they were written: the body was the seventh of the
array, all non-ASCII escaped. The table ``form`` says which was the first of the new; a wrong number
there makes hashes that do not fit.
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
from samebag.core.labels import Kind
from samebag.core.parcels import Parcel
from samebag.core.verdicts import GiveNotice, LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.ports import JobState, PrintJob, StoreError
from samebag.store.book.records import encode_parcel
from samebag.store.database import Schema
from samebag.store.ledger.stamps import Stamps

LEDGER = Schema(
    thing="ledger",
    application_id=0x53424C31,  # "SBL1"
    scripts=("ledger.sql", *(f"ledger-{version}.sql" for version in range(2, 12))),
    broken_cure="move it away together with its -wal file and keep both: they are the"
    " evidence; then start again",
)
PRINT_JOB = "print job"  # the kind of an entry about one
PRINTED = "labels printed"  # the kind of one about several, whose printing went as it should
FIRST_PREV = bytes(32)
SALT_BYTES = 16
HEAD = """
SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'entry'), (SELECT hash FROM entry
  ORDER BY seq DESC LIMIT 1)"""
# word for word as its index has it
UNFINISHED = "state NOT IN ('confirmed', 'replaced', 'withdrawn')"
JOBS = """
SELECT j.number, e.bag, e.body ->> 'parcel', j.copy, j.state, e.wall_time,
  ifnull(e.body ->> 'packer', ''), e.hash
FROM print_job j JOIN entry e ON e.seq = j.match"""
OF_BAG = """
SELECT ifnull(body ->> 'job', body ->> 'number') AS number FROM entry
WHERE bag = ?1 AND kind IN ('verdict', 'print job')"""  # its labels, none for other verdicts
UNTOLD = (
    "SELECT number, state FROM print_job WHERE seq IS NULL AND state <> 'sending' ORDER BY number"
)
NEW_JOB = "INSERT INTO print_job (number, seq, match, copy, state) VALUES (?, ?, ?, ?, 'queued')"
FORM = "SELECT first FROM form"
# in this order, where all goes well
ON_PAPER = (
    JobState.SENDING,
    JobState.SENT,
    JobState.CONFIRMED,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, by both clocks."""

    wall_time: str
    boot_id: str
    mono_s: float


_encoder = msgspec.json.Encoder()
_encode = _encoder.encode


def to_json(body: object) -> str:
    """Without spaces, and with non-ASCII escaped, which msgspec, seven times as fast, does not."""
    with suppress(UnicodeEncodeError):  # half a character, as the name of a file may have
        text = _encoder.encode(body)
        if text.isascii() and b"\x7f" not in text:
            return text.decode()
    return json.dumps(body, separators=(",", ":"), allow_nan=False)


def entry_hash(
    prev: bytes,
    seq: int,
    kind: str,
    bag: int,
    wall_time: str,
    boot_id: str,
    mono_s: float,
    body: str,
) -> bytes:
    return hashlib.sha256(
        prev + _encode((seq, kind, bag, wall_time, boot_id, mono_s)) + body.encode()
    ).digest()


def entry_hash_before_11(
    prev: bytes,
    seq: int,
    kind: str,
    bag: int,
    wall_time: str,
    boot_id: str,
    mono_s: float,
    body: str,
) -> bytes:
    """Over what json.dumps makes of the array, at half its price."""
    when = f"{quoted(wall_time)},{quoted(boot_id)},{mono_s!r}"
    is_plain = body.isascii() and "\x7f" not in body  # what msgspec, twice as fast, writes alike
    told = _encoder.encode(body).decode() if is_plain else quoted(body)
    return hashlib.sha256(
        b"%b[%d,%b]" % (prev, seq, f"{quoted(kind)},{bag},{when},{told}".encode())
    ).digest()


def aside_hash(salt: bytes, words: str) -> str:
    """What an entry says of words that lie beside it, in the table ``aside``, from which they can
    be purged."""
    return hashlib.sha256(salt + words.encode()).hexdigest()


def head_of(db: sqlite3.Connection) -> Head:
    """The highest number ever used, and the hash of the last entry: a row cut off the end leaves a
    gap for ever."""
    highest, mark = db.execute(HEAD).fetchone()
    return Head(highest or 0, mark or FIRST_PREV)


class Pen:
    """Appends entries, within one transaction. ``boot`` is that of the newest entry, where it is
    known.

    ``printed``: steps of labels that no entry says yet (``move_job``).
    """

    def __init__(
        self, db: sqlite3.Connection, stamps: Stamps | None = None, boot: str = ""
    ) -> None:
        self.db, self.head, self.boot, self.stamps = db, head_of(db), boot, stamps
        self.printed = 0

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

    def append_aside(
        self, kind: str, bag: int, moment: Moment, body: dict[str, object], words: str
    ) -> int:
        """An entry of which ``words`` are kept beside the chain, if there are any, and only their
        hash in it."""
        if not words:
            return self.append(kind, bag, moment, to_json(body))
        salt = os.urandom(SALT_BYTES)
        seq = self.append(kind, bag, moment, to_json(body | {"words": aside_hash(salt, words)}))
        self.db.execute("INSERT INTO aside VALUES (?, ?, ?)", (seq, salt, words))
        return seq


def verdict_body(verdict: Verdict, station: str) -> dict[str, object]:
    """What is said of most bags says nothing: it is left out. A label is [kind, code, by]."""
    is_plain = verdict.parcel is not None and verdict.parcels == (verdict.parcel,)
    body: dict[str, object] = {
        "kind": verdict.kind,
        "parcel": verdict.parcel,
        "parcels": () if is_plain else verdict.parcels,
        "read": [(label.kind, label.code, label.by) for label in verdict.labels],
        "proof": verdict.proof,
        "unread": verdict.unread,
        "station": station,
        "shadow": verdict.shadow,
        "packer": verdict.packer,
        "check": verdict.check,
    }
    return {name: said for name, said in body.items() if said or name == "station"}


def entry_kind(verdict: Verdict) -> str:
    """A proof card is no bag: what it gave is kept apart from the verdicts."""
    return "proof" if verdict.proves else "verdict"


class CodeRead(msgspec.Struct, array_like=True, gc=False):
    """What the entry of a verdict begins a label with, for who wants no more of it."""

    kind: str
    code: str


class _Read(msgspec.Struct, array_like=True, gc=False):
    kind: Kind
    code: str
    by: ReadBy


class _Body(msgspec.Struct, gc=False):
    """What verdict_body makes; before version 11 each label was an object, in ``labels``."""

    kind: VerdictKind
    station: str
    parcel: str | None = None
    parcels: tuple[str, ...] = ()
    read: tuple[_Read, ...] = ()
    labels: tuple[LabelRead, ...] = ()
    proof: Proof | None = None
    unread: int = 0
    shadow: bool = False
    packer: str = ""
    check: str = ""


_bodies: msgspec.json.Decoder[_Body] = msgspec.json.Decoder(_Body)


def to_verdict(bag: int, at_s: float, body: str) -> tuple[Verdict, str]:
    """The verdict of an entry, and the station; ``at_s`` is in the time of the boot that wrote
    it."""
    told = _bodies.decode(body)
    labels = told.labels or tuple(LabelRead(read.kind, read.code, read.by) for read in told.read)
    parcels = told.parcels or ((told.parcel,) if told.parcel is not None else ())
    proven = labels, told.parcel, parcels, told.proof, told.unread
    return Verdict(
        told.kind, bag, at_s, *proven, told.shadow, told.packer, told.check
    ), told.station


def append_match(
    pen: Pen,
    verdict: Verdict,
    station: str,
    moment: Moment,
    prints: bool,
    parcel: Parcel | None = None,
) -> None:
    """The verdict, the parcel's mark and, where the station prints, its first print job and what
    its label shows.

    Writes nothing if the parcel has passed already. Of a proof card only the verdict is kept. What
    a ``parcel`` names may name a buyer, so it lies aside.
    """
    body = verdict_body(verdict, station)
    if verdict.proves:
        pen.append(entry_kind(verdict), verdict.bag, moment, to_json(body))
        return
    if pen.db.execute("SELECT 1 FROM passed WHERE parcel = ?", (verdict.parcel,)).fetchone():
        raise StoreError(
            f"parcel {verdict.parcel}: has passed already: keep the bag, ask the supervisor"
        )
    number = _next_job(pen.db) if prints and verdict.prints else 0
    record = encode_parcel(parcel) if parcel and number else ""
    seq = pen.append_aside(
        "verdict", verdict.bag, moment, body | {"job": number} if number else body, record
    )
    pen.db.execute("INSERT INTO passed VALUES (?, ?)", (verdict.parcel, seq))
    if number:
        pen.db.execute(NEW_JOB, (number, seq, seq, 1))


def append_seal(pen: Pen, notice: GiveNotice, body: str, moment: Moment) -> None:
    """The notice, and the parcel's mark; writes nothing if it is sealed already."""
    (parcel,), (label,) = notice.parcels, notice.labels
    if not pen.db.execute("SELECT 1 FROM sealed WHERE parcel = ?", (parcel,)).fetchone():
        seq = pen.append("seal", notice.bag, moment, body)
        mark = (parcel, seq, notice.bag, moment.wall_time, label.code)
        pen.db.execute("INSERT INTO sealed VALUES (?,?,?,?,?)", mark)


def move_job(pen: Pen, number: int, state: JobState, reason: str, moment: Moment) -> None:
    """What the job is of stands where it was queued: in its match, or its copy's own entry.

    A label that is sent and comes out, as nearly all do, is on disk at once, for a power cut, and
    shares its entry with others (``tell_printed``); nobody takes it for proven before. Any other
    step has an entry of its own.
    """
    job = _job(pen.db, number)
    if state in ON_PAPER and job.state in (JobState.QUEUED, *ON_PAPER) and not reason:
        pen.db.execute(
            "UPDATE print_job SET state = ?, seq = NULL WHERE number = ?", (state, number)
        )
        pen.printed += state is not JobState.SENDING
        return
    body: dict[str, object] = {"number": job.number, "state": state}
    body |= {"copy": job.copy} if job.copy > 1 else {}
    seq = pen.append(
        PRINT_JOB, job.bag, moment, to_json(body | {"reason": reason} if reason else body)
    )
    pen.db.execute("UPDATE print_job SET state = ?, seq = ? WHERE number = ?", (state, seq, number))


def untold(db: sqlite3.Connection) -> int:
    """Of how many labels the entries do not say yet that they were printed."""
    return len(db.execute(UNTOLD).fetchall())


def tell_printed(pen: Pen, moment: Moment) -> None:
    """One entry for all of them."""
    told: dict[str, list[int]] = {}
    for number, state in pen.db.execute(UNTOLD):
        told.setdefault(state, []).append(number)
    if told:
        seq = pen.append(PRINTED, 0, moment, to_json(told))
        pen.db.execute(
            "UPDATE print_job SET seq = ? WHERE seq IS NULL AND state <> 'sending'", (seq,)
        )


def copy_job(pen: Pen, number: int, moment: Moment) -> PrintJob:
    move_job(pen, number, JobState.REPLACED, "", moment)
    job = _job(pen.db, number)
    again = replace(job, number=_next_job(pen.db), copy=job.copy + 1, state=JobState.QUEUED)
    ((match,),) = pen.db.execute("SELECT match FROM print_job WHERE number = ?", (number,))
    body = {"number": again.number, "match": match, "copy": again.copy, "state": again.state}
    seq = pen.append(PRINT_JOB, job.bag, moment, to_json(body))
    pen.db.execute(NEW_JOB, (again.number, seq, match, again.copy))
    return again


def last_bag(db: sqlite3.Connection) -> int:
    """The highest bag number that may have been shown, 0 in a new ledger."""
    (number,) = db.execute(
        "SELECT max((SELECT ifnull(max(bag), 0) FROM entry), (SELECT ifnull(max(bag),"
        " 0) FROM reserved))"
    ).fetchone()
    return int(number)


def reserve(db: sqlite3.Connection, bag: int) -> None:
    """Numbers up to that one may be shown from now on, with or without an entry."""
    db.execute("INSERT OR REPLACE INTO reserved VALUES (1, ?)", (bag,))


def give_back(db: sqlite3.Connection) -> None:
    """What was reserved; to be done when every number that was shown has its entry."""
    db.execute("DELETE FROM reserved")


def to_job(row: tuple[int, int, str, int, str, str, str, bytes]) -> PrintJob:
    number, bag, parcel, copy, state, wall_time, packer, mark = row
    return PrintJob(number, bag, parcel, copy, JobState(state), wall_time, packer, short(mark))


def _next_job(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'print_job'").fetchone()
    return int(row[0]) + 1 if row else 1


def _job(db: sqlite3.Connection, number: int) -> PrintJob:
    row = db.execute(f"{JOBS} WHERE j.number = ?", (number,)).fetchone()
    if row is None:
        raise StoreError(
            f"print job {number}: is not in the ledger: print the label of its bag again"
        )
    return to_job(row)
