"""Whatever is seen, counted, said and set, in whatever order: I2 and I10 with every kind of anchor."""

import os
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.drivers import Reading
from countline.engine.adjusting import Said, adjustments_of
from countline.engine.hours import WantedHours
from countline.model.claim import Bin
from countline.model.ids import ZoneId
from countline.model.interval import DAY_S, MINUTE_S
from countline.model.opening import OpenHours
from countline.model.place import Anchor, Location, Zone
from countline.model.query import Asked
from countline.model.sensor import Series
from tests.engine_house import LOCATION, House, in_memory, measured_zone, on_disk, passing
from tests.evidence_world import DOOR, EYE, NINE, room

EXAMPLES = int(os.environ.get("COUNTLINE_EXAMPLES", "15"))
thoroughly = settings(max_examples=EXAMPLES)
MINUTES = 50  # after nine in which something happens
LATE_S = NINE + 60 * (MINUTES + 60)
SPAN = (NINE - 1800, NINE + 7200)
OPEN_S, CLOSED_S = 8 * 3600, 9 * 3600 + 600

Happening = tuple[str, Any]


# -- what may happen ------------------------------------------------------------------------------
minute = st.integers(0, MINUTES)
few = st.sampled_from((0, 0, 0, 1, 2))
door = st.tuples(st.just("door"), st.tuples(minute, few, few, st.integers(1, 5)))
eye = st.tuples(
    st.just("eye"),
    st.tuples(
        minute,
        st.lists(st.sampled_from((0, 0, 0, 1, 2, None)), min_size=1, max_size=3),
        st.integers(1, 12),  # times that they are seen one after the other
        st.integers(1, 5),
        st.sampled_from((60, 60, 60, 30)),
    ),
)
say = st.tuples(
    st.just("say"),
    st.one_of(
        st.builds(Said, value=st.integers(0, 4), at_s=minute.map(lambda m: NINE + 60 * m)),
        st.builds(
            Said,
            delta=st.sampled_from((-3, -1, 1, 2)),
            at_s=minute.map(lambda m: NINE + 60 * m),
        ),
    ),
)
change = st.one_of(
    st.tuples(st.just("zone"), st.sampled_from((
        {"fusion": "lines"}, {"fusion": "both"}, {"covers": "part"}, {"covers": "whole"},
        {"absence_after_s": 120}, {"absence_after_s": 300}, {"absence_when_closed_s": 300},
        {"absence_when_closed_s": 0}, {"absence_when_closed_s": None}, {"opening": None},
        {"opening": WantedHours(weekly=((OpenHours(0, 33_000),),) * 7)},
    ))),
    st.tuples(st.just("location"), st.sampled_from((
        {"absence_when_closed_s": 600}, {"absence_when_closed_s": 0},
        {"resets_s": (9 * 3600 + 1200,)}, {"resets_s": ()},
    ))),
)  # fmt: skip
other = st.sampled_from((("step", None), ("follow", None), ("withdraw", 0), ("rebuild", None)))
histories = st.lists(st.one_of(door, eye, eye, say, change, other), min_size=3, max_size=16)


async def begin(house: House) -> ZoneId:
    """The room, with short times, so that much is proved within an hour."""
    zone = await room(house, absence_after_s=120)
    hours = WantedHours(weekly=((OpenHours(OPEN_S, CLOSED_S),),) * 7)
    await house.engine.desk.change_location(LOCATION, opening=hours, absence_when_closed_s=600)
    house.clock.set(LATE_S)
    return zone


