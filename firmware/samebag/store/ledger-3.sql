-- The ledger, version 3: at the door, no parcel leaves twice.
CREATE UNIQUE INDEX entry_of_dispatch ON entry (body ->> 'parcel') WHERE kind = 'dispatch';
