"""Everything that the rest of the house may ask of the devices themselves, in one place."""

from dataclasses import replace

from countline.devices.adopting import Adopter
from countline.devices.adoptions import Adoptions
from countline.devices.discovering import discover
from countline.devices.letting_go import Releaser
from countline.engine.adopting import (
    AdoptionAsked,
    AdoptionReport,
    FoundDevice,
    Progress,
    ReleaseReport,
)
from countline.errors import CountlineError
from countline.vault import Secret


class Desk:
    """A `DeviceDesk` over v5 sensors."""

    def __init__(self, adoptions: Adoptions, adopter: Adopter, releaser: Releaser) -> None:
        self.adoptions = adoptions
        self._adopter = adopter
        self._releaser = releaser

    async def adopt(self, asked: AdoptionAsked, progress: Progress | None = None) -> AdoptionReport:
        """As in `DeviceDesk`."""
        return await self._adopter.adopt(asked, progress)

    async def discover(self, network: str) -> list[FoundDevice]:
        """As in `DeviceDesk`."""
        return await discover(self.adoptions, network)

    async def release(self, sensor_id: str) -> ReleaseReport:
        """As in `DeviceDesk`."""
        sensor = await self.adoptions.sensor(sensor_id)
        try:
            return await self._releaser.release(sensor_id)
        except CountlineError as error:
            adoption = await self.adoptions.of(sensor.sensor)
            if adoption is not None:
                await self.adoptions.save(replace(adoption, state="releasing"))
            return ReleaseReport(sensor_id=sensor_id, pending=error.detail)

    async def trust(self, sensor_id: str) -> str:
        """As in `DeviceDesk`."""
        sensor, adoption = await self.adoptions.adopted(sensor_id)
        async with self.adoptions.devices.client(adoption.address) as stranger:
            serial = (await stranger.device.info()).serial.lower()
            shown = stranger.fingerprint
        await self.adoptions.save(replace(adoption, certificate=shown))
        await self.adoptions.log(
            sensor.sensor,
            who="command line",
            what=f"accept the certificate of {serial}",
            before={"certificate": adoption.certificate},
            after={"certificate": shown},
        )
        return shown

    async def log_in(self, sensor_id: str, user: str, password: Secret) -> None:
        """As in `DeviceDesk`."""
        sensor, adoption = await self.adoptions.adopted(sensor_id)
        changed = self.adoptions.with_login(adoption, user, password)
        async with self.adoptions.opened(sensor, changed) as client:
            await client.device.user()
        await self.adoptions.save(changed)

    async def finish(self) -> None:
        """Take back what an adoption or a release left half done."""
        await self._releaser.finish()
