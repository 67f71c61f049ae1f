"""What an adoption makes in the catalogue: entered before its device is touched, then settled or taken out.

Each of the three is one transaction. What was entered is noted in `Adoption.made` beside what is made
on the device, so that whoever comes after a crash knows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from countline.engine.access import digest_of
from countline.engine.changes import (
    check_id,
    check_time_zone,
    ended,
    new_location,
    new_sensor,
    take_device,
)
from countline.engine.mapping import DeviceChannel, LinesAsked, mapped
from countline.errors import Conflict, NotFound
from countline.model.access import PushSecret
from countline.model.adoption import Adoption, ConfigurationChange, Hole
from countline.model.ids import SensorNo
from countline.model.layout import Layout
from countline.model.place import Line, Location, Source, Zone
from countline.model.sensor import Channel, Device, Expected, Sensor, Series
from countline.store.seam import Transaction
from countline.vault import Secret

# The kinds of what is made on a device, and of what is put back there.
ON_DEVICE = frozenset({"connection", "agent", "logic", "configuration"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A device that is about to be adopted, and where it goes."""

    sensor_id: str
    location_id: str
    time_zone: str  # of the location, where it is made
    name: str
    vendor: str
    serial: str
    context: str
    driver: str
    model: str
    firmware: str
    secret: Secret  # that it will push with


def enter(
    tx: Transaction, entry: Entry, adoption_of: Callable[[SensorNo], Adoption], now_s: int
) -> tuple[Sensor, Adoption]:
    """A sensor, its location and its secret, as far as they are missing, and the adoption.

    The device stays where it is until the adoption is settled: what it pushed so far waits on.
    """
    made: list[dict[str, Any]] = [
        {
            "kind": "device",
            "id": entry.serial,
            "context": entry.context,
            "seen": _is_seen(tx, entry),
        }
    ]
    if tx.record(Location, entry.location_id) is None:
        check_id("location_id", entry.location_id)
        check_time_zone("time_zone", entry.time_zone)
        new_location(tx, entry.location_id, time_zone=entry.time_zone, now_s=now_s)
        made.append({"kind": "location", "id": entry.location_id})
    sensor = next(iter(tx.records(Sensor, sensor_id=entry.sensor_id)), None)
    if sensor is None:
        check_id("sensor_id", entry.sensor_id)
        sensor = new_sensor(tx, entry.sensor_id, entry.location_id, name=entry.name, now_s=now_s)
        made.append({"kind": "sensor", "id": entry.sensor_id})
    elif tx.record(Adoption, sensor.sensor) is not None or sensor.location_id != entry.location_id:
        raise Conflict(f"Sensor {entry.sensor_id!r} is there already.", code="id_taken")
    made.append(_give_secret(tx, entry, sensor, now_s))
    adoption = replace(adoption_of(sensor.sensor), made=tuple({**m, "run": True} for m in made))
    tx.save(adoption)
    return sensor, adoption


def _is_seen(tx: Transaction, entry: Entry) -> bool:
    return any(
        (d.vendor, d.context, d.valid_to_s) == (entry.vendor, entry.context, None)
        for d in tx.records(Device, serial=entry.serial)
    )


def _give_secret(tx: Transaction, entry: Entry, sensor: Sensor, now_s: int) -> dict[str, Any]:
    """From now on the device may push as the sensor; what admitted the sensor before ends."""
    old = _secrets(tx, sensor.sensor)
    tx.save(*(replace(s, withdrawn_s=now_s) for s in old))
    digest = digest_of(entry.secret.reveal())
    tx.save(PushSecret(digest=digest, sensor=sensor.sensor, driver=entry.driver, created_s=now_s))
    return {"kind": "secret", "id": digest.hex(), "withdrew": [s.digest.hex() for s in old]}


def _secrets(tx: Transaction, sensor: SensorNo) -> list[PushSecret]:
    return [s for s in tx.records(PushSecret) if s.sensor == sensor and s.withdrawn_s is None]


def renew_secret(
    tx: Transaction, adoption: Adoption, secret: Secret, *, driver: str, now_s: int
) -> Adoption:
    """Another secret for a device that is adopted already; the old one admits until it is settled."""
    digest = digest_of(secret.reveal())
    tx.save(PushSecret(digest=digest, sensor=adoption.sensor, driver=driver, created_s=now_s))
    made = {"kind": "secret", "id": digest.hex(), "withdrew": [], "run": True}
    renewed = replace(adoption, made=(*adoption.made, made))
    tx.save(renewed)
    return renewed


