"""`live_data` and `status_data`: signs of life, what counters show, and what a sensor says of itself."""

from countline.drivers.reading import Decoded, StatusInfo
from countline.drivers.xovis_v5.heads import VENDOR, about_sensor, head_of, ms_or_none, tidy_serial
from countline.drivers.xovis_v5.noting import Notes
from countline.drivers.xovis_v5.totals import totals_of
from countline.drivers.xovis_v5.wire import (
    DeviceInfo,
    LicenceRow,
    LiveData,
    State,
    States,
    StatusData,
)
from countline.model.health import Licence, LicenceState
from countline.model.ids import DeviceKey

_NO_STATE = State()
_NO_INFO = DeviceInfo()


def decode_live(data: LiveData, notes: Notes) -> Decoded:
    """The newest frame's time and light, and what counters showed; persons are not read at all."""
    times = [frame.time for frame in data.frames if frame.time is not None]
    known = [ms for ms in map(ms_or_none, times) if ms is not None]
    light = next((f.illumination for f in reversed(data.frames) if f.illumination), None)
    return Decoded(
        purpose="live",
        status=about_sensor(
            data.sensor_info, illumination=light, device_time_ms=max(known, default=None)
        ),
        totals=totals_of(data.frames),
        frames_s=tuple(sorted({ms // 1000 for ms in known})),
        notes=notes.all(),
        **head_of(data.package_info, data.sensor_info),
    )


def decode_status(data: StatusData, notes: Notes) -> Decoded:
    """The leaves that tell whether a sensor is well."""
    states = data.states
    single = states.singlesensor.status if states.singlesensor else None
    clock = states.time.state if states.time else None
    written = clock.details.time if clock and clock.details else None
    device = (states.device.state if states.device else None) or _NO_STATE
    head = head_of(data.package_info, data.sensor_info)
    serial = tidy_serial(_info(states).serial)
    if head["device"] is None and serial:
        head["device"] = DeviceKey(vendor=VENDOR, serial=serial)
    return Decoded(
        purpose="status",
        status=about_sensor(
            data.sensor_info,
            uptime_s=_uptime(device),
            temperature_c=_temperature(device),
            firmware=_firmware(states),
            model=_model(states),
            illumination=single.illumination if single else None,
            device_time_ms=None if written is None else ms_or_none(written),
            state=device.state,
            licences=_licences(states),
        )
        or StatusInfo(),
        notes=notes.all(),
        **head,
    )


def _licences(states: States) -> tuple[Licence, ...] | None:
    told = states.license.status if states.license else None
    if told is None:
        return None
    kinds: tuple[tuple[tuple[LicenceRow, ...], LicenceState], ...] = (
        (told.licensed_lifetime, "enabled"),
        (told.licensed_recurring, "enabled"),
        (told.licensed_test, "test"),
    )
    return tuple(
        Licence(row.feature, state, None if row.days is None else int(row.days))
        for rows, state in kinds
        for row in rows
        if row.feature
    )


def _uptime(device: State) -> int | None:
    uptime = device.details.uptime_sec if device.details else None
    return None if uptime is None else int(uptime)


def _temperature(device: State) -> int | None:
    """Of the die, which is the hottest place; of the housing where that is all there is."""
    temperatures = device.details.temperatures if device.details else None
    if temperatures is None:
        return None
    found = temperatures.die if temperatures.die is not None else temperatures.housing
    return None if found is None else round(found)


def _info(states: States) -> DeviceInfo:
    return (states.device.info if states.device else None) or _NO_INFO


def _firmware(states: States) -> str | None:
    updates = (states.updates.state if states.updates else None) or _NO_STATE
    return _info(states).fw_version or updates.version


def _model(states: States) -> str | None:
    return _info(states).variant or _info(states).prod_code
