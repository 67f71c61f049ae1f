-- name: head
SELECT commit_no, seq, catalogue, layout, cold_to FROM head

-- name: head_save
UPDATE head SET commit_no = ?, seq = ?, catalogue = ?, layout = ?, cold_to = ?

-- name: sensor_positions
SELECT position, series FROM series WHERE sensor = ?

-- name: series_place
SELECT sensor, position FROM series WHERE series = ?

-- name: reach
SELECT length_s FROM reach WHERE series = ?

-- name: reaching_sensors
SELECT DISTINCT sensor FROM reach

-- name: reach_save
INSERT OR REPLACE INTO reach VALUES (?, ?, ?)

-- name: bin_insert
INSERT OR IGNORE INTO bin VALUES (?, ?, ?, ?)

-- name: bin_save
INSERT OR REPLACE INTO bin VALUES (?, ?, ?, ?)

-- name: bin_get
SELECT sequence, commit_no, body FROM bin WHERE k = ?

-- name: bin_exists
SELECT 1 FROM bin WHERE k = ?

-- name: bin_walk
WITH RECURSIVE walk (k) AS (
  VALUES (?1) UNION ALL SELECT k + (1 << 24) FROM walk WHERE k + (1 << 24) < ?2
)
SELECT k, sequence, commit_no, body FROM walk CROSS JOIN bin USING (k)

-- name: bin_scan
SELECT k, sequence, commit_no, body FROM bin ORDER BY k

-- name: hour_add_0
INSERT INTO hour (k, q0, c0, w0) VALUES (?, ?, ?, ?)
ON CONFLICT (k) DO UPDATE SET q0 = q0 + excluded.q0, c0 = c0 + excluded.c0, w0 = excluded.w0
WHERE excluded.q0 <> 0 OR excluded.c0 <> 0 OR w0 = 0

-- name: hour_add_1
INSERT INTO hour (k, q1, c1, w1) VALUES (?, ?, ?, ?)
ON CONFLICT (k) DO UPDATE SET q1 = q1 + excluded.q1, c1 = c1 + excluded.c1, w1 = excluded.w1
WHERE excluded.q1 <> 0 OR excluded.c1 <> 0 OR w1 = 0

-- name: hour_add_2
INSERT INTO hour (k, q2, c2, w2) VALUES (?, ?, ?, ?)
ON CONFLICT (k) DO UPDATE SET q2 = q2 + excluded.q2, c2 = c2 + excluded.c2, w2 = excluded.w2
WHERE excluded.q2 <> 0 OR excluded.c2 <> 0 OR w2 = 0

-- name: hour_add_3
INSERT INTO hour (k, q3, c3, w3) VALUES (?, ?, ?, ?)
ON CONFLICT (k) DO UPDATE SET q3 = q3 + excluded.q3, c3 = c3 + excluded.c3, w3 = excluded.w3
WHERE excluded.q3 <> 0 OR excluded.c3 <> 0 OR w3 = 0

-- name: hour_get
SELECT q0, c0, w0, q1, c1, w1, q2, c2, w2, q3, c3, w3 FROM hour WHERE k = ?

-- name: hour_save
INSERT OR REPLACE INTO hour VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: hour_walk
WITH RECURSIVE walk (k) AS (
  VALUES (?1) UNION ALL SELECT k + (1 << 32) FROM walk WHERE k + (1 << 32) < ?2
)
SELECT hour.* FROM walk CROSS JOIN hour ON hour.k BETWEEN walk.k AND walk.k + ?3

-- name: hour_ends
SELECT (SELECT k >> 32 FROM hour ORDER BY k LIMIT 1),
  (SELECT k >> 32 FROM hour ORDER BY k DESC LIMIT 1)

-- name: hour_first
WITH RECURSIVE walk (k) AS (
  VALUES (?1) UNION ALL SELECT k + (1 << 32) FROM walk WHERE k + (1 << 32) <= ?2
)
SELECT k FROM walk CROSS JOIN hour USING (k) LIMIT 1

-- name: hour_last
WITH RECURSIVE walk (k) AS (
  VALUES (?2) UNION ALL SELECT k - (1 << 32) FROM walk WHERE k - (1 << 32) >= ?1
)
SELECT k FROM walk CROSS JOIN hour USING (k) LIMIT 1

-- name: hour_next
SELECT k >> 32 FROM hour WHERE k >= ? AND k < ? ORDER BY k LIMIT 1

-- name: bin_next
SELECT k >> 24 FROM bin WHERE k >= ? AND k < ? ORDER BY k LIMIT 1

-- name: long_get
SELECT rank, covered_s, sequence, value, counted, commit_no FROM long
WHERE series = ? AND start_s = ? AND length_s = ?

