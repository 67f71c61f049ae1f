"""Adoption as the house sees it: what is asked, what came of it, and what the catalogue keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol

from countline.drivers.reading import ChannelInfo
from countline.engine.admission import learn_channel, learn_series, wanted_measures
from countline.engine.changes import changed, ended, first_line
from countline.engine.histories import Merged
from countline.errors import NotReady
from countline.model.access import PushSecret
from countline.model.adoption import ConfigurationChange, Hole
from countline.model.ids import SensorNo, ZoneId
from countline.model.place import Location, Source, Zone
from countline.model.sensor import Channel, Device, Expected, Sensor, Series
from countline.store.seam import Transaction
from countline.vault import Secret

LinesAsked = Literal["first", "all", "none"]
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


NO_DEVICES = NoDevices()


def _no_devices() -> NotReady:
    return NotReady("This server contacts no devices.", retry_after_s=60)


# -- the catalogue's part --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChannel:
    """A channel of a device, and the geometry that it counts at."""

    channel: str  # with its context
    info: ChannelInfo
    geometry: str  # the maker's id; "" where nobody says


def mapped(
    tx: Transaction, sensor: Sensor, drawn: Sequence[DeviceChannel], lines: LinesAsked
) -> list[str]:
    """Give a device's channels their meaning; gives what was made, in words.

    Of the logics at one line the first becomes the source of a line `outside -> the location's
    default zone`: several would add up. Of several lines only the first does, unless all are asked
    for: two lines on one way would count everybody twice. A measured zone is a zone of its own.
    What has a source already stays as it is.
    """
    location = tx.record(Location, sensor.location_id)
    assert location is not None
    for one in drawn:
        learn_channel(tx, sensor.sensor, one.channel, one.info, imported=False)
        kinds = {m.measure: m.kind for m in one.info.measures}
        wanted = {m: kinds[m] for m in wanted_measures(location, one.info)}
        learn_series(tx, sensor.sensor, one.channel, wanted)
    sources = tx.records(Source, sensor=sensor.sensor)
    taken = {source.channel for source in sources}
    counted = {one.geometry for one in drawn if one.channel in taken and one.info.is_door}
    made: list[str] = []
    for one in drawn:
        if one.channel in taken:
            continue
        if one.info.is_door and one.geometry not in counted and lines != "none":
            if counted and lines == "first":
                continue
            line = first_line(
                tx,
                location,
                name=one.info.name or one.channel,
                sensor=sensor.sensor,
                channel=one.channel,
            )
            counted.add(one.geometry)
            made.append(f"line {line.line_id} ({line.name}), counted by {one.channel}")
        elif one.info.shape == "zone" and any(m.measure == "present" for m in one.info.measures):
            made.append(_measured_zone(tx, location, sensor, one))
    tx.save(replace(sensor, geometry_seen=True))
    if made and (span := tx.span(sensor.sensor)) is not None:
        tx.emit(changed(location.location_id, span[0]))
    return made


def _measured_zone(
    tx: Transaction, location: Location, sensor: Sensor, drawn: DeviceChannel
) -> str:
    zone = Zone(
        zone_id=ZoneId(tx.next_number("zone")),
        location_id=location.location_id,
        name=drawn.info.name or drawn.channel,
        parent_id=location.default_zone,
        created_s=sensor.created_s,
    )
    source = Source(
        source_id=tx.next_number("source"),
        sensor=sensor.sensor,
        channel=drawn.channel,
        zone_id=zone.zone_id,
    )
    tx.save(zone, source)
    return f"zone {zone.zone_id} ({zone.name}), measured by {drawn.channel}"


def forget_sensor(tx: Transaction, sensor: Sensor, now_s: int) -> None:
    """Take back a sensor whose adoption failed. One that has numbers already is retired instead."""
    number = sensor.sensor
    for device in tx.records(Device, sensor=number):
        if device.driver:  # it pushed before anybody adopted it, and waits again
            tx.save(replace(device, sensor=None, address=""))
        else:
            tx.delete(device)
    tx.delete(*(s for s in tx.records(PushSecret) if s.sensor == number))
    if tx.span(number) is not None:
        tx.save(replace(sensor, state="retired", retired_s=now_s), *ended(tx, number, now_s))
        return
    for kind in (Source, Channel, Series, Expected, Hole):
        tx.delete(*tx.records(kind, sensor=number))
    tx.delete(sensor)


def log_change(
    tx: Transaction,
    sensor: SensorNo,
    *,
    at_s: int,
    who: str,
    what: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down who changed what of a device."""
    tx.save(
        ConfigurationChange(
            change_id=tx.next_number("configuration_change"),
            sensor=sensor,
            at_s=at_s,
            who=who,
            what=what,
            before=before or {},
            after=after or {},
        )
    )
