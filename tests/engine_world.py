"""A small building that properties of the engine are tried on, and its numbers in the plainest way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hypothesis import strategies as st

from countline.drivers import Reading
from countline.engine.desk import NewSource
from countline.model.claim import Bin
from countline.model.interval import DayGrid
from countline.model.sensor import Expected, Series
from countline.store.seam import View
from tests.engine_house import DAY_S, HOUR_S, LOCATION, MINUTE_S, House, at, passing

# Each with the instant at which its clocks change, or a usual reset: the data lies around it.
PLACES = {
    "Europe/Zurich": at("2026-03-29 01:00"),
    "America/New_York": at("2026-11-01 06:00"),
    "Australia/Lord_Howe": at("2026-10-03 15:30"),
    "Asia/Kathmandu": at("2026-06-02 22:15"),  # 04:00 there, at a quarter past in UTC
}
OUTER, INNER, SIDE, ANNEX = 1, 2, 3, 4  # zones, in the order in which they are made
PARENTS = {OUTER: None, INNER: OUTER, SIDE: OUTER, ANNEX: None}
CHANNELS = ("1000", "1001", "1002")


class Counted(NamedTuple):
    """One line of the building: its sides, and who counts it in failover order."""

    a: int | None
    b: int | None
    sources: tuple[tuple[str, str, bool], ...]  # sensor, channel, invert


LINES = (
    Counted(None, OUTER, (("S1", "1000", False),)),
    Counted(OUTER, INNER, (("S2", "1000", True),)),
    Counted(INNER, SIDE, (("S1", "1001", False),)),
    Counted(ANNEX, OUTER, (("S2", "1001", False),)),
    Counted(SIDE, None, (("S1", "1002", False), ("S2", "1002", False))),
)
SUBJECTS: tuple[dict[str, Any], ...] = (
    {"location": LOCATION},
    *({"zone": zone} for zone in PARENTS),
    {"sensor": "S1"},
    {"sensor": "S2"},
    {"sensor": "S1", "zone": SIDE},
    {"sensor": "S2", "zone": OUTER},
)


class Package(NamedTuple):
    """What one sensor says at once."""

    sensor_id: str
    sequence: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where it is, and all that is said there."""

    time_zone: str
    packages: tuple[Package, ...]

    @property
    def middle_s(self) -> int:
        return PLACES[self.time_zone]

    @property
    def start_s(self) -> int:
        return self.middle_s // DAY_S * DAY_S - 2 * DAY_S

    @property
    def end_s(self) -> int:
        return self.start_s + 5 * DAY_S

    @property
    def around(self) -> tuple[int, int]:
        """A stretch with a margin around all that is said."""
        return self.middle_s + NEAR_S[0] - DAY_S // 2, self.middle_s + NEAR_S[-1] + DAY_S // 2


# -- what may be said -----------------------------------------------------------------------------
NEAR_S = tuple(
    MINUTE_S * n
    for n in (-1500, -750, -61, -60, -46, -45, -16, -15, -1, 0, 1, 14, 15, 59, 60, 1440)
)


