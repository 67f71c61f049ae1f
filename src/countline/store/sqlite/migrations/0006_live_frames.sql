-- In which seconds of a minute a channel was watched, while its counts come from live events.
CREATE TABLE live_frame (
  lead INTEGER NOT NULL, -- the channel's first accumulating series
  minute INTEGER NOT NULL,
  sensor INTEGER NOT NULL,
  seconds INTEGER NOT NULL, -- a bit for each
  counts INTEGER NOT NULL, -- 0 no more, 1 while nothing better comes, 2 whatever comes
  PRIMARY KEY (lead, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX live_frame_alone ON live_frame (sensor, minute) WHERE counts = 1;
ALTER TABLE live_sensor ADD COLUMN framed INTEGER NOT NULL DEFAULT 0;
