"""Which sensor is this push of, may it enter, and what must be known before it can be counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from countline.counting.normalise import ChannelPlan
from countline.drivers.reading import ChannelInfo, Decoded, Driver, Push
from countline.engine.catalogue import Catalogue
from countline.engine.changes import changed, first_line, takes_turns
from countline.engine.desk import CatalogueDesk
from countline.engine.keeping import ROOM_PART, bare_body, oldest_first
from countline.limits import (
    DISCOVERED_DEVICES_MAX,
    SERIES_OF_SENSOR_MAX,
    SKEW_S_MAX,
    WAITING_DEVICE_BYTES_MAX,
)
from countline.model.access import PushSecret
from countline.model.event import Event
from countline.model.ids import DeviceKey, SensorNo, SeriesNo
from countline.model.place import Location, Source
from countline.model.sensor import Channel, Device, Expected, Sensor, Series
from countline.store.seam import KeptPush, Transaction


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a package is kept and not counted: a stable code and a sentence with the fix."""

    code: str
    detail: str


def context_of(device: DeviceKey | None) -> str:
    """Which counting instance of a device a package is of."""
    return device.context if device else "single"


def channel_key(device: DeviceKey | None, channel: str) -> str:
    """A channel's key in the catalogue: the device's context, then the maker's key."""
    return f"{context_of(device)}/{channel}"


def owner(
    catalogue: Catalogue, secret: PushSecret, device: DeviceKey | None
) -> Sensor | Device | Refusal | None:
    """Whose a package is.

    A sensor; a discovered device that waits; a refusal; or None for a device that nobody has seen.
    """
    if secret.sensor is not None:
        return _secret_owner(catalogue, catalogue.sensors[secret.sensor], device)
    if device is None:
        return Refusal(
            "device_unnamed",
            "The body names no serial number and the secret is the enrolment secret; "
            "give the sensor a secret of its own with `countline keys sensor`.",
        )
    known = catalogue.device_by_serial.get((device.vendor, device.serial, device.context))
    if known is None or known.sensor is None:
        return known
    return _usable(catalogue.sensors[known.sensor])


def _secret_owner(
    catalogue: Catalogue, sensor: Sensor, device: DeviceKey | None
) -> Sensor | Refusal:
    mine = catalogue.open_device_of.get(sensor.sensor)
    if device is None:
        return _usable(sensor)
    key = (device.vendor, device.serial, device.context)
    theirs = catalogue.device_by_serial.get(key)
    if theirs is not None and theirs.sensor not in (None, sensor.sensor):
        other = catalogue.sensors[theirs.sensor].sensor_id if theirs.sensor else "another sensor"
        return Refusal(
            "device_of_other_sensor",
            f"The secret is {sensor.sensor_id}'s, the body is of {device.serial}, which is {other}.",
        )
    if mine is not None and (mine.vendor, mine.serial, mine.context) != key:
        return Refusal(
            "device_mismatch",
            f"The secret is {sensor.sensor_id}'s, whose device is {mine.serial} ({mine.context}); "
            f"the body is of {device.serial} ({device.context}).",
        )
    return _usable(sensor)


def _usable(sensor: Sensor) -> Sensor | Refusal:
    if sensor.state == "retired":
        return Refusal("sensor_retired", f"Sensor {sensor.sensor_id} is retired.")
    return sensor


def named(catalogue: Catalogue, sensor: Sensor, decoded: Decoded) -> Decoded:
    """A package that does not say of which device it is, as of its sensor's stitched instance.

    Histories never say it, nor do pushes of early firmware; unsaid, it would be of a device's lens.
    """
    mine = catalogue.open_device_of.get(sensor.sensor)
    if decoded.device is not None or mine is None or mine.context == "single":
        return decoded
    device = DeviceKey(vendor=mine.vendor, serial=mine.serial, context=mine.context)
    return replace(decoded, device=device)


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue knows of one sensor, laid out for counting its packages."""

    sensor: Sensor
    location: Location
    plans: Mapping[str, ChannelPlan]  # by context
    expected_from_s: int | None  # of the open expectation

    def plan(self, device: DeviceKey | None) -> ChannelPlan:
        """Where the channels of a package's context write."""
        context = context_of(device)
        return self.plans.get(context) or ChannelPlan.of(self.sensor.sensor, context, ())


