"""Who speaks: device, context, agent and package number of a package's head."""

import re
from functools import lru_cache
from typing import Any, TypedDict

from countline.drivers.reading import StatusInfo
from countline.drivers.xovis_v5.times import to_ms
from countline.drivers.xovis_v5.wire import PackageInfo, SensorInfo
from countline.model.ids import DeviceKey

VENDOR = "xovis"
_NOT_HEX = re.compile(r"[^0-9a-f]")


class Head(TypedDict):
    """The fields of `Decoded` that every kind of package has."""

    device: DeviceKey | None
    agent: str | None
    sequence: int | None
    sent_ms: int | None


def head_of(package: PackageInfo, sensor: SensorInfo | None) -> Head:
    """What a package's head says; None for what it leaves out."""
    agent = package.agent_id
    return {
        "device": device_of(sensor) if sensor is not None else None,
        "agent": None if agent is None else str(agent),
        "sequence": package.id,
        "sent_ms": None if sensor is None or sensor.time is None else ms_or_none(sensor.time),
    }


def device_of(sensor: SensorInfo) -> DeviceKey | None:
    """The device and context: `single`, or `multi:<id>` for a stitched instance."""
    return _device(sensor.serial_number or str(sensor.id), sensor.type, sensor.multisensor_id)


@lru_cache(maxsize=10_000)  # the same few devices speak all day
def _device(serial: str, kind: str, number: int | None) -> DeviceKey | None:
    tidied = tidy_serial(serial)
    if not tidied:
        return None
    if kind != "MULTI_SENSOR":
        return DeviceKey(vendor=VENDOR, serial=tidied)
    return DeviceKey(
        vendor=VENDOR, serial=tidied, context=f"multi:{1 if number is None else number}"
    )


def tidy_serial(text: str) -> str:
    """Lower case; a MAC address in whatever form becomes six pairs joined by colons."""
    serial = text.strip().lower()
    if len(serial) == 17 and serial[2] == ":":
        return serial
    digits = _NOT_HEX.sub("", serial)
    if len(digits) == 12 and len(serial) <= 17:
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    return serial


def ms_or_none(instant: float | str) -> int | None:
    """For times that are good to know but no part of a number."""
    try:
        return to_ms(instant)
    except ValueError:
        return None


def about_sensor(sensor: SensorInfo | None, **more: Any) -> StatusInfo | None:
    """Firmware and model of a full head, joined with `more`; None where nothing is known."""
    if not more:
        return None if sensor is None else _about(sensor.sw_version, sensor.device_type)
    facts = {key: value for key, value in more.items() if value is not None}
    if sensor is not None and sensor.sw_version is not None:
        facts.setdefault("firmware", sensor.sw_version)
    if sensor is not None and sensor.device_type is not None:
        facts.setdefault("model", sensor.device_type)
    return StatusInfo(**facts) if facts else None


@lru_cache(maxsize=1_000)  # a kind of sensor and its firmware
def _about(firmware: str | None, model: str | None) -> StatusInfo | None:
    if firmware is None and model is None:
        return None
    return StatusInfo(firmware=firmware, model=model)
