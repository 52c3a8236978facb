-- The ledger, version 9: a match writes one page less; the newest is found from the end of the entries.
DROP INDEX passed_last;
