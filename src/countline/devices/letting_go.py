"""Letting a device go: everything that we made on it is taken back, however long that takes."""

from dataclasses import replace

import structlog

from countline.devices.adoptions import Adoptions, about_found
from countline.devices.xovis_v5 import Context, SensorClient
from countline.devices.xovis_v5.taking_back import take_back
from countline.engine.adopting import ReleaseReport, Step
from countline.errors import CountlineError, DeviceError
from countline.model.sensor import Sensor

_log = structlog.get_logger("countline.letting_go")


class Releaser:
    """Leaves devices as they were found."""

    def __init__(self, adoptions: Adoptions) -> None:
        self._adoptions = adoptions

    async def release(self, sensor_id: str) -> ReleaseReport:
        """As in `DeviceDesk`; what cannot be taken back now is tried again until it can."""
        sensor = await self._adoptions.sensor(sensor_id)
        adoption = await self._adoptions.book.of(sensor.sensor)
        if adoption is None:
            return ReleaseReport(sensor_id=sensor_id)
        async with self._adoptions.opened(sensor, adoption) as client:
            return await self.take_all_back(client, self._adoptions.context_of(adoption), sensor)

    async def take_all_back(
        self, client: SensorClient, context: Context, sensor: Sensor
    ) -> ReleaseReport:
        """Newest first, each step written down; ends early, saying why, where the device fails."""
        adoption = await self._adoptions.book.of(sensor.sensor)
        assert adoption is not None, "it is written down before anything is done"
        adoption = replace(adoption, state="releasing")
        await self._adoptions.book.save(adoption)
        steps: list[Step] = []
        about = about_found(sensor.sensor)
        while adoption.made:
            entry = adoption.made[-1]
            try:
                await take_back(client, context, entry, self._adoptions.vault, about=about)
            except DeviceError as error:
                return ReleaseReport(
                    sensor_id=sensor.sensor_id, steps=tuple(steps), pending=error.detail
                )
            steps.append(Step("device", "remove", f"{entry['kind']} {entry['id']}"))
            adoption = replace(adoption, made=adoption.made[:-1])
            await self._adoptions.book.save(adoption)
        await self._adoptions.book.delete(adoption)
        return ReleaseReport(sensor_id=sensor.sensor_id, steps=tuple(steps))

    async def finish(self) -> None:
        """Take back what could not be before: after a crash, or once a device is back."""
        for adoption in await self._adoptions.book.every():
            sensor = (await self._adoptions.engine.desk.fresh()).sensors.get(adoption.sensor)
            if adoption.state == "adopted" or sensor is None:
                continue
            try:
                report = await self.release(sensor.sensor_id)
            except CountlineError as error:
                _log.info("release_pending", sensor=sensor.sensor_id, why=error.detail)
                continue
            if report.pending:
                _log.info("release_pending", sensor=sensor.sensor_id, why=report.pending)
            elif sensor.state != "retired":
                await self._adoptions.engine.desk.retire_sensor(sensor.sensor_id)
