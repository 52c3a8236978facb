-- The ledger, version 8: verdicts are counted after their commit, so that no packer waits for it.
DROP TRIGGER entry_is_counted;

-- Verdicts up to this entry are in tally and code_read.
CREATE TABLE counted (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL
) STRICT;
INSERT INTO counted SELECT 1, ifnull(max(seq), 0) FROM entry;

-- What the two tables lack yet: the verdicts of the last moments.
CREATE VIEW tally_due AS
  SELECT seq, substr(wall_time, 1, 10) AS day, CAST(substr(wall_time, 12, 2) AS INTEGER) AS hour,
    ifnull(body ->> 'packer', '') AS packer, body ->> 'kind' AS kind
  FROM entry WHERE entry.kind = 'verdict' AND seq > (SELECT seq FROM counted WHERE one = 1);
CREATE VIEW code_read_due AS
  SELECT substr(rtrim(value ->> 'code', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4) AS tail, value ->> 'code' AS code, seq
  FROM entry, json_each(entry.body, '$.labels')
  WHERE entry.kind = 'verdict' AND seq > (SELECT seq FROM counted WHERE one = 1);

-- To be asked instead of the two tables.
CREATE VIEW tally_now AS
  SELECT day, hour, packer, kind, verdicts FROM tally
  UNION ALL SELECT day, hour, packer, kind, 1 FROM tally_due;
CREATE VIEW code_read_now AS
  SELECT tail, code, seq FROM code_read UNION ALL SELECT DISTINCT tail, code, seq FROM code_read_due;
