"""What the stores' contract is tried on: a small world, its claims as strategies, and a full look."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from countline.model.claim import Claim, Fold, Minute
from countline.model.event import Event
from countline.model.ids import LocationId, SensorId, SensorNo, SeriesNo
from countline.model.interval import DayGrid
from countline.model.place import Location
from countline.model.sensor import Sensor, Series
from countline.store.seam import Accepted, KeptPush, View

DAY_S = 86_400
BASE_S = 20_540 * DAY_S  # 2026-03-28: Zurich changes its clocks on the next day
END_S = BASE_S + 5 * DAY_S
NOW_S = BASE_S + 30 * DAY_S

LOCATIONS = (
    Location(location_id=LocationId("ZRH"), name="Zürich", time_zone="Europe/Zurich"),
    Location(
        location_id=LocationId("NYC"),
        name="New York",
        time_zone="America/New_York",
        day_start_s=6 * 3_600,
    ),
)
SENSORS = tuple(
    Sensor(sensor=SensorNo(number), sensor_id=SensorId(f"S{number}"), location_id=LocationId(place))
    for number, place in ((1, "ZRH"), (2, "ZRH"), (7, "NYC"))
)
SERIES = tuple(
    Series(
        series=SeriesNo(10 * sensor.sensor + position),
        sensor=sensor.sensor,
        channel="single/1",
        measure=("forward", "backward", "passby")[position],
        kind="accumulating",
        position=position,
    )
    for sensor in SENSORS
    for position in range(3)
)
NUMBERS = tuple(one.series for one in SERIES)

# Few enough bins that claims meet, on both sides of the edges of minutes, quarters, hours and days.
MINUTES = tuple(
    (BASE_S + day * DAY_S) // 60 + minute
    for day in range(4)
    for minute in (0, 1, 14, 15, 59, 60, 61, 719, 1_439)
)
LONG_STARTS_S = tuple(minute * 60 for minute in MINUTES[::2]) + tuple(
    BASE_S + at_s for at_s in (30, 3_630, DAY_S - 1_800)
)
LENGTHS_S = (60, 90, 300, 900, 3_600, 2 * 3_600, DAY_S)


def minutes() -> SearchStrategy[Minute]:
    """Minutes of all sensors, with gaps, of every rank."""
    return st.builds(
        Minute,
        st.sampled_from([sensor.sensor for sensor in SENSORS]),
        st.sampled_from(MINUTES),
        st.integers(0, 3),
        st.sampled_from((0, 30, 60)),
        st.integers(0, 4),
        st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=3).map(tuple),
    )


def claims() -> SearchStrategy[Claim]:
    """Claims of all lengths, whole minutes among them."""
    return st.builds(
        lambda series, start_s, length_s, rank, share, sequence, value: Claim(
            series, start_s, length_s, rank, length_s // share if share else 0, sequence, value
        ),
        st.sampled_from(NUMBERS),
        st.sampled_from(LONG_STARTS_S),
        st.sampled_from(LENGTHS_S),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 4),
        st.integers(0, 3),
    )


def pushes(*, long_ones: bool = True) -> SearchStrategy[Accepted]:
    """One push: mostly minutes, sometimes long bins, a body, an event or a kept push."""
    return st.builds(
        lambda received_s, sensor, minutes, claims, body, extra: Accepted(
            received_ms=received_s * 1000,
            driver="xovis_v5",
            sensor=sensor,
            location_id=LocationId("ZRH"),
            minutes=minutes,
            claims=claims,
            body=body,
            events=[Event(kind="sensor.discovered", detail={"n": 1})] if extra == 1 else (),
            kept=[kept_push()] if extra == 2 else (),
        ),
        st.integers(BASE_S, END_S),
        st.sampled_from([None, *(sensor.sensor for sensor in SENSORS)]),
        st.lists(minutes(), max_size=6),
        st.lists(claims(), max_size=3) if long_ones else st.just([]),
        st.one_of(st.none(), st.binary(max_size=20)),
        st.integers(0, 9),
    )


def backlogs() -> SearchStrategy[Accepted]:
    """Several days of one sensor in one push, long after: what may go straight to cold."""
    return st.builds(
        lambda sensor, first, days, step, rank, value: Accepted(
            received_ms=NOW_S * 1000,
            sensor=sensor,
            minutes=[
                Minute(sensor, minute, rank, 60, minute % 7, (value, minute % 3, None))
                for minute in range(BASE_S // 60 + first, BASE_S // 60 + first + days * 1_440, step)
            ],
        ),
        st.sampled_from([sensor.sensor for sensor in SENSORS]),
        st.integers(0, 1_500),
        st.integers(2, 4),
        st.sampled_from((20, 45, 60)),
        st.integers(1, 2),
        st.integers(0, 3),
    )


def kept_push(**changes: Any) -> KeptPush:
    """A body that could not be understood."""
    fields: dict[str, Any] = {
        "push_id": 0,
        "state": "failed",
        "driver": "xovis_v5",
        "received_ms": BASE_S * 1000,
        "code": "bad_push",
        "detail": "not JSON",
        "body": b"{" * 100,
    }
    return KeptPush(**fields | changes)


def fold(start_s: int, **changes: int | None) -> Fold:
    """A quarter of occupancy."""
    fields: dict[str, Any] = dict.fromkeys(Fold._fields, 0)
    return Fold(**fields | {"start_s": start_s, "step": 1, "floor": 2} | changes)


def full_look(view: View) -> dict[str, Any]:
    """Every verb that reads, over everything there is."""
    bins = {
        (claim.series, claim.start_s, claim.length_s)
        for one in SERIES
        for claim in view.bins([one.series], 0, NOW_S)
    } | {
        (one.series, one.start_s, one.length_s)
        for sensor in SENSORS
        for one in view.overlapped(sensor.sensor, 0, NOW_S)
    }
    return {
        "head": view.head(),
        "catalogue": [view.records(kind) for kind in (Location, Sensor, Series)],
        "bins": view.bins(NUMBERS, 0, NOW_S),
        "some bins": view.bins(NUMBERS[1:5], BASE_S + 60, BASE_S + DAY_S + 899),
        "long": view.long_bins(NUMBERS, 0, NOW_S),
        "some long": view.long_bins(NUMBERS[::-1], BASE_S + 1_000, BASE_S + 4_000),
        "quarters": view.quarters(NUMBERS, 0, NOW_S),
        "some quarters": view.quarters(NUMBERS[2:4], BASE_S + 900, BASE_S + 2 * DAY_S + 3_600),
        "hours": view.days(NUMBERS, range(BASE_S, END_S + 1, 3_600)),
        "days": {one.location_id: view.days(NUMBERS, day_edges(one)) for one in LOCATIONS},
        "claims": {key: view.claims(*key) for key in sorted(bins)},
        "overlapped": [view.overlapped(one.sensor, BASE_S, END_S) for one in SENSORS],
        "span": [view.span(one.sensor) for one in SENSORS],
        "events": view.events(0, 1_000),
        "some events": view.events(2, 3),
        "pushes": view.pushes(None),
        "push bytes": view.push_bytes("failed"),
        "bodies": sorted(view.bodies(0, NOW_S * 1000), key=repr),
    }


def day_edges(location: Location) -> Sequence[int]:
    """Starts of the civil days around the world's claims."""
    grid = DayGrid(location.time_zone, location.day_start_s)
    return grid.day_edges(BASE_S - DAY_S, END_S)
