"""What is written down of adopted devices, and clients that speak with them as it says."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from countline.devices.xovis_v5 import Address, Context, Devices, Login, SensorClient
from countline.engine.arranged import ArrangedDesk
from countline.engine.engine import Engine
from countline.errors import NotFound
from countline.model.adoption import Adoption
from countline.model.ids import SensorId, SensorNo
from countline.model.sensor import Sensor
from countline.vault import Secret, Vault


class Adoptions:
    """Reads and writes adoptions; opens their secrets."""

    def __init__(self, engine: Engine, devices: Devices, vault: Callable[[], Vault]) -> None:
        """`vault` is opened, and its key made, when the first secret is there to be kept."""
        self.engine = engine
        self.devices = devices
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
        """A client of an adopted device, logged in when that is first needed."""
        login = Login(adoption.user, self.password(adoption))
        async with self.devices.client(
            adoption.address,
            login=login,
            fingerprint=adoption.certificate,
            sensor_id=sensor.sensor_id,
        ) as client:
            yield client

    def context_of(self, adoption: Adoption) -> Context:
        """Which of the device's sensors an adoption is of."""
        device = self.engine.desk.current().open_device_of.get(adoption.sensor)
        return Context.of(device.context if device else "single")

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
