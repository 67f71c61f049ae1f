"""Each fault does exactly what its name says, by itself and in a mixture."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator import (
    NO_FAULTS,
    USUAL,
    Faults,
    deliveries,
    faults_named,
)
from countline.emulator.schedule import Kind
from countline.errors import ConfigError
from countline.model.ids import LineId
from tests.unit.emulator.hall import (
    DAY_MS,
    END_MS,
    END_S,
    NOON_S,
    START_MS,
    START_S,
    WORLD,
    day_of,
    sensor,
    starts,
)

# -- what it sees ----------------------------------------------------------------------------------


def counted(faults: Faults) -> int:
    return sum(
        value for reading in sensor(faults).reported(START_S, END_S) for _, value in reading.values
    )


def test_missed_and_doubled_crossings_show_in_the_counts_and_stay_the_truth_of_what_was_said() -> (
    None
):
    crossed = len(WORLD.crossings(LineId(1), START_MS, END_MS))
    assert counted(NO_FAULTS) == crossed
    assert 0.75 * crossed < counted(Faults(miss=0.2)) < 0.85 * crossed
    assert 1.15 * crossed < counted(Faults(double_count=0.2)) < 1.25 * crossed
    assert counted(Faults(miss=1.0)) == 0
    faults = Faults(miss=0.2, double_count=0.1)
    assert list(sensor(faults).reported(START_S, END_S - 60)) == [
        reading for delivery in day_of(faults) for reading in delivery.readings
    ]


@pytest.mark.parametrize("skew_s", [90, -45])
def test_a_skewed_clock_dates_everything_by_its_own_time(skew_s: int) -> None:
    faults = Faults(skew_s=skew_s)
    for delivery in day_of(faults):
        (reading,) = delivery.readings
        values = dict(reading.values)
        true_ms = (reading.start_s - skew_s) * 1000
        assert (values["forward"], values["backward"]) == WORLD.counts(
            LineId(1), true_ms, true_ms + 60_000
        )
        assert 0 < delivery.at_ms - true_ms - 60_000 < 15_000
    status = day_of(faults, "status")[5]
    told = DRIVER.decode(Push(driver="xovis_v5", body=status.body, received_ms=0))[0].status
    assert told is not None
    assert told.device_time_ms == status.at_ms + skew_s * 1000


def test_a_reboot_loses_its_minutes_and_restarts_uptime_but_not_package_ids() -> None:
    down_s = NOON_S + 30
    faults = Faults(reboots=(down_s,), reboot_s=75)  # down from 12:00:30 to 12:01:45
    found = day_of(faults)
    lost = {NOON_S, NOON_S + 60}
    assert set(starts(day_of(NO_FAULTS))) - set(starts(found)) == lost
    assert [delivery.package for delivery in found] == list(range(1, len(found) + 1))
    assert lost.isdisjoint(r.start_s for r in sensor(faults).reported(START_S, END_S))
    after = next(d for d in day_of(faults, "status") if d.at_ms > (down_s + 75) * 1000)
    told = DRIVER.decode(Push(driver="xovis_v5", body=after.body, received_ms=0))[0].status
    assert told is not None
    assert told.uptime_s == after.at_ms // 1000 - down_s - 75


# -- what becomes of its packages ------------------------------------------------------------------


def test_lost_packages_never_arrive_and_the_others_do() -> None:
    perfect, found = day_of(NO_FAULTS), day_of(Faults(lost=0.1))
    assert [d for d in perfect if d.package in {f.package for f in found}] == found
    assert 0.05 < 1 - len(found) / len(perfect) < 0.15
    assert day_of(Faults(lost=1.0)) == []


def test_doubled_packages_arrive_twice_with_one_body() -> None:
    found = day_of(Faults(doubled=1.0))
    times = Counter((d.package, d.body) for d in found)
    assert set(times.values()) <= {1, 2}
    assert sum(n == 1 for n in times.values()) <= 1  # the last second copy leaves after midnight
    assert len(times) == len(day_of(NO_FAULTS))
    assert {d.repeat for d in found} == {0, 1}


def arrivals(faults: Faults) -> dict[int, int]:
    """How much later than its time each package arrives, in ms."""
    usual = {d.package: d.at_ms for d in day_of(NO_FAULTS)}
    days = faults.days_late_max if faults.days_late else 0
    found = day_of(faults, until_ms=END_MS + days * DAY_MS + 3_600_000)
    return {d.package: d.at_ms - usual[d.package] for d in found if d.package in usual}


def test_shuffled_packages_overtake_each_other_and_none_is_missing() -> None:
    found = day_of(Faults(shuffled=0.3), until_ms=END_MS + 300_000)
    packages = [d.package for d in found]
    assert packages != sorted(packages)
    assert set(range(1, 1440)) <= set(packages)
    delays = arrivals(Faults(shuffled=0.3)).values()
    assert {0, 60_500, 120_500, 180_500} == set(delays)


def test_late_packages_are_minutes_late() -> None:
    delays = arrivals(Faults(late=0.2, late_s_max=900))
    late = [delay for delay in delays.values() if delay]
    assert 0.15 < len(late) / len(delays) < 0.25
    assert 60_000 <= min(late) <= max(late) <= 900_000


def test_packages_that_are_days_late_are_one_to_two_days_late() -> None:
    delays = arrivals(Faults(days_late=0.1, days_late_max=2))
    late = [delay for delay in delays.values() if delay]
    assert 0.07 < len(late) / len(delays) < 0.13
    assert DAY_MS <= min(late) <= max(late) <= 2 * DAY_MS


def test_an_outage_holds_minutes_back_and_sends_them_in_packages_when_it_is_over() -> None:
    faults = Faults(outages=((NOON_S, NOON_S + 7200),), backlog_records=50)
    found = day_of(faults)
    dark = range(NOON_S * 1000, (NOON_S + 7200) * 1000)
    assert not [d for d in found if d.at_ms in dark]
    assert starts(found) == starts(day_of(NO_FAULTS))  # nothing is missing, and all in order
    backlog = [d for d in found if len(d.readings) > 1]
    assert [len(d.readings) for d in backlog] == [50, 50, 20]
    assert all(0 <= d.at_ms - dark.stop < 60_000 for d in backlog)
    assert [d.package for d in found] == list(range(1, len(found) + 1))
    for delivery in backlog:
        (decoded,) = DRIVER.decode(Push(driver="xovis_v5", body=delivery.body, received_ms=0))
        assert tuple(decoded.readings) == delivery.readings


def test_live_frames_and_status_of_an_outage_are_gone() -> None:
    outage = (NOON_S, NOON_S + 7200)
    for kind in ("live", "status"):
        usual, found = day_of(NO_FAULTS, kind), day_of(Faults(outages=(outage,)), kind)
        gone = [d for d in usual if outage[0] * 1000 <= d.at_ms < outage[1] * 1000]
        assert gone
        assert found == [d for d in usual if d not in gone]


def test_a_reboot_within_an_outage_loses_only_its_own_minutes() -> None:
    faults = Faults(outages=((NOON_S, NOON_S + 3600),), reboots=(NOON_S + 600,), reboot_s=30)
    found = day_of(faults)
    assert set(starts(day_of(NO_FAULTS))) - set(starts(found)) == {NOON_S + 600}
    assert [d.package for d in found] == list(range(1, len(found) + 1))


MIXTURE = Faults(
    miss=0.05,
    double_count=0.05,
    lost=0.05,
    doubled=0.2,
    shuffled=0.2,
    late=0.1,
    days_late=0.05,
    days_late_max=1,
    skew_s=-30,
    reboots=(NOON_S + 5000, NOON_S + 9000),
    outages=((NOON_S + 3000, NOON_S + 5400), (NOON_S + 5400, NOON_S + 8000)),
)


@settings(max_examples=8)
@given(st.lists(st.integers(0, 24 * 60), max_size=3))
def test_steps_of_asking_change_nothing(cuts: list[int]) -> None:
    edges = [START_MS, *sorted(START_MS + cut * 60_000 for cut in cuts), END_MS]
    one = sensor(MIXTURE)
    for kind in KINDS_TRIED:
        pieces = [
            found
            for start, end in pairwise(edges)
            for found in deliveries(one, start, end, kinds=(kind,))
        ]
        assert pieces == MIXED[kind]


KINDS_TRIED: tuple[Kind, ...] = ("counts", "live", "status")
MIXED = {kind: day_of(MIXTURE, kind) for kind in KINDS_TRIED}


def test_what_arrives_is_in_order_of_time_over_all_kinds() -> None:
    found = list(deliveries(sensor(MIXTURE), START_MS, END_MS))
    assert [d.at_ms for d in found] == sorted(d.at_ms for d in found)
    assert Counter(d.kind for d in found) == {kind: len(MIXED[kind]) for kind in KINDS_TRIED}


def test_one_more_fault_does_not_move_the_others() -> None:
    few, more = arrivals(Faults(late=0.1)), arrivals(Faults(late=0.1, lost=0.2))
    assert more.items() <= few.items()
    assert len(more) < len(few)


def test_words_name_the_usual_faults() -> None:
    def named(*words: str) -> Faults:
        return faults_named(words, seed=1, sensor="a", start_s=START_S, end_s=START_S + 30 * 86_400)

    assert named() == NO_FAULTS
    everything = named(*USUAL)
    assert all(getattr(everything, f) for f in ("miss", "lost", "doubled", "late", "days_late"))
    assert 15 < len(everything.reboots) < 50
    assert 2 < len(everything.outages) < 20
    assert all(300 <= end - start <= 10_800 for start, end in everything.outages)
    assert everything == named(*reversed(USUAL))
    with pytest.raises(ConfigError, match=r"'rain' is none of miss, .*outage"):
        named("rain")
