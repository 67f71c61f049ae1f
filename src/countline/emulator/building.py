"""Buildings to emulate: the demo's, and one of any number of doors."""

from dataclasses import replace

from countline.emulator.plan import (
    Building,
    Crowd,
    Hours,
    LogicPlan,
    Rush,
    SensorPlan,
    Stay,
)
from countline.model.ids import LineId, LocationId, SensorId, ZoneId
from countline.model.place import Line, Location, Zone

SHOP, CAFE, OFFICES = ZoneId(1), ZoneId(2), ZoneId(3)
MAIN, FRONTAGE, CAFE_ARCH, STAIRS, STAFF = (LineId(n) for n in range(1, 6))
NEW_YORK, EMULATED = LocationId("LOC_NYC_05"), LocationId("LOC_EMULATED")

SHOP_HOURS: tuple[Hours, ...] = (*((7.0, 21.0),) * 6, (9.0, 18.0))  # Monday first
OFFICE_HOURS: tuple[Hours, ...] = (*((7.0, 20.0),) * 5, None, None)


def demo_building() -> Building:
    """A small shop in New York with a café in it, offices upstairs, and a busy street in front.

    Nobody is inside at 04:00 local, when occupancy starts anew from 0.
    """
    return Building(
        location=Location(
            location_id=NEW_YORK,
            name="Fifth Avenue corner shop",
            time_zone="America/New_York",
            default_zone=SHOP,
        ),
        zones=(
            Zone(
                zone_id=SHOP, location_id=NEW_YORK, name="Shop floor", area_m2=420.0, capacity=160
            ),
            Zone(
                zone_id=CAFE,
                location_id=NEW_YORK,
                name="Café",
                parent_id=SHOP,
                area_m2=85.0,
                capacity=48,
                category="restaurant",
            ),
            Zone(
                zone_id=OFFICES,
                location_id=NEW_YORK,
                name="Offices",
                area_m2=260.0,
                capacity=40,
                category="office",
            ),
        ),
        lines=_demo_lines(),
        crowds=(_street(), _sellers(), _office_people(), _bakers(), _cleaners()),
        sensors=_demo_sensors(),
    )


def _demo_lines() -> tuple[Line, ...]:
    def line(line_id: LineId, name: str, a: ZoneId | None, b: ZoneId | None) -> Line:
        return Line(line_id=line_id, location_id=NEW_YORK, name=name, side_a=a, side_b=b)

    return (
        line(MAIN, "Main entrance", None, SHOP),
        Line(
            line_id=FRONTAGE,
            location_id=NEW_YORK,
            name="Street in front",
            role="frontage",
            frontage_of=SHOP,
            visitors_cross="none",
        ),
        line(CAFE_ARCH, "Café archway", SHOP, CAFE),
        line(STAIRS, "Office stairs", SHOP, OFFICES),
        line(STAFF, "Staff entrance", None, OFFICES),
    )


def _demo_sensors() -> tuple[SensorPlan, ...]:
    def sensor(number: int, name: str, *lines: tuple[LineId, str]) -> SensorPlan:
        return SensorPlan(
            sensor_id=SensorId(f"SNSR_{number:03}"),
            name=name,
            serial=f"00:6e:02:1a:2b:{0x3B + number:02x}",
            logics=tuple(
                LogicPlan(logic_id=1000 + n, name=logic, line=line)
                for n, (line, logic) in enumerate(lines)
            ),
        )

    return (
        sensor(1, "Main entrance", (MAIN, "Main entrance"), (FRONTAGE, "Street in front")),
        sensor(2, "Café", (CAFE_ARCH, "Café archway")),
        sensor(3, "Office stairs", (STAIRS, "Office stairs")),
        sensor(4, "Staff entrance", (STAFF, "Staff entrance")),
    )


def _street() -> Crowd:
    """Passers-by, of whom every fifth comes in while the shop is open."""
    return Crowd(
        name="street",
        people=2600,
        rushes=(
            Rush(hour=8.4, width_h=0.9, weight=0.6),
            Rush(hour=12.7, width_h=1.4, weight=1.0),
            Rush(hour=17.6, width_h=1.8, weight=1.1),
            Rush(hour=22.0, width_h=2.0, weight=0.1),
        ),
        hours=SHOP_HOURS,
        weekdays=(0.92, 0.95, 1.0, 1.02, 1.1, 1.25, 0.8),
        frontage=FRONTAGE,
        street_hours=(0.0, 24.0),
        enters=0.2,
        doors=((MAIN, 1.0),),
        stays=(
            Stay(zone=SHOP, minutes=9.0, spread=0.7),
            Stay(zone=CAFE, share=0.35, minutes=24.0, spread=0.45),
            Stay(zone=SHOP, share=0.3, minutes=3.0, spread=0.5),
        ),
    )


