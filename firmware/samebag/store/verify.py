"""Proves that a ledger is whole and unaltered, or names the first fault. Works beside a running station."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from samebag.ports import StoreError
from samebag.store.chain import FIRST_PREV, LEDGER, Moment, aside_hash, entry_hash
from samebag.store.database import open_reader, translated

ENTRIES = "SELECT seq, kind, bag, wall_time, boot_id, mono_s, body, prev, hash FROM entry ORDER BY seq"
LAST = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'entry'"

# Each gives the rows that contradict the entries, worded as faults.
CONTRADICTIONS = (
    """
SELECT 'passed ' || p.parcel || ': no match entry proves it' FROM passed p LEFT JOIN entry e
  ON e.seq = p.seq AND e.kind = 'verdict' AND e.bag = p.bag AND e.wall_time = p.wall_time
  AND e.body ->> 'kind' = 'match' AND e.body ->> 'parcel' = p.parcel AND e.body ->> 'station' = p.station
  WHERE e.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': a match whose parcel ' || (e.body ->> 'parcel') || ' is not marked as passed'
  FROM entry e LEFT JOIN passed p ON p.parcel = e.body ->> 'parcel' AND p.seq = e.seq
  WHERE e.kind = 'verdict' AND e.body ->> 'kind' = 'match' AND p.seq IS NULL""",
    """
SELECT 'sealed ' || s.parcel || ': no entry proves it' FROM sealed s LEFT JOIN entry e
  ON e.seq = s.seq AND e.kind = 'seal' AND e.bag = s.bag AND e.wall_time = s.wall_time
  AND e.body ->> '$.parcels[0]' = s.parcel AND e.body ->> '$.labels[0].code' = s.code
  WHERE e.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': a seal whose parcel is not marked as sealed' FROM entry e
  LEFT JOIN sealed s ON s.seq = e.seq WHERE e.kind = 'seal' AND s.seq IS NULL""",
    """
SELECT 'print job ' || j.number || ': no entry proves its state ' || j.state FROM print_job j LEFT JOIN entry e
  ON e.seq = j.seq AND e.kind = 'print job' AND e.bag = j.bag AND e.body ->> 'number' = j.number
  AND e.body ->> 'parcel' = j.parcel AND e.body ->> 'copy' = j.copy AND e.body ->> 'state' = j.state
  AND e.body ->> 'wall_time' = j.wall_time
  WHERE e.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': print job ' || (e.body ->> 'number') || ' lacks this step' FROM entry e
  LEFT JOIN print_job j ON j.number = e.body ->> 'number' AND j.seq >= e.seq
  WHERE e.kind = 'print job' AND j.number IS NULL""",
    """
SELECT 'counted: names entry ' || ifnull(c.seq, 'none') || ', must be one of the ledger''s: 0 to ' || e.seq
  FROM (SELECT ifnull(max(seq), 0) AS seq FROM entry) e LEFT JOIN counted c
  WHERE c.seq IS NULL OR c.seq NOT BETWEEN 0 AND e.seq""",
    """
SELECT 'counted: names entry ' || n.seq || ', but entry ' || c.seq || ' is counted too' FROM code_read c, counted n
  WHERE c.seq > n.seq""",
    """
SELECT 'tally of ' || ifnull(t.day, e.day) || ' ' || ifnull(t.hour, e.hour) || ' h, ' || ifnull(t.kind, e.kind)
    || ': is not what the entries say'
  FROM tally t FULL JOIN (
    SELECT substr(wall_time, 1, 10) AS day, CAST(substr(wall_time, 12, 2) AS INTEGER) AS hour,
      ifnull(body ->> 'packer', '') AS packer, body ->> 'kind' AS kind, count(*) AS verdicts
    FROM entry WHERE entry.kind = 'verdict' AND seq <= (SELECT seq FROM counted) GROUP BY 1, 2, 3, 4
  ) e USING (day, hour, packer, kind) WHERE t.verdicts IS NOT e.verdicts""",
)

ASIDE = "SELECT a.seq, a.salt, a.words, e.body ->> 'words' FROM aside a LEFT JOIN entry e USING (seq) ORDER BY a.seq"


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole ledger: its number of entries, and the hash of the last in hex, which vouches for all of them."""

    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first fault, such as ``entry 7: altered``."""

    fault: str


def verify(path: Path) -> Verified | Broken:
    """Raises StoreError for a file that is absent or cannot be read as a ledger."""
    if not path.exists():
        raise StoreError(f"{path}: is not there yet: start the station, or give the path of a ledger")
    db = open_reader(path, LEDGER)
    if db is None:
        raise StoreError(f"{path}: is empty: give the path of a ledger")
    with translated(path, LEDGER):
        try:
            db.execute("BEGIN")  # one state of the ledger throughout, while the station goes on writing
            return _verify(db)
        finally:
            db.close()


def _verify(db: sqlite3.Connection) -> Verified | Broken:
    expected, prev = 1, FIRST_PREV
    for seq, kind, bag, wall_time, boot_id, mono_s, body, stored_prev, mark in db.execute(ENTRIES):
        if seq != expected:
            return Broken(f"entry {expected}: missing")
        if mark != entry_hash(stored_prev, seq, kind, bag, Moment(wall_time, boot_id, mono_s), body):
            return Broken(f"entry {seq}: altered: its hash is not that of its fields")
        if stored_prev != prev:
            return Broken(f"entry {seq}: does not follow entry {seq - 1}: one of them was put in another's place")
        expected, prev = seq + 1, mark
    (last,) = db.execute(LAST).fetchone()
    if last >= expected:
        return Broken(f"entry {expected}: missing: entries up to {last} were written and then cut off")
    for fault in _contradictions(db):
        return Broken(fault)
    return Verified(expected - 1, prev.hex())


def _contradictions(db: sqlite3.Connection) -> Iterable[str]:
    for select in CONTRADICTIONS:
        for (fault,) in db.execute(select):
            yield fault
    for seq, salt, words, said in db.execute(ASIDE):
        if aside_hash(salt, words) != said:
            yield f"entry {seq}: the words beside it are not those that it has the hash of"
