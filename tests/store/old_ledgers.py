"""Ledgers as the releases before version 11 wrote them: their tables, their entries' words, their
hashes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.stamps import Key, Stamps

WHEN, STATION = "2026-02-09T12:00:00.000+00:00", "bench 3"
FIRST_KEY = Key(1, b"\x07" * 32)
PARCELS = {"P1": 1, "P2": 2, "P3": 4}  # that passed, and their bags


class OldLedger:
    """Writes entries into a file of that version. Each call is what the station then did."""

    def __init__(self, db: sqlite3.Connection, version: int) -> None:
        self.db, self._version = db, version
        self._seq, self._prev = 0, bytes(32)
        self._stamps = Stamps(FIRST_KEY) if version >= 10 else None
        for script in LEDGER.scripts[:version]:
            db.executescript(resources.files("samebag.store").joinpath(script).read_text("utf-8"))
        db.execute(f"PRAGMA application_id={LEDGER.application_id}")
        db.execute(f"PRAGMA user_version={version}")

    def append(self, kind: str, bag: int, body: dict[str, object]) -> int:
        self._seq += 1
        boot = "boot-0" if self._version < 10 or self._seq == 1 else ""
        fields = [
            self._seq,
            kind,
            bag,
            WHEN,
            boot,
            self._seq + 0.25,
            json.dumps(body, separators=(",", ":")),
        ]
        told = json.dumps(fields, separators=(",", ":")).encode()
        mark = hashlib.sha256(self._prev + told).digest()
        row = [*fields, b"" if self._version >= 10 else self._prev, mark]
        if self._stamps:
            row.append(self._stamps.of(self._seq, mark))
        self.db.execute(f"INSERT INTO entry VALUES ({','.join('?' * len(row))})", row)
        self._prev = mark
        return self._seq

    def verdict(self, kind: str, bag: int, parcel: str | None, *parcels: str, job: int = 0) -> int:
        codes = [("waybill", f"LX{parcels[0]}"), ("cargo list", f"80{parcels[-1]}")]
        body: dict[str, object] = {
            "kind": kind,
            "parcel": parcel,
            "parcels": parcels,
            "labels": [{"kind": of, "code": code, "by": "camera"} for of, code in codes],
            "proof": "one-frame",
            "unread": 0,
            "station": STATION,
            "shadow": False,
            "packer": "LI",
        }
        is_told = job and self._version >= 10
        return self.append("verdict", bag, body | {"job": job} if is_told else body)

    def match(self, parcel: str, job: int) -> None:
        bag = PARCELS[parcel]
        seq = self.verdict("match", bag, parcel, parcel, job=job)
        self.db.execute("INSERT INTO passed VALUES (?,?,?,?,?)", (parcel, seq, bag, WHEN, STATION))
        if self._version < 10:
            seq = self.step(job, bag, "queued", parcel)
        self._queue(job, seq, bag, parcel, 1)

    def step(self, job: int, bag: int, state: str, parcel: str, copy: int = 1) -> int:
        body: dict[str, object] = {"number": job, "state": state}
        if self._version < 10 or (copy > 1 and state == "queued"):
            body |= {"parcel": parcel, "copy": copy, "wall_time": WHEN}
        elif copy > 1:
            body |= {"copy": copy}
        seq = self.append("print job", bag, body)
        self.db.execute(
            "UPDATE print_job SET state = ?, seq = ? WHERE number = ?", (state, seq, job)
        )
        return seq

    def copy(self, job: int, bag: int, parcel: str) -> None:
        seq = self.step(job, bag, "queued", parcel, copy=2)
        self._queue(job, seq, bag, parcel, 2)

    def _queue(self, *job: object) -> None:
        insert = (
            "INSERT INTO print_job (number, seq, bag, parcel, copy, state,"
            " wall_time) VALUES (?,?,?,?,?,'queued',?)"
        )
        self.db.execute(insert, (*job, WHEN))


def write_old(path: Path, version: int) -> None:
    """A stop and three matches: label 1 was asked about and printed again as 2, label 3 is
    confirmed, 4 was being sent when the station stopped."""
    with closing(sqlite3.connect(path)) as db, db:
        ledger = OldLedger(db, version)
        if version >= 10:
            ledger.append("stamps", 0, {"first": FIRST_KEY.commitment()})
        ledger.match("P1", job=1)
        ledger.step(1, 1, "asked", "P1")
        ledger.step(1, 1, "replaced", "P1")
        ledger.copy(2, 1, "P1")
        ledger.step(2, 1, "confirmed", "P1", copy=2)
        ledger.match("P2", job=3)
        ledger.step(3, 2, "sent", "P2")
        ledger.step(3, 2, "confirmed", "P2")
        ledger.verdict("mismatch", 3, None, "P3", "P2")
        ledger.match("P3", job=4)
        db.execute("UPDATE print_job SET state = 'sending' WHERE number = 4")