def _sellers() -> Crowd:
    """Those who sell, in two shifts."""
    return Crowd(
        name="shop staff",
        people=7,
        rushes=(Rush(hour=6.8, width_h=0.3), Rush(hour=13.0, width_h=0.6, weight=0.4)),
        hours=((6.0, 21.0),) * 7,
        spread=0.05,
        doors=((STAFF, 1.0),),
        stays=(
            Stay(zone=SHOP, minutes=210, spread=0.15),
            Stay(zone=CAFE, share=0.8, minutes=25, spread=0.2),
            Stay(zone=SHOP, minutes=240, spread=0.15),
        ),
    )


def _office_people() -> Crowd:
    """Those upstairs: coffee in the morning, lunch in the café or outside."""
    return Crowd(
        name="office people",
        people=24,
        rushes=(Rush(hour=8.6, width_h=0.7), Rush(hour=13.5, width_h=1.5, weight=0.08)),
        hours=OFFICE_HOURS,
        doors=((STAFF, 3.0), (MAIN, 1.0)),
        stays=(
            Stay(zone=OFFICES, minutes=100, spread=0.3),
            Stay(zone=CAFE, share=0.6, minutes=12, spread=0.3),
            Stay(zone=OFFICES, minutes=110, spread=0.25),
            Stay(zone=CAFE, share=0.35, minutes=30, spread=0.25),
            Stay(zone=None, share=0.5, minutes=35, spread=0.3),
            Stay(zone=OFFICES, minutes=260, spread=0.15),
        ),
    )


def _bakers() -> Crowd:
    """The first in the morning, half past four."""
    return Crowd(
        name="bakers",
        people=3,
        rushes=(Rush(hour=4.6, width_h=0.2),),
        hours=((4.25, 14.0),) * 7,
        spread=0.0,
        doors=((STAFF, 1.0),),
        stays=(
            Stay(zone=CAFE, minutes=100, spread=0.1),
            Stay(zone=SHOP, minutes=15, spread=0.3),
            Stay(zone=CAFE, minutes=240, spread=0.1),
        ),
    )


def _cleaners() -> Crowd:
    """The night's cleaners, gone before occupancy is reset."""
    return Crowd(
        name="cleaners",
        people=4,
        rushes=(Rush(hour=22.2, width_h=0.3),),
        hours=((21.5, 24.0),) * 7,
        spread=0.0,
        out_by=27.25,
        doors=((STAFF, 1.0),),
        stays=tuple(
            Stay(zone=zone, minutes=14, spread=0.25)
            for zone in (OFFICES, SHOP, CAFE, SHOP, OFFICES, SHOP, CAFE, SHOP, OFFICES) * 2
        ),
    )


def doors_building(
    sensors: int,
    *,
    location_id: LocationId = EMULATED,
    time_zone: str = "UTC",
    people_per_door: float = 60.0,
) -> Building:
    """One hall with a door under each sensor: `EMU_0001`, `EMU_0002` ..., whatever their number.

    Each door is the first logic of its sensor, outside -> hall, so that a gateway which meets the
    sensors for the first time counts them rightly without being told anything. People come nearly
    round the clock, but nobody is inside at 04:00 local, when occupancy starts anew from 0.
    """
    hall = ZoneId(1)
    doors = tuple(LineId(n + 1) for n in range(sensors))
    by_day = Crowd(
        name="visitors",
        people=people_per_door * sensors,
        rushes=(Rush(hour=9.0, width_h=2.0), Rush(hour=16.0, width_h=3.0)),
        hours=((4.25, 24.0),) * 7,
        out_by=27.25,
        doors=tuple((door, 1.0) for door in doors),
        stays=(Stay(zone=hall, minutes=40, spread=0.8),),
    )
    by_night = replace(
        by_day, name="night", people=by_day.people / 20, hours=((0.0, 3.0),) * 7, out_by=3.25
    )
    return Building(
        location=Location(
            location_id=location_id, name="Emulated hall", time_zone=time_zone, default_zone=hall
        ),
        zones=(Zone(zone_id=hall, location_id=location_id, name="Hall"),),
        lines=tuple(
            Line(line_id=door, location_id=location_id, name=f"Door {door}", side_b=hall)
            for door in doors
        ),
        crowds=(by_day, by_night),
        sensors=tuple(map(_door_sensor, doors)),
    )


def _door_sensor(door: LineId) -> SensorPlan:
    return SensorPlan(
        sensor_id=SensorId(f"EMU_{door:04}"),
        name=f"Door {door}",
        serial="02:00:00:" + ":".join(f"{door >> shift & 255:02x}" for shift in (16, 8, 0)),
        logics=(LogicPlan(logic_id=1000, name=f"Door {door}", line=door),),
    )
