-- The book, version 2: the parcels of one roll of labels, in their places.
DROP INDEX parcel_of_source;
CREATE INDEX parcel_of_source ON parcel (source, print_order);
