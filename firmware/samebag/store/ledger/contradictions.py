"""Which rows beside the entries contradict them, worded as faults. Pure SQL.

Slow for a whole ledger, so that is asked only when something is known to be wrong, and of a day's
entries each night.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

# Entries behind ?1, up to ?2, of which a table lacks what they say
LACKING = (
    """
SELECT 'entry ' || e.seq || ': a match whose parcel ' || (e.body ->> 'parcel') ||
  ' is not marked as passed'
  FROM entry e LEFT JOIN passed p ON p.parcel = e.body ->> 'parcel' AND p.seq = e.seq
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'verdict' AND e.body ->> 'kind' = 'match'
    AND p.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': a seal whose parcel is not marked as sealed' FROM entry e
  LEFT JOIN sealed s ON s.parcel = e.body ->> '$.parcels[0]' AND s.seq = e.seq AND s.bag = e.bag
    AND s.wall_time = e.wall_time AND s.code = e.body ->> '$.labels[0].code'
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'seal' AND s.seq IS NULL""",
    """
SELECT 'entry ' || e.seq || ': print job ' || (e.body ->> 'number') || ' lacks this step'
  FROM entry e
  LEFT JOIN print_job j ON j.number = e.body ->> 'number' AND ifnull(j.seq, e.seq) >= e.seq
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'print job' AND j.number IS NULL""",
    """
SELECT 'entry ' || e.seq || ': print job ' || n.value || ' lacks this step'
  FROM entry e, json_each(e.body) s, json_each(s.value) n
  LEFT JOIN print_job j ON j.number = n.value AND ifnull(j.seq, e.seq) >= e.seq
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'labels printed' AND j.number IS NULL""",
    """
SELECT 'entry ' || e.seq || ': its print job ' || (e.body ->> 'job') || ' is lacking' FROM entry e
  LEFT JOIN print_job j ON j.number = e.body ->> 'job' AND ifnull(j.seq, e.seq) >= e.seq
    AND j.match = e.seq
    AND j.copy = 1
  WHERE e.seq > ?1 AND e.seq <= ?2 AND e.kind = 'verdict' AND e.body ->> 'job'
    AND j.number IS NULL""",
    """
SELECT 'entry ' || r.seq || ': its code ' || r.code || ' cannot be found' FROM (
    SELECT e.seq, ifnull(l.value ->> 'code', l.value ->> 1) AS code
    FROM entry e, json_each(ifnull(e.body -> 'read', e.body -> 'labels')) l
    WHERE e.seq > ?1 AND e.seq <= min(?2, (SELECT seq FROM counted)) AND e.kind = 'verdict') r
  LEFT JOIN code_read c ON c.tail = substr(rtrim(r.code, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4)
    AND c.code = r.code
    AND c.seq = r.seq
  WHERE c.seq IS NULL""",
)

# The entry with a print job's newest step, where the table names none: it is in one of its bag's,
# or shares one
TOLD_LAST = """
SELECT max(t.seq) FROM entry t WHERE t.seq = j.match
  OR (t.kind = 'print job' AND t.body ->> 'number' = j.number)
  OR (t.bag = 0 AND t.kind = 'labels printed'
    AND EXISTS (SELECT 1 FROM json_each(t.body) s, json_each(s.value) n
      WHERE n.value = j.number))"""
# Whether the table's state is that of the entry, or one that no entry tells yet
NEWER = """
{0} = j.state OR (j.seq IS NULL AND ({0}, j.state) IN (VALUES
    ('queued', 'sending'), ('queued', 'sent'),
  ('queued', 'confirmed'), ('sent', 'confirmed'))) OR ({0} = 'queued' AND j.state = 'sending')"""

# Rows of tables that no entry proves
UNPROVEN = (
    """
SELECT 'passed ' || p.parcel || ': no match entry proves it' FROM passed p LEFT JOIN entry e
  ON e.seq = p.seq AND e.kind = 'verdict' AND e.body ->> 'kind' = 'match'
    AND e.body ->> 'parcel' = p.parcel
  WHERE e.seq IS NULL""",
    """
SELECT 'sealed ' || s.parcel || ': no entry proves it' FROM sealed s LEFT JOIN entry e
  ON e.seq = s.seq AND e.kind = 'seal' AND e.bag = s.bag AND e.wall_time = s.wall_time
  AND e.body ->> '$.parcels[0]' = s.parcel AND e.body ->> '$.labels[0].code' = s.code
  WHERE e.seq IS NULL""",
    f"""
SELECT 'print job ' || j.number || ': no entry proves its state ' || j.state FROM print_job j LEFT
  JOIN entry e
  ON e.seq = ifnull(j.seq, ({TOLD_LAST})) AND (
    (e.kind = 'print job' AND e.body ->> 'number' = j.number
      AND ({NEWER.format("e.body ->> 'state'")}) AND ifnull(e.body ->> 'copy', 1) = j.copy
      AND ifnull(e.body ->> 'match', j.match) = j.match)
    OR (e.kind = 'labels printed'
      AND EXISTS (SELECT 1 FROM json_each(e.body) s, json_each(s.value) n
        WHERE n.value = j.number AND ({NEWER.format("s.key")})))
    OR (e.kind = 'verdict' AND e.body ->> 'job' = j.number AND e.seq = j.match AND j.copy = 1
      AND ({NEWER.format("'queued'")})))
  WHERE e.seq IS NULL""",
    """
SELECT 'counted: names entry ' || ifnull(c.seq, 'none')
  || ', must be one of the ledger''s: 0 to ' || e.seq
  FROM (SELECT ifnull(max(seq), 0) AS seq FROM entry) e LEFT JOIN counted c
  WHERE c.seq IS NULL OR c.seq NOT BETWEEN 0 AND e.seq""",
    """
SELECT 'counted: names entry ' || n.seq || ', but entry ' || c.seq || ' is counted too'
  FROM code_read c, counted n
  WHERE c.seq > n.seq""",
    """
SELECT 'code ' || c.code || ': was not read in entry ' || c.seq FROM code_read c LEFT JOIN entry e
  ON e.seq = c.seq AND e.kind = 'verdict'
  AND c.tail = substr(rtrim(c.code, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4)
  AND EXISTS (SELECT 1 FROM json_each(ifnull(e.body -> 'read', e.body -> 'labels')) l
    WHERE ifnull(l.value ->> 'code', l.value ->> 1) = c.code)
  WHERE e.seq IS NULL""",
    """
SELECT 'tally of ' || ifnull(t.day, e.day) || ' ' || ifnull(t.hour, e.hour) || ' h, ' ||
  ifnull(t.kind, e.kind)
    || ': is not what the entries say'
  FROM tally t FULL JOIN (
    SELECT substr(wall_time, 1, 10) AS day, CAST(substr(wall_time, 12, 2) AS INTEGER) AS hour,
      ifnull(body ->> 'packer', '') AS packer, body ->> 'kind' AS kind, count(*) AS verdicts
    FROM entry WHERE entry.kind = 'verdict' AND seq <= (SELECT seq FROM counted) GROUP BY 1, 2, 3, 4
  ) e USING (day, hour, packer, kind) WHERE t.verdicts IS NOT e.verdicts""",
    "SELECT 'words beside entry ' || a.seq || ': there is no such entry' FROM aside a"
    " LEFT JOIN entry e USING (seq)"
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
