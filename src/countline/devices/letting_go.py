"""Letting a device go: everything that we made on it is taken back, however long that takes."""

from collections.abc import Sequence
from typing import Any

import structlog

from countline.devices.adoptions import Adoptions, about_found
from countline.devices.turns import WAIT_S_MAX
from countline.devices.xovis_v5 import SensorClient
from countline.devices.xovis_v5.taking_back import take_back
from countline.engine.adopting import ReleaseReport, Step
from countline.engine.entering import ON_DEVICE
from countline.errors import CountlineError, DeviceError
from countline.model.adoption import Adoption
from countline.model.ids import SensorNo

_log = structlog.get_logger("countline.letting_go")


class Releaser:
    """Leaves devices as they were found."""

    def __init__(self, adoptions: Adoptions) -> None:
        self._adoptions = adoptions

    async def release(self, sensor_id: str, *, wait_s: float = WAIT_S_MAX) -> ReleaseReport:
        """As in `DeviceDesk`; what cannot be taken back now is tried again until it can."""
        sensor = await self._adoptions.sensor(sensor_id)
        adoption = await self._adoptions.book.of(sensor.sensor)
        if adoption is None:
            return ReleaseReport(sensor_id=sensor_id)
        serial = self._adoptions.device_of(adoption).serial
        async with self._adoptions.turns.turn(serial, wait_s=wait_s):
            adoption = await self._adoptions.book.amend(sensor.sensor, state="releasing")
            if adoption is None:
                return ReleaseReport(sensor_id=sensor_id)
            async with self._adoptions.opened(sensor, adoption) as client:
                steps, pending = await self._take_back(client, adoption, adoption.made)
            if not pending:
                await self._adoptions.book.delete(adoption)
        return ReleaseReport(sensor_id=sensor_id, steps=tuple(steps), pending=pending)

    async def undo(self, client: SensorClient, adoption: Adoption) -> str:
        """Take back an adoption that did not come to its end; gives why something is left.

        A first one goes as a whole; of a later one, what it changed. The device is the caller's.
        """
        known = await self._adoptions.book.of(adoption.sensor)
        if known is None:
            return ""
        run = [entry for entry in known.made if entry.get("run")]
        _, pending = await self._take_back(client, known, run)
        if not pending:
            await self._adoptions.book.take_out(known)
        return pending

    async def _take_back(
        self, client: SensorClient, adoption: Adoption, entries: Sequence[dict[str, Any]]
    ) -> tuple[list[Step], str]:
        """Newest first, each step written down; ends early, saying why, where the device fails."""
        steps: list[Step] = []
        context = self._adoptions.context_of(adoption)
        about = about_found(adoption.sensor)
        left = list(adoption.made)
        for entry in [one for one in reversed(entries) if one["kind"] in ON_DEVICE]:
            try:
                await take_back(client, context, entry, self._adoptions.vault, about=about)
            except DeviceError as error:
                return steps, error.detail
            steps.append(Step("device", "remove", f"{entry['kind']} {entry['id']}"))
            left.remove(entry)
            await self._adoptions.book.amend(adoption.sensor, made=tuple(left))
        return steps, ""

    # -- later ------------------------------------------------------------------------------------
    async def finish(self, serial: str = "") -> None:
        """Take back what could not be before: after a crash, or once a device is back.

        What somebody works at is left alone. `serial`: of this device only, which is the caller's.
        """
        await self._adoptions.engine.desk.fresh()
        for adoption in await self._adoptions.book.every():
            mine = self._adoptions.device_of(adoption).serial
            if serial not in ("", mine):
                continue
            try:
                if serial:
                    await self._finish(adoption.sensor)
                    continue
                async with self._adoptions.turns.turn(mine, wait_s=0):
                    await self._finish(adoption.sensor)
            except CountlineError as error:
                if serial:
                    raise
                _log.info("release_pending", sensor=adoption.sensor, why=error.detail)

    async def _finish(self, number: SensorNo) -> None:
        """Finish one, whose device is the caller's. Raises `CountlineError` where it cannot be."""
        sensor = (await self._adoptions.engine.desk.fresh()).sensors.get(number)
        adoption = await self._adoptions.book.of(number)
        if sensor is None or adoption is None:
            return
        retired = sensor.state == "retired"
        if adoption.state == "adopted" and not retired:
            if any(entry.get("run") for entry in adoption.made):
                async with self._adoptions.opened(sensor, adoption) as client:
                    _raise(await self.undo(client, adoption))
            return
        async with self._adoptions.opened(sensor, adoption) as client:
            if adoption.state == "adopting" and not retired:
                _raise(await self.undo(client, adoption))
                return
            _, pending = await self._take_back(client, adoption, adoption.made)
            _raise(pending)
        await self._adoptions.book.delete(adoption)
        await self._adoptions.engine.desk.retire_sensor(sensor.sensor_id)


def _raise(pending: str) -> None:
    if pending:
        raise DeviceError(pending)
