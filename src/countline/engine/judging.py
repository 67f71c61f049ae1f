"""Judges a sensor by what is known of it: pure, so that more trouble can be shown never to heal it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from countline.model.diagnosis import HEALTHS, diagnosis_of, rank_of, remedy_of, sentence_of
from countline.model.health import DeviceFacts, Finding, KnownFacts, Licence, Thresholds
from countline.model.ids import SensorNo
from countline.model.query import Health, Reason
from countline.model.sensor import SensorState

DAY_S = 86_400
UNMAPPED_NAMED = 3
_NO_FACTS = DeviceFacts(at_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of one sensor at an instant.

    `expected` says that it should push now, `imported` that files gave it data, `facts` are what its
    device says.
    """

    now_s: int
    stale_after_s: int
    state: SensorState = "adopted"
    created_s: int | None = None
    retired_s: int | None = None
    expected: bool = True
    imported: bool = False
    last_push_s: int | None = None
    last_bin_end_s: int | None = None
    push_delay_s: float | None = None
    clock_offset_s: float | None = None
    notes: Mapping[str, int] = field(default_factory=dict)  # code -> when last seen
    facts: KnownFacts = field(default_factory=lambda: KnownFacts(sensor=SensorNo(0)))
    unmapped: tuple[str, ...] = ()


def judge(evidence: Evidence, limits: Thresholds) -> tuple[Health, tuple[Finding, ...]]:
    """The health of a sensor, and all that is found, gravest first. No finding: it is healthy.

    A sensor of which nothing was ever heard is `unknown`, whatever else may be wrong with it.
    """
    found = list(_findings(evidence, limits))
    return health_of(found, heard=_was_heard(evidence)), tuple(sorted(found, key=rank_of))


def health_of(found: Iterable[Finding], *, heard: bool = True) -> Health:
    """The worst that some findings make of a sensor."""
    made = {diagnosis_of(one.code).health for one in found}
    if "unknown" in made and not (heard and made & {"offline", "degraded"}):
        return "unknown"
    return next((health for health in reversed(HEALTHS) if health in made), "healthy")


def reasons_of(found: Iterable[Finding]) -> tuple[Reason, ...]:
    """Why something is not healthy: the sentence, then what to do. What is only told is left out."""
    return tuple(
        Reason(one.code, f"{sentence_of(one)} {remedy_of(one)}", one.since_s)
        for one in found
        if diagnosis_of(one.code).health != "healthy"
    )


def _was_heard(evidence: Evidence) -> bool:
    return evidence.last_push_s is not None or evidence.facts.answered_s is not None


def _findings(evidence: Evidence, limits: Thresholds) -> Iterator[Finding]:
    if evidence.state == "retired":
        yield Finding(code="retired", since_s=evidence.retired_s)
        return
    yield from _contact(evidence, limits)
    yield from _clock(evidence, limits)
    yield from device_findings(evidence.facts, limits, now_s=evidence.now_s)
    for code, at_s in sorted(evidence.notes.items()):
        if evidence.now_s - at_s <= limits.note_keep_s:
            yield Finding(code=code, since_s=at_s)
    if evidence.unmapped:
        yield Finding(code="unmapped", said={"channels": _listed(evidence.unmapped)})


# -- whether counts come --------------------------------------------------------------------------
def _contact(evidence: Evidence, limits: Thresholds) -> Iterator[Finding]:
    """Silence, asking that fails, or both: three things, and three sentences."""
    facts, silence_s = evidence.facts, _silence_s(evidence)
    refused = facts.refused_since_s is not None
    error = facts.error or "no answer"
    if not evidence.expected:
        yield _unheard(evidence, answers=bool(facts.answered_s) and not refused)
    elif silence_s is not None:
        answers = facts.answered_s is not None
        said: dict[str, Any] = {
            "silence": told_length(silence_s),
            "silence_s": silence_s,
            "asked": "though the device answers" if answers else "and its device is not asked",
            "error": error,
        }
        code = "offline" if refused else "silent"
        said.pop("asked" if refused else "error")
        yield Finding(code=code, since_s=evidence.last_bin_end_s, said=said)
        return
    elif (late_s := facts.since.get("push_late")) and evidence.now_s - late_s >= limits.late_for_s:
        said = {"delay_s": evidence.push_delay_s}
        yield Finding(code="push_late", since_s=late_s, said=said)
    if refused:
        note = "" if evidence.expected else f"Asking the device fails: {error}."
        said = {"error": error}
        yield Finding(code="unreachable", since_s=facts.refused_since_s, said=said, note=note)


def _unheard(evidence: Evidence, *, answers: bool) -> Finding:
    """A sensor of which no push is expected: none has come yet, or files feed it."""
    if evidence.imported:
        return Finding(code="fed_by_files")
    said = {"answering": ", though the device answers" if answers else ""}
    return Finding(code="never_pushed", since_s=evidence.created_s, said=said)


