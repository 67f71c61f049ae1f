"""A device's configuration is read, checked, and changed: all of it, or nothing."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from countline.devices.adoptions import Adoptions, about_found
from countline.devices.change import Change
from countline.devices.changing import changes_between
from countline.devices.checking import check_configuration
from countline.devices.xovis_v5 import ContextOperations, SensorClient
from countline.devices.xovis_v5.documents import blank
from countline.devices.xovis_v5.putting_back import found_of, put_back
from countline.devices.xovis_v5.reading import Read, read_configuration
from countline.devices.xovis_v5.shapes import ConfigState
from countline.devices.xovis_v5.taking_back import made_entry, seal_before
from countline.engine.configuring import (
    ChangeAsked,
    Configuration,
    Configured,
    Difference,
    differences,
)
from countline.errors import Conflict, DeviceError
from countline.model.adoption import Adoption, ConfigurationChange
from countline.model.sensor import Sensor


@dataclass(frozen=True, slots=True)
class _Open:
    """A device while it is configured."""

    sensor: Sensor
    adoption: Adoption
    client: SensorClient
    at: ContextOperations


class Configurer:
    """Reads and changes the configurations of adopted devices."""

    def __init__(self, adoptions: Adoptions) -> None:
        self._adoptions = adoptions

    async def configuration(self, sensor_id: str) -> Configured:
        """As it is now, and what differs from what we last left. Raises `NotFound`, `DeviceError`."""
        sensor, adoption = await self._adoptions.adopted(sensor_id)
        async with self._adoptions.opened(sensor, adoption) as client:
            opened = _Open(
                sensor, adoption, client, client.at(self._adoptions.context_of(adoption))
            )
            read = await self._read(opened)
            return await self._told(opened, read.configuration)

    async def configure(self, sensor_id: str, asked: ChangeAsked) -> Configured:
        """Change it as asked, all or nothing.

        Raises `Conflict` `changed_meanwhile`, `BadQuery` for what cannot be, `DeviceError` where the
        device refuses; then everything that was done before the refusal is undone.
        """
        sensor, adoption = await self._adoptions.adopted(sensor_id)
        turn = self._adoptions.turns.turn(self._adoptions.device_of(adoption).serial)
        async with turn, self._adoptions.opened(sensor, adoption) as client:
            adoption = await self._settled(sensor_id)  # as it is now that it is our turn
            opened = _Open(
                sensor, adoption, client, client.at(self._adoptions.context_of(adoption))
            )
            read = await self._read(opened)
            if asked.etag not in (None, read.configuration.etag):
                raise Conflict(
                    f"The device is configured as {read.configuration.etag}, and what was to be"
                    f" changed is {asked.etag}: read it again.",
                    code="changed_meanwhile",
                )
            wanted = asked.change(read.configuration)
            check_configuration(wanted, read)
            steps = changes_between(read, wanted, master_key=asked.master_key)
            said = tuple(step.what for step in steps)
            if asked.dry_run:
                return replace(await self._told(opened, read.configuration), steps=said)
            adoption = await self._carry_out(opened, read, steps, asked.who)
            if not steps:
                await self._log_accepted(opened, adoption, asked.who)
            after = await self._read(opened) if steps else read
            return Configured(
                sensor_id=sensor_id,
                configuration=after.configuration,
                checksum=adoption.checksum,
                steps=said,
            )

    async def changes(self, sensor_id: str) -> list[ConfigurationChange]:
        """Who changed what of it, newest first."""
        number = (await self._adoptions.sensor(sensor_id)).sensor
        return await self._adoptions.book.changes(number)

    async def note_drift(self, sensor_id: str) -> tuple[Difference, ...]:
        """Write down what somebody changed on the device itself, once for each state found."""
        sensor, adoption = await self._adoptions.adopted(sensor_id)
        async with self._adoptions.opened(sensor, adoption) as client:
            state = await client.device.config_state(contents=True)
        drift = tuple(differences(contents_of(adoption), state.contents))
        if drift:
            await self._adoptions.book.log_drift(
                sensor.sensor,
                checksum=str(state.checksum),
                what=f"{len(drift)} differences, the first at {drift[0].path}",
                before={one.path: one.before for one in drift},
                after={one.path: one.after for one in drift},
            )
        return drift

    async def _settled(self, sensor_id: str) -> Adoption:
        """An adoption of which nothing is half done. Raises `DeviceError` `device_busy`."""
        _, adoption = await self._adoptions.adopted(sensor_id)
        if any(entry.get("run") for entry in adoption.made):
            raise DeviceError(
                f"An earlier change of {sensor_id} did not come to its end, and is being taken back;"
                " ask again in a minute.",
                code="device_busy",
                retry_after_s=60,
            )
        return adoption

    # -- parts ------------------------------------------------------------------------------------
    async def _read(self, opened: _Open) -> Read:
        ours = frozenset(
            int(made["id"]) for made in opened.adoption.made if made["kind"] == "agent"
        )
        return await read_configuration(opened.client, opened.at, ours=ours)

    async def _carry_out(
        self, opened: _Open, read: Read, steps: Sequence[Change], who: str
    ) -> Adoption:
        """Do all of it, and note how the device is now; how it was is kept until then."""
        book, adoption = self._adoptions.book, opened.adoption
        found = found_of(read)
        if steps:
            sealed = seal_before(self._adoptions.vault, found, about=about_found(adoption.sensor))
            entry = made_entry("configuration", 0, sealed_before=sealed, again=True)
            await book.amend(adoption.sensor, made=(*adoption.made, entry))
        try:
            for step in steps:
                await step.do(opened.client, opened.at)
        except DeviceError as error:
            try:
                await put_back(opened.client, opened.at, found)
            except DeviceError as second:
                error.detail += (
                    f". What was done before it is not undone yet ({second.detail}); that is tried"
                    " again every minute"
                )
            else:
                await book.amend(adoption.sensor, made=adoption.made)
            raise
        after = noted(adoption, await opened.client.device.config_state(contents=True))
        said = [(step.what, blank(step.before), blank(step.after)) for step in steps]
        await book.note_changes(after, who=who, changes=said)
        return after

    async def _log_accepted(self, opened: _Open, adoption: Adoption, who: str) -> None:
        """A change of nothing accepts what somebody did on the device; that is told too."""
        accepted = differences(contents_of(opened.adoption), contents_of(adoption))
        if accepted:
            more = f" and {len(accepted) - 1} more" if len(accepted) > 1 else ""
            await self._adoptions.book.log(
                opened.sensor.sensor,
                who=who,
                what=f"accept what was changed there: {accepted[0].path}{more}",
                before={one.path: one.before for one in accepted},
                after={one.path: one.after for one in accepted},
            )

    async def _told(self, opened: _Open, configuration: Configuration) -> Configured:
        state = await opened.client.device.config_state(contents=True)
        drift: tuple[Difference, ...] = ()
        if str(state.checksum) != opened.adoption.checksum:
            drift = tuple(differences(contents_of(opened.adoption), state.contents))
        return Configured(
            sensor_id=opened.sensor.sensor_id,
            configuration=configuration,
            checksum=str(state.checksum),
            drift=drift,
        )


def noted(adoption: Adoption, state: ConfigState) -> Adoption:
    """An adoption that knows how its device is, to tell later what somebody else changed."""
    packed = zlib.compress(json.dumps(state.contents, sort_keys=True).encode())
    return replace(adoption, checksum=str(state.checksum), contents=packed)


def contents_of(adoption: Adoption) -> dict[str, Any]:
    """How its device should be, by the address of each part."""
    if not adoption.contents:
        return {}
    known: dict[str, Any] = json.loads(zlib.decompress(adoption.contents))
    return known
