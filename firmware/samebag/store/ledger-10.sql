-- The ledger, version 10: entries are stamped (stamps.py) from here on; those before stay as they are, and so do their
-- hashes. Nothing is rewritten: a ledger of years must not delay a start.
ALTER TABLE entry ADD COLUMN stamp BLOB;

-- Newest entries of ledgers that a supervisor gave up (doubts.py): nobody is asked about them twice.
CREATE TABLE accepted (
  head TEXT PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES entry (seq) -- the entry that says who accepted it
) STRICT, WITHOUT ROWID;
