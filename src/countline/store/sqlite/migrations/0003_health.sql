-- What devices say of themselves, and parts of the server that cannot do their work.
CREATE TABLE facts (sensor INTEGER PRIMARY KEY, facts TEXT NOT NULL) STRICT;
CREATE TABLE trouble (
  part TEXT PRIMARY KEY, code TEXT NOT NULL, detail TEXT NOT NULL, since_s INTEGER
) STRICT;
