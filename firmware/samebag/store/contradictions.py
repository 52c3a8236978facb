"""Which rows beside the entries contradict them, worded as faults. Pure SQL.

Slow for a whole ledger, so that is asked only when something is known to be wrong, and of a day's entries each night.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

# Entries behind ?1, up to ?2, of which a table lacks what they say
LACKING = (
    """
SELECT 'entry ' || e.seq || ': a match whose parcel ' || (e.body ->> 'parcel') || ' is not marked as passed'
  FROM entry e LEFT JOIN passed p ON p.parcel = e.body ->> 'parcel' AND p.seq = e.seq AND p.bag = e.bag
    AND p.wall_time = e.wall_time AND p.station = e.body ->> 'station'
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'verdict' AND e.body ->> 'kind' = 'match' AND p.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': a seal whose parcel is not marked as sealed' FROM entry e
  LEFT JOIN sealed s ON s.parcel = e.body ->> '$.parcels[0]' AND s.seq = e.seq AND s.bag = e.bag
    AND s.wall_time = e.wall_time AND s.code = e.body ->> '$.labels[0].code'
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'seal' AND s.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': print job ' || (e.body ->> 'number') || ' lacks this step' FROM entry e
  LEFT JOIN print_job j ON j.number = e.body ->> 'number' AND j.seq >= e.seq
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'print job' AND j.number IS NULL""",
    """
SELECT 'entry ' || e.seq || ': its print job ' || (e.body ->> 'job') || ' is lacking' FROM entry e
  LEFT JOIN print_job j ON j.number = e.body ->> 'job' AND j.seq >= e.seq AND j.bag = e.bag
    AND j.parcel = e.body ->> 'parcel' AND j.copy = 1 AND j.wall_time = e.wall_time
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'verdict' AND e.body ->> 'job' AND j.number IS NULL""",
    """
SELECT 'entry ' || e.seq || ': its code ' || (l.value ->> 'code') || ' cannot be found'
  FROM entry e, json_each(e.body, '$.labels') l LEFT JOIN code_read c
    ON c.tail = substr(rtrim(l.value ->> 'code', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4) AND c.code = l.value ->> 'code'
    AND c.seq = e.seq
  WHERE e.seq > ?1 AND e.seq <= min(?2, (SELECT seq FROM counted)) AND e.kind = 'verdict' AND c.seq IS NULL""",
)

# Rows of tables that no entry proves
UNPROVEN = (
    """
SELECT 'passed ' || p.parcel || ': no match entry proves it' FROM passed p LEFT JOIN entry e
  ON e.seq = p.seq AND e.kind = 'verdict' AND e.bag = p.bag AND e.wall_time = p.wall_time
  AND e.body ->> 'kind' = 'match' AND e.body ->> 'parcel' = p.parcel AND e.body ->> 'station' = p.station
  WHERE e.seq IS NULL""",
    """
SELECT 'sealed ' || s.parcel || ': no entry proves it' FROM sealed s LEFT JOIN entry e
  ON e.seq = s.seq AND e.kind = 'seal' AND e.bag = s.bag AND e.wall_time = s.wall_time
  AND e.body ->> '$.parcels[0]' = s.parcel AND e.body ->> '$.labels[0].code' = s.code
  WHERE e.seq IS NULL""",
    """
SELECT 'print job ' || j.number || ': no entry proves its state ' || j.state FROM print_job j LEFT JOIN entry e
  ON e.seq = j.seq AND e.bag = j.bag AND (
    (e.kind = 'print job' AND e.body ->> 'number' = j.number
      AND (e.body ->> 'state' = j.state OR (e.body ->> 'state' = 'queued' AND j.state = 'sending'))
      AND ifnull(e.body ->> 'copy', 1) = j.copy AND ifnull(e.body ->> 'parcel', j.parcel) = j.parcel
      AND ifnull(e.body ->> 'wall_time', j.wall_time) = j.wall_time)
    OR (e.kind = 'verdict' AND e.body ->> 'job' = j.number AND j.state IN ('queued', 'sending')
      AND e.body ->> 'parcel' = j.parcel AND j.copy = 1 AND j.wall_time = e.wall_time))
  WHERE e.seq IS NULL""",
    """
SELECT 'counted: names entry ' || ifnull(c.seq, 'none') || ', must be one of the ledger''s: 0 to ' || e.seq
  FROM (SELECT ifnull(max(seq), 0) AS seq FROM entry) e LEFT JOIN counted c
  WHERE c.seq IS NULL OR c.seq NOT BETWEEN 0 AND e.seq""",
    """
SELECT 'counted: names entry ' || n.seq || ', but entry ' || c.seq || ' is counted too' FROM code_read c, counted n
  WHERE c.seq > n.seq""",
    """
SELECT 'code ' || c.code || ': was not read in entry ' || c.seq FROM code_read c LEFT JOIN entry e
  ON e.seq = c.seq AND e.kind = 'verdict'
  AND c.tail = substr(rtrim(c.code, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4)
  AND EXISTS (SELECT 1 FROM json_each(e.body, '$.labels') l WHERE l.value ->> 'code' = c.code)
  WHERE e.seq IS NULL""",
    """
SELECT 'tally of ' || ifnull(t.day, e.day) || ' ' || ifnull(t.hour, e.hour) || ' h, ' || ifnull(t.kind, e.kind)
    || ': is not what the entries say'
  FROM tally t FULL JOIN (
    SELECT substr(wall_time, 1, 10) AS day, CAST(substr(wall_time, 12, 2) AS INTEGER) AS hour,
      ifnull(body ->> 'packer', '') AS packer, body ->> 'kind' AS kind, count(*) AS verdicts
    FROM entry WHERE entry.kind = 'verdict' AND seq <= (SELECT seq FROM counted) GROUP BY 1, 2, 3, 4
  ) e USING (day, hour, packer, kind) WHERE t.verdicts IS NOT e.verdicts""",
    "SELECT 'words beside entry ' || a.seq || ': there is no such entry' FROM aside a LEFT JOIN entry e USING (seq)"
    " WHERE e.seq IS NULL",
)

ACCEPTED = """
SELECT 'given up ' || a.head || ': no entry says who accepted it' FROM accepted a LEFT JOIN entry e
  ON e.seq = a.seq AND e.kind = 'ledger accepted'
  AND EXISTS (SELECT 1 FROM json_each(e.body, '$.lost') l WHERE l.value ->> 'head' = a.head)
  WHERE e.seq IS NULL"""


def lacking(db: sqlite3.Connection, after: int, up_to: int) -> str:
    """The first fault of the tables that those entries tell, empty for none."""
    return _first(db, LACKING, (after, up_to))


def unproven(db: sqlite3.Connection) -> str:
    return _first(db, UNPROVEN, ())


def accepted(db: sqlite3.Connection) -> str:
    return _first(db, (ACCEPTED,), ())


def _first(db: sqlite3.Connection, selects: tuple[str, ...], values: tuple[int, ...]) -> str:
    faults: Iterator[tuple[str]] = (row for select in selects for row in db.execute(select, values))
    return next((fault for (fault,) in faults), "")
