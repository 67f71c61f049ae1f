"""Every operation of a v5 sensor that is known of: who has it, and what asking it rightly gives.

A path that begins with `{root}` is asked under each root of the shared sub-tree. Before each
operation the device holds what `FURNISHED` adds: objects of id 7, and a line 9 that nobody needs.
"""

from typing import Any, NamedTuple

from countline.emulator.v5.personality import RELEASES, Release

SMK = "SMK-0000-1111"
STATUS = {"GET": 200, "POST": 201, "PUT": 200, "DELETE": 200}


class Operation(NamedTuple):
    """One row of the tables."""

    method: str
    path: str
    body: Any
    status: int
    since: Release
    until: Release

    def there(self, release: Release) -> bool:
        here = RELEASES.index(release)
        return RELEASES.index(self.since) <= here <= RELEASES.index(self.until)


def op(
    method: str,
    path: str,
    body: Any = None,
    status: int = 0,
    *,
    since: Release = "5.0",
    until: Release = "5.9",
) -> Operation:
    return Operation(method, path, body, status or STATUS[method], since, until)


def setting(
    path: str, body: Any, *, delete: bool = True, since: Release = "5.0", until: Release = "5.9"
) -> list[Operation]:
    """GET, PUT and DELETE of an object."""
    rows = [
        op("GET", path, since=since, until=until),
        op("PUT", path, body, since=since, until=until),
    ]
    return rows + ([op("DELETE", path, since=since, until=until)] if delete else [])


def collection(
    path: str,
    body: Any,
    *,
    since: Release = "5.0",
    until: Release = "5.9",
    limits: bool = True,
    id_: int = 7,
    all_status: int = 200,
    ends: str = "",
) -> list[Operation]:
    """The operations on a collection and on one of its objects."""
    at = f"{path}/{id_}"
    rows = [
        op("GET", path, since=since, until=until),
        op("POST", path, body, since=since, until=until),
        op("DELETE", path + ends, status=all_status, since=since, until=until),
        op("GET", at, since=since, until=until),
        op("PUT", at, body, since=since, until=until),
        op("DELETE", at + ends, since=since, until=until),
    ]
    limits_since: Release = "5.9" if since == "5.9" else "5.6"
    return rows + ([op("GET", f"{path}/limits", since=limits_since)] if limits else [])


LINE = {"name": "Line", "type": "LINE", "geometry": [[-1, 0], [1, 0]]}
ZONE = {"name": "Zone", "type": "ZONE", "geometry": [[0, 0], [1, 0], [1, 1]]}
MASK = {"type": "EXCLUSION", "polygon": [[0, 0], [1, 0], [1, 1]]}
VIEW_MASK = {"type": "TABOO", "polygon": [[0, 0], [10, 0], [10, 10]]}
SPACE = {"name": "Space", "polygon": [[0, 0], [1, 0], [1, 1]], "upper_threshold": 1.5}
PLACED = {"name": "Placed", "polygon": [[0, 0], [1, 0], [1, 1]]}
LAYER = {"name": "Layer", "zone_of_interest": [[0, 0], [1, 0], [1, 1]]}
LOGIC = {"name": "Logic"}
TEMPLATE = {
    "name": "Door",
    "template": {"type": "XLT_LINE_IN_OUT_COUNT", "options": {"count_line_id": 7}},
}
COUNTER = {"name": "mine", "logic_id": 7, "type": "accumulation"}
MODIFIER = {
    "logic_id": 7,
    "trigger": {"type": "line_cross_forward", "line_id": 7},
    "count_events": [{"type": "COUNT_INCREMENT", "counter_id": 7}],
}
DOOR = {"name": "Front door", "source": "DIGITAL_IO"}
CONNECTION = {
    "name": "gateway",
    "protocol": "HTTP",
    "config": {"uri": "http://127.0.0.1/push", "port": 9, "connection_timeout_s": 5},
}
AGENT = {
    "name": "minutes",
    "type": "LOGICS",
    "enabled": False,
    "connection": 7,
    "config": {
        "data": {"resolution": "ONE_MINUTE", "format": {"type": "JSON", "version": "5.0"}},
        "filters": {"included_logics": "ALL"},
        "scheduler": {"type": "INTERVAL", "interval": "ONE_MINUTE"},
    },
}
REMOTE = {"host": "fleet.example", "port": 443, "uri": "/remote", "enabled": True}
POLICY = {"min_characters": 8, "max_characters": 64}
FAR_MS = 4_000_000_000_000
RECORDING = {"time_start": FAR_MS, "time_end": FAR_MS + 60_000}

