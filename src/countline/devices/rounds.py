"""What the engine asks of adopted devices: how they are, and what they remember."""

from countline.devices.adoptions import Adoptions
from countline.devices.configuring import Configurer
from countline.devices.xovis_v5.asking_how import ask_how
from countline.devices.xovis_v5.remembering import remembered
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.heal import History
from countline.errors import NotFound
from countline.model.adoption import Adoption
from countline.model.health import DeviceFacts
from countline.model.sensor import Sensor


class DeviceRounds:
    """A `FactsSource` and a `HistorySource` over the clients of adopted devices."""

    driver = DRIVER.name

    def __init__(self, adoptions: Adoptions, configurer: Configurer) -> None:
        self._adoptions = adoptions
        self._configurer = configurer

    async def facts(self, adoption: Adoption) -> DeviceFacts:
        """As in `FactsSource`."""
        sensor, context = self._sensor(adoption), self._adoptions.context_of(adoption)
        async with self._adoptions.opened(sensor, adoption) as client:
            facts = await ask_how(client, context, now_ms=self._adoptions.engine.now_ms)
        if facts.config_checksum and facts.config_checksum != adoption.checksum:
            await self._configurer.note_drift(sensor.sensor_id)
        return facts

    async def history(self, adoption: Adoption, start_s: int, end_s: int) -> History:
        """As in `HistorySource`."""
        context = self._adoptions.context_of(adoption)
        async with self._adoptions.opened(self._sensor(adoption), adoption) as client:
            return await remembered(
                client, context, start_s, end_s, now_ms=self._adoptions.engine.now_ms
            )

    async def resend(self, adoption: Adoption, start_s: int, end_s: int) -> bool:
        """As in `HistorySource`: by the agent that we made for counts."""
        agents = [int(made["id"]) for made in adoption.made if made["kind"] == "agent"]
        if not agents:
            return False
        context = self._adoptions.context_of(adoption)
        async with self._adoptions.opened(self._sensor(adoption), adoption) as client:
            await client.at(context).push.resend(min(agents), start_s, end_s)
        return True

    def _sensor(self, adoption: Adoption) -> Sensor:
        sensor = self._adoptions.engine.desk.current().sensors.get(adoption.sensor)
        if sensor is None:
            raise NotFound("The sensor of this device is gone.", code="sensor_not_found")
        return sensor
