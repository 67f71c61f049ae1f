"""What must hold whatever is said, in whatever order it comes: the invariants of the numbers."""

import asyncio
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.engine.desk import NewSource
from countline.errors import Impossible
from countline.model.query import Row
from countline.model.sensor import Series
from tests.engine_house import LOCATION, House, in_memory, on_disk
from tests.engine_world import LINES, SUBJECTS, Package, World, build, levels, plain, push, worlds

EXAMPLES = int(os.environ.get("COUNTLINE_EXAMPLES", "8"))
ASKED = (("15m", "live"), ("1h", "live"), ("1h", "raw"), ("1d", "live"), ("1d", "raw"))
DAY_S = 86_400
thoroughly = settings(max_examples=EXAMPLES)

Look = dict[str, Any]


# -- looking --------------------------------------------------------------------------------------
async def answers(house: House, world: World, *granularities: str) -> Look:
    """Every subject's rows; revisions tell of arrival and are left out."""
    told: Look = {}
    for subject in SUBJECTS:
        for granularity, series in ASKED:
            if granularities and granularity not in granularities:
                continue
            try:
                answer = await house.answer(
                    *world.around, granularity, series=series, coarsen=True, **subject
                )
            except Impossible:  # a zone may have been moved away from a sensor
                continue
            key = f"{sorted(subject.items())} {granularity} {series}"
            rows = [row._replace(revision=0) for row in answer.groups[0].rows]
            told[key] = (answer.granularity, answer.boundary, rows)
    return told


async def stored(house: House) -> Look:
    """Winners, sums and folds as they are kept, without the commits that made them."""

    def work(view: Any) -> Look:
        catalogue = house.engine.desk.of_view(view)
        names = {s.series: (s.sensor, s.channel, s.measure) for s in view.records(Series)}
        subjects = [f"location:{LOCATION}", *(f"zone:{z}" for z in catalogue.zones)]
        subjects += [f"sensor:{s.sensor_id}" for s in catalogue.sensors.values()]
        hidden = [one for s in catalogue.sensors for one in view.overlapped(s, 0, 2**40)]
        return {
            "bins": {n: [b[1:-1] for b in view.bins([s], 0, 2**40)] for s, n in names.items()},
            "overlapped": sorted((*names[one.series], *one[1:-1]) for one in hidden),
            "quarters": {
                n: [b[:-1] for b in view.quarters([s], 0, 2**40).get(s, ())]
                for s, n in names.items()
            },
            "folds": {k: [f[:-1] for f in view.folds(k, 0, 2**40)] for k in subjects},
            "days": {k: [f[:-1] for f in view.day_folds(k, 0, 2**40)] for k in subjects},
        }

    return await house.engine.store.read(work)


async def everything(house: House, world: World) -> Look:
    await house.follow()
    house.clock.set(world.end_s + 50 * DAY_S)
    return await stored(house) | await answers(house, world)


def in_order(world: World) -> Look:
    """What the numbers are when everything comes once, in order, and is followed at the end."""

    async def story(house: House) -> Look:
        await build(house, world)
        for said in world.packages:
            await push(house, said, world.end_s)
        return await everything(house, world)

    return in_memory(story, world.end_s)


def assert_same(one: Look, other: Look) -> None:
    for key, value in one.items():
        assert other[key] == value, key


# -- delivering -----------------------------------------------------------------------------------
MEANWHILE = ("nothing", "step", "follow", "ask", "compact", "rebuild")


@st.composite
def delivered(draw: st.DrawFn) -> tuple[World, list[tuple[Package, int, str]]]:
    """A world, and its packages in pieces, some of them twice, in any order, days late."""
    world = draw(worlds())
    pieces: list[Package] = []
    for said in world.packages:
        cut = draw(st.integers(0, len(said.readings) - 1))
        halves = [said.readings[:cut], said.readings[cut:]] if cut else [said.readings]
        for half in halves:
            pieces += [said._replace(readings=half)] * draw(st.sampled_from((1, 1, 2)))
    order = draw(st.permutations(pieces))
    late = st.integers(0, 40)
    return world, [(piece, draw(late), draw(st.sampled_from(MEANWHILE))) for piece in order]