FURNISHED: list[tuple[str, Any, Release, Release]] = [
    ("{root}/scene/geometries", {**LINE, "id": 7}, "5.0", "5.9"),
    ("{root}/scene/geometries", {**LINE, "id": 9}, "5.0", "5.9"),
    ("{root}/scene/geometries", {**ZONE, "id": 8}, "5.0", "5.9"),
    ("{root}/scene/masks", {**MASK, "id": 7}, "5.0", "5.9"),
    ("{root}/view/masks", {**VIEW_MASK, "id": 7}, "5.0", "5.9"),
    ("{root}/blocked_space", {**SPACE, "id": 7}, "5.0", "5.9"),
    ("{root}/scene/layers", {**LAYER, "id": 7}, "5.9", "5.9"),
    ("{root}/scene/objects", {**PLACED, "id": 7}, "5.9", "5.9"),
    ("{root}/scene/attentions", {**PLACED, "id": 7}, "5.9", "5.9"),
    ("{root}/analysis/logics/templates", {**TEMPLATE, "id": 7}, "5.0", "5.9"),
    ("{root}/analysis/counters", {**COUNTER, "id": 7}, "5.0", "5.9"),
    ("{root}/analysis/modifiers", {**MODIFIER, "id": 7}, "5.0", "5.9"),
    ("{root}/analysis/doors", {**DOOR, "id": 7}, "5.6", "5.9"),
    ("{root}/experimental/analysis/doors", {**DOOR, "id": 7}, "5.0", "5.3"),
    ("{root}/recordings", RECORDING, "5.0", "5.9"),
    ("/network/remotes", {**REMOTE, "id": 7}, "5.0", "5.9"),
    ("/multisensors", {"enabled": True, "id": 7}, "5.6", "5.9"),
]
PUSHED: list[tuple[str, Any, Release, Release]] = [
    ("{root}/data/push/connections", {**CONNECTION, "id": 7}, "5.0", "5.9"),
    ("{root}/data/push/agents", {**AGENT, "id": 7}, "5.0", "5.9"),
]

