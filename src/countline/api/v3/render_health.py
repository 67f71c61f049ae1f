"""Health and findings, as version 3 writes them."""

from countline.api.instants import instant_or_none
from countline.model.diagnosis import diagnosis_of, remedy_of, sentence_of
from countline.model.health import Agent, DeviceFacts, Finding, Licence
from countline.model.query import Reason, SensorHealth
from countline.wire import v3_health as wire

_NOTHING_SAID = DeviceFacts(at_s=0)


def sensor_health(known: SensorHealth, overlapped: int | None = None) -> wire.SensorHealth:
    """How one sensor is."""
    facts, said = known.facts, known.facts.newest or _NOTHING_SAID
    return wire.SensorHealth(
        sensor_id=known.sensor_id,
        health=known.health,
        reasons=[reason(r) for r in known.reasons],
        last_push_at=instant_or_none(known.last_push_s),
        push_delay_s=known.push_delay_s,
        clock_offset_s=known.clock_offset_s,
        uptime_s=known.uptime_s,
        temperature_c=known.temperature_c,
        firmware=known.firmware or None,
        location_id=known.location_id,
        stale_after_s=known.stale_after_s,
        reachable=None if facts.asked_s is None else facts.refused_since_s is None,
        asked_at=instant_or_none(facts.asked_s),
        answered_at=instant_or_none(facts.answered_s),
        reboots=facts.reboots,
        rebooted_at=instant_or_none(facts.reboots_s[-1] if facts.reboots_s else None),
        licences=None if said.licences is None else [licence(one) for one in said.licences],
        agents=None if said.agents is None else [agent(one) for one in said.agents],
        tilt_degrees=said.tilt_degrees,
        height_m=said.height_m,
        illumination=said.illumination or known.illumination or None,
        storage_percent=said.storage_percent,
        storage_oldest_at=instant_or_none(said.storage_oldest_s),
        config_checksum=said.config_checksum,
        unmapped=list(known.unmapped),
        overlapped=overlapped,
    )


def licence(known: Licence) -> wire.Licence:
    """One licensed feature."""
    return wire.Licence(
        feature=known.feature, state=known.state, remaining_days=known.remaining_days
    )


def agent(known: Agent) -> wire.Agent:
    """How one push agent delivers."""
    return wire.Agent(
        agent_id=known.agent_id,
        name=known.name,
        last_ok_at=instant_or_none(known.last_ok_s),
        last_failed_at=instant_or_none(known.last_failed_s),
        error=known.error,
        cached=known.cached,
        dropped=known.dropped,
    )


def reason(known: Reason) -> wire.Reason:
    """Why something is not healthy."""
    return wire.Reason(code=known.code, detail=known.detail, since=instant_or_none(known.since_s))


def diagnosis(found: Finding) -> wire.Diagnosis:
    """One thing that is wrong, and what to do."""
    return wire.Diagnosis(
        subject=found.subject,
        sensor_id=found.sensor_id,
        location_id=found.location_id,
        part=found.part or None,
        code=found.code,
        severity=diagnosis_of(found.code).severity,
        sentence=sentence_of(found),
        remedy=remedy_of(found),
        since=instant_or_none(found.since_s),
        evidence=found.said,
    )