async def meanwhile(house: House, world: World, what: str) -> None:
    """Anything that may happen between two pushes, and must not matter."""
    if what == "step":
        await house.engine.follower.step()
    elif what == "follow":
        await house.follow()
    elif what == "ask":
        await answers(house, world, "1h")
    elif what == "compact":
        await house.engine.store.compact(world.end_s + 30 * DAY_S)
    elif what == "rebuild":
        await house.engine.store.rebuild()
        await house.engine.follower.rebuild()


@thoroughly
@given(delivered())
def test_order_repetition_splitting_and_delay_do_not_matter(
    case: tuple[World, list[tuple[Package, int, str]]],
) -> None:
    world, pieces = case

    async def story(house: House) -> Look:
        await build(house, world)
        for piece, days_late, what in pieces:
            await push(house, piece, world.end_s + days_late * DAY_S)
            await meanwhile(house, world, what)
        return await everything(house, world)

    assert_same(in_order(world), on_disk(story, world.end_s))


@thoroughly
@given(worlds())
def test_pushes_at_once_are_counted_as_one_after_the_other(world: World) -> None:
    async def story(house: House) -> Look:
        await build(house, world)
        await asyncio.gather(*(push(house, said, world.end_s) for said in world.packages * 2))
        return await everything(house, world)

    assert_same(in_order(world), on_disk(story, world.end_s))


@thoroughly
@given(worlds(), st.integers(0, 8))
def test_an_answer_does_not_wait_for_the_follower(world: World, followed: int) -> None:
    async def story(house: House) -> None:
        await build(house, world)
        for n, said in enumerate(world.packages):
            await push(house, said, world.end_s)
            if n == followed:
                await house.follow()
        before = await answers(house, world)
        await house.follow()
        assert_same(before, await answers(house, world))

    on_disk(story, world.end_s)


@thoroughly
@given(worlds())
def test_made_anew_of_claims_nothing_changes_not_even_a_revision(world: World) -> None:
    async def story(house: House) -> None:
        await build(house, world)
        for said in world.packages:
            await push(house, said, world.end_s)
            await house.engine.follower.step()
        await house.follow()
        before = await numbered(house, world)
        await house.engine.store.rebuild()
        await house.engine.follower.rebuild()
        assert await numbered(house, world) == before
        await house.engine.store.compact(world.end_s + 30 * DAY_S)
        assert await numbered(house, world) == before

    on_disk(story, world.end_s)


# -- a catalogue that moves -----------------------------------------------------------------------
def sources_of(line: int, *, turned: bool) -> list[NewSource]:
    """A line's sources as they were, or each the other way round."""
    return [
        NewSource(sensor_id=s, channel=f"single/{c}", invert=invert != turned, order=order)
        for order, (s, c, invert) in enumerate(LINES[line - 1].sources)
    ]


@st.composite
def moved(draw: st.DrawFn) -> tuple[World, list[tuple[str, Any]]]:
    """A world, and what happens in it: pushes, steps of the follower, changes of the catalogue."""
    world = draw(worlds())
    line = st.integers(1, len(LINES))
    from_s = st.sampled_from((0, world.middle_s - 3_600, world.middle_s + 420, world.middle_s))
    changes = st.one_of(
        st.tuples(st.just("step"), st.none()),
        st.tuples(st.just("turn"), st.tuples(line, st.booleans(), from_s)),
        st.tuples(st.just("drop"), st.tuples(line, from_s)),
        st.tuples(
            st.just("nest"), st.tuples(st.sampled_from((2, 3, 4)), st.sampled_from((None, 1)))
        ),
        st.tuples(st.just("resets"), st.sampled_from(((), (0,), (14_400,), (14_400, 50_400)))),
        st.tuples(st.just("day"), st.sampled_from((0, 21_600, 900))),
        st.tuples(st.just("zone"), st.sampled_from(("UTC", "Asia/Kolkata"))),
    )
    happens: list[tuple[str, Any]] = [("push", said) for said in world.packages]
    for change in draw(st.lists(changes, min_size=1, max_size=6)):
        happens.insert(draw(st.integers(0, len(happens))), change)
    return world, happens


