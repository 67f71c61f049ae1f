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
SELECT sensor, framed FROM live_sensor

-- name: live_sensor_add
INSERT INTO live_sensor VALUES (?, ?)
ON CONFLICT (sensor) DO UPDATE SET framed = framed | excluded.framed

-- name: live_of
SELECT minute FROM live WHERE series = ? ORDER BY minute

-- name: live_drop
DELETE FROM live WHERE series = ?

-- name: live_frame_get
SELECT seconds, counts FROM live_frame WHERE lead = ? AND minute = ?

-- name: live_frame_save
INSERT OR REPLACE INTO live_frame VALUES (?, ?, ?, ?, ?)

-- name: live_frame_stop
UPDATE live_frame SET counts = 0 WHERE lead = ? AND minute = ?

-- name: live_frame_around
SELECT minute, seconds FROM live_frame
WHERE lead = ? AND minute BETWEEN ? AND ? AND counts

-- name: live_frame_alone
SELECT lead, minute FROM live_frame
WHERE sensor = ? AND counts = 1 AND minute > ? AND minute <= ? ORDER BY minute, lead

-- name: live_frame_of
SELECT minute FROM live_frame WHERE lead = ? ORDER BY minute

-- name: live_frame_drop
DELETE FROM live_frame WHERE lead = ?

-- name: live_frame_forget
DELETE FROM live_frame WHERE minute < ?

-- name: channel_series
SELECT series FROM series WHERE (sensor, channel) = (
  SELECT sensor, channel FROM series WHERE series = ?
) ORDER BY series

-- name: channel_counters
SELECT series FROM series WHERE kind = 'accumulating' AND (sensor, channel) = (
  SELECT sensor, channel FROM series WHERE series = ?
) ORDER BY series

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
