"""Outdoor air from people: the arithmetic, and what requests never do."""

from dataclasses import replace
from math import ceil, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.categories import CATEGORIES, EDITION
from countline.counting.ventilation import (
    BLOCK_S,
    Moment,
    Request,
    curve_value,
    dead_band,
    design_flow,
    flow_of,
    fold_start,
    requests,
    steady_requests,
    upper_estimate,
)
from countline.counting.ventilation_reasons import reasons_of
from countline.model.ids import LocationId, ZoneId
from countline.model.query import Quality
from countline.model.ventilation import CurvePoint, System, Ventilation

MINUTE_S = 60


def rules_of(category: str = "office", system: System = "si", **more: object) -> Ventilation:
    """Rules of a category, for 100 units of area and 20 people."""
    people_rate, area_rate = CATEGORIES[category].rates(system)
    plain = Ventilation(
        zone_id=ZoneId(1),
        location_id=LocationId("X"),
        edition=EDITION,
        category=category,
        system=system,
        people_rate=people_rate,
        area_rate=area_rate,
        standby_allowed=CATEGORIES[category].standby_allowed,
        area=100.0,
        design_population=20,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def minutes(*people: int | None, crossings: int = 0, start_s: int = 0) -> list[Moment]:
    return [
        Moment(start_s + n * MINUTE_S, one, crossings, "good" if one is not None else "unknown")
        for n, one in enumerate(people)
    ]


def codes(rules: Ventilation, request: Request) -> list[str]:
    return [one.code for one in reasons_of(rules, request)]


# -- the arithmetic -------------------------------------------------------------------------------
def test_an_office_of_1000_square_feet_with_10_people_needs_110_cfm() -> None:
    rules = rules_of("office", "ip", area=1000.0)
    assert flow_of(rules, 10) == 110.0
    assert flow_of(replace(rules, effectiveness=0.8), 10) == 137.5


@pytest.mark.parametrize("name", CATEGORIES)
def test_each_system_of_units_has_its_own_rounded_rates(name: str) -> None:
    si, ip = rules_of(name, "si"), rules_of(name, "ip")
    one = CATEGORIES[name]
    assert (si.people_rate, si.area_rate) == (one.people_l_s, one.area_l_s_m2)
    assert (ip.people_rate, ip.area_rate) == (one.people_cfm, one.area_cfm_ft2)
    assert ip.people_rate != si.people_rate * 2.118880


def test_the_upper_estimate_grows_with_crossings() -> None:
    assert upper_estimate(10, 0) == 10.0
    assert upper_estimate(10, 50) == 10 + 1.64 * sqrt(0.02 * 50)
    (told,) = requests(rules_of(), minutes(10, crossings=50))
    assert (told.counted, told.population) == (12, 12)


def test_a_curve_is_linear_between_its_points_and_level_beyond() -> None:
    curve = (CurvePoint(0.1, 0.0), CurvePoint(0.3, -2.0), CurvePoint(0.5, -2.5))
    assert [curve_value(curve, x) for x in (0.0, 0.1, 0.3, 0.9)] == [0.0, 0.0, -2.0, -2.5]
    assert curve_value(curve, 0.2) == pytest.approx(-1.0)
    assert curve_value((), 0.2) is None


# -- over time ------------------------------------------------------------------------------------
def test_a_request_rises_at_once() -> None:
    rules = rules_of()
    told = requests(rules, minutes(2, 15))
    assert [one.flow for one in told] == [flow_of(rules, 2), flow_of(rules, 15)]
    assert codes(rules, told[1]) == ["follows_people"]


def test_it_falls_after_the_hold_and_by_the_ramp() -> None:
    rules = rules_of(hold_s=180, ramp_percent=10.0, standby_allowed=False)
    told = requests(rules, minutes(20, *[4] * 12))
    step = design_flow(rules) / 10
    assert [one.flow for one in told[:4]] == [design_flow(rules)] * 4
    assert codes(rules, told[3]) == ["follows_people", "held"]
    assert told[4].flow == pytest.approx(design_flow(rules) - step)
    assert codes(rules, told[4]) == ["follows_people", "dead_band", "ramp"]
    assert told[-1].flow == flow_of(rules, 4 + dead_band(rules, 4))


def test_small_steps_down_are_none() -> None:
    rules = rules_of(hold_s=0, design_population=100, dead_band_percent=10.0)
    told = requests(rules, minutes(60, 57, 55, 54))
    assert [one.population for one in told] == [60, 60, 60, 59]
    assert codes(rules, told[1]) == ["follows_people", "dead_band"]
    assert requests(rules, minutes(1, 0))[-1].population == 0, "an empty zone has no dead band"


def test_more_people_than_it_was_designed_for_ask_for_the_design_flow() -> None:
    rules = rules_of()
    (told,) = requests(rules, minutes(50))
    assert (told.flow, told.population) == (design_flow(rules), 20)
    assert codes(rules, told) == ["follows_people", "capped_at_design"]


def test_standby_needs_a_category_that_allows_it_and_a_while_without_anybody() -> None:
    office = rules_of(hold_s=0, standby_after_s=300, ramp_percent=100.0)
    told = requests(office, minutes(*[0] * 6))
    assert [one.flow for one in told] == [30.0] * 4 + [0.0] * 2
    assert codes(office, told[3]) == ["follows_people", "area_only"]
    assert codes(office, told[4]) == ["follows_people", "standby"]
    library = rules_of("library", hold_s=0, standby_after_s=300)
    told = requests(library, minutes(*[0] * 60))
    assert {one.flow for one in told} == {flow_of(library, 0)}


def test_doubt_keeps_a_zone_out_of_standby() -> None:
    told = requests(rules_of(hold_s=0), minutes(*[0] * 60, crossings=5))
    assert not any(one.standby for one in told)


@pytest.mark.parametrize("quality", ["stale", "unknown"])
def test_what_is_not_known_asks_for_the_design_population_at_once(quality: Quality) -> None:
    rules = rules_of()
    told = requests(rules, [*minutes(0, 0), Moment(120, 0, 0, quality)])
    assert told[-1].flow == design_flow(rules)
    assert codes(rules, told[-1]) == [quality]
    assert told[-1].fallback


def test_an_answer_begins_at_one_of_the_same_instants() -> None:
    assert {fold_start(at_s) for at_s in range(BLOCK_S, 2 * BLOCK_S, MINUTE_S)} == {0}
    assert fold_start(2 * BLOCK_S) == BLOCK_S


# -- whatever comes -------------------------------------------------------------------------------
RULES = st.builds(
    rules_of,
    category=st.sampled_from(sorted(CATEGORIES)),
    system=st.sampled_from(("si", "ip")),
    design_population=st.integers(0, 60),
    hold_s=st.integers(0, 10).map(lambda n: n * MINUTE_S),
    standby_after_s=st.integers(1, 10).map(lambda n: n * MINUTE_S),
    ramp_percent=st.floats(1, 100),
    dead_band_people=st.integers(0, 5),
    dead_band_percent=st.floats(0, 50),
    effectiveness=st.floats(0.5, 1.2),
    area=st.floats(1, 2000),
)
SEEN = st.lists(
    st.tuples(
        st.integers(0, 80),
        st.integers(0, 500),
        st.sampled_from(("good", "good", "good", "poor", "stale", "unknown")),
    ),
    min_size=1,
    max_size=60,
)


def moments_of(seen: list[tuple[int, int, Quality]]) -> list[Moment]:
    return [Moment(n * MINUTE_S, *one) for n, one in enumerate(seen)]


@given(rules=RULES, seen=SEEN, lost=st.lists(st.booleans(), min_size=60, max_size=60))
def test_losing_what_is_known_never_lowers_a_request(
    rules: Ventilation, seen: list[tuple[int, int, Quality]], lost: list[bool]
) -> None:
    """I12."""
    whole = moments_of(seen)
    less = [
        one._replace(quality="stale") if gone else one
        for one, gone in zip(whole, lost, strict=False)
    ]
    for before, after in zip(requests(rules, whole), requests(rules, less), strict=True):
        assert after.flow >= before.flow
        assert not after.fallback or after.flow == design_flow(rules)


@given(rules=RULES, seen=SEEN, more=st.lists(st.integers(0, 30), min_size=60, max_size=60))
def test_more_people_never_ask_for_less(
    rules: Ventilation, seen: list[tuple[int, int, Quality]], more: list[int]
) -> None:
    some = moments_of(seen)
    many = [
        one._replace(people=(one.people or 0) + n, crossings=one.crossings + n)
        for one, n in zip(some, more, strict=False)
    ]
    for few, full in zip(requests(rules, some), requests(rules, many), strict=True):
        assert full.flow >= few.flow


@given(rules=RULES, seen=SEEN)
def test_a_request_is_never_under_the_need_nor_over_the_design(
    rules: Ventilation, seen: list[tuple[int, int, Quality]]
) -> None:
    for one in requests(rules, moments_of(seen)):
        people, crossings = one.moment.people or 0, one.moment.crossings
        may_be = min(ceil(upper_estimate(people, crossings)), rules.design_population)
        assert one.flow <= design_flow(rules)
        assert one.standby or one.flow >= flow_of(rules, may_be)
        assert not one.standby or may_be == 0
        assert reasons_of(rules, one), "every step is explained"


@given(rules=RULES, people=st.lists(st.integers(0, 30), min_size=3, max_size=12))
def test_asked_alone_or_among_others_a_request_is_the_same(
    rules: Ventilation, people: list[int]
) -> None:
    length = 3 * BLOCK_S // MINUTE_S
    whole = minutes(*(people[n * len(people) // length] for n in range(length)))
    told = steady_requests(rules, whole, BLOCK_S)
    assert [one.moment.at_s for one in told] == list(range(BLOCK_S, 3 * BLOCK_S, MINUTE_S))
    for one in told[:: len(told) // 7]:
        at_s = one.moment.at_s
        since = [m for m in whole if fold_start(at_s) < m.at_s <= at_s]
        assert requests(rules, since)[-1] == one
