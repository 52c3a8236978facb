"""What the tables beside the entries must say, gathered entry by entry; and whether they do say it.

Of each table the rows that the entries make, and those that are there, are summed up as hashes that
Python draws a new key for in each process (SipHash): two sums that are equal come from the same
rows, and nobody can choose others that are. So a million rows are compared in no memory and in no
order. Which row is wrong, contradictions.py tells then.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from operator import itemgetter

import msgspec

from samebag.ports import JobState, StoreError
from samebag.store.ledger.by_code import LETTERS
from samebag.store.ledger.chain import ON_PAPER, PRINT_JOB, PRINTED, CodeRead, aside_hash

MOST_JOBS = 100_000_000  # ours: print numbers, 50 years of 5,000 a day; more are no station's
STATES = {state.value: place for place, state in enumerate(JobState)}
QUEUED, SENDING = STATES[JobState.QUEUED], STATES[JobState.SENDING]
ON_PAPER_YET = {STATES[state] for state in ON_PAPER}
ASIDE = "SELECT seq, salt, words FROM aside WHERE seq > ? ORDER BY seq"
# The same texts as are made of the entries, in a fifth of the time
PASSED = "SELECT seq || ' ' || parcel FROM passed"
SEALED = """
SELECT seq || ' ' || bag || ' ' || length(wall_time) || ' ' || length(parcel) || ' ' || wall_time ||
  parcel || code
