"""What can be asked of a v5 sensor, by which path, and from which firmware on: one table.

`{root}` is `/singlesensor`, `/multisensor` or `/multisensors/N`; `{id}` an element's number. The
client of the sensors takes its paths from here, and the API shows the same rows, so what is said to
be possible is what is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from countline.drivers.xovis_v5.firmware import Firmware

Method = Literal["GET", "PUT", "POST", "DELETE"]
BASE = "/api/v5"
OLDEST = Firmware(5, 0, 0)
_5_6 = Firmware(5, 6, 0)
_UNCHANGING = frozenset({"login", "logout", "discover_scan", "connection_test"})  # though posted


@dataclass(frozen=True, slots=True)
class Operation:
    """One request that a sensor understands: `since` first has it, `until` first lacks it again."""

    name: str
    says: str  # "read the clock's settings": fits after "cannot"
    method: Method
    path: str
    since: Firmware = OLDEST
    until: Firmware | None = None
    open: bool = False  # answered without a login

    @property
    def changes(self) -> bool:
        """Whether it changes the sensor, so that it waits for its turn."""
        return self.method != "GET" and self.name not in _UNCHANGING

    @property
    def is_recent(self) -> bool:
        """Whether there are sensors without it."""
        return self.since > OLDEST or self.until is not None

    def fits(self, firmware: Firmware) -> bool:
        """Whether a sensor of this firmware has it."""
        return self.since <= firmware and (self.until is None or firmware < self.until)

    @property
    def firmware(self) -> str:
        """In words: `5.6.0 or newer`."""
        if self.until is None:
            return f"{self.since} or newer"
        return f"{self.since} or newer, and older than {self.until}"


_PUSH = "{root}/data/push"
_ROWS = (
    # -- the device -------------------------------------------------------------------------------
    Operation("device_info", "read what it is", "GET", "/device/info", open=True),
    Operation("device_id", "read its name and group", "GET", "/device/id", open=True),
    Operation("device_id_write", "write its name and group", "PUT", "/device/id"),
    Operation("device_state", "read its state", "GET", "/device/state", open=True),
    Operation("config_state", "read its configuration's checksum", "GET", "/config/state"),
    Operation("single_status", "read its image's state", "GET", "/singlesensor/status"),
    Operation("login", "open a session", "POST", "/users/login"),
    Operation("logout", "end a session", "POST", "/users/logout"),
    Operation("user", "read what the user may do", "GET", "/users/current"),
    Operation("time", "read the clock's settings", "GET", "/time"),
    Operation("time_write", "write the clock's settings", "PUT", "/time"),
    Operation("time_state", "read the clock", "GET", "/time/state"),
    Operation("hostname", "read its host name", "GET", "/network/hostname"),
    Operation("network_state", "read its network's state", "GET", "/network/state"),
    Operation("license_status", "read its licences", "GET", "/license/status"),
    Operation("license_details", "read its licences' days", "GET", "/license/status/details"),
    Operation("privacy", "read its privacy mode", "GET", "/privacy/mode"),
    Operation("privacy_write", "write its privacy mode", "PUT", "/privacy/mode"),
    Operation("update_state", "read its update's state", "GET", "/updates/state"),
    Operation("discover_near", "look around in its network", "GET", "/discover/localnetwork"),
    Operation("discover_scan", "look through addresses", "POST", "/discover/scan"),
    Operation("multisensors", "list stitched instances", "GET", "/multisensors", _5_6),
    Operation("multisensor_status", "read a stitched instance", "GET", "/multisensors/{id}/status", _5_6),
    Operation("multisensor_old_status", "read its stitched instance", "GET", "/multisensor/status"),
    # -- the scene --------------------------------------------------------------------------------
    Operation("geometries", "list lines and zones", "GET", "{root}/scene/geometries"),
    Operation("geometry", "read a line or zone", "GET", "{root}/scene/geometries/{id}"),
    Operation("geometry_create", "add a line or zone", "POST", "{root}/scene/geometries"),
    Operation("geometry_write", "write a line or zone", "PUT", "{root}/scene/geometries/{id}"),
    Operation("geometry_delete", "remove a line or zone", "DELETE", "{root}/scene/geometries/{id}"),
    Operation("geometry_limits", "read the limits of lines and zones", "GET", "{root}/scene/geometries/limits", _5_6),
    Operation("masks", "list scene masks", "GET", "{root}/scene/masks"),
    Operation("sensor_geometry", "read its height and tilt", "GET", "{root}/settings/sensor_geometry"),
    # -- what is counted --------------------------------------------------------------------------
    Operation("logics", "list logics", "GET", "{root}/analysis/logics"),
    Operation("logic", "read a logic", "GET", "{root}/analysis/logics/{id}"),
    Operation("logic_write", "write a logic", "PUT", "{root}/analysis/logics/{id}"),
    Operation("logic_delete", "remove a logic", "DELETE", "{root}/analysis/logics/{id}"),
    Operation("counters", "list counters", "GET", "{root}/analysis/counters"),
    Operation("templates", "list logics made from templates", "GET", "{root}/analysis/logics/templates"),
    Operation("template", "read a logic made from a template", "GET", "{root}/analysis/logics/templates/{id}"),
    Operation("template_create", "make a logic from a template", "POST", "{root}/analysis/logics/templates"),
    Operation("template_write", "write a logic made from a template", "PUT", "{root}/analysis/logics/templates/{id}"),
    Operation("transaction", "change its analysis all or nothing", "POST", "{root}/analysis/transaction"),
    # -- numbers ----------------------------------------------------------------------------------
    Operation("live_counts", "read live counters", "GET", "{root}/data/live/counts"),
    Operation("live_logics", "read live logics", "GET", "{root}/data/live/logics"),
    Operation("history", "read its history", "GET", "{root}/data/history/logics"),
    Operation("history_status", "read its history's fill", "GET", "{root}/data/history/status"),
    # -- pushes -----------------------------------------------------------------------------------
    Operation("connections", "list connections", "GET", f"{_PUSH}/connections"),
    Operation("connection", "read a connection", "GET", f"{_PUSH}/connections/{{id}}"),
    Operation("connection_create", "add a connection", "POST", f"{_PUSH}/connections"),
    Operation("connection_write", "write a connection", "PUT", f"{_PUSH}/connections/{{id}}"),
    Operation("connection_delete", "remove a connection", "DELETE", f"{_PUSH}/connections/{{id}}"),
    Operation("connection_test", "test a connection", "POST", f"{_PUSH}/connections/{{id}}/test"),
    Operation("agents", "list push agents", "GET", f"{_PUSH}/agents"),
    Operation("agent", "read a push agent", "GET", f"{_PUSH}/agents/{{id}}"),
    Operation("agent_create", "add a push agent", "POST", f"{_PUSH}/agents"),
    Operation("agent_write", "write a push agent", "PUT", f"{_PUSH}/agents/{{id}}"),
    Operation("agent_delete", "remove a push agent", "DELETE", f"{_PUSH}/agents/{{id}}"),
    Operation("agents_status", "read how its push agents fare", "GET", f"{_PUSH}/agents/status"),
    Operation("agent_status", "read how a push agent fares", "GET", f"{_PUSH}/agents/{{id}}/status"),
    Operation("trigger", "send a stretch of time again", "POST", f"{_PUSH}/agents/{{id}}/trigger"),
    Operation("trigger_state", "read whether it sends again", "GET", f"{_PUSH}/agents/{{id}}/trigger"),
    Operation("trigger_stop", "stop sending again", "DELETE", f"{_PUSH}/agents/{{id}}/trigger"),
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {row.name: row for row in _ROWS}
