-- Limits of zones, and what was last told of zones and sensors.
ALTER TABLE zone ADD COLUMN amber_percent INTEGER NOT NULL DEFAULT 80;
ALTER TABLE zone ADD COLUMN red_percent INTEGER NOT NULL DEFAULT 100;
ALTER TABLE zone ADD COLUMN hysteresis_percent INTEGER NOT NULL DEFAULT 5;

CREATE TABLE zone_told (
  zone_id INTEGER PRIMARY KEY, people INTEGER, quality TEXT NOT NULL, presence TEXT NOT NULL,
  light TEXT NOT NULL, flow REAL, setpoint REAL, fallback INTEGER NOT NULL,
  in_total INTEGER, out_total INTEGER
) STRICT;

CREATE TABLE sensor_told (
  sensor INTEGER PRIMARY KEY, health TEXT NOT NULL, silent INTEGER NOT NULL,
  drifted INTEGER NOT NULL
) STRICT;