async def happen(house: House, world: World, what: str, how: Any) -> None:
    desk = house.engine.desk
    if what == "push":
        await push(house, how, world.end_s)
    elif what == "step":
        await house.engine.follower.step()
    elif what == "turn":
        line, turned, from_s = how
        await desk.change_line(line, sources=sources_of(line, turned=turned), valid_from_s=from_s)
    elif what == "drop":
        await desk.change_line(how[0], sources=[], valid_from_s=how[1])
    elif what == "nest":
        await desk.change_zone(how[0], parent_id=how[1])
    elif what == "resets":
        await desk.change_location(LOCATION, resets_s=how)
    elif what == "day":
        await desk.change_location(LOCATION, day_start_s=how)
    elif what == "zone":
        await desk.change_location(LOCATION, time_zone=how)


@thoroughly
@given(moved())
def test_what_followers_stored_is_what_they_would_make_anew_whatever_was_changed(
    case: tuple[World, list[tuple[str, Any]]],
) -> None:
    world, happens = case

    async def story(house: House) -> None:
        await build(house, world)
        for what, how in happens:
            await happen(house, world, what, how)
        house.clock.set(world.end_s + 2 * DAY_S)
        unfollowed = await answers(house, world)
        await house.follow()
        followed = await answers(house, world)
        assert_same(unfollowed, followed)
        before = await stored(house)
        await house.engine.follower.rebuild()
        assert_same(before, await stored(house))
        assert_same(followed, await answers(house, world))

    in_memory(story, world.end_s)


async def numbered(house: House, world: World) -> list[Row]:
    """Rows with their revisions."""
    found: list[Row] = []
    for subject in SUBJECTS:
        for granularity in ("15m", "1h", "1d"):
            answer = await house.answer(
                world.start_s, world.end_s, granularity, coarsen=True, **subject
            )
            found += answer.groups[0].rows
    return found


# -- what every row says --------------------------------------------------------------------------
@thoroughly
@given(worlds())
def test_rows_agree_with_the_plain_minute_fold(world: World) -> None:
    async def story(house: House) -> None:
        await build(house, world)
        for said in world.packages:
            await push(house, said, world.end_s)
        await house.follow()
        house.clock.set(world.end_s + 2 * DAY_S)
        known = await plain(house)
        for subject in SUBJECTS:
            told = levels(known, world, subject)
            crossings = known.crossings(subject)
            for granularity in ("1m", "15m", "1h", "1d"):
                answer = await house.answer(*world.around, granularity, coarsen=True, **subject)
                for row in answer.groups[0].rows:
                    mine = [c for c in crossings if row.start_s <= c[0].start_s < row.end_s]
                    ins = sum(one.value for one, enters in mine if enters > 0)
                    outs = sum(one.value for one, enters in mine if enters < 0)
                    assert ((row.ins or 0), (row.outs or 0)) == (ins, outs)
                    if not row.covered_s:  # a zero needs covered seconds
                        assert (row.ins, row.outs) == (ins or None, outs or None)
                        assert row.occupancy is None
                        continue
                    assert row.occupancy == told.before[row.end_s], (subject, row)
                    within = range(row.start_s + 60, row.end_s, 60)
                    seen = [told.after[row.start_s], told.before[row.end_s]]
                    seen += [told.before[m] for m in within] + [told.after[m] for m in within]
                    assert (row.occupancy_min, row.occupancy_max) == (min(seen), max(seen))
                    person_s = sum(told.after[m] * 60 for m in range(row.start_s, row.end_s, 60))
                    assert row.person_s == person_s
                    # end = start + in - out + adjustments
                    added = sum(adjustment.people for adjustment in row.adjustment)
                    assert row.occupancy == told.before[row.start_s] + ins - outs + added
                raw = await house.rows(
                    *world.around, granularity, coarsen=True, series="raw", **subject
                )
                for row, live in zip(raw, answer.groups[0].rows, strict=True):
                    if row.occupancy is None:
                        assert live.occupancy is None
                        continue
                    assert row.occupancy == told.raw[row.end_s]
                    added = sum(adjustment.people for adjustment in row.adjustment)
                    flow = (row.ins or 0) - (row.outs or 0)
                    assert row.occupancy == told.raw[row.start_s] + flow + added
                    spilt = [a for a in live.adjustment if a.cause == "spill"]
                    assert [a for a in row.adjustment if a.cause == "spill"] == spilt

    in_memory(story, world.end_s)


