"""What is written down of adopted devices, and clients that speak with them as it says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from countline.devices.turns import Turns
from countline.devices.xovis_v5 import SINGLE, Address, Context, Devices, Login, SensorClient
from countline.devices.xovis_v5.documents import readable
from countline.devices.xovis_v5.recognise import serial_of
from countline.engine.arranged import ArrangedDesk
from countline.engine.engine import Engine
from countline.errors import DeviceError, NotFound
from countline.model.adoption import Adoption
from countline.model.ids import SensorId, SensorNo
from countline.model.sensor import Sensor
from countline.vault import Secret, Vault


class AdoptedDevice(NamedTuple):
    """A device by its serial number, and which of its sensors is meant."""

    serial: str
    context: Context


class Adoptions:
    """Reads and writes adoptions; opens their secrets."""

    def __init__(
        self,
        engine: Engine,
        devices: Devices,
        vault: Callable[[], Vault],
        turns: Turns | None = None,
    ) -> None:
        """`vault` is opened, and its key made, when the first secret is there to be kept.

        `turns`: whose turn it is to change a device; left out: nobody else does.
        """
        self.engine = engine
        self.devices = devices
        self.turns = turns or Turns()
        self._vault = vault

    @property
    def vault(self) -> Vault:
        """What opens and seals secrets. Raises `ConfigError` where its key is missing."""
        return self._vault()

    # -- records ----------------------------------------------------------------------------------
    @property
    def book(self) -> ArrangedDesk:
        """The adoptions as they are written down."""
        return self.engine.arranged

    async def at_address(self, text: str) -> bool:
        """Whether the device at an address, however it is written, is adopted already."""
        return await self.book.at(str(Address.of(text))) is not None

    async def sensor(self, sensor_id: str) -> Sensor:
        """A sensor by its id. Raises `NotFound`."""
        found = (await self.engine.desk.fresh()).sensor_by_id.get(SensorId(sensor_id))
        if found is None:
            raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
        return found

    async def adopted(self, sensor_id: str) -> tuple[Sensor, Adoption]:
        """A sensor whose device we may contact. Raises `NotFound` for any other."""
        sensor = await self.sensor(sensor_id)
        adoption = await self.book.of(sensor.sensor)
        if adoption is None or adoption.state != "adopted":
            raise NotFound(
                f"The device of {sensor_id} is not adopted, so it cannot be asked; adopt it with"
                f" `countline sensors adopt ADDRESS --as {sensor_id}`.",
                code="sensor_not_adopted",
            )
        return sensor, adoption

    # -- devices ----------------------------------------------------------------------------------
    @asynccontextmanager
    async def opened(self, sensor: Sensor, adoption: Adoption) -> AsyncIterator[SensorClient]:
        """A client of an adopted device, logged in when that is first needed.

        Where no certificate says who answers, the device is asked before the password is sent:
        addresses go from one device to another. Raises `DeviceError` `device_exchanged` then.
        """
        login = Login(adoption.user, self.password(adoption))
        async with self.devices.client(
            adoption.address,
            login=login,
            fingerprint=adoption.certificate,
            sensor_id=sensor.sensor_id,
        ) as client:
            if not adoption.certificate:
                await self.check_serial(client, sensor, adoption)
            yield client

    async def check_serial(self, client: SensorClient, sensor: Sensor, adoption: Adoption) -> None:
        """Raises `DeviceError` `device_exchanged` where another device answers than the adopted."""
        known = self.device_of(adoption).serial
        serial = serial_of(await client.device.info())
        if serial != known:
            raise DeviceError(
                f"At {adoption.address} is the device {readable(serial)[:64]!r}, and"
                f" {sensor.sensor_id} is {known}: its address went to another one. No password was"
                f" sent. Adopt {sensor.sensor_id} again at the address that it has now.",
                code="device_exchanged",
            )

    def device_of(self, adoption: Adoption) -> AdoptedDevice:
        """The device that an adoption is of, also once its sensor is retired."""
        for entry in adoption.made:
            if entry["kind"] == "device":
                return AdoptedDevice(entry["id"], Context.of(entry["context"]))
        devices = self.engine.desk.current().devices.values()
        mine = [device for device in devices if device.sensor == adoption.sensor]
        if not mine:
            return AdoptedDevice("", SINGLE)
        last = max(mine, key=lambda device: (device.valid_to_s is None, device.device_id))
        return AdoptedDevice(last.serial, Context.of(last.context))

    def context_of(self, adoption: Adoption) -> Context:
        """Which of the device's sensors an adoption is of."""
        return self.device_of(adoption).context

    # -- secrets ----------------------------------------------------------------------------------
    def password(self, adoption: Adoption) -> Secret:
        """The device's password. Raises `ConfigError` where the key that sealed it is lost."""
        return self.vault.open(adoption.password, about=about_password(adoption.sensor))

    def with_login(self, adoption: Adoption, user: str, password: Secret) -> Adoption:
        """The same with another user and password, sealed; not yet written down."""
        sealed = self.vault.seal(password, about=about_password(adoption.sensor))
        return replace(adoption, user=user, password=sealed)

    def push_secret(self, adoption: Adoption) -> Secret:
        """What the device pushes with."""
        return self.vault.open(adoption.push_secret, about=about_push(adoption.sensor))

    def now_s(self) -> int:
        """Whole seconds of the engine's clock."""
        return self.engine.now_ms() // 1000


def about_password(sensor: SensorNo) -> str:
    """What the sealed password of a sensor's device is bound to."""
    return f"sensor:{sensor}:password"


def about_push(sensor: SensorNo) -> str:
    """What a sealed push secret is bound to."""
    return f"sensor:{sensor}:push"


def about_found(sensor: SensorNo) -> str:
    """What sealed things that we found on a device are bound to."""
    return f"sensor:{sensor}:found"
