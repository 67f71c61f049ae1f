"""Connections and agents of v5 sensors, how they fare, and how full the history is."""

from typing import Any

from msgspec import Struct

from countline.devices.xovis_v5.shapes import Number, Whole


class Connection(Struct, frozen=True, kw_only=True):
    """Where to send. `config` is left out here: it holds passwords in clear."""

    id: Whole = 0
    name: str = ""
    protocol: str = ""


class Agent(Struct, frozen=True, kw_only=True):
    """What to send, and when, over which connection."""

    id: Whole = 0
    name: str = ""
    type: str = ""
    enabled: bool = False
    connection: Whole | None = None
    config: dict[str, Any] = {}


class Reason(Struct, frozen=True, kw_only=True):
    """An HTTP status; below 100, the number of a failure before there was an answer."""

    code: Whole = 0
    info: str = ""


class Transmission(Struct, frozen=True, kw_only=True):
    """One attempt to send; `time` is written like `2025-03-14T09:26:53.120 CET`."""

    time: str = ""
    protocol: str = ""
    server: str = ""
    port: Whole | None = None
    duration_ms: Number | None = None
    reason: Reason = Reason()


class TransmitInfo(Struct, frozen=True, kw_only=True):
    """How often it went well, how often not, and the last of each."""

    no_of_successful: Whole = 0
    no_of_failed: Whole = 0
    last_successful: Transmission | None = None
    last_failed: Transmission | None = None


class PackageCounts(Struct, frozen=True, kw_only=True):
    """Packages sent, and those thrown away."""

    no_of_sent: Whole = 0
    no_of_dropped: Whole = 0


class AgentStatus(Struct, frozen=True, kw_only=True):
    """How an agent fares."""

    id: Whole
    name: str = ""
    type: str = ""
    package_info: PackageCounts = PackageCounts()
    transmit_info: TransmitInfo = TransmitInfo()


class AgentStates(Struct, frozen=True, kw_only=True):
    """All of a context's agents."""

    agent_states: tuple[AgentStatus, ...] = ()


class ConnectionTest(Struct, frozen=True, kw_only=True):
    """`OK`, `NOT_CONNECTED`, `CLIENT_ERROR`, `SERVER_ERROR` or `UNKNOWN`."""

    status: str = "UNKNOWN"
    server_response: Reason = Reason()


class ConnectionTested(Struct, frozen=True, kw_only=True):
    """What a connection test comes back in."""

    connection_test: ConnectionTest = ConnectionTest()


class TriggerState(Struct, frozen=True, kw_only=True):
    """`IDLE` or `BUSY`."""

    status: str = "IDLE"


class StorageRecord(Struct, frozen=True, kw_only=True):
    """One stored record; `time_begin` is written like `2025-03-14T09:26:53.120 CET`."""

    id: Whole | None = None
    time_begin: str | Number | None = None
    duration_s: Number | None = None


class Capacity(Struct, frozen=True, kw_only=True):
    """How much the history can hold, and how full it is."""

    memory: Number | None = None
    count_records: Number | None = None
    time_s: Number | None = None
    fill_level_percent: Number | None = None


class Stored(Struct, frozen=True, kw_only=True):
    """What the history holds now."""

    time_begin: str | Number | None = None
    time_end: str | Number | None = None
    retention_time_s: Number | None = None
    number_of_count_records: Number | None = None
    oldest_count_record: StorageRecord | None = None
    newest_count_record: StorageRecord | None = None


class Storage(Struct, frozen=True, kw_only=True):
    """The history's store."""

    capacity: Capacity = Capacity()
    stored_data: Stored = Stored()


class HistoryStatus(Struct, frozen=True, kw_only=True):
    """How full the history is, and how far it reaches back."""

    storage: Storage = Storage()
