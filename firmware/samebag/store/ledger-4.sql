-- The ledger, version 4: what the pages ask for: counts by day and hour, verdicts by time, where a code was read.
CREATE TABLE tally (
  day TEXT NOT NULL, -- of the station's wall time, as hour
  hour INTEGER NOT NULL,
  packer TEXT NOT NULL,
  kind TEXT NOT NULL,
  verdicts INTEGER NOT NULL,
  PRIMARY KEY (day, hour, packer, kind)
) STRICT, WITHOUT ROWID;

-- tail: the last four characters before the letters that end a code (UPU S10): people remember those.
CREATE TABLE code_read (
  tail TEXT NOT NULL,
  code TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES entry (seq),
  PRIMARY KEY (tail, code, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_of_verdict ON entry (wall_time) WHERE kind = 'verdict';

CREATE TRIGGER entry_is_counted AFTER INSERT ON entry WHEN NEW.kind = 'verdict'
BEGIN
  INSERT INTO tally
    VALUES (substr(NEW.wall_time, 1, 10), CAST(substr(NEW.wall_time, 12, 2) AS INTEGER),
      ifnull(NEW.body ->> 'packer', ''), NEW.body ->> 'kind', 1)
    ON CONFLICT DO UPDATE SET verdicts = verdicts + 1;
  INSERT OR IGNORE INTO code_read
    SELECT substr(rtrim(value ->> 'code', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4), value ->> 'code', NEW.seq
    FROM json_each(NEW.body, '$.labels');
END;

INSERT INTO tally
  SELECT substr(wall_time, 1, 10), CAST(substr(wall_time, 12, 2) AS INTEGER), ifnull(body ->> 'packer', ''),
    body ->> 'kind', count(*)
  FROM entry WHERE kind = 'verdict' GROUP BY 1, 2, 3, 4;
INSERT OR IGNORE INTO code_read
  SELECT substr(rtrim(value ->> 'code', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), -4), value ->> 'code', seq
  FROM entry, json_each(entry.body, '$.labels') WHERE entry.kind = 'verdict';