-- name: long_save
INSERT OR REPLACE INTO long VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: long_overlapping
SELECT start_s, length_s, rank, covered_s, sequence, value, counted, commit_no FROM long
WHERE series = ?1 AND start_s > ?2 - ?4 AND start_s < ?3 AND start_s + length_s > ?2
ORDER BY start_s, length_s

-- name: long_starting
SELECT start_s, length_s, rank, covered_s, sequence, value, counted, commit_no FROM long
WHERE series = ? AND start_s >= ? AND start_s < ?
ORDER BY start_s, length_s

-- name: long_days
SELECT DISTINCT start_s / 86400 FROM long WHERE series = ?

-- name: beside_of
SELECT rank, covered_s, sequence, value FROM beside
WHERE series = ? AND start_s = ? AND length_s = ?

-- name: beside_get
SELECT rank, covered_s, sequence FROM beside
WHERE series = ? AND start_s = ? AND length_s = ? AND value = ?

-- name: beside_save
INSERT OR REPLACE INTO beside VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: beside_drop
DELETE FROM beside WHERE series = ? AND start_s = ? AND length_s = ? AND value = ?

-- name: event_insert
INSERT INTO event VALUES (?, ?, ?, ?)

-- name: events_after
SELECT seq, commit_no, body FROM event WHERE seq > ? ORDER BY seq

-- name: events_forget
DELETE FROM event
WHERE seq < ifnull((SELECT seq FROM event WHERE at_ms >= ? ORDER BY seq LIMIT 1), 1 << 62)

-- name: body_insert
INSERT INTO body (first_ms, last_ms, body) VALUES (?, ?, ?)

-- name: bodies_between
SELECT body FROM body WHERE last_ms >= ? AND first_ms < ? ORDER BY last_ms, id

-- name: bodies_forget
DELETE FROM body WHERE last_ms < ?

-- name: push_save
INSERT OR REPLACE INTO push VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: pushes_all
SELECT id, state, driver, received_ms, code, detail, device_id, sensor, body FROM push
WHERE id > ? ORDER BY id LIMIT ?

-- name: pushes_in_state
SELECT id, state, driver, received_ms, code, detail, device_id, sensor, body FROM push
WHERE id > ? AND state = ? ORDER BY id LIMIT ?

-- name: push_bytes
SELECT device_id, sum(bytes) FROM push WHERE state = ? GROUP BY device_id

-- name: push_drop
DELETE FROM push WHERE id = ?

-- name: cursor_get
SELECT seq FROM cursor WHERE reader = ?

-- name: cursor_save
INSERT OR REPLACE INTO cursor VALUES (?, ?)

-- name: counter_next
INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last

-- name: subject_get
SELECT id, first_s, last_s FROM subject WHERE name = ?

-- name: subject_insert
INSERT INTO subject (name, first_s, last_s) VALUES (?, ?, ?) RETURNING id, first_s, last_s

-- name: subject_widen
UPDATE subject SET first_s = min(first_s, ?), last_s = max(last_s, ?) WHERE id = ?

-- name: fold_walk
WITH RECURSIVE walk (k) AS (
  SELECT ?1 WHERE ?1 <= ?2 UNION ALL SELECT k + (1 << 24) FROM walk WHERE k < ?2
)
SELECT k, body FROM walk CROSS JOIN fold USING (k)

-- name: fold_get
SELECT body FROM fold WHERE k = ?

-- name: fold_save
INSERT OR REPLACE INTO fold VALUES (?, ?)

-- name: fold_drop
DELETE FROM fold WHERE k = ?

-- name: fold_last
WITH RECURSIVE walk (k) AS (
  SELECT ?2 WHERE ?1 <= ?2 UNION ALL SELECT k - (1 << 24) FROM walk WHERE k > ?1
)
SELECT body FROM walk CROSS JOIN fold USING (k) LIMIT 2

-- name: fold_first
WITH RECURSIVE walk (k) AS (
  SELECT ?1 WHERE ?1 <= ?2 UNION ALL SELECT k + (1 << 24) FROM walk WHERE k < ?2
)
SELECT body FROM walk CROSS JOIN fold USING (k) LIMIT 2

-- name: day_fold_walk
WITH RECURSIVE walk (k) AS (
  SELECT ?1 WHERE ?1 <= ?2 UNION ALL SELECT k + (1 << 24) FROM walk WHERE k < ?2
)
SELECT k, body FROM walk CROSS JOIN day_fold USING (k)

-- name: day_fold_get
SELECT body FROM day_fold WHERE k = ?

-- name: day_fold_save
INSERT OR REPLACE INTO day_fold VALUES (?, ?)

-- name: day_fold_drop
DELETE FROM day_fold WHERE k = ?

-- name: bin_ends
SELECT (SELECT k >> 24 FROM bin ORDER BY k LIMIT 1),
  (SELECT k >> 24 FROM bin ORDER BY k DESC LIMIT 1)

-- name: hour_drop
DELETE FROM hour WHERE k = ?
