-- The book, version 3: what its sources look like, and what the order files say beside the labels.
-- Of the parcels that await no shipment (cancelled), those that the order file calls shipped.
ALTER TABLE parcel ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0 CHECK (shipped IN (0, 1));
-- JSON array, see records.Facts; NULL if there is none.
ALTER TABLE parcel ADD COLUMN facts TEXT;
-- The day on which it came into the book; NULL before this version.
ALTER TABLE parcel ADD COLUMN added TEXT;

-- looks: JSON, see orders/taking/fingerprint.py. line: the name of a source without what differs from day to day.
CREATE TABLE fingerprint (line TEXT PRIMARY KEY, looks TEXT NOT NULL) STRICT, WITHOUT ROWID;
