-- name: location_all
SELECT * FROM location ORDER BY location_id

-- name: location_get
SELECT * FROM location WHERE location_id = ?

-- name: location_insert
INSERT INTO location VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: location_delete
DELETE FROM location WHERE location_id = ?

-- name: zone_all
SELECT * FROM zone ORDER BY zone_id

-- name: zone_get
SELECT * FROM zone WHERE zone_id = ?

-- name: zone_insert
INSERT INTO zone VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: zone_delete
DELETE FROM zone WHERE zone_id = ?

-- name: line_all
SELECT * FROM line ORDER BY line_id

-- name: line_get
SELECT * FROM line WHERE line_id = ?

-- name: line_insert
INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: line_delete
DELETE FROM line WHERE line_id = ?

-- name: source_all
SELECT * FROM source ORDER BY source_id

-- name: source_get
SELECT * FROM source WHERE source_id = ?

-- name: source_insert
INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: source_delete
DELETE FROM source WHERE source_id = ?

-- name: anchor_all
SELECT * FROM anchor ORDER BY anchor_id

-- name: anchor_get
SELECT * FROM anchor WHERE anchor_id = ?

-- name: anchor_insert
INSERT INTO anchor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: anchor_delete
DELETE FROM anchor WHERE anchor_id = ?

-- name: opening_all
SELECT * FROM opening ORDER BY location_id, zone_id

-- name: opening_get
SELECT * FROM opening WHERE location_id = ? AND zone_id = ?

-- name: opening_insert
INSERT INTO opening VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: opening_delete
DELETE FROM opening WHERE location_id = ? AND zone_id = ?

-- name: sensor_all
SELECT * FROM sensor ORDER BY sensor

-- name: sensor_get
SELECT * FROM sensor WHERE sensor = ?

-- name: sensor_insert
INSERT INTO sensor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: sensor_delete
DELETE FROM sensor WHERE sensor = ?

-- name: device_all
SELECT * FROM device ORDER BY device_id

-- name: device_get
SELECT * FROM device WHERE device_id = ?

-- name: device_insert
INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: device_delete
DELETE FROM device WHERE device_id = ?

-- name: channel_all
SELECT * FROM channel ORDER BY sensor, channel

-- name: channel_get
SELECT * FROM channel WHERE sensor = ? AND channel = ?

-- name: channel_insert
INSERT INTO channel VALUES (?, ?, ?, ?, ?, ?)

-- name: channel_delete
DELETE FROM channel WHERE sensor = ? AND channel = ?

-- name: series_all
SELECT * FROM series ORDER BY series

-- name: series_get
SELECT * FROM series WHERE series = ?

-- name: series_insert
INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)

-- name: series_delete
DELETE FROM series WHERE series = ?

-- name: expected_all
SELECT * FROM expected ORDER BY expected_id

-- name: expected_get
SELECT * FROM expected WHERE expected_id = ?

-- name: expected_insert
INSERT INTO expected VALUES (?, ?, ?, ?, ?, ?)

-- name: expected_delete
DELETE FROM expected WHERE expected_id = ?

-- name: package_all
SELECT * FROM package ORDER BY sensor, agent, sequence

-- name: package_get
SELECT * FROM package WHERE sensor = ? AND agent = ? AND sequence = ?

-- name: package_insert
INSERT INTO package VALUES (?, ?, ?, ?, ?)

-- name: package_delete
DELETE FROM package WHERE sensor = ? AND agent = ? AND sequence = ?

-- name: gap_all
SELECT * FROM gap ORDER BY gap_id

-- name: gap_get
SELECT * FROM gap WHERE gap_id = ?

-- name: gap_insert
INSERT INTO gap VALUES (?, ?, ?, ?, ?)

-- name: gap_delete
DELETE FROM gap WHERE gap_id = ?

-- name: status_all
SELECT * FROM status ORDER BY sensor

-- name: status_get
SELECT * FROM status WHERE sensor = ?

-- name: status_insert
INSERT INTO status VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: status_delete
DELETE FROM status WHERE sensor = ?

-- name: api_key_all
SELECT * FROM api_key ORDER BY key_id

