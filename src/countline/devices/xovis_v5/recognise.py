"""Recognises a sensor by what it tells everybody, before any password is sent to it."""

import re
from dataclasses import dataclass

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.documents import readable
from countline.devices.xovis_v5.shapes import DeviceInfo
from countline.drivers.xovis_v5.compatibility import OLDEST
from countline.drivers.xovis_v5.firmware import Firmware, firmware_of
from countline.errors import DeviceError

_SERIAL = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What stands at an address. `serial` is as in `DeviceKey`: lower case with colons."""

    serial: str
    model: str
    firmware: Firmware
    firmware_text: str
    name: str
    group: str
    state: str
    fingerprint: str  # of the certificate, "" over HTTP


def serial_of(info: DeviceInfo) -> str:
    """A device's serial number, as it is written here."""
    return info.serial.strip().lower().replace("-", ":")


async def recognise(client: SensorClient) -> Recognised:
    """Asks the open operations only. Raises `DeviceError`: `device_not_recognised` for anything
    that is no sensor of this generation, `firmware_unsupported` for an older one."""
    info = await client.device.info()
    serial = serial_of(info)
    firmware = firmware_of(info.fw_version)
    if firmware is None or not _SERIAL.fullmatch(serial):
        raise DeviceError(
            "it answers, but not as a sensor of generation 5 does; check the address",
            code="device_not_recognised",
        )
    if firmware < OLDEST:
        raise DeviceError(
            f"the sensor has firmware {firmware}, and {OLDEST} or newer is needed; update it",
            code="firmware_unsupported",
            found=str(firmware),
            needed=f"{OLDEST} or newer",
        )
    called = (await client.device.id()).read
    state = await client.device.state()
    return Recognised(
        serial=serial,
        model=readable(info.variant or info.prod_code or info.type),
        firmware=firmware,
        firmware_text=readable(info.fw_version),
        name=readable(called.name),
        group=readable(called.group),
        state=state.state,
        fingerprint=client.fingerprint,
    )