def known_of(catalogue: Catalogue, sensor: Sensor) -> Known:
    """Collect what counting a sensor's packages needs."""
    series = catalogue.series_of.get(sensor.sensor, ())
    contexts = {s.channel.partition("/")[0] for s in series}
    opened = [
        e.from_s
        for e in catalogue.expected_of.get(sensor.sensor, ())
        if e.origin == "push" and e.to_s is None
    ]
    return Known(
        sensor=sensor,
        location=catalogue.locations[sensor.location_id],
        plans={c: ChannelPlan.of(sensor.sensor, c, series) for c in contexts},
        expected_from_s=min(opened, default=None),
    )


def is_wanted(location: Location, measure: str) -> bool:
    """Whether a measure is kept: attribute splits (`forward:male`) only where allowed."""
    return location.keep_attributes or ":" not in measure


def wanted_measures(location: Location, info: ChannelInfo) -> list[str]:
    """The measures to keep of a channel."""
    return [m.measure for m in info.measures if is_wanted(location, m.measure)]


def is_complete(known: Known, decoded: Decoded, first_s: int | None, device_known: bool) -> bool:
    """Whether a package needs no change of the catalogue before it is counted."""
    if not device_known or (decoded.names_geometry and not known.sensor.geometry_seen):
        return False
    if first_s is not None and (known.expected_from_s is None or first_s < known.expected_from_s):
        return False
    plan = known.plan(decoded.device)
    if plan.width >= SERIES_OF_SENSOR_MAX:
        return True  # it has all that it may have
    for info in decoded.channels:
        have = plan.places.get(info.channel, ())
        if any(m not in have for m in wanted_measures(known.location, info)):
            return False
    return True


def timely(decoded: Decoded, known: Known, received_s: int, *, again: bool) -> Decoded:
    """A package without the records that are set aside; `again` nothing is too late."""
    earliest_s = 0 if again else received_s - known.location.late_window_s
    latest_s = received_s + SKEW_S_MAX
    kept = [r for r in decoded.readings if earliest_s <= r.start_s <= latest_s]
    return decoded if len(kept) == len(decoded.readings) else replace(decoded, readings=kept)


def learn(
    tx: Transaction, sensor: Sensor, decoded: Decoded, *, driver: str, first_s: int | None
) -> None:
    """Write down what a package tells for the first time: device, channels, series, expectation.

    The first package that names a geometry gives the sensor its line (first contact).
    """
    sensor = tx.record(Sensor, sensor.sensor) or sensor
    location = tx.record(Location, sensor.location_id)
    assert location is not None
    if decoded.device is not None:
        learn_device(tx, decoded.device, sensor=sensor.sensor, driver=driver)
    known = {(s.channel, s.measure) for s in tx.records(Series, sensor=sensor.sensor)}
    for info in decoded.channels:
        key = channel_key(decoded.device, info.channel)
        kinds = {m.measure: m.kind for m in info.measures}
        new = [m for m in wanted_measures(location, info) if (key, m) not in known]
        new = new[: max(0, SERIES_OF_SENSOR_MAX - len(known))]
        if new:  # a channel that counts nothing yet tells nothing yet
            learn_channel(tx, sensor.sensor, key, info, imported=False)
            learn_series(tx, sensor.sensor, key, {m: kinds[m] for m in new})
            known.update((key, m) for m in new)
    moved = first_s is not None and _expect_from(tx, sensor.sensor, first_s)
    if moved and takes_turns(tx, sensor.sensor):
        tx.emit(changed(location.location_id, first_s or 0))
    if decoded.names_geometry and not sensor.geometry_seen:
        tx.save(replace(sensor, geometry_seen=True))
        _first_contact(tx, sensor, location, decoded)


def learn_device(
    tx: Transaction, device: DeviceKey, *, sensor: SensorNo | None, driver: str
) -> Device:
    """The open record of a device; made when nobody has seen it."""
    for known in tx.records(Device, serial=device.serial):
        same = (known.vendor, known.context) == (device.vendor, device.context)
        if known.valid_to_s is None and same:
            if known.sensor is None and sensor is not None:
                known = replace(known, sensor=sensor)
                tx.save(known)
            return known
    made = Device(
        device_id=tx.next_number("device"),
        vendor=device.vendor,
        serial=device.serial,
        context=device.context,
        sensor=sensor,
        driver=driver,
    )
    tx.save(made)
    return made


def learn_channel(
    tx: Transaction, sensor: SensorNo, key: str, info: ChannelInfo, *, imported: bool
) -> None:
    """Keep what a body says about a channel; a channel that is there stays as it is."""
    if tx.record(Channel, sensor, key) is None:
        tx.save(
            Channel(
                sensor=sensor,
                channel=key,
                name=info.name,
                template=info.template,
                shape=info.shape,
                imported=imported,
            )
        )