-- name: api_key_get
SELECT * FROM api_key WHERE key_id = ?

-- name: api_key_insert
INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: api_key_delete
DELETE FROM api_key WHERE key_id = ?

-- name: session_all
SELECT * FROM session ORDER BY digest

-- name: session_get
SELECT * FROM session WHERE digest = ?

-- name: session_insert
INSERT INTO session VALUES (?, ?, ?)

-- name: session_delete
DELETE FROM session WHERE digest = ?

-- name: push_secret_all
SELECT * FROM push_secret ORDER BY digest

-- name: push_secret_get
SELECT * FROM push_secret WHERE digest = ?

-- name: push_secret_insert
INSERT INTO push_secret VALUES (?, ?, ?, ?, ?)

-- name: push_secret_delete
DELETE FROM push_secret WHERE digest = ?

-- name: series_by_sensor
SELECT * FROM series WHERE sensor = ? ORDER BY series

-- name: expected_by_sensor
SELECT * FROM expected WHERE sensor = ? ORDER BY expected_id

-- name: gap_by_sensor
SELECT * FROM gap WHERE sensor = ? ORDER BY gap_id

-- name: device_by_sensor
SELECT * FROM device WHERE sensor = ? ORDER BY device_id

-- name: device_by_serial
SELECT * FROM device WHERE serial = ? ORDER BY device_id

-- name: channel_by_sensor
SELECT * FROM channel WHERE sensor = ? ORDER BY sensor, channel

-- name: package_by_sensor
SELECT * FROM package WHERE sensor = ? ORDER BY sensor, agent, sequence

-- name: sensor_by_sensor_id
SELECT * FROM sensor WHERE sensor_id = ? ORDER BY sensor

-- name: sensor_by_location_id
SELECT * FROM sensor WHERE location_id = ? ORDER BY sensor

-- name: api_key_by_digest
SELECT * FROM api_key WHERE digest = ? ORDER BY key_id

-- name: session_by_key_id
SELECT * FROM session WHERE key_id = ? ORDER BY digest

-- name: anchor_by_location_id
SELECT * FROM anchor WHERE location_id = ? ORDER BY anchor_id

-- name: adoption_all
SELECT * FROM adoption ORDER BY sensor

-- name: adoption_get
SELECT * FROM adoption WHERE sensor = ?

-- name: adoption_insert
INSERT INTO adoption VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: adoption_delete
DELETE FROM adoption WHERE sensor = ?

-- name: configuration_change_all
SELECT * FROM configuration_change ORDER BY change_id

-- name: configuration_change_get
SELECT * FROM configuration_change WHERE change_id = ?

-- name: configuration_change_insert
INSERT INTO configuration_change VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: configuration_change_delete
DELETE FROM configuration_change WHERE change_id = ?

-- name: configuration_change_by_sensor
SELECT * FROM configuration_change WHERE sensor = ? ORDER BY change_id

-- name: hole_all
SELECT * FROM hole ORDER BY hole_id

-- name: hole_get
SELECT * FROM hole WHERE hole_id = ?

-- name: hole_insert
INSERT INTO hole VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: hole_delete
DELETE FROM hole WHERE hole_id = ?

-- name: hole_by_sensor
SELECT * FROM hole WHERE sensor = ? ORDER BY hole_id

-- name: facts_all
SELECT * FROM facts ORDER BY sensor

-- name: facts_get
SELECT * FROM facts WHERE sensor = ?

-- name: facts_insert
INSERT INTO facts VALUES (?, ?)

-- name: facts_delete
DELETE FROM facts WHERE sensor = ?

-- name: trouble_all
SELECT * FROM trouble ORDER BY part

-- name: trouble_get
SELECT * FROM trouble WHERE part = ?

-- name: trouble_insert
INSERT INTO trouble VALUES (?, ?, ?, ?)

-- name: trouble_delete
DELETE FROM trouble WHERE part = ?

-- name: layout_all
SELECT * FROM layout ORDER BY layout_id

-- name: layout_get
SELECT * FROM layout WHERE layout_id = ?

-- name: layout_insert
INSERT INTO layout VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: layout_delete
DELETE FROM layout WHERE layout_id = ?

