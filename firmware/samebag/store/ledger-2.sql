-- The ledger, version 2: bags sealed by their merged label, and the newest state of swaps, found without a scan.
CREATE TABLE sealed (
  parcel TEXT PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES entry (seq),
  bag INTEGER NOT NULL,
  wall_time TEXT NOT NULL,
  code TEXT NOT NULL -- the merged label's
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_of_swaps ON entry (seq) WHERE kind = 'swaps';
