-- The ledger, version 11: less than half the bytes a bag. Entries are hashed over fewer bytes (chain.py); tables name the
-- entry and do not repeat it. Entries before stay as they are, and so do their hashes.
-- Entries from ``first`` on are hashed the new way.
CREATE TABLE form (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  first INTEGER NOT NULL
) STRICT;
INSERT INTO form SELECT 1, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'entry'), 0) + 1;

CREATE TABLE passed_11 (
  parcel TEXT PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES entry (seq) -- of its match
) STRICT, WITHOUT ROWID;
INSERT INTO passed_11 SELECT parcel, seq FROM passed;

CREATE TABLE print_job_11 (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  seq INTEGER REFERENCES entry (seq), -- of its newest step; none: the entries lag behind what was printed just now
  match INTEGER NOT NULL REFERENCES entry (seq),
  copy INTEGER NOT NULL CHECK (copy >= 1),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'confirmed', 'asked', 'replaced', 'withdrawn'))
) STRICT;
INSERT INTO print_job_11
  SELECT j.number, j.seq, ifnull(p.seq, 0), j.copy, j.state FROM print_job j LEFT JOIN passed p USING (parcel);
-- A number that was cut off the end stays used for ever
DELETE FROM sqlite_sequence WHERE name = 'print_job_11';
INSERT INTO sqlite_sequence SELECT 'print_job_11', seq FROM sqlite_sequence WHERE name = 'print_job';

DROP TABLE passed;
DROP TABLE print_job;
ALTER TABLE passed_11 RENAME TO passed;
ALTER TABLE print_job_11 RENAME TO print_job;
CREATE INDEX print_job_unfinished ON print_job (state) WHERE state NOT IN ('confirmed', 'replaced', 'withdrawn');
CREATE INDEX print_job_untold ON print_job (number) WHERE seq IS NULL;

-- The codes that an entry's labels bear; before version 11 a label was an object.
DROP VIEW code_read_now;
DROP VIEW code_read_due;
CREATE VIEW code_read_due AS
  SELECT substr(rtrim(code, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4) AS tail, code, seq FROM (
    SELECT ifnull(value ->> 'code', value ->> 1) AS code, seq
    FROM entry, json_each(ifnull(entry.body -> 'read', entry.body -> 'labels'))
    WHERE entry.kind = 'verdict' AND seq > (SELECT seq FROM counted WHERE one = 1));
CREATE VIEW code_read_now AS
  SELECT tail, code, seq FROM code_read UNION ALL SELECT DISTINCT tail, code, seq FROM code_read_due;