def _silence_s(evidence: Evidence) -> int | None:
    """How long nothing was counted, where that is longer than by the sensor's own rhythm."""
    if evidence.last_bin_end_s is None:
        return None
    silence_s = evidence.now_s - evidence.last_bin_end_s
    return silence_s if silence_s > evidence.stale_after_s else None


def _clock(evidence: Evidence, limits: Thresholds) -> Iterator[Finding]:
    offset_s = evidence.clock_offset_s
    if offset_s is not None and abs(offset_s) > limits.clock_offset_s:
        said = {"offset_s": offset_s}
        since_s = evidence.facts.since.get("clock_offset")
        yield Finding(code="clock_offset", since_s=since_s, said=said)


# -- what the device is like ----------------------------------------------------------------------
def device_findings(facts: KnownFacts, limits: Thresholds, *, now_s: int) -> Iterator[Finding]:
    """What a device's own words say, beside its clock."""
    newest = facts.newest or _NO_FACTS
    for rule in _RULES:
        for finding in rule(newest, facts, limits, now_s):
            since_s = finding.since_s or facts.since.get(finding.code)
            yield replace(finding, since_s=since_s)


def _heat(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    if newest.temperature_c is not None and newest.temperature_c > limits.temperature_c:
        said = {"temperature_c": newest.temperature_c, "limit": limits.temperature_c}
        yield Finding(code="too_hot", said=said)


def _reboots(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    recent = [at_s for at_s in known.reboots_s if now_s - at_s <= DAY_S]
    if len(recent) >= limits.reboots_a_day:
        yield Finding(code="reboots_often", since_s=recent[0], said={"reboots": len(recent)})
    elif recent:
        yield Finding(code="rebooted", since_s=recent[-1])


def _licences(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    ended = [one for one in newest.licences or () if _has_ended(one)]
    ending = [
        one
        for one in newest.licences or ()
        if one not in ended
        and one.state != "missing"
        and one.remaining_days is not None
        and one.remaining_days < limits.licence_days
    ]
    if ended:
        features = _listed([one.feature for one in ended])
        yield Finding(code="licence_ended", said={"feature": features})
    if ending:
        days = min(one.remaining_days or 0 for one in ending)
        said = {"feature": _listed([one.feature for one in ending]), "days": days}
        yield Finding(code="licence_ending", said=said)


def _has_ended(licence: Licence) -> bool:
    days = licence.remaining_days
    return licence.state == "expired" or (
        licence.state != "missing" and days is not None and days <= 0
    )


def _firmware(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    changed_s = known.firmware_changed_s
    if changed_s is not None and now_s - changed_s <= limits.recent_s:
        said = {"firmware": newest.firmware, "before": known.firmware_before}
        yield Finding(code="firmware_changed", since_s=changed_s, said=said)


def _drift(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    """Found when the checksum was heard: what it should be is not a fact of the device."""
    if "config_changed" in known.since:
        yield Finding(code="config_changed")


def _placing(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    if newest.illumination == "INSUFFICIENT":
        yield Finding(code="illumination_low")
    if newest.tilt_degrees is not None and abs(newest.tilt_degrees) > limits.tilt_degrees:
        said = {"tilt_degrees": newest.tilt_degrees, "limit": limits.tilt_degrees}
        yield Finding(code="tilted", said=said)


def _storage(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    if newest.storage_percent is not None and newest.storage_percent > limits.storage_percent:
        said = {"percent": newest.storage_percent}
        yield Finding(code="storage_nearly_full", said=said)


def _agents(
    newest: DeviceFacts, known: KnownFacts, limits: Thresholds, now_s: int
) -> Iterator[Finding]:
    """An agent fails where its last delivery did; packages given up are told for a day."""
    agents = newest.agents or ()
    failing = [a for a in agents if a.last_failed_s and a.last_failed_s > (a.last_ok_s or 0)]
    for agent in failing[:1]:
        failed = {"agent": agent.name or agent.agent_id, "error": agent.error or "no reason given"}
        since_s = agent.last_ok_s or agent.last_failed_s
        yield Finding(code="agent_failing", since_s=since_s, said=failed)
    dropping = [a for a in agents if a.dropped]
    if dropping and known.dropped_s is not None and now_s - known.dropped_s <= limits.recent_s:
        said = {
            "agent": dropping[0].name or dropping[0].agent_id,
            "dropped": sum(a.dropped or 0 for a in dropping),
        }
        yield Finding(code="packages_dropped", since_s=known.dropped_s, said=said)


_Rule = Callable[[DeviceFacts, KnownFacts, Thresholds, int], Iterator[Finding]]
_RULES: tuple[_Rule, ...] = (
    _heat, _reboots, _licences, _firmware, _drift, _placing, _storage, _agents,
)  # fmt: skip


# -- words ----------------------------------------------------------------------------------------
def told_length(seconds: float) -> str:
    """A length of time as people say it: `17 minutes`, `26 hours`, `3 days`."""
    minutes = max(1, int(seconds) // 60)
    if minutes < 120:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - UNMAPPED_NAMED
    told = ", ".join(listed[:UNMAPPED_NAMED])
    return told if more <= 0 else f"{told} and {more} more"