@st.composite
def readings(draw: st.DrawFn, middle_s: int, *, minutes_only: bool) -> Reading:
    length_s = MINUTE_S if minutes_only else draw(st.sampled_from((60, 60, 60, 300, 900, 3600)))
    return passing(
        middle_s + draw(st.sampled_from(NEAR_S)),
        draw(st.integers(0, 4)),
        draw(st.integers(0, 4)),
        channel=draw(st.sampled_from(CHANNELS)),
        length_s=length_s,
        covered_s=draw(st.sampled_from((length_s, length_s, length_s // 2, 0))),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    time_zone = draw(st.sampled_from(sorted(PLACES)))
    minutes_only = draw(st.booleans())
    package_ = st.builds(
        Package,
        st.sampled_from(("S1", "S2")),
        st.integers(1, 5),
        st.lists(
            readings(PLACES[time_zone], minutes_only=minutes_only), min_size=1, max_size=6
        ).map(tuple),
    )
    packages = draw(st.lists(package_, min_size=1, max_size=8))
    return World(time_zone=time_zone, packages=tuple(packages))


async def build(house: House, world: World) -> None:
    """The building, with every channel known and mapped by a quiet last minute."""
    house.clock.set(world.end_s)
    await house.location(time_zone=world.time_zone)
    for name, parent in (("Inner", OUTER), ("Side", OUTER), ("Annex", None)):
        await house.zone(name, parent)
    for sensor_id in ("S1", "S2"):
        await house.sensor(sensor_id)
        await house.counts(
            sensor_id,
            *(passing(world.end_s - 60, 0, channel=channel) for channel in CHANNELS),
            at_s=world.end_s,
            sequence=0,
            geometry=False,
        )
    for a, b, sources in LINES:
        await house.line(
            a,
            b,
            *(
                NewSource(sensor_id=s, channel=f"single/{c}", invert=invert, order=order)
                for order, (s, c, invert) in enumerate(sources)
            ),
        )


async def push(house: House, said: Package, at_s: int) -> None:
    await house.counts(
        said.sensor_id, *said.readings, at_s=at_s, sequence=said.sequence, geometry=False
    )


# -- the plainest way -----------------------------------------------------------------------------
def inside(zone: int | None) -> set[int]:
    """A zone and all in it; None: every zone."""
    found = {z for z in PARENTS if zone in (None, z)}
    while more := {z for z, parent in PARENTS.items() if parent in found} - found:
        found |= more
    return found


def sign(line: Counted, subject: dict[str, Any]) -> int:
    """+1 where forward of a line is into the subject, -1 where it leads out, else 0."""
    if "sensor" in subject and "zone" not in subject:
        depths = [
            0 if side is None else 1 + (PARENTS[side] is not None) for side in (line.a, line.b)
        ]
        return -1 if depths[0] > depths[1] else 1
    zones = inside(subject.get("zone"))
    return (line.b in zones) - (line.a in zones)


@dataclass(frozen=True, slots=True)
class Plain:
    """Every counted bin by sensor, channel and measure, and from when each sensor is expected."""

    bins: dict[tuple[str, str, str], list[Bin]]
    expected_s: dict[str, int]

    def crossings(self, subject: dict[str, Any]) -> list[tuple[Bin, int]]:
        """Each bin that counts for a subject, with +1 for in and -1 for out."""
        found: list[tuple[Bin, int]] = []
        for line in LINES:
            way = sign(line, subject)
            mine = [s for s in line.sources if subject.get("sensor") in (None, s[0])]
            for sensor_id, channel, invert in mine if way else ():
                for measure, enters in (("forward", way), ("backward", -way)):
                    for one in self.bins.get((sensor_id, channel, measure), ()):
                        if self._active(mine, one.start_s) == sensor_id:
                            found.append((one, -enters if invert else enters))
        return found

    def _active(self, sources: Sequence[tuple[str, str, bool]], at_s: int) -> str | None:
        valid = (s for s, _, _ in sources if self.expected_s.get(s, 2**60) <= at_s)
        return next(valid, None)


async def plain(house: House) -> Plain:
    """What the store holds, by the names of the building."""

    def work(view: View) -> Plain:
        catalogue = house.engine.desk.of_view(view)
        names: dict[int, str] = {no: s.sensor_id for no, s in catalogue.sensors.items()}
        bins = {
            (names[s.sensor], s.channel.partition("/")[2], s.measure): view.bins(
                [s.series], 0, 2**40
            )
            for s in view.records(Series)
        }
        expected = {names[e.sensor]: e.from_s for e in view.records(Expected)}
        return Plain(bins, expected)

    return await house.engine.store.read(work)


class Levels(NamedTuple):
    """Occupancy minute by minute: before and after the anchor that lies at the instant."""

    before: dict[int, int]
    after: dict[int, int]
    raw: dict[int, int]  # before the anchor


def levels(said: Plain, world: World, subject: dict[str, Any]) -> Levels:
    """The plain minute fold of a subject."""
    flows: dict[int, int] = {}
    for one, enters in said.crossings(subject):
        ends_s = one.start_s + one.length_s
        flows[ends_s] = flows.get(ends_s, 0) + enters * one.value
    first_s, last_s = world.start_s - DAY_S, world.end_s + 2 * DAY_S
    resets = set(DayGrid(world.time_zone).resets([4 * HOUR_S], first_s, last_s))
    people = raw = 0
    told = Levels({}, {}, {})
    for at_s in range(first_s, last_s + MINUTE_S, MINUTE_S):
        people = max(0, people + flows.get(at_s, 0))
        raw += flows.get(at_s, 0)
        told.before[at_s], told.raw[at_s] = people, raw
        if at_s in resets:
            people = raw = 0
        told.after[at_s] = people
    return told
