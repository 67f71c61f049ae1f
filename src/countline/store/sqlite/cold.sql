-- name: cold_get
SELECT body FROM cold WHERE k = ?

-- name: cold_between
SELECT k, body FROM cold WHERE k BETWEEN ? AND ? ORDER BY k

-- name: cold_keys
SELECT k FROM cold ORDER BY k

-- name: cold_save
INSERT OR REPLACE INTO cold VALUES (?, ?)

-- name: cold_drop
DELETE FROM cold WHERE k = ?

-- name: coldq_between
SELECT q.k, q.body, w.body FROM coldq AS q LEFT JOIN coldw AS w ON w.k = q.k + ?3
WHERE q.k BETWEEN ?1 AND ?2 ORDER BY q.k

-- name: coldq_days
SELECT k & 1048575 FROM coldq WHERE k BETWEEN ? AND ?

-- name: coldw_save
INSERT OR REPLACE INTO coldw VALUES (?, ?)

-- name: coldw_drop
DELETE FROM coldw WHERE k = ?

-- name: coldq_first
SELECT k FROM coldq WHERE k BETWEEN ? AND ? ORDER BY k LIMIT 1

-- name: coldq_last
SELECT k FROM coldq WHERE k BETWEEN ? AND ? ORDER BY k DESC LIMIT 1

-- name: coldq_save
INSERT OR REPLACE INTO coldq VALUES (?, ?)

-- name: coldq_drop
DELETE FROM coldq WHERE k = ?

-- name: day_get
SELECT body FROM day WHERE k = ?

-- name: day_between
SELECT body FROM day WHERE k BETWEEN ? AND ? ORDER BY k

-- name: day_save
INSERT OR REPLACE INTO day VALUES (?, ?)

-- name: day_drop_between
DELETE FROM day WHERE k BETWEEN ? AND ?

-- name: warm_between
SELECT k & 1048575 FROM warm WHERE k BETWEEN ? AND ? ORDER BY k

-- name: warm_get
SELECT 1 FROM warm WHERE k = ?

-- name: warm_add
INSERT OR IGNORE INTO warm VALUES (?)

-- name: warm_drop
DELETE FROM warm WHERE k = ?

-- name: warm_until
SELECT k >> 20, k & 1048575 FROM warm WHERE k & 1048575 <= ? ORDER BY k & 1048575, k LIMIT ?

-- name: warm_on
SELECT 1 FROM warm WHERE k & 1048575 = ? LIMIT 1

-- name: sensors
SELECT DISTINCT sensor FROM series ORDER BY sensor

-- name: bins_drop
DELETE FROM bin WHERE k >= ? AND k < ?

-- name: bin_nth
SELECT k FROM bin WHERE k >= ? AND k < ? ORDER BY k LIMIT 1 OFFSET ?

-- name: hour_nth
SELECT k FROM hour WHERE k >= ? AND k < ? ORDER BY k LIMIT 1 OFFSET ?

-- name: hours_drop
DELETE FROM hour WHERE k >= ? AND k < ?

-- name: sensor_grid
SELECT time_zone, day_start_s FROM sensor JOIN location USING (location_id) WHERE sensor = ?

-- name: sensor_location
SELECT location_id FROM sensor WHERE sensor = ?

-- name: grid_get
SELECT time_zone, day_start_s FROM grid WHERE sensor = ?

-- name: grid_save
INSERT OR REPLACE INTO grid VALUES (?, ?, ?)

-- name: grids_behind
SELECT sensor FROM grid JOIN sensor USING (sensor) JOIN location USING (location_id)
WHERE grid.time_zone <> location.time_zone OR grid.day_start_s <> location.day_start_s
