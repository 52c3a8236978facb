"""The read side of a ledger, beside whoever writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from samebag.core.bag.swaps import Swaps
from samebag.core.heads import Head
from samebag.core.parcels import Parcel
from samebag.core.verdicts import Verdict
from samebag.ports import JobState, Passed, PrintJob, StoreError
from samebag.store.book import records
from samebag.store.database import open_reader, store_error, translated
from samebag.store.ledger import chain
from samebag.store.ledger.chain import JOBS, LEDGER

RECORDED = """
SELECT a.salt, a.words, e.body ->> 'words' FROM passed p JOIN aside a USING (seq)
  JOIN entry e USING (seq)
WHERE p.parcel = ?"""

PASSED = """
SELECT p.parcel, ifnull(e.bag, 0), ifnull(e.wall_time, ''), ifnull(e.body ->> 'station', ''), p.seq,
  e.hash
-- LEFT: a parcel whose entry is gone has passed all the same
FROM passed p LEFT JOIN entry e USING (seq)"""
MATCH = "kind = 'verdict' AND body ->> 'kind' = 'match'"


class LedgerReader:
    """A ledger's ``ports.Records``: what is committed. StoreError for a file that is absent or no
    ledger.

    ``reader``: a connection that is open already.
    """

    def __init__(self, path: Path, reader: sqlite3.Connection | None = None) -> None:
        self._path = path
        reader = reader or open_reader(path, LEDGER)
        if reader is None:
            raise StoreError(f"{path}: is empty: give the path of a ledger")
        self._reader = reader

    def passed(self, parcel: str) -> Passed | None:
        rows = self._read(f"{PASSED} WHERE p.parcel = ?", parcel)
        if not rows:
            return None
        name, bag, wall_time, station, seq, mark = rows[0]
        return Passed(name, bag, wall_time, station, str(Head(seq, mark)) if mark else "")

    def all_passed(self) -> Iterator[Passed]:
        """By name."""
        with translated(self._path, LEDGER):
            for parcel, bag, wall_time, station, *_ in self._reader.execute(
                f"{PASSED} ORDER BY p.parcel"
            ):
                yield Passed(parcel, bag, wall_time, station)

    def swaps(self) -> Swaps:
        rows = self._read(
            "SELECT seq, body FROM entry WHERE kind = 'swaps' ORDER BY seq DESC LIMIT 1"
        )
        if not rows:
            return Swaps()
        ((seq, body),) = rows
        swaps = msgspec.convert(json.loads(body)["state"], Swaps).without(
            lambda parcel: self.passed(parcel) is not None
        )
        passed_since = self._read(f"SELECT 1 FROM entry WHERE seq > ? AND {MATCH} LIMIT 1", seq)
        return replace(swaps, newest=None) if passed_since else swaps

    def sealed_by(self, parcel: str) -> str | None:
        rows = self._read("SELECT code FROM sealed WHERE parcel = ?", parcel)
        return str(rows[0][0]) if rows else None

    def evidence_of(self, bag: int) -> str:
        pictures = (
            "SELECT body ->> 'path' FROM entry WHERE bag = ? AND kind ="
            " 'evidence' ORDER BY seq DESC LIMIT 1"
        )
        rows = self._read(pictures, bag)
        return str(rows[0][0]) if rows else ""

    def job(self, number: int) -> PrintJob | None:
        rows = self._read(f"{JOBS} WHERE j.number = ?", number)
        return chain.to_job(rows[0]) if rows else None

    def last_match(self) -> Verdict | None:
        rows = self._read(
            f"SELECT bag, mono_s, body FROM entry WHERE {MATCH} ORDER BY seq DESC LIMIT 1"
        )
        return chain.to_verdict(*rows[0])[0] if rows else None

    def job_of(self, bag: int) -> PrintJob | None:
        rows = self._read(
            f"{JOBS} WHERE j.number = (SELECT max(number) FROM ({chain.OF_BAG}))", bag
        )
        return chain.to_job(rows[0]) if rows else None

    def jobs_in(self, states: Iterable[JobState]) -> tuple[PrintJob, ...]:
        wanted = tuple(states)
        marks = ",".join("?" * len(wanted))
        select = f"{JOBS} WHERE {chain.UNFINISHED} AND state IN ({marks}) ORDER BY number"
        rows = self._read(select, *wanted)
        return tuple(map(chain.to_job, rows))

    def recorded(self, parcel: str) -> Parcel | None:
        """None also where it was altered: what is not proven is on no label."""
        rows = self._read(RECORDED, parcel)
        is_proven = bool(rows) and chain.aside_hash(rows[0][0], rows[0][1]) == rows[0][2]
        return records.parcel_aside(parcel, rows[0][1]) if is_proven else None

    def close(self) -> None:
        self._reader.close()

    def _read(self, select: str, *values: str | int) -> list[Any]:
        try:
            return self._reader.execute(select, values).fetchall()
        except sqlite3.Error as err:
            raise store_error(self._path, LEDGER, err) from err
