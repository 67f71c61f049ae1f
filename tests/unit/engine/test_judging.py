"""A sensor's health: each reason by its own evidence, and more trouble never heals."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.engine.judging import Evidence, judge, reasons_of, told_length
from countline.model.diagnosis import (
    DIAGNOSES,
    HEALTHS,
    diagnosis_of,
    rank_of,
    remedy_of,
    sentence_of,
)
from countline.model.health import Agent, DeviceFacts, Finding, KnownFacts, Licence, Thresholds
from countline.model.ids import SensorNo

NOW = 1_780_000_000
LIMITS = Thresholds()
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


def known(at_s: int = NOW - 60, **more: Any) -> KnownFacts:
    """Facts of a device that answered, `facts` among them."""
    facts = more.pop("facts", {})
    given: dict[str, Any] = {
        "asked_s": at_s,
        "answered_s": at_s,
        "newest": DeviceFacts(at_s=at_s, **facts),
    }
    return KnownFacts(sensor=SensorNo(1), **(given | more))


def evidence(**more: Any) -> Evidence:
    """A sensor that is well, but for `more`."""
    well: dict[str, Any] = {
        "now_s": NOW,
        "stale_after_s": 900,
        "created_s": NOW - 30 * DAY_S,
        "last_push_s": NOW - 5,
        "last_bin_end_s": NOW - 20,
        "push_delay_s": 5.0,
        "clock_offset_s": 0.2,
    }
    return Evidence(**(well | more))


def late(since_s: int) -> KnownFacts:
    """A sensor that nobody asked, whose pushes come late since then."""
    return KnownFacts(sensor=SensorNo(1), since={"push_late": since_s})


def codes(seen: Evidence) -> list[str]:
    return [one.code for one in judge(seen, LIMITS)[1]]


def test_no_reason_is_healthy() -> None:
    assert judge(evidence(), LIMITS) == ("healthy", ())
    assert judge(evidence(facts=known()), LIMITS) == ("healthy", ())


REFUSED: dict[str, Any] = {"refused_since_s": NOW - HOUR_S, "error": "connection refused"}
SILENT = {"last_bin_end_s": NOW - 26 * HOUR_S, "last_push_s": NOW - 26 * HOUR_S}


@pytest.mark.parametrize(
    ("seen", "health", "code", "since_s", "words"),
    [
        (evidence(**SILENT), "offline", "silent", NOW - 26 * HOUR_S, "for 26 hours, and its device is not asked"),
        (evidence(**SILENT, facts=known()), "offline", "silent", NOW - 26 * HOUR_S, "though the device answers"),
        (evidence(**SILENT, facts=known(**REFUSED)), "offline", "offline", NOW - 26 * HOUR_S, "asking the device fails: connection refused"),
        (evidence(facts=known(**REFUSED)), "degraded", "unreachable", NOW - HOUR_S, "Its pushes come, but"),
        (evidence(push_delay_s=181.4, facts=late(NOW - 300)), "degraded", "push_late", NOW - 300, "the last one 181 s after"),
        (evidence(clock_offset_s=-45.2), "degraded", "clock_offset", None, "is -45 s off"),
        (evidence(notes={"clock_skew": NOW - 60}), "degraded", "clock_skew", NOW - 60, "dated counts in the future"),
        (evidence(notes={"counter_regression": NOW - 60}), "degraded", "counter_regression", NOW - 60, "totals fell"),
        (evidence(notes={"quiet_minutes_missing": NOW}), "degraded", "quiet_minutes_missing", NOW, "nobody passes"),
        (evidence(notes={"counter_twice": NOW}), "degraded", "counter_twice", NOW, "kept and not counted"),
        (evidence(unmapped=("single/1001",)), "healthy", "unmapped", None, "single/1001"),
        (evidence(unmapped=tuple("abcde")), "healthy", "unmapped", None, "a, b, c and 2 more"),
        (evidence(facts=known(facts={"temperature_c": 91})), "degraded", "too_hot", None, "91 degrees"),
        (evidence(facts=known(facts={"tilt_degrees": -21.4})), "degraded", "tilted", None, "-21 degrees aslant, more than 15"),
        (evidence(facts=known(facts={"illumination": "INSUFFICIENT"})), "degraded", "illumination_low", None, "too little light"),
        (evidence(facts=known(facts={"storage_percent": 93.0})), "degraded", "storage_nearly_full", None, "93 % full"),
        (evidence(facts=known(facts={"licences": (Licence("PISTE", "enabled", 12),)})), "degraded", "licence_ending", None, "PISTE ends in 12 days"),
        (evidence(facts=known(facts={"licences": (Licence("PISTE", "expired", 0),)})), "degraded", "licence_ended", None, "PISTE has ended"),
        (evidence(facts=known(reboots_s=(NOW - 60,))), "healthy", "rebooted", NOW - 60, "started anew"),
        (evidence(facts=known(reboots_s=(NOW - 900, NOW - 600, NOW - 60))), "degraded", "reboots_often", NOW - 900, "3 times within a day"),
        (evidence(facts=known(facts={"firmware": "5.9.1"}, firmware_before="5.6.2", firmware_changed_s=NOW - 60)), "healthy", "firmware_changed", NOW - 60, "is 5.9.1 now; it was 5.6.2"),
        (evidence(facts=known(since={"config_changed": NOW - 99})), "degraded", "config_changed", NOW - 99, "not the one"),
        (evidence(facts=known(facts={"agents": (Agent("1", "counts", NOW - 900, NOW - 60, "HTTP 401", 3, 0),)})), "degraded", "agent_failing", NOW - 900, "agent counts cannot deliver: HTTP 401"),
        (evidence(facts=known(facts={"agents": (Agent("1", dropped=4),)}, dropped_s=NOW - 60)), "degraded", "packages_dropped", NOW - 60, "given up packages: 4"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_each_reason_has_its_evidence_sentence_and_remedy(
    seen: Evidence, health: str, code: str, since_s: int | None, words: str
) -> None:
    found_health, (finding,) = judge(seen, LIMITS)
    assert (found_health, finding.code, finding.since_s) == (health, code, since_s)
    assert words in sentence_of(finding)
    assert " not known)" not in sentence_of(finding)
    assert remedy_of(finding)
    told = reasons_of([finding])
    if health == "healthy":
        assert told == ()
    else:
        assert told[0].detail == f"{sentence_of(finding)} {remedy_of(finding)}"


def test_what_is_just_within_is_no_reason() -> None:
    facts = {
        "temperature_c": 85,
        "tilt_degrees": 15.0,
        "storage_percent": 90.0,
        "illumination": "UNKNOWN",
        "licences": (
            Licence("A", "enabled", 30),
            Licence("B", "enabled", None),
            Licence("C", "missing", 0),
        ),
        "agents": (Agent("1", last_ok_s=NOW, last_failed_s=NOW - 60, error="timeout"),),
    }
    seen = evidence(
        facts=known(
            facts=facts,
            reboots_s=(NOW - DAY_S - 1,),
            firmware_changed_s=NOW - DAY_S - 1,
            since={"push_late": NOW - 299},
        ),
        last_bin_end_s=NOW - 900,
        push_delay_s=181.4,
        clock_offset_s=30.0,
        notes={"clock_skew": NOW - HOUR_S - 1},
    )
    assert codes(seen) == []


def test_a_sensor_of_which_nothing_was_heard_is_unknown() -> None:
    nothing = {"expected": False, "last_push_s": None, "last_bin_end_s": None, "push_delay_s": None}
    assert judge(evidence(**nothing), LIMITS)[0] == "unknown"
    asked = KnownFacts(sensor=SensorNo(1), asked_s=NOW, **REFUSED)
    health, found = judge(evidence(**nothing, facts=asked), LIMITS)
    assert (health, {one.code for one in found}) == ("unknown", {"never_pushed", "unreachable"})
    health, (finding,) = judge(evidence(**nothing, facts=known()), LIMITS)
    assert (health, finding.code) == ("unknown", "never_pushed")
    assert "though the device answers" in sentence_of(finding)
    assert judge(evidence(**nothing, imported=True), LIMITS)[0] == "unknown"
    assert codes(evidence(**SILENT, state="retired", retired_s=5)) == ["retired"]


def test_a_sensor_is_judged_by_its_own_rhythm() -> None:
    hourly = {"stale_after_s": 9_000, "last_bin_end_s": NOW - 9_000}
    assert codes(evidence(**hourly)) == []
    assert codes(evidence(**(hourly | {"last_bin_end_s": NOW - 9_001}))) == ["silent"]


def test_the_gravest_comes_first() -> None:
    seen = evidence(
        **SILENT, facts=known(reboots_s=(NOW - 60,)), notes={"late": NOW}, unmapped=("x",)
    )
    found = judge(seen, LIMITS)[1]
    assert [rank_of(one) for one in found] == [0, 1, 2, 2]


# -- properties -----------------------------------------------------------------------------------
TROUBLES: tuple[dict[str, Any], ...] = (
    SILENT,
    {"clock_offset_s": 90.0},
    {"notes": {"clock_skew": NOW, "counter_twice": NOW}},
    {"unmapped": ("single/7",)},
)
FACT_TROUBLES: tuple[dict[str, Any], ...] = (
    REFUSED,
    {"reboots_s": (NOW - 3, NOW - 2, NOW - 1)},
    {"since": {"config_changed": NOW, "push_late": NOW - 999}},
    {"facts": {"temperature_c": 99, "tilt_degrees": 40.0}},
    {"facts": {"licences": (Licence("A", "expired", 0), Licence("B", "enabled", 3))}},
    {"facts": {"agents": (Agent("1", last_failed_s=NOW),), "storage_percent": 99.0}},
)
some = (
    st.sets(st.sampled_from(range(len(TROUBLES)))),
    st.sets(st.sampled_from(range(len(FACT_TROUBLES)))),
)


def troubled(plain: set[int], of_facts: set[int], *, pushed: bool) -> Evidence:
    seen: dict[str, Any] = {}
    for at in sorted(plain):
        seen |= TROUBLES[at]
    told: dict[str, Any] = {"facts": {}}
    for at in sorted(of_facts):
        one = FACT_TROUBLES[at]
        told |= {**one, "facts": {**told["facts"], **one.get("facts", {})}}
    if not pushed:
        seen |= {"expected": False, "last_bin_end_s": None}
    return evidence(**seen, facts=known(**told))


@given(*some, *some, st.booleans())
def test_more_trouble_never_makes_it_healthier(
    few: set[int], few_facts: set[int], more: set[int], more_facts: set[int], pushed: bool
) -> None:
    before, _ = judge(troubled(few, few_facts, pushed=pushed), LIMITS)
    after, _ = judge(troubled(few | more, few_facts | more_facts, pushed=pushed), LIMITS)
    order = ("unknown", *HEALTHS) if not pushed else HEALTHS
    assert order.index(after) >= order.index(before)


@given(*some)
def test_whoever_is_not_healthy_has_a_reason_and_the_other_way_round(
    plain: set[int], of_facts: set[int]
) -> None:
    health, found = judge(troubled(plain, of_facts, pushed=True), LIMITS)
    assert bool(reasons_of(found)) == (health != "healthy")


@given(*some)
def test_what_was_never_heard_is_unknown_whatever_else_is_wrong(
    plain: set[int], of_facts: set[int]
) -> None:
    seen = troubled(plain, of_facts, pushed=False)
    deaf = replace(seen, last_push_s=None, facts=replace(seen.facts, answered_s=None))
    assert judge(deaf, LIMITS)[0] == "unknown"


# -- words ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", DIAGNOSES)
def test_every_code_can_be_told_without_anything_to_fill_it(code: str) -> None:
    finding = Finding(code=code)
    assert sentence_of(finding).endswith(".")
    assert remedy_of(finding).endswith(".")
    assert "{" not in sentence_of(finding)
    assert rank_of(finding) in (0, 1, 2)
    # What makes a sensor ill is never only worth knowing, but for states that are as meant.
    diagnosis = diagnosis_of(code)
    if diagnosis.severity == "info":
        assert diagnosis.health in ("healthy", "unknown")


def test_a_length_of_time_is_told_as_people_say_it() -> None:
    told = [told_length(s) for s in (1, 60, 1_020, 7_199, 7_200, 26 * HOUR_S, 3 * DAY_S)]
    assert told == [
        "1 minute", "1 minute", "17 minutes", "119 minutes", "2 hours", "26 hours", "3 days",
    ]  # fmt: skip
