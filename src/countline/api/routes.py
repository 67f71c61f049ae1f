"""The route tables of both versions, to be read top to bottom."""

from countline.api.device_codes import DEVICE_CODES
from countline.api.event_stream import MEDIA_TYPE as EVENT_STREAM
from countline.api.operation import JSON, Operation
from countline.api.v1 import catalogue as v1_catalogue
from countline.api.v1 import counts as v1_counts
from countline.api.v1 import webhooks as v1_hooks
from countline.api.v3 import (
    adjustments,
    compatibility,
    counts,
    device_config,
    devices,
    events,
    health,
    keys,
    layouts,
    places,
    sensors,
    ventilation,
    webhooks,
)
from countline.limits import LAYOUT_IMAGE_BYTES_MAX
from countline.wire import (
    v1,
    v1_webhooks,
    v3,
    v3_adjustments,
    v3_devices,
    v3_health,
    v3_layouts,
    v3_ventilation,
)
from countline.wire import v3_catalogue as wire
from countline.wire import v3_webhooks as hooks

RANGE = ("start_not_before_end", "range_empty", "granularity_too_fine", "too_many_rows")
SUBJECT = ("sensor_not_found", "zone_not_found", "location_not_found", "zone_not_of_sensor")
PLACE = ("location_not_found",)
COUNTS = (*SUBJECT, *RANGE)
ADOPTED = ("sensor_not_found", "sensor_not_adopted")
# What a device may answer, whatever it was asked.
DEVICE = (
    "not_ready",
    "address_not_allowed",
    *(c for c in DEVICE_CODES if c.startswith("device_")),
    "certificate_changed",
    "firmware_unsupported",
    "secret_lost",
    "secrets_key",
)
AIR = ("zone_not_found", "ventilation_not_set", "ventilation_incomplete")
LAYOUT = ("layout_not_found",)
HOOK = ("webhook_not_found",)
SEALED = ("secret_lost", "secrets_key")
IMAGES = ("image/png", "image/jpeg")
GEO_JSON = v3_layouts.GEO_JSON

