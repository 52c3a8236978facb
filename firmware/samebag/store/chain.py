"""The rows of the ledger as SQL: entries chained by SHA-256, parcels passed, print jobs. No thread, no clock.

The hash of an entry is SHA-256 over the hash of the entry before (32 zero bytes for the first) followed by the UTF-8
text of the JSON array [seq, kind, bag, wall_time, boot_id, mono_s, body] without spaces and with non-ASCII escaped,
body being the stored text. Anyone can check it without Samebag.
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

from samebag.core.labels import Kind
from samebag.core.parcels import Parcel
from samebag.core.verdicts import GiveNotice, LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.ports import JobState, PrintJob, StoreError
from samebag.store.database import Schema
from samebag.store.records import encode_parcel

LEDGER = Schema(
    thing="ledger",
    application_id=0x53424C31,  # "SBL1"
    scripts=("ledger.sql", *(f"ledger-{version}.sql" for version in range(2, 10))),
    broken_cure="move it away together with its -wal file and keep both: they are the evidence; then start again",
)
PRINT_JOB = "print job"  # the kind of an entry about one
FIRST_PREV = bytes(32)
SALT_BYTES = 16
HEAD = """
SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'entry'), (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)"""
UNFINISHED = "state NOT IN ('confirmed', 'replaced', 'withdrawn')"  # word for word as its index has it
PACKER = "SELECT body ->> 'packer' FROM passed JOIN entry USING (seq) WHERE passed.parcel = print_job.parcel"
JOB = f"number, bag, parcel, copy, state, wall_time, ifnull(({PACKER}), '')"


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


def entry_hash(prev: bytes, seq: int, kind: str, bag: int, moment: Moment, body: str) -> bytes:
    """Over what json.dumps makes of the array, at half its price: every green waits for it."""
    when = f"{quoted(moment.wall_time)},{quoted(moment.boot_id)},{moment.mono_s!r}"
    fields = f"[{seq},{quoted(kind)},{bag},{when},{quoted(body)}]"
    return hashlib.sha256(prev + fields.encode()).digest()


def aside_hash(salt: bytes, words: str) -> str:
    """What an entry says of words that lie beside it, in the table ``aside``, from which they can be purged."""
    return hashlib.sha256(salt + words.encode()).hexdigest()


def append(db: sqlite3.Connection, kind: str, bag: int, moment: Moment, body: str) -> int:
    """Returns the new entry's number. Must run inside a transaction.

    The number is the one after the highest ever used: a row cut off the end leaves a gap for ever.
    """
    highest, last = db.execute(HEAD).fetchone()
    seq, prev = (highest or 0) + 1, last or FIRST_PREV
    mark = entry_hash(prev, seq, kind, bag, moment, body)
    db.execute(
        "INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?)",
        (seq, kind, bag, moment.wall_time, moment.boot_id, moment.mono_s, body, prev, mark),
    )
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


def to_verdict(bag: int, at_s: float, body: str) -> Verdict:
    """The verdict of an entry; ``at_s`` is in the time of the boot that wrote it."""
    told = json.loads(body)
    labels = tuple(
        LabelRead(Kind(label["kind"]), label["code"], ReadBy(label["by"]), label.get("text", ""))
        for label in told["labels"]
    )
    proof = Proof(told["proof"]) if told["proof"] else None
    kind, parcels = VerdictKind(told["kind"]), tuple(told["parcels"])
    shadow, packer, check = told.get("shadow", False), told.get("packer", ""), told.get("check", "")  # older lack them
    return Verdict(kind, bag, at_s, labels, told["parcel"], parcels, proof, told["unread"], shadow, packer, check)


def append_aside(
    db: sqlite3.Connection, kind: str, bag: int, moment: Moment, body: dict[str, object], words: str
) -> int:
    """An entry of which ``words`` are kept beside the chain, if there are any, and only their hash in it."""
    if not words:
        return append(db, kind, bag, moment, to_json(body))
    salt = os.urandom(SALT_BYTES)
    seq = append(db, kind, bag, moment, to_json(body | {"words": aside_hash(salt, words)}))
    db.execute("INSERT INTO aside VALUES (?, ?, ?)", (seq, salt, words))
    return seq


def append_match(
    db: sqlite3.Connection, verdict: Verdict, station: str, moment: Moment, prints: bool, parcel: Parcel | None = None
) -> None:
    """The verdict, the parcel's mark and, where the station prints, its first print job and what its label shows.

    Writes nothing if the parcel has passed already. Of a proof card only the verdict is kept. What a
    ``parcel`` names may name a buyer, so it lies aside.
    """
    body = verdict_body(verdict, station)
    if verdict.proves:
        append(db, entry_kind(verdict), verdict.bag, moment, to_json(body))
        return
    if db.execute("SELECT 1 FROM passed WHERE parcel = ?", (verdict.parcel,)).fetchone():
        raise StoreError(f"parcel {verdict.parcel}: has passed already: keep the bag, ask the supervisor")
    is_printed = prints and verdict.prints
    record = encode_parcel(parcel) if parcel and is_printed else ""
    seq = append_aside(db, "verdict", verdict.bag, moment, body, record)
    mark = (verdict.parcel, seq, verdict.bag, moment.wall_time, station)
    db.execute("INSERT INTO passed VALUES (?,?,?,?,?)", mark)
    if is_printed:
        job = PrintJob(0, verdict.bag, str(verdict.parcel), 1, JobState.QUEUED, moment.wall_time)
        _queue(db, replace(job, packer=verdict.packer), moment)


def append_seal(db: sqlite3.Connection, notice: GiveNotice, body: str, moment: Moment) -> None:
    """The notice, and the parcel's mark; writes nothing if it is sealed already."""
    (parcel,), (label,) = notice.parcels, notice.labels
    if not db.execute("SELECT 1 FROM sealed WHERE parcel = ?", (parcel,)).fetchone():
        seq = append(db, "seal", notice.bag, moment, body)
        db.execute("INSERT INTO sealed VALUES (?,?,?,?,?)", (parcel, seq, notice.bag, moment.wall_time, label.code))


