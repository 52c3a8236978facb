"""What the ledger knows of one code or one bag, by index only. Pure SQL on an open connection."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samebag.store.ledger.by_day import Recorded, recorded
from samebag.store.ledger.chain import OF_BAG

TAIL_CHARS = 4
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WHOLE = "SELECT seq FROM code_read_now WHERE tail = ? AND code = ? ORDER BY seq DESC LIMIT ?"
ENDING = (
    "SELECT DISTINCT seq FROM code_read_now WHERE tail = ? AND instr(code, ?)"
    " ORDER BY seq DESC LIMIT ?"
)
VERDICT = "SELECT seq, bag, wall_time, mono_s, body, hash FROM entry WHERE seq = ?"
BAG = f"""
SELECT seq, kind, wall_time, body, hash FROM entry WHERE bag = ?1
UNION SELECT e.seq, e.kind, e.wall_time, e.body, e.hash FROM print_job j
  JOIN entry e ON e.seq = j.seq
  WHERE j.number IN ({OF_BAG})
ORDER BY seq"""
JOBS = f"SELECT number FROM ({OF_BAG}) WHERE number NOT NULL GROUP BY number"
PRINTED = f"""
SELECT j.number, j.copy, e.seq, e.kind, ?1, e.wall_time, e.body, e.hash FROM print_job j
  JOIN entry e ON e.seq = j.seq
WHERE j.number IN ({OF_BAG}) AND e.kind = 'labels printed' ORDER BY j.number"""
PASSED = "SELECT seq FROM passed WHERE parcel = ?"
PICTURE = "SELECT body ->> 'path', body ->> 'sha256' FROM entry WHERE seq = ? AND kind = 'evidence'"
VERDICTS_OF_BAG = """
SELECT seq, bag, wall_time, mono_s, body, hash FROM entry WHERE bag = ? AND kind = 'verdict'
  ORDER BY seq DESC"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Any row of the ledger; ``body`` as its kind has it."""

    seq: int
    kind: str
    wall_time: str
    body: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class EvidenceOf:
    """Where a picture lies, and what its SHA-256 was when it was taken."""

    path: str
    sha256: str


def tail_of(code: str) -> str:
    """As ledger-8.sql cuts it."""
    return code.rstrip(LETTERS)[-TAIL_CHARS:]


def trace(ledger: sqlite3.Connection, code: str, most: int) -> list[Recorded]:
    """The verdicts about that very code, newest first."""
    return _verdicts(ledger, ledger.execute(WHOLE, (tail_of(code), code, most)))


def trace_ending(ledger: sqlite3.Connection, ending: str, most: int) -> list[Recorded]:
    """The same for the end of a code; four characters before its letters are the least."""
    tail = tail_of(ending)
    return (
        _verdicts(ledger, ledger.execute(ENDING, (tail, ending, most)))
        if len(tail) == TAIL_CHARS
        else []
    )


def trace_parcel(ledger: sqlite3.Connection, parcel: str) -> list[Recorded]:
    return _verdicts(ledger, ledger.execute(PASSED, (parcel,)))


def trace_bag(ledger: sqlite3.Connection, bag: int) -> list[Recorded]:
    return [recorded(row) for row in ledger.execute(VERDICTS_OF_BAG, (bag,))]


def entries(ledger: sqlite3.Connection, bag: int) -> list[Entry]:
    """All that happened to that bag; of its labels also what shares an entry with others."""
    return [
        Entry(seq, kind, wall_time, json.loads(body), mark.hex())
        for seq, kind, wall_time, body, mark in ledger.execute(BAG, (bag,))
    ]


def jobs(ledger: sqlite3.Connection, bag: int) -> list[int]:
    """The numbers of its labels."""
    return [number for (number,) in ledger.execute(JOBS, (bag,))]


def printed(
    ledger: sqlite3.Connection, bag: int
) -> list[tuple[int, int, tuple[int, str, int, str, str, bytes]]]:
    """Of the bag's labels that share an entry with others: number, copy, and the entry, as the
    bag's."""
    return [(number, copy, row) for number, copy, *row in ledger.execute(PRINTED, (bag,))]


def evidence(ledger: sqlite3.Connection, seq: int) -> EvidenceOf | None:
    row = ledger.execute(PICTURE, (seq,)).fetchone()
    return EvidenceOf(*row) if row else None


def is_whole(path: Path, sha256: str) -> bool | None:
    """Whether the picture is the one that was taken; None if it is gone."""
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256 if path.is_file() else None


def _verdicts(ledger: sqlite3.Connection, found: Iterable[tuple[int]]) -> list[Recorded]:
    return [recorded(ledger.execute(VERDICT, seq).fetchone()) for seq in found]