# fmt: off
V3: tuple[Operation, ...] = (
    Operation("GET", "/v3/data/count", counts.count, v3.CountAnswer | v3.GroupedCountAnswer, "Counts", codes=COUNTS),
    Operation("GET", "/v3/data/live", health.live, v3.LiveAnswer, "Now", codes=SUBJECT),

    Operation("GET", "/v3/events", events.events, None, "Events", codes=(*SUBJECT[:3], "too_many_streams"), gives=(EVENT_STREAM,)),

    Operation("GET", "/v3/locations", places.list_locations, wire.LocationPage, "Places"),
    Operation("POST", "/v3/locations", places.add_location, wire.Location, "Places", "write", 201, ("id_taken", "more_than_own")),
    Operation("GET", "/v3/locations/{location_id:str}", places.get_location, wire.Location, "Places", codes=PLACE),
    Operation("PATCH", "/v3/locations/{location_id:str}", places.change_location, wire.Location, "Places", "write", codes=(*PLACE, "changed_meanwhile", "conflict")),
    Operation("GET", "/v3/zones", places.list_zones, wire.ZonePage, "Places", codes=PLACE),
    Operation("POST", "/v3/zones", places.add_zone, wire.Zone, "Places", "write", 201, PLACE),
    Operation("GET", "/v3/zones/{zone_id:int}", places.get_zone, wire.Zone, "Places", codes=("zone_not_found",)),
    Operation("PATCH", "/v3/zones/{zone_id:int}", places.change_zone, wire.Zone, "Places", "write", codes=("zone_not_found", "changed_meanwhile")),

    Operation("GET", "/v3/locations/{location_id:str}/occupancy/adjustments", adjustments.list_location_adjustments, v3_adjustments.AdjustmentPage, "Places", codes=PLACE),
    Operation("POST", "/v3/locations/{location_id:str}/occupancy/adjustments", adjustments.adjust_location, v3_adjustments.Adjustment, "Places", "write", 201, (*PLACE, "token_reused")),
    Operation("DELETE", "/v3/locations/{location_id:str}/occupancy/adjustments/{adjustment_id:int}", adjustments.withdraw_location_adjustment, None, "Places", "write", 204, (*PLACE, "adjustment_not_found")),
    Operation("GET", "/v3/zones/{zone_id:int}/occupancy/adjustments", adjustments.list_zone_adjustments, v3_adjustments.AdjustmentPage, "Places", codes=("zone_not_found",)),
    Operation("POST", "/v3/zones/{zone_id:int}/occupancy/adjustments", adjustments.adjust_zone, v3_adjustments.Adjustment, "Places", "write", 201, ("zone_not_found", "token_reused")),
    Operation("DELETE", "/v3/zones/{zone_id:int}/occupancy/adjustments/{adjustment_id:int}", adjustments.withdraw_zone_adjustment, None, "Places", "write", 204, ("zone_not_found", "adjustment_not_found")),

    Operation("GET", "/v3/lines", places.list_lines, wire.LinePage, "Places", codes=PLACE),
    Operation("POST", "/v3/lines", places.add_line, wire.Line, "Places", "write", 201, PLACE),
    Operation("GET", "/v3/lines/{line_id:int}", places.get_line, wire.Line, "Places", codes=("line_not_found",)),
    Operation("PATCH", "/v3/lines/{line_id:int}", places.change_line, wire.Line, "Places", "write", codes=("line_not_found", "changed_meanwhile")),

    Operation("GET", "/v3/zones/{zone_id:int}/demand", ventilation.demand, v3_ventilation.Demand, "Air", codes=AIR),
    Operation("GET", "/v3/zones/{zone_id:int}/ventilation", ventilation.get_ventilation, v3_ventilation.Ventilation, "Air", codes=AIR),
    Operation("PUT", "/v3/zones/{zone_id:int}/ventilation", ventilation.put_ventilation, v3_ventilation.Ventilation, "Air", "write", codes=("zone_not_found", "ventilation_incomplete", "changed_meanwhile")),
    Operation("DELETE", "/v3/zones/{zone_id:int}/ventilation", ventilation.remove_ventilation, None, "Air", "write", 204, (*AIR, "changed_meanwhile")),
    Operation("GET", "/v3/zones/{zone_id:int}/ventilation/preview", ventilation.preview_ventilation, v3_ventilation.VentilationPreview, "Air", codes=(*AIR, "start_not_before_end", "too_many_rows")),
    Operation("GET", "/v3/ventilation/categories", ventilation.list_categories, v3_ventilation.VentilationCategories, "Air"),

    Operation("GET", "/v3/webhooks", webhooks.list_webhooks, hooks.WebhookPage, "Webhooks"),
    Operation("POST", "/v3/webhooks", webhooks.add_webhook, hooks.WebhookMade, "Webhooks", "write", 201, (*SUBJECT[:3], "webhook_address_refused", "too_many_webhooks", *SEALED)),
    Operation("GET", "/v3/webhooks/{webhook_id:str}", webhooks.get_webhook, hooks.Webhook, "Webhooks", codes=HOOK),
    Operation("PATCH", "/v3/webhooks/{webhook_id:str}", webhooks.change_webhook, hooks.Webhook, "Webhooks", "write", codes=(*HOOK, *SUBJECT[:3], "webhook_address_refused", "webhook_in_settings", "changed_meanwhile")),
    Operation("DELETE", "/v3/webhooks/{webhook_id:str}", webhooks.remove_webhook, None, "Webhooks", "write", 204, (*HOOK, "webhook_in_settings", "changed_meanwhile")),
    Operation("POST", "/v3/webhooks/{webhook_id:str}/rotate", webhooks.rotate_webhook, hooks.WebhookMade, "Webhooks", "write", codes=(*HOOK, "webhook_in_settings", *SEALED)),
    Operation("POST", "/v3/webhooks/{webhook_id:str}/test", webhooks.test_webhook, hooks.Delivery, "Webhooks", "write", codes=(*HOOK, *SEALED)),
    Operation("POST", "/v3/webhooks/{webhook_id:str}/replay", webhooks.replay_webhook, hooks.ReplayBegun, "Webhooks", "write", codes=(*HOOK, "events_forgotten")),
    Operation("GET", "/v3/webhooks/{webhook_id:str}/deliveries", webhooks.list_webhook_deliveries, hooks.DeliveryPage, "Webhooks", codes=HOOK),
    Operation("GET", "/v3/webhooks/{webhook_id:str}/dead-letters", webhooks.list_webhook_dead_letters, hooks.DeadLetterPage, "Webhooks", codes=HOOK),

    Operation("GET", "/v3/layouts", layouts.list_layouts, v3_layouts.LayoutPage, "Layouts", codes=PLACE),
    Operation("POST", "/v3/layouts", layouts.add_layout, v3_layouts.Layout, "Layouts", "write", 201, (*PLACE, "too_many_layouts")),
    Operation("GET", "/v3/layouts/{layout_id:int}", layouts.get_layout, v3_layouts.Layout, "Layouts", codes=LAYOUT),
    Operation("PATCH", "/v3/layouts/{layout_id:int}", layouts.change_layout, v3_layouts.Layout, "Layouts", "write", codes=(*LAYOUT, "changed_meanwhile")),
    Operation("DELETE", "/v3/layouts/{layout_id:int}", layouts.remove_layout, None, "Layouts", "write", 204, (*LAYOUT, "changed_meanwhile")),
    Operation("GET", "/v3/layouts/{layout_id:int}/image", layouts.get_layout_image, None, "Layouts", codes=(*LAYOUT, "image_not_found"), not_modified=True, gives=IMAGES),
    Operation("PUT", "/v3/layouts/{layout_id:int}/image", layouts.put_layout_image, v3_layouts.Layout, "Layouts", "write", codes=(*LAYOUT, "image_unreadable", "image_too_large", "changed_meanwhile"), takes=IMAGES, body_bytes_max=LAYOUT_IMAGE_BYTES_MAX),
    Operation("DELETE", "/v3/layouts/{layout_id:int}/image", layouts.remove_layout_image, None, "Layouts", "write", 204, (*LAYOUT, "image_not_found", "changed_meanwhile")),
    Operation("GET", "/v3/layouts/{layout_id:int}/geometry", layouts.get_layout_geometry, v3_layouts.FeatureCollection, "Layouts", codes=(*LAYOUT, "layout_without_site"), gives=(GEO_JSON,)),
    Operation("PUT", "/v3/layouts/{layout_id:int}/geometry", layouts.put_layout_geometry, v3_layouts.FeatureCollection, "Layouts", "write", codes=(*LAYOUT, "layout_without_site", "changed_meanwhile"), takes=(GEO_JSON, JSON), gives=(GEO_JSON,)),

    Operation("GET", "/v3/sensors", sensors.list_sensors, wire.SensorPage, "Sensors", codes=PLACE),
    Operation("POST", "/v3/sensors", sensors.add_sensor, wire.Sensor, "Sensors", "admin", 201, (*PLACE, "id_taken", "device_taken")),
    Operation("POST", "/v3/sensors/adopt", devices.adopt, v3_devices.AdoptionReport, "Sensors", "admin", codes=(*PLACE, *DEVICE, "device_taken", "sensor_elsewhere", "push_target_unreachable")),
    Operation("GET", "/v3/sensors/{sensor_id:str}", sensors.get_sensor, wire.Sensor, "Sensors", codes=("sensor_not_found",)),
    Operation("PATCH", "/v3/sensors/{sensor_id:str}", sensors.change_sensor, wire.Sensor, "Sensors", "admin", codes=("sensor_not_found",)),
    Operation("DELETE", "/v3/sensors/{sensor_id:str}", sensors.retire_sensor, wire.Sensor, "Sensors", "admin", codes=("sensor_not_found",)),

    Operation("GET", "/v3/sensors/{sensor_id:str}/config", device_config.get_config, v3_devices.SensorConfig, "Sensors", "admin", codes=(*ADOPTED, *DEVICE)),
    Operation("PUT", "/v3/sensors/{sensor_id:str}/config", device_config.put_config, v3_devices.SensorConfig, "Sensors", "admin", codes=(*ADOPTED, *DEVICE, "changed_meanwhile")),
    Operation("PATCH", "/v3/sensors/{sensor_id:str}/config", device_config.patch_config, v3_devices.SensorConfig, "Sensors", "admin", codes=(*ADOPTED, *DEVICE, "changed_meanwhile")),
    Operation("GET", "/v3/sensors/{sensor_id:str}/config/changes", device_config.list_config_changes, v3_devices.ConfigLog, "Sensors", "admin", codes=(*ADOPTED, "not_ready")),

    Operation("GET", "/v3/sensors/{sensor_id:str}/health", health.sensor_health, v3_health.SensorHealth, "Health", codes=("sensor_not_found",)),
    Operation("GET", "/v3/locations/{location_id:str}/health", health.location_health, v3_health.LocationHealth, "Health", codes=PLACE),
    Operation("GET", "/v3/health", health.system_health, v3_health.SystemHealth, "Health"),
    Operation("GET", "/v3/compatibility", compatibility.compatibility, v3_health.Compatibility, "Health"),
    Operation("GET", "/v3/diagnostics", health.diagnostics, v3_health.DiagnosisPage, "Health", "admin", codes=PLACE),

    Operation("GET", "/v3/keys", keys.list_keys, wire.KeyPage, "Keys", "admin"),
    Operation("POST", "/v3/keys", keys.add_key, wire.KeyMade, "Keys", "admin", 201, (*PLACE, "more_than_own")),
    Operation("GET", "/v3/keys/{key_id:str}", keys.get_key, wire.Key, "Keys", "admin", codes=("key_not_found",)),
    Operation("DELETE", "/v3/keys/{key_id:str}", keys.withdraw_key, wire.Key, "Keys", "admin", codes=("key_not_found",)),
    Operation("POST", "/v3/session", keys.open_session, wire.SessionMade, "Keys", status=201),
    Operation("DELETE", "/v3/session", keys.close_session, None, "Keys", status=204),
)

