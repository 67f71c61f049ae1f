-- How zones are ventilated: rates, what they were designed for, and how requests move.
CREATE TABLE ventilation (
  zone_id INTEGER PRIMARY KEY, location_id TEXT NOT NULL, edition TEXT NOT NULL,
  people_rate REAL NOT NULL, area_rate REAL NOT NULL, design_population INTEGER NOT NULL,
  system TEXT NOT NULL, category TEXT NOT NULL, standby_allowed INTEGER NOT NULL, area REAL,
  effectiveness REAL NOT NULL, hold_s INTEGER NOT NULL, standby_after_s INTEGER NOT NULL,
  ramp_percent REAL NOT NULL, dead_band_people INTEGER NOT NULL, dead_band_percent REAL NOT NULL,
  curve_gives TEXT NOT NULL, curve_unit TEXT NOT NULL, curve TEXT NOT NULL,
  changed_s INTEGER NOT NULL
) STRICT;