-- name: layout_image_all
SELECT * FROM layout_image ORDER BY layout_id

-- name: layout_image_get
SELECT * FROM layout_image WHERE layout_id = ?

-- name: layout_image_insert
INSERT INTO layout_image VALUES (?, ?)

-- name: layout_image_delete
DELETE FROM layout_image WHERE layout_id = ?

-- name: placement_all
SELECT * FROM placement ORDER BY layout_id, sensor

-- name: placement_get
SELECT * FROM placement WHERE layout_id = ? AND sensor = ?

-- name: placement_insert
INSERT INTO placement VALUES (?, ?, ?, ?, ?, ?)

-- name: placement_delete
DELETE FROM placement WHERE layout_id = ? AND sensor = ?

-- name: placement_by_layout_id
SELECT * FROM placement WHERE layout_id = ? ORDER BY layout_id, sensor

-- name: shape_all
SELECT * FROM shape ORDER BY layout_id, kind, number

-- name: shape_get
SELECT * FROM shape WHERE layout_id = ? AND kind = ? AND number = ?

-- name: shape_insert
INSERT INTO shape VALUES (?, ?, ?, ?)

-- name: shape_delete
DELETE FROM shape WHERE layout_id = ? AND kind = ? AND number = ?

-- name: shape_by_layout_id
SELECT * FROM shape WHERE layout_id = ? ORDER BY layout_id, kind, number

-- name: ventilation_all
SELECT * FROM ventilation ORDER BY zone_id

-- name: ventilation_get
SELECT * FROM ventilation WHERE zone_id = ?

-- name: ventilation_insert
INSERT INTO ventilation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: ventilation_delete
DELETE FROM ventilation WHERE zone_id = ?

-- name: zone_told_all
SELECT * FROM zone_told ORDER BY zone_id

-- name: zone_told_get
SELECT * FROM zone_told WHERE zone_id = ?

-- name: zone_told_insert
INSERT INTO zone_told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: zone_told_delete
DELETE FROM zone_told WHERE zone_id = ?

-- name: sensor_told_all
SELECT * FROM sensor_told ORDER BY sensor

-- name: sensor_told_get
SELECT * FROM sensor_told WHERE sensor = ?

-- name: sensor_told_insert
INSERT INTO sensor_told VALUES (?, ?, ?, ?)

-- name: sensor_told_delete
DELETE FROM sensor_told WHERE sensor = ?

-- name: webhook_all
SELECT * FROM webhook ORDER BY webhook_id

-- name: webhook_get
SELECT * FROM webhook WHERE webhook_id = ?

-- name: webhook_insert
INSERT INTO webhook VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: webhook_delete
DELETE FROM webhook WHERE webhook_id = ?

-- name: webhook_progress_all
SELECT * FROM webhook_progress ORDER BY reader

-- name: webhook_progress_get
SELECT * FROM webhook_progress WHERE reader = ?

-- name: webhook_progress_insert
INSERT INTO webhook_progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: webhook_progress_delete
DELETE FROM webhook_progress WHERE reader = ?

-- name: webhook_delivery_all
SELECT * FROM webhook_delivery ORDER BY webhook_id, slot

-- name: webhook_delivery_get
SELECT * FROM webhook_delivery WHERE webhook_id = ? AND slot = ?

-- name: webhook_delivery_insert
INSERT INTO webhook_delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: webhook_delivery_delete
DELETE FROM webhook_delivery WHERE webhook_id = ? AND slot = ?

-- name: webhook_delivery_by_webhook_id
SELECT * FROM webhook_delivery WHERE webhook_id = ? ORDER BY webhook_id, slot

-- name: webhook_letter_all
SELECT * FROM webhook_letter ORDER BY letter_id

-- name: webhook_letter_get
SELECT * FROM webhook_letter WHERE letter_id = ?

-- name: webhook_letter_insert
INSERT INTO webhook_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: webhook_letter_delete
DELETE FROM webhook_letter WHERE letter_id = ?

-- name: webhook_letter_by_webhook_id
SELECT * FROM webhook_letter WHERE webhook_id = ? ORDER BY letter_id
