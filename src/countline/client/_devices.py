"""Operations that reach the devices themselves: adoption and configuration."""

from countline.client._answers import SensorConfig
from countline.client._requests import CONFIGURE_S, Request, page, pairs, part, write
from countline.wire import v3_devices as wire

ADOPT_S = 900.0  # a month of a sensor's history comes in some seconds, over a slow line in minutes


def adopt(asked: wire.AdoptionAsked, *, timeout_s: float = ADOPT_S) -> Request[wire.AdoptionReport]:
    """Adopt a device: it pushes here from now on, and what it remembers is fetched.

    Done again, it repairs what differs. Needs the scope `admin`.
    """
    return write("POST", "/v3/sensors/adopt", asked, wire.AdoptionReport, timeout_s=timeout_s)


def sensor_config(sensor_id: str) -> Request[SensorConfig]:
    """A device's configuration as it is now, and what somebody changed on the device itself.

    Needs the scope `admin`.
    """
    return Request(path=_path(sensor_id), answer=SensorConfig, timeout_s=CONFIGURE_S)


def change_sensor_config(
    sensor_id: str,
    change: wire.ConfigChange,
    *,
    if_match: str | None = None,
    dry_run: bool | None = None,
    timeout_s: float = CONFIGURE_S,
) -> Request[SensorConfig]:
    """Change parts of a device's configuration, all of them or nothing; lists are given whole.

    With `if_match`, the `etag` of what you have read, it is refused when somebody was faster. An
    empty change with it accepts what was changed on the device itself.
    """
    return _configure("PATCH", sensor_id, change, if_match, dry_run, timeout_s)


def replace_sensor_config(
    sensor_id: str,
    wanted: wire.ConfigWanted,
    *,
    if_match: str | None = None,
    dry_run: bool | None = None,
    timeout_s: float = CONFIGURE_S,
) -> Request[SensorConfig]:
    """Make a device's configuration this one, all of it or nothing.

    Take it from what you have read: `config.wanted(name="North door")`.
    """
    return _configure("PUT", sensor_id, wanted, if_match, dry_run, timeout_s)


def sensor_config_changes(sensor_id: str, *, limit: int | None = None) -> Request[wire.ConfigLog]:
    """Who changed what of a device, and when; newest first. Needs the scope `admin`."""
    return page(f"{_path(sensor_id)}/changes", wire.ConfigLog, limit=limit)


def _configure(
    method: str,
    sensor_id: str,
    content: wire.ConfigWanted | wire.ConfigChange,
    if_match: str | None,
    dry_run: bool | None,
    timeout_s: float,
) -> Request[SensorConfig]:
    return write(
        method,
        _path(sensor_id),
        content,
        SensorConfig,
        parameters=pairs({"dry_run": dry_run}),
        if_match=if_match,
        timeout_s=timeout_s,
    )


def _path(sensor_id: str) -> str:
    return f"/v3/sensors/{part(sensor_id)}/config"