async def happen(house: House, zone: ZoneId, what: str, how: Any) -> None:
    engine = house.engine
    if what == "door":
        at, ins, outs, sequence = how
        said = passing(NINE + 60 * at, ins, outs)
        await house.counts(
            DOOR, said, sequence=sequence, geometry=False, at_s=house.clock.ms // 1000
        )
    elif what == "eye":
        at, people, times, sequence, covered_s = how
        seen = [
            Reading("2000", NINE + 60 * (at + n), 60, covered_s, (("present", one),))
            for n, one in enumerate(people * times)
            if one is not None
        ]
        if seen:
            await house.counts(
                EYE, *seen, channels=[measured_zone()], geometry=False, sequence=sequence,
                at_s=house.clock.ms // 1000,
            )  # fmt: skip
    elif what == "say":
        house.clock.pass_by(1)
        await engine.desk.adjust(Asked(zone_id=zone), how)
    elif what == "withdraw":
        said_of = adjustments_of(await engine.desk.fresh(), Asked(zone_id=zone))
        if said_of:
            await engine.desk.withdraw(Asked(zone_id=zone), said_of[0].anchor_id)
    elif what == "zone":
        await engine.desk.change_zone(zone, **how)
    elif what == "location":
        await engine.desk.change_location(LOCATION, **how)
    elif what == "step":
        await engine.follower.step()
    elif what == "follow":
        await house.follow()
    else:
        await engine.store.rebuild()
        await engine.follower.rebuild()


# -- looking --------------------------------------------------------------------------------------
SUBJECTS: tuple[dict[str, Any], ...] = ({"zone": 2}, {"zone": 1}, {"location": LOCATION})


async def answers(house: House) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for subject in SUBJECTS:
        for granularity in ("1m", "15m", "1h", "1d"):
            for series in ("live", "raw"):
                rows = await house.rows(*SPAN, granularity, series=series, **subject)
                key = f"{subject} {granularity} {series}"
                found[key] = [row._replace(revision=0) for row in rows]
    return found


async def stored(house: House) -> dict[str, Any]:
    def work(view: Any) -> dict[str, Any]:
        keys = (f"location:{LOCATION}", "zone:1", "zone:2", "sensor:S1")
        return {
            key: [f[:-1] for f in (*view.folds(key, 0, 2**40), *view.day_folds(key, 0, 2**40))]
            for key in keys
        }

    now = {f"{s} now": (await house.present(**s)).last_known for s in SUBJECTS}
    return await house.engine.store.read(work) | now


@thoroughly
@given(histories)
def test_what_is_stored_is_what_would_be_made_anew(history: list[Happening]) -> None:
    async def story(house: House) -> None:
        zone = await begin(house)
        for what, how in history:
            await happen(house, zone, what, how)
        house.clock.set(SPAN[1] + DAY_S)
        unfollowed = await answers(house)
        await house.follow()
        assert await answers(house) == unfollowed
        before = await stored(house)
        await house.engine.follower.rebuild()
        assert await stored(house) == before
        assert await answers(house) == unfollowed

    in_memory(story, NINE)


@thoroughly
@given(st.lists(st.one_of(door, eye, eye), min_size=2, max_size=10), st.randoms(), st.booleans())
def test_order_and_repetition_do_not_matter(
    said: list[Happening], random: Any, followed: bool
) -> None:
    async def in_order(house: House) -> Any:
        zone = await begin(house)
        for what, how in said:
            await happen(house, zone, what, how)
        await house.follow()
        house.clock.set(SPAN[1] + DAY_S)
        return await answers(house), await stored(house)

    async def shuffled(house: House) -> Any:
        zone = await begin(house)
        twice = said * 2
        random.shuffle(twice)
        for what, how in twice:
            await happen(house, zone, what, how)
            if followed:
                await house.follow()
        await house.follow()
        house.clock.set(SPAN[1] + DAY_S)
        return await answers(house), await stored(house)

    assert in_memory(in_order, NINE) == on_disk(shuffled, NINE)


# -- against the plainest way ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of the room."""

    entries: dict[int, int]  # by the minute in which they end
    exits: dict[int, int]
    seen: dict[int, int]  # by the minute in which they end, wholly covered
    said: tuple[Anchor, ...]
    zone: Zone
    location: Location
    opening: Any


