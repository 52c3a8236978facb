-- The book, version 3: of the parcels that await no shipment (cancelled), those that the order file calls shipped.
ALTER TABLE parcel ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0 CHECK (shipped IN (0, 1));
