"""The bodies of packages, through the driver: counts, status, and frames with persons in them."""

from countline.drivers import Decoded, Reading, StatusInfo
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.bodies import (
    LiveFrame,
    TrackedObject,
    count_event,
    crossing_event,
    live_body,
)
from countline.emulator.chance import chance
from countline.emulator.plan import SensorPlan
from countline.emulator.schedule import KINDS, Frame, Kind, Package, Schedule
from countline.emulator.sensor import FRAME_MS, Sensor
from countline.model.ids import DeviceKey


def agent_of(plan: SensorPlan, kind: Kind) -> str:
    """Each kind has an agent of its own; package ids count per agent."""
    return str((1000 if plan.ids == "thousands" else 1) + KINDS.index(kind))


def body_of(schedule: Schedule, package: Package, readings: tuple[Reading, ...]) -> bytes:
    plan = schedule.sensor.plan
    counts = package.kind == "counts"
    decoded = Decoded(
        purpose=package.kind,
        device=DeviceKey(vendor=DRIVER.vendor, serial=plan.serial),
        agent=agent_of(plan, package.kind),
        sequence=package.number,
        channels=schedule.sensor.channels if counts else (),
        readings=list(readings),
        status=_status(schedule, package.at_ms) if package.kind == "status" else None,
        names_geometry=counts,
    )
    if package.frame is not None:
        return live_body(decoded, [_frame(schedule.sensor, package.frame)])
    return DRIVER.encode([decoded])


def _status(schedule: Schedule, at_ms: int) -> StatusInfo:
    sensor = schedule.sensor
    dice = chance(sensor.seed, sensor.plan.serial, "heat", at_ms)
    return StatusInfo(
        uptime_s=schedule.uptime_s(at_ms),
        temperature_c=dice.randint(52, 58),
        firmware=sensor.plan.firmware,
        model=sensor.plan.model,
        illumination="SUFFICIENT",
        device_time_ms=sensor.own_ms(at_ms),
        state="OK",
    )


def _frame(sensor: Sensor, frame: Frame) -> LiveFrame:
    """The person who crosses, the crossing, and the counter that it raised."""
    sighting, logic = frame.sighting, sensor.plan.logics[frame.sighting.logic]
    counter = sensor.channels[sighting.logic].measures[not sighting.forward]
    own_ms = sensor.own_ms(sighting.at_ms)
    crossing = crossing_event(
        track_id=sighting.person,
        geometry_id=logic.logic_id,
        geometry_name=logic.name,
        kind=f"LINE_CROSS_{'FORWARD' if sighting.forward else 'BACKWARD'}",
    )
    count = count_event(
        track_id=sighting.person,
        logic_id=logic.logic_id,
        logic_name=logic.name,
        counter_id=int(counter.counter),
        counter_name=counter.name,
        counter_value=frame.total,
    )
    return LiveFrame(
        framenumber=(own_ms - sensor.booted_ms(sighting.at_ms)) // FRAME_MS,
        time=own_ms,
        tracked_objects=[_person(sensor, frame)],
        events=[crossing, count],
    )


def _person(sensor: Sensor, frame: Frame) -> TrackedObject:
    """Somewhere on a line two metres wide, just past it."""
    sighting = frame.sighting
    dice = chance(sensor.seed, sighting.at_ms, sighting.person)
    height = round(dice.gauss(1.7, 0.09), 2)
    past = 0.04 if sighting.forward else -0.04
    return TrackedObject(
        track_id=sighting.person,
        position=(round(dice.uniform(-1, 1), 3), past, round(height - 0.02, 3)),
        attributes={"person_height": height},
    )