def move_job(db: sqlite3.Connection, number: int, state: JobState, reason: str, moment: Moment) -> None:
    job = _job(db, number)
    seq = append(db, PRINT_JOB, job.bag, moment, _job_body(job, state, reason))
    db.execute("UPDATE print_job SET state = ?, seq = ? WHERE number = ?", (state, seq, number))


def copy_job(db: sqlite3.Connection, number: int, moment: Moment) -> PrintJob:
    job = _job(db, number)
    move_job(db, number, JobState.REPLACED, "", moment)
    return _queue(db, replace(job, copy=job.copy + 1), moment)


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


def to_job(row: tuple[int, int, str, int, str, str, str]) -> PrintJob:
    number, bag, parcel, copy, state, wall_time, packer = row
    return PrintJob(number, bag, parcel, copy, JobState(state), wall_time, packer=packer)


def _next_job(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'print_job'").fetchone()
    return int(row[0]) + 1 if row else 1


def _job(db: sqlite3.Connection, number: int) -> PrintJob:
    row = db.execute(f"SELECT {JOB} FROM print_job WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise StoreError(f"print job {number}: is not in the ledger: print the label of its bag again")
    return to_job(row)


def _queue(db: sqlite3.Connection, job: PrintJob, moment: Moment) -> PrintJob:
    """The same under a number of its own."""
    job = replace(job, number=_next_job(db), state=JobState.QUEUED)
    seq = append(db, PRINT_JOB, job.bag, moment, _job_body(job, job.state, ""))
    db.execute(
        "INSERT INTO print_job (number, seq, bag, parcel, copy, state, wall_time) VALUES (?,?,?,?,?,?,?)",
        (job.number, seq, job.bag, job.parcel, job.copy, job.state, job.wall_time),
    )
    return job


def _job_body(job: PrintJob, state: JobState, reason: str) -> str:
    body = {"number": job.number, "parcel": job.parcel, "copy": job.copy, "state": state, "wall_time": job.wall_time}
    return to_json(body | {"reason": reason} if reason else body)
