-- What counters showed in each minute, as live events told: a few days of it.
CREATE TABLE live (
  series INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  sensor INTEGER NOT NULL,
  bridged INTEGER NOT NULL, -- whether totals of earlier minutes add to what this one says
  body BLOB NOT NULL, -- MessagePack: [[ms within the minute, order, total, step, was reset], ...]
  PRIMARY KEY (series, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX live_bridged ON live (sensor, minute) WHERE bridged;
CREATE TABLE live_sensor (sensor INTEGER PRIMARY KEY) STRICT;

-- Minutes whose winning claim is of live events alone, counts and is not 0: a bit for each of a
-- quarter, the first the lowest.
CREATE TABLE provisional (
  series INTEGER NOT NULL,
  quarter INTEGER NOT NULL, -- start_s // 900
  minutes INTEGER NOT NULL,
  PRIMARY KEY (series, quarter)
) STRICT, WITHOUT ROWID;

ALTER TABLE sensor ADD COLUMN counts_from TEXT NOT NULL DEFAULT 'auto';
