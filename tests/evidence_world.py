"""A room with a door and a sensor that sees it, for what data proves of its people."""

from collections.abc import Iterable, Sequence

from countline.drivers import Reading
from countline.model.ids import SensorId, ZoneId
from countline.model.place import Source
from tests.engine_house import House, at, measured_zone, passing

NINE = at("2026-06-02 09:00")  # a Tuesday
DOOR, EYE = "S1", "S2"


async def room(house: House, **settings: object) -> ZoneId:
    """The room, both its sensors heard at nine, whose numbers are of a location in UTC."""
    outer = await house.location(time_zone="UTC")
    inner = await house.zone("Room", outer)
    for sensor in (DOOR, EYE):
        await house.sensor(sensor)
    await house.counts(DOOR, passing(NINE, 0), sequence=0, geometry=False)
    await see(house, [0], sequence=0)
    await house.line(outer, inner, "S1/1000")
    sensor_no = (await house.engine.desk.fresh()).sensor_by_id[SensorId(EYE)].sensor
    await house.engine.desk.save(
        Source(source_id=900, sensor=sensor_no, channel="single/2000", zone_id=inner)
    )
    if settings:
        await house.engine.desk.change_zone(inner, **settings)
    return inner


async def see(
    house: House, people: Sequence[int | None], *, minute: int = 0, sequence: int | None = None
) -> None:
    """What is seen at the end of each minute, from a minute after nine on; None is a gap."""
    seen = [
        Reading("2000", NINE + 60 * at_minute, 60, 60, (("present", one),))
        for at_minute, one in enumerate(people, start=minute)
        if one is not None
    ]
    await house.counts(
        EYE, *seen, channels=[measured_zone()], geometry=False, sequence=sequence,
        at_s=max(house.clock.ms // 1000, seen[-1].start_s + 65),
    )  # fmt: skip


async def cross(
    house: House, *crossings: tuple[int, int, int], sequence: int | None = None
) -> None:
    """`(minute, in, out)` at the door."""
    said = [passing(NINE + 60 * minute, ins, outs) for minute, ins, outs in crossings]
    last_s = max(one.start_s for one in said) + 65
    await house.counts(
        DOOR, *said, geometry=False, sequence=sequence, at_s=max(house.clock.ms // 1000, last_s)
    )


async def quiet_door(house: House, minutes: Iterable[int]) -> None:
    """Minutes in which nobody crossed."""
    await cross(house, *((minute, 0, 0) for minute in minutes))
