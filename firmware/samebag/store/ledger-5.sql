-- The ledger, version 5: no parcel's shipment is told to its platform twice; what door and exports say of a parcel.
CREATE UNIQUE INDEX entry_of_shipment ON entry (body ->> 'parcel') WHERE kind = 'shipment';
CREATE INDEX entry_of_export ON entry (seq) WHERE kind = 'export';
CREATE INDEX entry_about_parcel ON entry (body ->> 'parcel') WHERE kind IN ('stop', 'correction');
