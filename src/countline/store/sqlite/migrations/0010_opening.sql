-- When places are open, which zones are known to be empty by what, and corrections of a number.
CREATE TABLE opening (
  location_id TEXT NOT NULL, zone_id INTEGER NOT NULL, weekly TEXT NOT NULL,
  exceptions TEXT NOT NULL, country TEXT NOT NULL, region TEXT NOT NULL,
  holiday_hours TEXT NOT NULL, holidays TEXT NOT NULL, changed_s INTEGER NOT NULL,
  PRIMARY KEY (location_id, zone_id)
) STRICT;

ALTER TABLE location ADD COLUMN absence_when_closed_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE zone ADD COLUMN absence_when_closed_s INTEGER;
ALTER TABLE zone ADD COLUMN absence_after_s INTEGER NOT NULL DEFAULT 600;
ALTER TABLE zone ADD COLUMN fusion TEXT NOT NULL DEFAULT 'both';
ALTER TABLE zone ADD COLUMN covers TEXT NOT NULL DEFAULT 'whole';
ALTER TABLE anchor ADD COLUMN is_delta INTEGER NOT NULL DEFAULT 0;
ALTER TABLE anchor ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE anchor ADD COLUMN token TEXT NOT NULL DEFAULT '';
