"""How a device is, by its own account: everything that its interface tells of its state."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.push_shapes import AgentStatus, HistoryStatus, Transmission
from countline.devices.xovis_v5.remembering import instant_s, oldest_record_s, zone_of
from countline.devices.xovis_v5.shapes import LicenseDetails, Number, TimeState
from countline.drivers.xovis_v5.times import to_ms
from countline.errors import DeviceError, DeviceUnreachable
from countline.model.health import Agent, DeviceFacts, Licence, LicenceState

T = TypeVar("T")
LICENCE_STATES: dict[str, LicenceState] = {
    "ENABLED": "enabled",
    "TEST_ENABLED": "test",
    "EXPIRED": "expired",
}
# What ends a visit: everything after it would fail the same way.
FATAL = frozenset(
    {"device_login_failed", "device_login_missing", "certificate_changed", "device_gone"}
)


async def ask_how(
    client: SensorClient, context: Context, *, now_ms: Callable[[], int]
) -> DeviceFacts:
    """All that it says. What its firmware, licence or privacy mode keeps back is None.

    Raises `DeviceError` where it does not answer, or will not take the login.
    """
    state = await client.device.state()
    asked_ms = now_ms()
    time_state = await _or_none(client.device.time_state())
    offset_s = _offset_s(time_state, (asked_ms + now_ms()) / 2)
    zone = await _zone(client)
    at = client.at(context)
    config = await _or_none(client.device.config_state())
    licences = await _or_none(client.device.license_details())
    agents = await _or_none(at.push.agents_status())
    hangs = await _or_none(at.scene.sensor_geometry())
    sees = await _or_none(client.device.single_status()) if context.multisensor is None else None
    history = await _or_none(at.data.history_status())
    heat = state.details.temperatures
    return DeviceFacts(
        at_s=now_ms() // 1000,
        source="ask",
        reachable=True,
        firmware=(await client.device.info()).fw_version,
        uptime_s=_whole(state.details.uptime_sec),
        temperature_c=_whole(heat.die) if heat else None,
        clock_offset_s=offset_s,
        licences=_licences(licences),
        agents=None if agents is None else tuple(_agent(one, zone) for one in agents),
        tilt_degrees=None if hangs is None else _tilt(hangs.alpha_deg, hangs.beta_deg),
        height_m=None
        if hangs is None or hangs.sensor_height is None
        else float(hangs.sensor_height),
        illumination=sees.illumination if sees and sees.illumination != "UNKNOWN" else None,
        storage_percent=_fill(history),
        storage_oldest_s=None if history is None else oldest_record_s(history, zone),
        config_checksum=None if config is None else str(config.checksum),
    )


async def _or_none(asked: Awaitable[T]) -> T | None:
    """An answer, or None where the device keeps it back; what ends the visit is raised."""
    try:
        return await asked
    except DeviceError as error:
        if isinstance(error, DeviceUnreachable) or error.error_code in FATAL:
            raise
        return None


async def _zone(client: SensorClient) -> ZoneInfo | None:
    """The device's time zone: what the letters in its times mean."""
    config = await _or_none(client.device.time())
    return None if config is None else zone_of(config.read)


def _offset_s(state: TimeState | None, now_ms: float) -> float | None:
    """How far its clock is ahead of ours."""
    try:
        told = None if state is None or not state.details.time else to_ms(state.details.time)
    except ValueError:
        return None
    return None if told is None else round((told - now_ms) / 1000, 3)


def _whole(number: Number | None) -> int | None:
    return None if number is None else int(number)


def _tilt(*angles: Number | None) -> float | None:
    known = [abs(float(angle)) for angle in angles if angle is not None]
    return max(known, default=None)


def _licences(details: LicenseDetails | None) -> tuple[Licence, ...] | None:
    if details is None:
        return None
    return tuple(
        Licence(
            one.feature or str(one.id),
            LICENCE_STATES.get(one.state, "missing"),
            None if one.remaining_days in (None, -1) else one.remaining_days,
        )
        for one in details.licenses
        if one.state != "NOT_LICENSED"
    )


def _agent(status: AgentStatus, zone: ZoneInfo | None) -> Agent:
    told = status.transmit_info
    failed = told.last_failed
    return Agent(
        agent_id=str(status.id),
        name=status.name,
        last_ok_s=_at_s(told.last_successful, zone),
        last_failed_s=_at_s(failed, zone),
        error="" if failed is None else f"{failed.reason.code} {failed.reason.info}".strip(),
        dropped=status.package_info.no_of_dropped,
    )


def _at_s(sent: Transmission | None, zone: ZoneInfo | None) -> int | None:
    return None if sent is None or not sent.time else instant_s(sent.time, zone)


def _fill(history: HistoryStatus | None) -> float | None:
    filled = None if history is None else history.storage.capacity.fill_level_percent
    return None if filled is None else float(filled)