DEVICE = [  # sections 2 and 3
    op("POST", "/users/login"),
    op("POST", "/users/logout", status=200),
    op("GET", "/users"),
    op("GET", "/users/current"),
    op("PUT", "/users/current/password", {"password": "another1"}),
    op("GET", "/users/viewer"),
    op("PUT", "/users/viewer/activation", {"active": True}),
    op("DELETE", "/users/viewer/password"),
    op("POST", "/users/reset", {"smk": SMK}, 200),
    *setting("/policy/password/strength", POLICY, delete=False, since="5.6"),
    op("DELETE", "/policy/password/strength", {"smk": SMK}, since="5.6"),
    *setting("/privacy/mode", {"privacy_mode": 2}),
    op("GET", "/device/info"),
    *setting("/device/id", {"name": "South door", "group": "Shop"}),
    op("GET", "/device/state"),
    op("GET", "/device/log"),
    *setting("/device/led", {"enabled": False}),
    op("POST", "/device/reboot", status=200),
    op("POST", "/device/reboot/rescue", status=200),
    op("POST", "/device/reset", status=200),
    op("POST", "/device/reset/hard", {"smk": SMK}, 200),
    op("POST", "/device/backup", status=200),
    op("GET", "/device/backup/state"),
    op("GET", "/device/backup", status=404),  # it takes a moment
    op("PUT", "/device/restore?ip=keep", {"no": "backup"}, 400),
    op("POST", "/device/diag_bundle", status=200),
    op("GET", "/device/diag_bundle/state"),
    op("GET", "/device/diag_bundle", status=404),
    op("GET", "/config/state"),
    op("GET", "/config/state?contents=true"),
    op("GET", "/singlesensor/status"),
    op("GET", "/discover/localnetwork"),
    op("POST", "/discover/scan", {"first_ip": "127.0.0.1", "count": 4}, 200),
    op("POST", "/discover/mac", {"mac": "00:00:00:00:00:99"}, 404, since="5.6"),
    *setting("/time", {"time_zone": "Europe/Zurich", "ntp_enabled": True}),
    op("PUT", "/time/manual", {"time_utc": "2026-03-14T09:26:53Z"}, 412),
    op("GET", "/time/state"),
    op("GET", "/time/zones"),
    op("GET", "/time/stamp", since="5.9"),
    op("GET", "/time/verbose", since="5.9"),
    *setting("/network/ipv4", {"dhcp_enabled": True}),
    *setting("/network/ipv6", {"ipv6_enabled": True, "dhcp_enabled": True, "slaac_enabled": True}),
    *setting("/network/hostname", {"hostname": "south-door"}),
    *setting("/network/proxy", {"enabled": False}),
    *setting("/network/gigabit", {"gigabit_enabled": False}, delete=False),
    op("GET", "/network/state"),
    *collection("/network/remotes", REMOTE, limits=False),
    op("GET", "/network/remotes/state"),
    op("GET", "/network/remotes/7/state"),
    *setting("/network/mdns/config", {"mdns_enabled": True}, delete=False),
    op("GET", "/network/mdns/state"),
    *setting("/network/wireless", {"enabled": True}, since="5.6"),
    op("GET", "/network/wireless/state", since="5.6"),
    *setting("/www/config", {"http_enabled": True}, delete=False),
    op("GET", "/license/status"),
    op("GET", "/license/status/details"),
    op("GET", "/license/features", since="5.9"),
    *setting("/monitor/config", {"enabled": True}, delete=False),
    op("GET", "/monitor/state", since="5.6"),
    op("POST", "/monitor/upload", status=412),
    op("GET", "/updates"),
    op("POST", "/updates/5.9.9/install", status=404),
    op("POST", "/updates/install?force=true", status=404),
    op("POST", "/updates", {"version": "5.9.9-0123abcdef"}),
    op("DELETE", "/updates/5.9.9-0123abcdef"),
    op("GET", "/updates/state"),
    op("GET", "/updates/available"),
    op("POST", "/updates/available/refresh", status=200),
    op("GET", "/updates/download/state"),
    op("POST", "/updates/download/5.9.9", status=404),
    op("GET", "/updates/schedule", status=404),
    op("PUT", "/updates/schedule", {"version": "5.9.9", "time_utc": "2026-04-01T02:00:00Z"}),
    op("DELETE", "/updates/schedule"),
    op("GET", "/updates/history", since="5.6"),
    op("GET", "/updates/info", since="5.6"),
    op("GET", "/network/x509/truststore"),
    op("DELETE", "/network/x509/truststore"),
    op("GET", "/network/x509/truststore/00ff", status=404),
    *setting("/network/x509/truststore/config", {"defaults_enabled": False}, delete=False),
    op("GET", "/blob/public/ui.json", status=404),
    *setting("/itxpt/config", {"itxpt_enabled": True}, delete=False, since="5.6"),
    *setting("/itxpt/experimental/config", {"itxpt_enabled": True}, delete=False, until="5.3"),
    op("GET", "/itxpt/state", since="5.6"),
    op("GET", "/itxpt/services/state", since="5.6"),
    op("GET", "/itxpt/services/inventory/moduleinfo.xml", status=404, since="5.6"),  # it is off
    op("GET", "/itxpt/services/apc/passengerdoorcount", status=404, since="5.6"),
    *setting("/ibisip/config", {"enabled": True}, delete=False, since="5.6"),
    op("GET", "/ibisip/services/state", since="5.6"),
    *(op("GET", f"/schemas/datapush/{kind}", since="5.6") for kind in ("live", "logics")),
    *(op("GET", f"/schemas/datapush/{kind}", since="5.6") for kind in ("status", "wifibt")),
]
MULTISENSORS = [  # section 4
    op("GET", "/multisensor"),
    op("PUT", "/multisensor", {"enabled": True}),
    op("GET", "/multisensor/status"),
    *collection("/multisensors", {"enabled": True}, since="5.6"),
    op("GET", "/multisensors/status", since="5.9"),
    op("GET", "/multisensors/7/status", since="5.6"),
    op("GET", "/multisensors/7/sensors", since="5.6"),
]
SCENE = [  # section 5
    *collection("{root}/scene/geometries", LINE, id_=9, all_status=409),
    *collection("{root}/scene/masks", MASK),
    *collection("{root}/view/masks", VIEW_MASK),
    *collection("{root}/blocked_space", SPACE),
    *collection("{root}/scene/layers", LAYER, since="5.9"),
    *collection("{root}/scene/objects", PLACED, since="5.9"),
    *collection("{root}/scene/attentions", PLACED, since="5.9"),
    op("GET", "{root}/scene/tracking_area"),
    op("POST", "{root}/scene/images/background/reset", status=200, since="5.6"),
    op("POST", "{root}/view/images/background/reset", status=200, since="5.6"),
    *setting("/singlesensor/settings/sensor_geometry", {"sensor_height": 3.2}),
    *setting("/singlesensor/settings/light", {"power_frequency": 60}),
    *setting("/singlesensor/settings/exposure_control", {"mode": "MANUAL"}, since="5.6"),
    *setting("{root}/settings/groups", {"delay": 3, "max_distance": 2}),
    *setting("{root}/settings/path_stitching", {"enabled": True}),
    *setting("{root}/settings/tag", {"tag_position": "LEFT"}),
    *setting("{root}/settings/advanced", {"tracking_version": "V3"}),
]
ANALYSIS = [  # section 6
    *collection("{root}/analysis/logics", LOGIC, ends="?force=true"),
    *collection("{root}/analysis/logics/templates", TEMPLATE, limits=False),
    *collection("{root}/analysis/counters", COUNTER, ends="?force=true"),
    *collection("{root}/analysis/modifiers", MODIFIER),
    *collection("{root}/analysis/doors", DOOR, since="5.6"),
    *collection("{root}/experimental/analysis/doors", DOOR, until="5.3", limits=False),
    op("POST", "{root}/analysis/counters/reset", status=200),
    op("POST", "{root}/analysis/counters/7/reset", status=200),
    op("POST", "{root}/analysis/logics/7/reset", status=200),
    op(
        "POST",
        "{root}/analysis/transaction",
        {"requests": [{"method": "POST", "target": "/logics", "body": LOGIC}]},
        200,
    ),
]
LIVE = [  # section 7
    op("GET", "{root}/data/live/counts"),
    op("GET", "{root}/data/live/counts/7"),
    op("GET", "{root}/data/live/logics"),
    op("GET", "{root}/data/live/logics/7"),
    op("POST", "{root}/data/live/counts/reset", status=200),
    op("POST", "{root}/data/live/counts/7/reset", status=200),
    op("POST", "{root}/data/live/logics/7/reset", status=200),
    op("GET", "{root}/data/live/doors", since="5.6"),
    op("GET", "{root}/scene/images/data?tracked_objects=true&events=true"),
]
HISTORY = [  # section 8
    op("GET", "{root}/data/history/logics?number_of_bins=1"),
    op("GET", "{root}/data/history/logics/7?resolution_min=60"),
    op("GET", "{root}/data/history/status"),
    op("GET", "{root}/data/history/sensor_db.tar"),
    op("DELETE", "{root}/data/history/sensor_db"),
    op("GET", "{root}/data/history/heat_map?data=true"),
    op("GET", "{root}/data/history/height_map?data=false"),
    op("GET", "{root}/data/history/heat_map.jpg", since="5.6"),
    op("GET", "{root}/data/history/height_map.jpg", since="5.6"),
    op("DELETE", "{root}/data/history/heat_map"),
    op("DELETE", "{root}/data/history/height_map"),
    op("GET", "{root}/data/history/start_stop?begin=-3600000&end=0&max=10&points=5"),
]
RECORDINGS = [  # section 8
    op("POST", "{root}/recordings", RECORDING),
    op("GET", "{root}/recordings"),
    op("GET", "{root}/recordings/quota"),
    op("GET", "{root}/recordings/1"),
    op("GET", "{root}/recordings/1/download", status=404),  # it has not begun
    op("DELETE", "{root}/recordings/1"),
    *(
        op("GET", f"{{root}}/{view}/images/{name}")
        for view in ("scene", "view")
        for name in ("background.jpg", "background.tar", "live.jpg", "live.tar")
    ),
    op("GET", "/singlesensor/images/raw_left.jpg"),
    op("GET", "/singlesensor/images/raw_right.jpg"),
    op("GET", "/singlesensor/images/stereo.png"),
]
PUSH = [  # section 9
    *collection("{root}/data/push/connections", CONNECTION, limits=False),
    *collection("{root}/data/push/agents", AGENT, limits=False),
    op("PATCH", "{root}/data/push/connections/7", {"name": "other"}, 200),
    op("PATCH", "{root}/data/push/agents/7", {"enabled": False}, 200),
    op("GET", "{root}/data/push/agents/status"),
    op("GET", "{root}/data/push/agents/7/status"),
    op("POST", "{root}/data/push/agents/7/trigger", {"type": "DUMMY_DATA"}, 200),
    op("GET", "{root}/data/push/agents/7/trigger"),
    op("DELETE", "{root}/data/push/agents/7/trigger"),
    op("POST", "{root}/data/push/connections/7/test", status=200),
    *setting("{root}/data/push/legacy", {"enabled": True}),
]
OPERATIONS = [
    *DEVICE, *MULTISENSORS, *SCENE, *ANALYSIS, *LIVE, *HISTORY, *RECORDINGS, *PUSH,
]  # fmt: skip
