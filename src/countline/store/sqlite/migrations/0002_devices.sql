-- What was arranged with the devices themselves.
CREATE TABLE adoption (
  sensor INTEGER PRIMARY KEY, address TEXT NOT NULL, "user" TEXT NOT NULL, password BLOB NOT NULL,
  push_secret BLOB NOT NULL, certificate TEXT NOT NULL, state TEXT NOT NULL, target TEXT NOT NULL,
  made TEXT NOT NULL, checksum TEXT NOT NULL, contents BLOB NOT NULL, adopted_s INTEGER NOT NULL,
  history_from_s INTEGER
) STRICT;
CREATE TABLE configuration_change (
  change_id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, at_s INTEGER NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL
) STRICT;
CREATE TABLE hole (
  hole_id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, from_s INTEGER NOT NULL,
  to_s INTEGER NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  next_try_s INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX hole_sensor ON hole (sensor, from_s);
CREATE INDEX configuration_change_sensor ON configuration_change (sensor);