FROM sealed"""
CODES = (
    f"SELECT CASE WHEN tail = substr(rtrim(code, '{LETTERS}'), -4) THEN seq || ' ' ||"
    " code END FROM code_read"
)
JOBS = "SELECT number, seq, state, number || ' ' || copy || ' ' || match FROM print_job"
OF_PARCEL = "SELECT seq FROM passed WHERE parcel = ?"
# ours: labels on their way to paper; a station tells of them long before there are so many
MOST_UNTOLD = 200
COUNTED = "SELECT ifnull(max(seq), -1), count(*) FROM counted"
_END = (0, b"", "")


class _Label(msgspec.Struct, gc=False):
    code: str


class _Verdict(msgspec.Struct, gc=False):
    kind: str
    parcel: str | None = None
    read: list[CodeRead] = []
    labels: list[_Label] = []  # before version 11
    packer: str = ""
    words: str = ""
    job: int = 0


class _Seal(msgspec.Struct, gc=False):
    parcels: list[str]
    labels: list[_Label]


class _Job(msgspec.Struct, gc=False):
    number: int
    state: str
    copy: int = 1
    match: int = 0
    parcel: str = ""  # before version 11


class _Words(msgspec.Struct, gc=False):
    words: str = ""


_verdict: msgspec.json.Decoder[_Verdict] = msgspec.json.Decoder(_Verdict)
_seal: msgspec.json.Decoder[_Seal] = msgspec.json.Decoder(_Seal)
_job: msgspec.json.Decoder[_Job] = msgspec.json.Decoder(_Job)
_printed: msgspec.json.Decoder[dict[str, list[int]]] = msgspec.json.Decoder(dict[str, list[int]])
_words: msgspec.json.Decoder[_Words] = msgspec.json.Decoder(_Words)


class TableSums:
    """Of what has passed, and of what is sealed: by the entries, and whether the tables say the
    same."""

    def __init__(self) -> None:
        self._passed = self._sealed = 0

    def passes(self, parcel: str, seq: int) -> None:
        self._passed += hash(f"{seq} {parcel}")

    def seals(self, seq: int, bag: int, wall_time: str, body: str) -> None:
        told = _seal.decode(body)
        parcel, code = told.parcels[0], told.labels[0].code
        self._sealed += hash(
            f"{seq} {bag} {len(wall_time)} {len(parcel)} {wall_time}{parcel}{code}"
        )

    def are_of(self, db: sqlite3.Connection) -> bool:
        return self._passed == _sum(db, PASSED) and self._sealed == _sum(db, SEALED)


class Derived:
    """To be told of all entries in their order, from the first on; then asked for a fault."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._counted, _ = db.execute(COUNTED).fetchone()
        (jobs,) = db.execute("SELECT ifnull(max(number), 0) FROM print_job").fetchone()
        if jobs > MOST_JOBS:
            raise StoreError(f"print job {jobs}: no station gives such a number: keep the file")
        self._job_seqs, self._job_states = array("q", bytes(8 * (jobs + 1))), bytearray(jobs + 1)
        self._sums, self._jobs, self._codes = TableSums(), 0, 0
        self.matches = 0
        self._tally: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self._asides: Iterator[tuple[int, bytes, str]] = iter(db.execute(ASIDE, (0,)))
        self._aside = next(self._asides, _END)
        self._told: dict[str, Callable[[int, int, str, str], str]] = {
            "verdict": self._of_verdict,
            "seal": self._of_seal,
            PRINT_JOB: self._of_job,
            PRINTED: self._of_printed,
        }

    def told(self, seq: int, kind: str, bag: int, wall_time: str, body: str) -> str:
        """The fault of that entry itself, if it has one."""
        try:
            if told := self._told.get(kind):
                return told(seq, bag, wall_time, body)
            return self._beside(seq, _words.decode(body).words) if self._aside[0] == seq else ""
        except msgspec.MsgspecError as err:
            return f"entry {seq}: says what no station writes: {err}"

    def is_whole(self) -> bool:
        """Whether the tables say what the entries do, and no more."""
        return (
            self._aside is _END
            and self._sums.are_of(self._db)
            and self._codes == _sum(self._db, CODES)
            and self._are_jobs_whole()
            and self._is_tally_whole()
        )

    def _of_verdict(self, seq: int, bag: int, wall_time: str, body: str) -> str:
        told = _verdict.decode(body)
        if told.kind == "match":
            self.matches += 1
            self._sums.passes(told.parcel or "", seq)
            if told.job:
                self._queued(told.job, seq, 1, seq)
        if seq <= self._counted:
            self._codes += sum(
                [
                    hash(f"{seq} {code}")
                    for code in {label.code for label in told.read or told.labels}
                ]
            )
            self._tally[wall_time[:13], told.packer, told.kind] += 1
        return self._beside(seq, told.words) if self._aside[0] == seq else ""

    def _of_seal(self, seq: int, bag: int, wall_time: str, body: str) -> str:
        self._sums.seals(seq, bag, wall_time, body)
        return ""

    def _of_job(self, seq: int, bag: int, wall_time: str, body: str) -> str:
        """Before version 10 each step says all of its job; the first of them queues it."""
        told = _job.decode(body)
        if (
            told.state == JobState.QUEUED
            and 0 < told.number < len(self._job_seqs)
            and not self._job_seqs[told.number]
        ):
            self._queued(told.number, seq, told.copy, told.match or self._match_of(told.parcel))
        else:
            self._moved(told.number, seq, told.state)
        return ""

    def _of_printed(self, seq: int, bag: int, wall_time: str, body: str) -> str:
        for state, numbers in _printed.decode(body).items():
            for number in numbers:
                self._moved(number, seq, state)
        return ""

    def _match_of(self, parcel: str) -> int:
        """By the table; that it is the entries' shows at the end."""
        row = self._db.execute(OF_PARCEL, (parcel,)).fetchone()
        return int(row[0]) if row else 0

    def _queued(self, number: int, seq: int, copy: int, match: int) -> None:
        self._jobs += hash(f"{number} {copy} {match}")
        self._moved(number, seq, JobState.QUEUED)

    def _moved(self, number: int, seq: int, state: str) -> None:
        """A number that the table lacks spoils the sum."""
        if 0 < number < len(self._job_seqs):
            self._job_seqs[number], self._job_states[number] = seq, STATES.get(state, len(STATES))
        else:
            self._jobs += 1

    def _beside(self, seq: int, said: str) -> str:
        _, salt, words = self._aside
        self._aside = next(self._asides, _END)
        if aside_hash(salt, words) != said:
            return f"entry {seq}: the words beside it are not those that it has the hash of"
        return ""

    def _are_jobs_whole(self) -> bool:
        total = count = untold = 0
        for number, seq, state, text in self._db.execute(JOBS):
            if number < 1 or not self._is_proven(number, seq, STATES[state]):
                return False
            total += hash(text)
            count += 1
            untold += seq is None
        told = len(self._job_seqs) - self._job_seqs.count(0)
        return total == self._jobs and count == told and untold <= MOST_UNTOLD

    def _is_proven(self, number: int, seq: int | None, state: int) -> bool:
        """The newest steps towards paper may have no entry yet."""
        told = self._job_states[number]
        if seq is None:
            return state in ON_PAPER_YET and told < state
        is_sending = state == SENDING and told == QUEUED  # before version 11
        return self._job_seqs[number] == seq and (told == state or is_sending)

    def _is_tally_whole(self) -> bool:
        _, counters = self._db.execute(COUNTED).fetchone()
        (last,) = self._db.execute("SELECT ifnull(max(seq), 0) FROM entry").fetchone()
        told: Counter[tuple[str, int, str, str]] = Counter()
        for (when, packer, kind), verdicts in self._tally.items():
            told[when[:10], int(when[11:]) if when[11:].isdecimal() else 0, packer, kind] += (
                verdicts
            )
        rows = {
            tuple(key): n
            for *key, n in self._db.execute("SELECT day, hour, packer, kind, verdicts FROM tally")
        }
        return counters == 1 and 0 <= self._counted <= last and rows == told


def _sum(db: sqlite3.Connection, texts: str) -> int:
    return sum(map(hash, map(itemgetter(0), db.execute(texts))))
