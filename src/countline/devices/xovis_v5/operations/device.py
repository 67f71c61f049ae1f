"""The device itself: what it is, its clock, network, licences, and who is near."""

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.documents import Document, blank
from countline.devices.xovis_v5.operations.asking import Asker, document, typed
from countline.devices.xovis_v5.shapes import (
    ConfigState,
    DeviceId,
    DeviceInfo,
    DeviceState,
    Hostname,
    LicenseDetails,
    LicenseStatus,
    MultisensorRow,
    Multisensors,
    MultisensorStatus,
    Neighbour,
    Neighbours,
    NetworkState,
    Privacy,
    SingleStatus,
    TimeConfig,
    TimeState,
    UpdateState,
    User,
)

SCAN_S_MAX = 120  # a sensor that looks through addresses takes its time


@dataclass(frozen=True, slots=True)
class DeviceOperations:
    """Each function is one request. Writing takes the whole resource: `Document.amended(...)`."""

    _asker: Asker

    async def info(self) -> DeviceInfo:
        """What it is; open to everyone."""
        return typed(await self._asker.ask("device_info"), DeviceInfo, "device_info")

    async def id(self) -> Document[DeviceId]:
        """What it is called; open to everyone."""
        return document(await self._asker.ask("device_id"), DeviceId, "device_id")

    async def write_id(self, whole: dict[str, Any]) -> None:
        """Call it something else."""
        await self._asker.ask("device_id_write", body=whole)

    async def state(self) -> DeviceState:
        """Whether it is well, since when it runs, how warm it is; open to everyone."""
        return typed(await self._asker.ask("device_state"), DeviceState, "device_state")

    async def config_state(self, *, contents: bool = False) -> ConfigState:
        """Its configuration's checksum; with `contents` the configuration too, secrets blanked."""
        query = {"contents": True} if contents else None
        answer = await self._asker.ask("config_state", query=query)
        state = typed(answer, ConfigState, "config_state")
        details = [replace(one, content=blank(one.content)) for one in state.details]
        return replace(state, details=tuple(details))

    async def single_status(self) -> SingleStatus:
        """How well it sees."""
        return typed(await self._asker.ask("single_status"), SingleStatus, "single_status")

    async def user(self) -> User:
        """Who we are to it."""
        return typed(await self._asker.ask("user"), User, "user")

    async def time(self) -> Document[TimeConfig]:
        """How its clock is kept."""
        return document(await self._asker.ask("time"), TimeConfig, "time")

    async def write_time(self, whole: dict[str, Any]) -> None:
        """Keep its clock otherwise."""
        await self._asker.ask("time_write", body=whole)

    async def time_state(self) -> TimeState:
        """What its clock shows."""
        return typed(await self._asker.ask("time_state"), TimeState, "time_state")

    async def hostname(self) -> Document[Hostname]:
        """Its name in the network."""
        return document(await self._asker.ask("hostname"), Hostname, "hostname")

    async def network_state(self) -> NetworkState:
        """How its network fares."""
        return typed(await self._asker.ask("network_state"), NetworkState, "network_state")

    async def license_status(self) -> LicenseStatus:
        """What it is licensed for."""
        return typed(await self._asker.ask("license_status"), LicenseStatus, "license_status")

    async def license_details(self) -> LicenseDetails:
        """Every licence, with the days that remain."""
        return typed(await self._asker.ask("license_details"), LicenseDetails, "license_details")

    async def privacy(self) -> Document[Privacy]:
        """Its privacy mode."""
        return document(await self._asker.ask("privacy"), Privacy, "privacy")

    async def write_privacy(self, whole: dict[str, Any]) -> None:
        """Raise the privacy mode; lowering it needs the sensor's master key as `smk`."""
        await self._asker.ask("privacy_write", body=whole)

    async def update_state(self) -> UpdateState:
        """Whether it is being updated."""
        return typed(await self._asker.ask("update_state"), UpdateState, "update_state")

    async def neighbours(self) -> tuple[Neighbour, ...]:
        """Sensors that it finds around itself by a broadcast."""
        answer = await self._asker.ask("discover_near", timeout_s=SCAN_S_MAX)
        return typed(answer, Neighbours, "discover_near").sensors

    async def scan(self, first_ip: str, count: int) -> tuple[Neighbour, ...]:
        """Sensors that it finds at `count` addresses from `first_ip` on."""
        body = {"first_ip": first_ip, "count": count}
        answer = await self._asker.ask("discover_scan", body=body, timeout_s=SCAN_S_MAX)
        return typed(answer, Neighbours, "discover_scan").sensors

    async def multisensors(self) -> tuple[MultisensorRow, ...]:
        """Stitched instances that run on it (firmware 5.6 or newer)."""
        answer = await self._asker.ask("multisensors")
        return typed(answer, Multisensors, "multisensors").multisensors

    async def multisensor_status(self, context: Context) -> MultisensorStatus:
        """How one of them fares."""
        operation = "multisensor_status"
        answer = await self._asker.ask(operation, id=context.multisensor)
        return typed(answer, MultisensorStatus, operation)
