"""A sensor to test against, made in one call: `emulated_sensor(personality="5.6")`."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from countline import clock
from countline.emulator.building import doors_building
from countline.emulator.faults import NO_FAULTS, Faults
from countline.emulator.plan import Building, IdScheme, LogicPlan, SensorPlan
from countline.emulator.sensor import Sensor
from countline.emulator.v5.device import LICENSED, Device
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.personality import PERSONALITIES, Limits, Release
from countline.emulator.world import World

HISTORY_DAYS = 30


def emulated_sensor(
    personality: Release = "5.6",
    *,
    seed: int = 1,
    building: Building | None = None,
    nth: int = 0,
    true_ms: Callable[[], int] = clock.now_ms,
    installed_s: int | None = None,
    faults: Faults = NO_FAULTS,
    password: str = "pass",
    licences: Mapping[int, int] = LICENSED,
    multisensors: tuple[int, ...] = (),
    limits: Limits | None = None,
    upgraded: bool = False,
) -> Device:
    """A device above one door of a hall and the floor behind it, installed 30 days ago.

    `building` and `nth`: another building, and which of its sensors. `true_ms`: the time, where it
    is not that of the machine. `faults`: of what it sees and of its past; those of the device
    itself are `device.faults`. `licences`: days left of each feature, -1 for ever.
    `limits`: how much may be drawn, counted and pushed, where it is less than usual.
    `upgraded`: what it counts has the ids of early firmware, what is made now those of its own.
    """
    built = building or hall()
    world = World(built, seed)
    return device_over(
        world, built.sensors[nth], personality=personality, true_ms=true_ms,
        installed_s=installed_s, faults=faults, password=password, licences=licences,
        multisensors=multisensors, limits=limits, upgraded=upgraded,
    )  # fmt: skip


def device_over(
    world: World,
    plan: SensorPlan,
    *,
    personality: Release,
    true_ms: Callable[[], int] = clock.now_ms,
    installed_s: int | None = None,
    faults: Faults = NO_FAULTS,
    password: str = "pass",
    licences: Mapping[int, int] = LICENSED,
    multisensors: tuple[int, ...] = (),
    limits: Limits | None = None,
    upgraded: bool = False,
) -> Device:
    """A device of a personality above its place in a world that others share."""
    if installed_s is None:
        today = world.date_at(true_ms())
        installed_s = world.span_ms(today)[0] // 1000 - HISTORY_DAYS * 86_400
    planned = planned_for(plan, personality, upgraded=upgraded)
    sensor = Sensor(planned, world, installed_s=installed_s, faults=faults)
    device = Device(
        sensor, personality=personality, true_ms=true_ms, password=password, licences=licences,
        multisensors=multisensors, limits=limits,
    )  # fmt: skip
    device.part(Observer)  # whatever is drawn from now on counts from now on
    return device


def planned_for(plan: SensorPlan, personality: Release, *, upgraded: bool = False) -> SensorPlan:
    """The plan with the ids and the firmware of a personality.

    Where the device was upgraded, what it counts has the small ids of early firmware still.
    """
    kind = PERSONALITIES[personality]
    ids: IdScheme = "small" if kind.small_ids or upgraded else "thousands"
    first = 1 if ids == "small" else kind.id_first
    logics = tuple(
        replace(logic, logic_id=first + place) for place, logic in enumerate(plan.logics)
    )
    return replace(plan, logics=logics, ids=ids, firmware=kind.firmware)


def hall(doors: int = 1) -> Building:
    """One hall; each sensor counts its door, and who is inside."""
    plain = doors_building(doors)
    zone = plain.zones[0]
    return replace(
        plain,
        sensors=tuple(
            replace(
                plan,
                logics=(*plan.logics, LogicPlan(logic_id=1001, name="Hall", zone=zone.zone_id)),
            )
            for plan in plain.sensors
        ),
    )
