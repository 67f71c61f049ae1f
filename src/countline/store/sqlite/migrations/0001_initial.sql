-- The one row that every transaction reads first. `layout` moves when the series of a sensor, or the
-- series that have long bins, do; caches of both are keyed on it. Sensor-days up to `cold_to` are
-- cold, unless `warm` lists them; all later ones are hot.
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  commit_no INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  catalogue INTEGER NOT NULL,
  layout INTEGER NOT NULL,
  cold_to INTEGER NOT NULL
) STRICT;
INSERT INTO head VALUES (1, 0, 0, 0, 0, -1);

-- Hot: one row per sensor and minute, time first. The body has the winners by position; cells.py
-- says how, and when the columns beside it mean nothing.
CREATE TABLE bin (
  k INTEGER PRIMARY KEY, -- minute << 24 | sensor
  sequence INTEGER NOT NULL,
  commit_no INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- Hot: sums of counted bins, the four UTC quarters of an hour in one row: value, covered seconds and
-- the last commit that changed one of them (0: no counted bin starts in that quarter).
CREATE TABLE hour (
  k INTEGER PRIMARY KEY, -- hour << 32 | series
  q0 INTEGER NOT NULL DEFAULT 0, c0 INTEGER NOT NULL DEFAULT 0, w0 INTEGER NOT NULL DEFAULT 0,
  q1 INTEGER NOT NULL DEFAULT 0, c1 INTEGER NOT NULL DEFAULT 0, w1 INTEGER NOT NULL DEFAULT 0,
  q2 INTEGER NOT NULL DEFAULT 0, c2 INTEGER NOT NULL DEFAULT 0, w2 INTEGER NOT NULL DEFAULT 0,
  q3 INTEGER NOT NULL DEFAULT 0, c3 INTEGER NOT NULL DEFAULT 0, w3 INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Winning bins that are not one whole minute. Never compacted: the counted ones are in `hour` of hot
-- days and in `coldq` of cold ones.
CREATE TABLE long (
  series INTEGER NOT NULL,
  start_s INTEGER NOT NULL,
  length_s INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  covered_s INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  value INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  commit_no INTEGER NOT NULL,
  PRIMARY KEY (series, start_s, length_s)
) STRICT, WITHOUT ROWID;

-- The greatest length of a series' long bins, so that those that overlap a stretch are one range.
CREATE TABLE reach (
  series INTEGER PRIMARY KEY,
  sensor INTEGER NOT NULL,
  length_s INTEGER NOT NULL
) STRICT;

-- Claims that lost, minutes and long bins alike. Of those with one value the greatest order stands.
CREATE TABLE beside (
  series INTEGER NOT NULL,
  start_s INTEGER NOT NULL,
  length_s INTEGER NOT NULL,
  value INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  covered_s INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (series, start_s, length_s, value)
) STRICT, WITHOUT ROWID;

-- Cold: one row per sensor and UTC day of minutes, in columns, compressed.
CREATE TABLE cold (
  k INTEGER PRIMARY KEY, -- sensor << 20 | day
  body BLOB NOT NULL
) STRICT;

-- Cold: the quarters of a series and UTC day.
CREATE TABLE coldq (
  k INTEGER PRIMARY KEY, -- series << 20 | day
  body BLOB NOT NULL
) STRICT;

-- Cold: the commits of a sensor's 96 quarters of a UTC day, for series that leave them out.
CREATE TABLE coldw (
  k INTEGER PRIMARY KEY, -- sensor << 20 | day
  body BLOB NOT NULL
) STRICT;

-- Sums of the cold quarters of civil days of the location, those of a month or so in one row.
CREATE TABLE day (
  k INTEGER PRIMARY KEY, -- series << 12 | block of 32 UTC days in which they start
  body BLOB NOT NULL
) STRICT;

-- The days that the rows of `day` of a sensor are of.
CREATE TABLE grid (
  sensor INTEGER PRIMARY KEY, time_zone TEXT NOT NULL, day_start_s INTEGER NOT NULL
) STRICT;

-- Sensor-days no newer than `head.cold_to` that are hot: being compacted, late, or thawed.
CREATE TABLE warm (
  k INTEGER PRIMARY KEY -- sensor << 20 | day
) STRICT;

-- One row per commit, found by its last event.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  commit_no INTEGER NOT NULL,
  at_ms INTEGER NOT NULL, -- the latest of its events
  body BLOB NOT NULL
) STRICT;

-- Understood bodies, one row per commit group, compressed together.
CREATE TABLE body (
  id INTEGER PRIMARY KEY,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX body_last_ms ON body (last_ms);

-- Bodies kept with a reason, each compressed alone.
CREATE TABLE push (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  driver TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  device_id INTEGER,
  sensor INTEGER,
  bytes INTEGER NOT NULL, -- before compression
  body BLOB NOT NULL
) STRICT;
CREATE INDEX push_state ON push (state, device_id);

-- Occupancy: time first, like `bin`. A row has all folds of a subject that start in its slot.
CREATE TABLE subject (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first_s INTEGER NOT NULL, -- no fold of it starts earlier
  last_s INTEGER NOT NULL -- nor later
) STRICT;
CREATE TABLE fold (
  k INTEGER PRIMARY KEY, -- hour << 24 | subject
  body BLOB NOT NULL
) STRICT;
CREATE TABLE day_fold (
  k INTEGER PRIMARY KEY, -- half day << 24 | subject
  body BLOB NOT NULL
) STRICT;

CREATE TABLE cursor (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;

-- The catalogue: columns are the fields of the dataclasses, in their order.
CREATE TABLE location (
  location_id TEXT PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL, default_zone INTEGER,
  day_start_s INTEGER NOT NULL, resets_s TEXT NOT NULL, late_window_s INTEGER NOT NULL,
  keep_attributes INTEGER NOT NULL, created_s INTEGER NOT NULL
) STRICT;
CREATE TABLE zone (
  zone_id INTEGER PRIMARY KEY, location_id TEXT NOT NULL, name TEXT NOT NULL, parent_id INTEGER,
  area_m2 REAL, capacity INTEGER, category TEXT, created_s INTEGER NOT NULL
) STRICT;
CREATE TABLE line (
  line_id INTEGER PRIMARY KEY, location_id TEXT NOT NULL, name TEXT NOT NULL, side_a INTEGER,
  side_b INTEGER, role TEXT NOT NULL, frontage_of INTEGER, visitors_cross TEXT NOT NULL,
  valid_from_s INTEGER NOT NULL, valid_to_s INTEGER
) STRICT;
CREATE TABLE source (
  source_id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, channel TEXT NOT NULL, line_id INTEGER,
  zone_id INTEGER, invert INTEGER NOT NULL, "order" INTEGER NOT NULL,
  valid_from_s INTEGER NOT NULL, valid_to_s INTEGER
) STRICT;
CREATE TABLE anchor (
  anchor_id INTEGER PRIMARY KEY, location_id TEXT NOT NULL, at_s INTEGER NOT NULL,
  value INTEGER NOT NULL, cause TEXT NOT NULL, zone_id INTEGER, told_s INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE sensor (
  sensor INTEGER PRIMARY KEY, sensor_id TEXT NOT NULL UNIQUE, location_id TEXT NOT NULL,
  name TEXT NOT NULL, state TEXT NOT NULL, quiet TEXT NOT NULL, geometry_seen INTEGER NOT NULL,
  created_s INTEGER NOT NULL, retired_s INTEGER
) STRICT;
CREATE TABLE device (
  device_id INTEGER PRIMARY KEY, vendor TEXT NOT NULL, serial TEXT NOT NULL, context TEXT NOT NULL,
  sensor INTEGER, driver TEXT NOT NULL, model TEXT NOT NULL, firmware TEXT NOT NULL,
  address TEXT NOT NULL, valid_from_s INTEGER NOT NULL, valid_to_s INTEGER
) STRICT;
CREATE TABLE channel (
  sensor INTEGER NOT NULL, channel TEXT NOT NULL, name TEXT NOT NULL, template TEXT NOT NULL,
  shape TEXT NOT NULL, imported INTEGER NOT NULL, PRIMARY KEY (sensor, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE series (
  series INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, channel TEXT NOT NULL,
  measure TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL, UNIQUE (sensor, position)
) STRICT;
CREATE TABLE expected (
  expected_id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, from_s INTEGER NOT NULL, to_s INTEGER,
  origin TEXT NOT NULL, imported_as TEXT NOT NULL
) STRICT;
CREATE TABLE package (
  sensor INTEGER NOT NULL, agent TEXT NOT NULL, sequence INTEGER NOT NULL,
  first_s INTEGER NOT NULL, last_s INTEGER NOT NULL,
  PRIMARY KEY (sensor, agent, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE gap (
  gap_id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, from_s INTEGER NOT NULL, to_s INTEGER,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE status (
  sensor INTEGER PRIMARY KEY, last_push_ms INTEGER, last_bin_end_s INTEGER, push_delay_s REAL,
  clock_offset_s REAL, uptime_s INTEGER, temperature_c INTEGER, firmware TEXT NOT NULL,
  illumination TEXT NOT NULL, interval_s INTEGER, notes TEXT NOT NULL
) STRICT;
CREATE TABLE api_key (
  key_id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
  locations TEXT NOT NULL, created_s INTEGER NOT NULL, expires_s INTEGER, withdrawn_s INTEGER,
  quota INTEGER NOT NULL, window_s INTEGER NOT NULL
) STRICT;
CREATE TABLE session (digest BLOB PRIMARY KEY, key_id TEXT NOT NULL, ends_s INTEGER NOT NULL) STRICT;
CREATE TABLE push_secret (
  digest BLOB PRIMARY KEY, sensor INTEGER, driver TEXT, created_s INTEGER NOT NULL,
  withdrawn_s INTEGER
) STRICT;
CREATE INDEX expected_sensor ON expected (sensor);
CREATE INDEX gap_sensor ON gap (sensor);
CREATE INDEX device_sensor ON device (sensor);
CREATE INDEX device_serial ON device (serial);
CREATE INDEX sensor_location ON sensor (location_id);
CREATE INDEX anchor_location ON anchor (location_id, at_s);
CREATE INDEX session_key ON session (key_id);
CREATE INDEX warm_day ON warm (k & 1048575);
