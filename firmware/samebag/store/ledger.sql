-- The ledger, version 1: what happened, each row bound to the one before by its hash.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- AUTOINCREMENT: SQLite remembers the highest, so a cut end shows
  kind TEXT NOT NULL,
  bag INTEGER NOT NULL,
  wall_time TEXT NOT NULL, -- ISO 8601 with zone; a Pi without a clock may be wrong here
  boot_id TEXT NOT NULL,
  mono_s REAL NOT NULL, -- seconds of this boot's monotonic clock: never wrong
  body TEXT NOT NULL, -- JSON object
  prev BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX entry_of_bag ON entry (bag);
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append only'); END;
CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append only'); END;

-- seq names the entry that proves the row.
CREATE TABLE passed (
  parcel TEXT PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES entry (seq),
  bag INTEGER NOT NULL,
  wall_time TEXT NOT NULL,
  station TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX passed_last ON passed (seq);

CREATE TABLE print_job (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  seq INTEGER NOT NULL REFERENCES entry (seq), -- of its newest step
  bag INTEGER NOT NULL,
  parcel TEXT NOT NULL,
  copy INTEGER NOT NULL CHECK (copy >= 1),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'confirmed', 'asked', 'replaced')),
  wall_time TEXT NOT NULL
) STRICT;
CREATE INDEX print_job_of_bag ON print_job (bag);
CREATE INDEX print_job_unfinished ON print_job (state) WHERE state NOT IN ('confirmed', 'replaced');
