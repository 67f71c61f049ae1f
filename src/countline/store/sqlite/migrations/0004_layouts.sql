-- Floor plans, and what is drawn and placed on them.
CREATE TABLE layout (
  layout_id INTEGER PRIMARY KEY, location_id TEXT NOT NULL, name TEXT NOT NULL, floor INTEGER,
  scale_m_per_px REAL, origin_x_px REAL, origin_y_px REAL, latitude_deg REAL, longitude_deg REAL,
  bearing_deg REAL, image_type TEXT NOT NULL, image_bytes INTEGER NOT NULL,
  image_sha256 TEXT NOT NULL, image_width_px INTEGER NOT NULL, image_height_px INTEGER NOT NULL,
  created_s INTEGER NOT NULL
) STRICT;
CREATE TABLE layout_image (layout_id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE placement (
  layout_id INTEGER NOT NULL, sensor INTEGER NOT NULL, x_m REAL NOT NULL, y_m REAL NOT NULL,
  rotation_deg REAL NOT NULL, height_m REAL, PRIMARY KEY (layout_id, sensor)
) STRICT, WITHOUT ROWID;
CREATE TABLE shape (
  layout_id INTEGER NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, points TEXT NOT NULL,
  PRIMARY KEY (layout_id, kind, number)
) STRICT, WITHOUT ROWID;
