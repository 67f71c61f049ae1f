-- name: live_get
SELECT body, bridged FROM live WHERE series = ? AND minute = ?

-- name: live_before
SELECT minute, body FROM live WHERE series = ? AND minute < ? ORDER BY minute DESC LIMIT 1

-- name: live_after
SELECT minute FROM live WHERE series = ? AND minute > ? ORDER BY minute LIMIT 1

-- name: live_save
INSERT OR REPLACE INTO live VALUES (?, ?, ?, ?, ?)

-- name: live_bridge
UPDATE live SET bridged = ? WHERE series = ? AND minute = ?

-- name: live_bridged
SELECT series, minute FROM live WHERE bridged AND sensor = ? AND minute > ?

-- name: live_forget
DELETE FROM live WHERE minute < ?1 AND EXISTS (
  SELECT 1 FROM live AS later
  WHERE later.series = live.series AND later.minute > live.minute AND later.minute < ?1
)

-- name: live_sensors
SELECT sensor FROM live_sensor

-- name: live_sensor_add
INSERT OR IGNORE INTO live_sensor VALUES (?)

-- name: series_kind
SELECT kind FROM series WHERE series = ?

-- name: provisional_add
INSERT INTO provisional VALUES (?, ?, ?)
ON CONFLICT (series, quarter) DO UPDATE SET minutes = minutes | excluded.minutes

-- name: provisional_take
UPDATE provisional SET minutes = minutes & ~?3 WHERE series = ?1 AND quarter = ?2

-- name: provisional_tidy
DELETE FROM provisional WHERE series = ? AND quarter = ? AND minutes = 0

-- name: provisional_between
SELECT quarter, minutes FROM provisional WHERE series = ? AND quarter BETWEEN ? AND ?
