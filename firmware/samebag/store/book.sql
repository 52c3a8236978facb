-- The book, version 1: the parcels known, and the codes on their labels.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- A parcel is changed when digest <> printed: its content is not what its labels were printed with.
CREATE TABLE parcel (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL, -- JSON array, see records.Content
  digest BLOB NOT NULL,
  printed BLOB NOT NULL,
  cancelled INTEGER NOT NULL CHECK (cancelled IN (0, 1)),
  print_order INTEGER,
  source INTEGER NOT NULL REFERENCES source (id)
) STRICT;
CREATE INDEX parcel_of_source ON parcel (source);

-- One waybill code means one parcel for ever, also after a change: a label once printed may still be about.
CREATE TABLE waybill_code (
  code TEXT PRIMARY KEY,
  parcel INTEGER NOT NULL REFERENCES parcel (id),
  stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1))
) STRICT, WITHOUT ROWID;

-- One list code may mean several parcels: an order split over two bags prints the same number on both lists.
CREATE TABLE list_code (
  code TEXT NOT NULL,
  parcel INTEGER NOT NULL REFERENCES parcel (id),
  stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1)),
  PRIMARY KEY (code, parcel)
) STRICT, WITHOUT ROWID;
