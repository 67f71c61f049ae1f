"""Minutes left out on a quiet night, told from an outage by the ids of the packages."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from countline.counting.choose import claim_order
from countline.counting.quiet import Observation, quiet_stretches, skipped_minutes, zero_minutes
from countline.model.claim import Claim, Minute
from countline.model.ids import SensorNo, SeriesNo


def seen(sequence: int, first_s: int, last_s: int, agent: str = "1") -> Observation:
    return Observation(agent, sequence, first_s, last_s)


def test_between_consecutive_packages_it_was_quiet() -> None:
    assert quiet_stretches([seen(7, 0, 60), seen(8, 300, 360)]) == [(60, 300)]


def test_without_a_hole_there_is_nothing() -> None:
    assert quiet_stretches([seen(7, 0, 60), seen(8, 60, 120)]) == []
    assert quiet_stretches([seen(7, 0, 120), seen(8, 60, 120)]) == []
    assert quiet_stretches([seen(7, 0, 60)]) == quiet_stretches([]) == []


def test_a_missing_package_is_an_outage() -> None:
    assert quiet_stretches([seen(7, 0, 60), seen(9, 300, 360)]) == []


def test_agents_count_their_packages_each_for_itself() -> None:
    assert quiet_stretches([seen(7, 0, 60, "1"), seen(8, 300, 360, "2")]) == []
    mixed = [seen(7, 0, 60, "1"), seen(3, 60, 120, "2"), seen(8, 300, 360, "1")]
    assert quiet_stretches(mixed) == [(60, 300)]


def test_only_whole_minutes_are_quiet() -> None:
    assert quiet_stretches([seen(7, 0, 61), seen(8, 299, 360)]) == [(120, 240)]
    assert quiet_stretches([seen(7, 0, 61), seen(8, 179, 200)]) == []
    assert quiet_stretches([seen(7, 0, 50), seen(8, 179, 200)]) == [(60, 120)]


def test_a_repeated_package_changes_nothing() -> None:
    assert quiet_stretches([seen(7, 0, 120), seen(7, 0, 60), seen(8, 300, 360)]) == [(120, 300)]
    assert quiet_stretches([seen(7, 0, 120), seen(7, 60, 180), seen(8, 300, 360)]) == [(180, 300)]


def test_a_package_without_records_is_known_by_its_minute() -> None:
    night = [seen(7, 0, 60), seen(8, 180, 180), seen(9, 300, 360)]
    assert quiet_stretches(night) == [(60, 180), (180, 300)]


def test_ids_that_begin_anew_do_not_bridge_what_lies_between() -> None:
    before, after = (
        [seen(1, 0, 60), seen(2, 60, 120)],
        [seen(1, 9_000, 9_060), seen(2, 9_120, 9_180)],
    )
    assert quiet_stretches(before + after) == [(9_060, 9_120)]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=12), st.randoms())
def test_the_order_of_arrival_does_not_matter(
    packages: list[tuple[bool, int]], rnd: random.Random
) -> None:
    sequence, at_s, night = 0, 0, []
    for lost, holes in packages:
        sequence += 1 + lost
        at_s += 60 * holes
        night.append(seen(sequence, at_s, at_s + 60))
        at_s += 60
    expected = [
        (one.last_s, two.first_s)
        for one, two in pairwise(night)
        if two.sequence == one.sequence + 1 and two.first_s > one.last_s
    ]
    arrived = night + night[:3]
    rnd.shuffle(arrived)
    assert quiet_stretches(arrived) == expected


def test_minutes_left_out_within_a_package() -> None:
    assert skipped_minutes([0, 240, 60]) == [120, 180]
    assert skipped_minutes([60]) == skipped_minutes([]) == []


def test_a_quiet_minute_claims_zero_and_every_full_record_wins_over_it() -> None:
    (zero,) = zero_minutes([120], sensor=SensorNo(4), width=3, positions=[0, 2])
    assert zero == Minute(SensorNo(4), 2, 1, 60, 0, (0, None, 0))
    record = Claim(SeriesNo(1), 120, 60, 1, 60, 1, 0)
    assert claim_order(record) > claim_order(Claim(SeriesNo(1), 120, 60, *zero[2:5], 0))