@thoroughly
@given(worlds())
def test_hours_sum_to_the_day_and_days_to_the_week(world: World) -> None:
    async def story(house: House) -> None:
        await build(house, world)
        for said in world.packages:
            await push(house, said, world.end_s)
        house.clock.set(world.end_s + 30 * DAY_S)
        whole = (world.start_s - 10 * DAY_S, world.end_s + 10 * DAY_S)
        for subject in SUBJECTS:
            hours, days, weeks = [
                await house.rows(*whole, granularity, coarsen=True, **subject)
                for granularity in ("1h", "1d", "1w")
            ]
            for fine, coarse in ((hours, days), (days, weeks)):
                for row in coarse[:-1]:  # the last may not have ended with the question
                    mine = [r for r in fine if row.start_s <= r.start_s < row.end_s]
                    for field in ("ins", "outs", "covered_s", "expected_s"):
                        total = sum(getattr(r, field) or 0 for r in mine)
                        assert (getattr(row, field) or 0) == total, (subject, field)

    on_disk(story, world.end_s)


@thoroughly
@given(worlds())
def test_a_parent_is_its_children_and_what_lies_between_them(world: World) -> None:
    async def story(house: House) -> None:
        await build(house, world)
        for said in world.packages:
            await push(house, said, world.end_s)
        house.clock.set(world.end_s + DAY_S)
        between: dict[int, int] = {}  # flows of the outer zone's own floor, by the hour
        for one, enters in (await plain(house)).crossings({"zone": 1}):
            hour = one.start_s // 900
            between[hour] = between.get(hour, 0) + enters * one.value
        parent, *children = [
            await house.rows(world.start_s, world.end_s, "1h", coarsen=True, zone=zone)
            for zone in (1, 2, 3)
        ]
        net = {row.start_s: 0 for row in parent}
        for rows, way in ((parent, 1), *((rows, -1) for rows in children)):
            for row in rows:
                net[row.start_s] += way * ((row.ins or 0) - (row.outs or 0))
        floor = await floor_net(house, net)
        assert net == floor

    in_memory(story, world.end_s)


async def floor_net(house: House, hours: dict[int, int]) -> dict[int, int]:
    """What came onto the outer zone's own floor, hour by hour: lines with one side just there."""
    known = await plain(house)
    starts = sorted(hours)
    net = dict.fromkeys(starts, 0)
    for line in LINES:
        way = (line.b == 1) - (line.a == 1)
        for sensor_id, channel, invert in line.sources if way else ():
            for measure, enters in (("forward", way), ("backward", -way)):
                for one in known.bins.get((sensor_id, channel, measure), ()):
                    start_s = max(s for s in starts if s <= one.start_s)
                    net[start_s] += (-enters if invert else enters) * one.value
    return net
