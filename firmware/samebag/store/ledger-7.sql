-- The ledger, version 7: bag numbers are reserved ahead, and a label may be withdrawn before it is printed.
-- Numbers up to here may have been shown without an entry; no row: all that were have theirs, the stop was clean.
CREATE TABLE reserved (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  bag INTEGER NOT NULL
) STRICT;

CREATE TABLE print_job_7 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  seq INTEGER NOT NULL REFERENCES entry (seq), -- of its newest step
  bag INTEGER NOT NULL,
  parcel TEXT NOT NULL,
  copy INTEGER NOT NULL CHECK (copy >= 1),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'confirmed', 'asked', 'replaced', 'withdrawn')),
  wall_time TEXT NOT NULL
) STRICT;
INSERT INTO print_job_7 SELECT number, seq, bag, parcel, copy, state, wall_time FROM print_job;
-- A number that was cut off the end stays used for ever
DELETE FROM sqlite_sequence WHERE name = 'print_job_7';
INSERT INTO sqlite_sequence SELECT 'print_job_7', seq FROM sqlite_sequence WHERE name = 'print_job';
DROP TABLE print_job;
ALTER TABLE print_job_7 RENAME TO print_job;
CREATE INDEX print_job_of_bag ON print_job (bag);
CREATE INDEX print_job_unfinished ON print_job (state) WHERE state NOT IN ('confirmed', 'replaced', 'withdrawn');