# -- settled --------------------------------------------------------------------------------------
def settle(
    tx: Transaction,
    adoption: Adoption,
    entry: Entry,
    channels: Sequence[DeviceChannel],
    lines: LinesAsked,
    now_s: int,
) -> list[str]:
    """The device is the sensor's from now on, and its channels have a meaning; gives what was made.

    Raises `Conflict` for a device that became another sensor's meanwhile, and for a sensor that was
    retired.
    """
    sensor = tx.record(Sensor, adoption.sensor)
    if sensor is None:
        raise NotFound(f"There is no sensor {entry.sensor_id!r}.", code="sensor_not_found")
    if sensor.state == "retired":
        raise Conflict(f"Sensor {sensor.sensor_id} was retired meanwhile.", code="id_taken")
    device = take_device(
        tx, sensor, vendor=entry.vendor, serial=entry.serial, context=entry.context
    )
    tx.save(
        replace(
            device,
            driver=entry.driver,
            address=adoption.address,
            model=entry.model,
            firmware=entry.firmware,
        )
    )
    digest = digest_of(entry.secret.reveal())
    old = [s for s in _secrets(tx, sensor.sensor) if s.digest != digest]
    tx.save(*(replace(s, withdrawn_s=now_s) for s in old))
    made = mapped(tx, sensor, channels, lines)
    tx.save(replace(adoption, state="adopted", made=lasting(adoption.made)))
    return made


def lasting(made: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """What stays to be taken back one day: not the catalogue's, not what was only changed again."""
    return tuple(
        {name: value for name, value in entry.items() if name != "run"}
        for entry in made
        if entry["kind"] in ON_DEVICE and not entry.get("again")
    )


# -- taken out ------------------------------------------------------------------------------------
def take_out(tx: Transaction, adoption: Adoption, now_s: int) -> None:
    """Take back all that `enter` made, newest first, and the adoption itself."""
    for entry in reversed(adoption.made):
        if entry["kind"] == "secret":
            _take_back_secret(tx, entry)
        elif entry["kind"] == "sensor":
            seen = any(e["kind"] == "device" and e["seen"] for e in adoption.made)
            _remove_sensor(tx, adoption.sensor, now_s, seen=seen)
        elif entry["kind"] == "location":
            _remove_location(tx, entry["id"])
    tx.delete(*tx.records(ConfigurationChange, sensor=adoption.sensor), adoption)


def forget_run(tx: Transaction, adoption: Adoption) -> None:
    """What a later adoption entered goes; the adoption before it stands."""
    for entry in adoption.made:
        if entry.get("run") and entry["kind"] == "secret":
            _take_back_secret(tx, entry)
    tx.save(replace(adoption, made=tuple(e for e in adoption.made if not e.get("run"))))


def _take_back_secret(tx: Transaction, entry: dict[str, Any]) -> None:
    if (mine := tx.record(PushSecret, bytes.fromhex(entry["id"]))) is not None:
        tx.delete(mine)
    for digest in entry["withdrew"]:
        if (old := tx.record(PushSecret, bytes.fromhex(digest))) is not None:
            tx.save(replace(old, withdrawn_s=None))


def _remove_sensor(tx: Transaction, number: SensorNo, now_s: int, *, seen: bool) -> None:
    """One that has numbers already is retired instead: they stay."""
    sensor = tx.record(Sensor, number)
    if sensor is None or sensor.state == "retired":
        return
    if tx.span(number) is not None:
        tx.save(replace(sensor, state="retired", retired_s=now_s), *ended(tx, number, now_s))
        return
    for device in tx.records(Device, sensor=number):
        if seen:  # it pushed before anybody adopted it, and waits again
            tx.save(replace(device, sensor=None, address=""))
        else:
            tx.delete(device)
    for kind in (Source, Channel, Series, Expected, Hole):
        tx.delete(*tx.records(kind, sensor=number))
    tx.delete(sensor)


def _remove_location(tx: Transaction, location_id: str) -> None:
    """A location that nobody uses yet."""
    location = tx.record(Location, location_id)
    if location is None:
        return
    zones = [z for z in tx.records(Zone) if z.location_id == location_id]
    used = [
        *(sensor.location_id for sensor in tx.records(Sensor)),
        *(line.location_id for line in tx.records(Line)),
        *(layout.location_id for layout in tx.records(Layout)),
    ]
    if len(zones) > 1 or location_id in used:
        return
    tx.delete(*zones, location)
