-- The ledger, version 6: words that may name a person lie beside the chain, whose entry has their hash; and what left
-- through the door, by time.
CREATE TABLE aside (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  salt BLOB NOT NULL, -- random: a name could be guessed from its bare hash
  words TEXT NOT NULL
) STRICT;
CREATE INDEX entry_of_door ON entry (wall_time) WHERE kind = 'dispatch';
