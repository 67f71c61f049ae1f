"""Adoption as the house sees it: what is asked, what came of it, and what the catalogue keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from countline.engine.configuring import ChangeAsked, Configured
from countline.engine.histories import Merged
from countline.engine.mapping import LinesAsked
from countline.errors import NotReady
from countline.model.adoption import ConfigurationChange
from countline.model.ids import LocationId
from countline.vault import Secret

NOTHING = Merged()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionAsked:
    """Which device to adopt, as what, and how far to go.

    `sensor_id` left out: the device's name where it is a fit id, else its serial number.
    `location_id` left out: the only location there is. One that is missing is made, in the device's
    time zone.
    """

    address: str
    user: str = "admin"
    password: Secret | None = None  # None: the one that was given before
    sensor_id: str | None = None
    location_id: str | None = None
    name: str | None = None
    context: str = "single"
    push_url: str | None = None  # None: as this gateway is seen from the device
    lines: LinesAsked = "first"  # which of its counting lines become lines of the location
    create_logics: bool = False  # for geometries that nothing counts at
    history: bool = True
    live: bool = True
    accept_certificate: bool = False  # a changed one
    dry_run: bool = False
    who: str = "command line"  # for the log of changes
    sight: frozenset[LocationId] | None = None  # locations of whoever asks; None: all

    def sees(self, location_id: LocationId) -> bool:
        """Whether whoever asks may know of what is there."""
        return self.sight is None or location_id in self.sight


class Step(NamedTuple):
    """One thing that adoption does, or would do."""

    where: Literal["device", "catalogue"]
    action: Literal["create", "change", "keep", "remove"]
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionReport:
    """What was done, or (dry run) would be."""

    sensor_id: str
    location_id: str
    address: str
    vendor: str
    serial: str
    model: str
    firmware: str
    certificate: str
    push_url: str
    dry_run: bool
    steps: tuple[Step, ...]
    connection_test: str = ""  # `OK`, or "" where none was made
    history_from_s: int | None = None
    history: Merged = NOTHING
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything was (or would be) made or changed."""
        return any(step.action != "keep" for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """A device that answered, before any password was sent."""

    address: str
    serial: str
    model: str
    firmware: str
    name: str
    group: str
    sensor_id: str | None  # whose it is, where it is adopted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport:
    """What of a device was taken back; `pending` says why something still waits."""

    sensor_id: str
    steps: tuple[Step, ...] = ()
    pending: str = ""


Progress = Callable[[str, int, int], None]  # what is being done, so much of it, of so much


class DeviceDesk(Protocol):
    """Whoever reaches the devices themselves. Every verb raises `DeviceError` as the device says."""

    async def adopt(self, asked: AdoptionAsked, progress: Progress | None = None) -> AdoptionReport:
        """Make a device push here, and fetch what it remembers. Again, it changes nothing."""
        ...

    async def release(self, sensor_id: str) -> ReleaseReport:
        """Leave a retired sensor's device as it was found: now, or when it is back."""
        ...

    async def trust(self, sensor_id: str) -> str:
        """Accept the certificate that a device shows now; gives its fingerprint."""
        ...

    async def log_in(self, sensor_id: str, user: str, password: Secret) -> None:
        """From now on another user or password, which is tried before it is kept."""
        ...

    async def discover(self, network: str) -> list[FoundDevice]:
        """Devices that answer in a range such as `192.0.2.0/28`."""
        ...

    async def configuration(self, sensor_id: str) -> Configured:
        """A device's configuration, and how it differs from what we last left or accepted."""
        ...

    async def configure(self, sensor_id: str, asked: ChangeAsked) -> Configured:
        """Change a device: all that was asked, or nothing."""
        ...

    async def changes(self, sensor_id: str) -> list[ConfigurationChange]:
        """Who changed what of a device, newest first."""
        ...


class NoDevices:
    """A `DeviceDesk` of a house that contacts no device."""

    async def adopt(self, asked: AdoptionAsked, progress: Progress | None = None) -> AdoptionReport:
        """Refused."""
        raise _no_devices()

    async def release(self, sensor_id: str) -> ReleaseReport:
        """Nothing was made, so there is nothing to take back."""
        return ReleaseReport(sensor_id=sensor_id)

    async def trust(self, sensor_id: str) -> str:
        """Refused."""
        raise _no_devices()

    async def log_in(self, sensor_id: str, user: str, password: Secret) -> None:
        """Refused."""
        raise _no_devices()

    async def discover(self, network: str) -> list[FoundDevice]:
        """Refused."""
        raise _no_devices()

    async def configuration(self, sensor_id: str) -> Configured:
        """Refused."""
        raise _no_devices()

    async def configure(self, sensor_id: str, asked: ChangeAsked) -> Configured:
        """Refused."""
        raise _no_devices()

    async def changes(self, sensor_id: str) -> list[ConfigurationChange]:
        """Refused."""
        raise _no_devices()


NO_DEVICES = NoDevices()


def _no_devices() -> NotReady:
    return NotReady("This server contacts no devices.", retry_after_s=60)