def learn_series(tx: Transaction, sensor: SensorNo, key: str, kinds: Mapping[str, str]) -> None:
    """Give every measure of a channel its series, and a position that is never moved."""
    mine = tx.records(Series, sensor=sensor)
    have = {(s.channel, s.measure) for s in mine}
    position = max((s.position for s in mine), default=-1)
    for measure, kind in kinds.items():
        if (key, measure) in have:
            continue
        position += 1
        tx.save(
            Series(
                series=SeriesNo(tx.next_number("series")),
                sensor=sensor,
                channel=key,
                measure=measure,
                kind=kind,  # type: ignore[arg-type]  # a CounterKind, told by the driver
                position=position,
            )
        )


def _expect_from(tx: Transaction, sensor: SensorNo, first_s: int) -> bool:
    """Expect a sensor to push from an instant on; False where it was expected then already."""
    for expected in tx.records(Expected, sensor=sensor):
        if (expected.origin, expected.to_s) == ("push", None):
            if first_s >= expected.from_s:
                return False
            tx.save(replace(expected, from_s=first_s))
            return True
    tx.save(
        Expected(
            expected_id=tx.next_number("expected"),
            sensor=sensor,
            from_s=first_s,
            to_s=None,
            origin="push",
        )
    )
    return True


def _first_contact(tx: Transaction, sensor: Sensor, location: Location, decoded: Decoded) -> None:
    doors = [i for i in decoded.channels if i.is_door]
    if not doors:
        return
    door = min(doors, key=lambda i: (len(i.channel), i.channel))
    key = channel_key(decoded.device, door.channel)
    if any(s.channel == key for s in tx.records(Source, sensor=sensor.sensor)):
        return
    first_line(tx, location, name=door.name or key, sensor=sensor.sensor, channel=key)
    span = tx.span(sensor.sensor)
    if span is not None:  # earlier packages named no geometry: what they brought counts from now on
        tx.emit(changed(location.location_id, span[0]))


async def keep_waiting(
    desk: CatalogueDesk, driver: Driver, push: Push, device: DeviceKey, *, bytes_max: int
) -> bool:
    """Keep a push of a device nobody registered until it is adopted; False where there is no room.

    The oldest waiting pushes make room for new ones, and that is told.
    """

    def work(tx: Transaction) -> bool:
        waiting = [d for d in tx.records(Device) if d.sensor is None and d.valid_to_s is None]
        known = [
            d
            for d in waiting
            if (d.vendor, d.serial, d.context) == (device.vendor, device.serial, device.context)
        ]
        if not known and len(waiting) >= DISCOVERED_DEVICES_MAX:
            return False
        record = learn_device(tx, device, sensor=None, driver=driver.name)
        if not known:
            detail = {
                "vendor": device.vendor,
                "serial": device.serial,
                "context": device.context,
                "driver": driver.name,
            }
            tx.emit(Event(kind="sensor.discovered", detail=detail, at_ms=push.received_ms))
        body = bare_body(driver, push.body)
        _make_room(tx, record.device_id, len(body), push.received_ms, bytes_max=bytes_max)
        tx.keep_push(
            KeptPush(
                push_id=0,
                state="waiting",
                driver=driver.name,
                received_ms=push.received_ms,
                code="device_discovered",
                detail=f"Device {device.serial} waits for `countline sensors register`.",
                body=body,
                device_id=record.device_id,
            )
        )
        return True

    kept = await desk.store.write(work)
    await desk.fresh()
    return kept


def _make_room(tx: Transaction, device_id: int, more: int, now_ms: int, *, bytes_max: int) -> None:
    held = dict(tx.push_bytes("waiting"))
    total = sum(held.values()) + more
    mine = held.get(device_id, 0) + more
    if total <= bytes_max and mine <= WAITING_DEVICE_BYTES_MAX:
        return
    # Somewhat more than is needed: the next pushes find room without a search.
    total_max = _lower(bytes_max, total)
    mine_max = _lower(WAITING_DEVICE_BYTES_MAX, mine)
    dropped: list[int] = []
    for push in oldest_first(tx, "waiting"):
        if total <= total_max and mine <= mine_max:
            break
        if push.device_id == device_id or total > total_max:
            dropped.append(push.push_id)
            total -= len(push.body)
            mine -= len(push.body) if push.device_id == device_id else 0
    tx.drop_pushes(dropped)
    detail = {"device_id": device_id, "dropped": len(dropped)}
    tx.emit(Event(kind="waiting.dropped", detail=detail, at_ms=now_ms))


def _lower(bytes_max: int, held: int) -> int:
    """Where to stop making room: a tenth below a bound that was passed."""
    return bytes_max - bytes_max // ROOM_PART if held > bytes_max else bytes_max