async def known_of(house: House, zone: ZoneId) -> Known:
    def work(view: Any) -> Known:
        catalogue = house.engine.desk.of_view(view)
        bins: dict[str, list[Bin]] = {
            s.measure: view.bins([s.series], 0, 2**40)
            for s in view.records(Series)
            if s.measure in ("forward", "backward", "present")
        }
        by_minute = {
            measure: {one.start_s + 60: one.value for one in found}
            for measure, found in bins.items()
        }
        seen = {b.start_s + 60: b.value for b in bins["present"] if b.covered_s == 60}
        return Known(
            by_minute["forward"],
            by_minute["backward"],
            seen,
            tuple(catalogue.anchors.get(LOCATION, ())),
            catalogue.zones[zone],
            catalogue.locations[LOCATION],
            catalogue.opening_of(LOCATION, zone),
        )

    return await house.engine.store.read(work)


def lowest(known: Known, crossings: dict[int, int], at_s: int) -> int | None:
    """The least that was seen for as long as it takes; None after a gap or a crossing."""
    window = range(at_s - known.zone.absence_after_s + 60, at_s + 1, 60)
    if any(crossings.get(t, 0) or t not in known.seen for t in window):
        return None
    return min(known.seen[t] for t in window)


def is_empty(known: Known, at_s: int) -> bool:
    window = range(at_s - known.zone.absence_after_s + 60, at_s + 1, 60)
    seen = all(known.seen.get(t) == 0 for t in window)
    return seen and not any(known.entries.get(t, 0) for t in window)


def is_closed(known: Known, at_s: int) -> bool:
    """Whether it has been closed without a crossing for as long as it takes."""
    after_s = known.zone.absence_when_closed_s
    after_s = known.location.absence_when_closed_s if after_s is None else after_s
    if not after_s or known.opening is None:
        return False
    ((opens_s, closes_s),) = known.opening.weekly[0]  # the same on all days, within one
    before = range(at_s - after_s, at_s, 60)
    if any(opens_s <= t % DAY_S < closes_s for t in before):
        return False
    return not any(known.entries.get(t + 60, 0) or known.exits.get(t + 60, 0) for t in before)


def plain_minute(known: Known, at_s: int, people: int) -> int:
    """The people after all that is known at a minute."""
    both = known.zone.fusion == "both"
    said = [one for one in known.said if one.at_s == at_s]
    values = [one for one in said if not one.is_delta]
    nobody = any(
        rule(known, at_s) and not rule(known, at_s - 60)
        for rule in (
            [is_closed, is_empty] if both and known.zone.covers == "whole" else [is_closed]
        )
    )
    if values:
        people = values[0].value
    else:
        if nobody or any(at_s % DAY_S == r for r in known.location.resets_s):
            people = 0
        least = (lowest(known, known.exits, at_s) or 0) if both else 0
        if least > ((lowest(known, known.exits, at_s - 60) or 0) if both else 0):
            people = max(people, least)
    since = values[0].told_s if values else 0
    more = [one.value for one in said if one.is_delta and one.told_s >= since]
    return max(0, people + sum(more))


@thoroughly
@given(histories)
def test_every_minute_is_what_the_plainest_fold_gives(history: list[Happening]) -> None:
    async def story(house: House) -> None:
        zone = await begin(house)
        for what, how in history:
            await happen(house, zone, what, how)
        await house.follow()
        house.clock.set(SPAN[1] + DAY_S)
        known = await known_of(house, zone)
        people, before, after = 0, {}, {}
        for at_s in range(SPAN[0] - DAY_S, SPAN[1] + MINUTE_S, MINUTE_S):
            people = max(0, people + known.entries.get(at_s, 0) - known.exits.get(at_s, 0))
            before[at_s] = people
            people = after[at_s] = plain_minute(known, at_s, people)
        for granularity in ("1m", "15m", "1h"):
            for row in await house.rows(*SPAN, granularity, zone=zone):
                if row.occupancy is None:
                    continue
                assert row.occupancy == before[row.end_s], (granularity, row)
                added = sum(one.people for one in row.adjustment)
                flow = (row.ins or 0) - (row.outs or 0)
                assert row.occupancy == before[row.start_s] + flow + added
                inner = range(row.start_s + 60, row.end_s, 60)
                seen = [after[row.start_s], before[row.end_s]]
                seen += [found[t] for t in inner for found in (before, after)]
                assert (row.occupancy_min, row.occupancy_max) == (min(seen), max(seen))

    in_memory(story, NINE)
