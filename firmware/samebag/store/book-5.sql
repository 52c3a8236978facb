-- The book, version 5: parcels by how their codes end, for people remember four digits. Filled at night (book_endings.py),
-- so that no import takes longer; what came since is looked through.
CREATE TABLE ending (
  tail TEXT NOT NULL, -- traces.tail_of a code in capitals
  parcel INTEGER NOT NULL REFERENCES parcel (id),
  PRIMARY KEY (tail, parcel)
) STRICT, WITHOUT ROWID;
-- Parcels whose codes may have changed since
CREATE TABLE ending_due (parcel INTEGER PRIMARY KEY REFERENCES parcel (id)) STRICT;
CREATE TRIGGER ending_is_due AFTER UPDATE OF content ON parcel
BEGIN INSERT OR IGNORE INTO ending_due VALUES (NEW.id); END;