V1: tuple[Operation, ...] = (
    Operation("GET", "/api/v1/counts/hourly", v1_counts.hourly, v1.CountAnswer, "Counts", codes=COUNTS),
    Operation("GET", "/api/v1/counts/daily", v1_counts.daily, v1.CountAnswer, "Counts", codes=COUNTS),
    Operation("GET", "/api/v1/counts/interval", v1_counts.interval, v1.CountAnswer, "Counts", codes=COUNTS),
    Operation("GET", "/api/v1/counts/current", v1_counts.counts_current, v1.SensorCountAnswer, "Now", codes=("sensor_not_found", *PLACE)),
    Operation("GET", "/api/v1/occupancy/current", v1_counts.occupancy_current, v1.CurrentAnswer, "Now", codes=(*PLACE, "no_location"), not_modified=True),
    Operation("GET", "/api/v1/sensors", v1_catalogue.list_sensors, wire.SensorPage, "Sensors", codes=PLACE),
    Operation("GET", "/api/v1/sensors/{sensor_id:str}/config", v1_catalogue.sensor_config, v3_devices.SensorConfig, "Sensors", "admin", codes=(*ADOPTED, *DEVICE)),
    Operation("GET", "/api/v1/devices", v1_catalogue.list_devices, wire.SensorPage, "Sensors", codes=PLACE),
    Operation("GET", "/api/v1/zones", v1_catalogue.list_zones, wire.ZonePage, "Places", codes=PLACE),
    Operation("GET", "/api/v1/layouts", v1_catalogue.list_layouts, v3_layouts.LayoutPage, "Layouts", codes=PLACE),
    Operation("GET", "/api/v1/webhooks", v1_hooks.list_webhooks, v1_webhooks.WebhookPage, "Webhooks"),
    Operation("POST", "/api/v1/webhooks", v1_hooks.add_webhook, v1_webhooks.WebhookMade, "Webhooks", "write", 201, (*SUBJECT[:3], "webhook_address_refused", "too_many_webhooks", *SEALED)),
    Operation("GET", "/api/v1/health", v1_catalogue.system_health, v1.SystemHealth, "Health"),
)

# The same operation under the address that many scripts know; documented once, as version 3's.
ALIASES: tuple[Operation, ...] = (
    Operation("GET", "/data/count", counts.count, v3.CountAnswer | v3.GroupedCountAnswer, "Counts", codes=COUNTS),
)
# fmt: on
