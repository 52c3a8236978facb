-- The book, version 4: what a newer file lacks may be shipped or cancelled; only some sources tell.
-- Of the cancelled parcels, those that no file calls so: a newer file of their source lacks them.
ALTER TABLE parcel ADD COLUMN vanished INTEGER NOT NULL DEFAULT 0 CHECK (vanished IN (0, 1));
-- Whether a file of that source ever had a row that is shipped: then one that it lacks is cancelled.
ALTER TABLE source ADD COLUMN lists_shipped INTEGER NOT NULL DEFAULT 0 CHECK (lists_shipped IN (0, 1));
UPDATE source SET lists_shipped = 1 WHERE id IN (SELECT source FROM parcel WHERE shipped);
