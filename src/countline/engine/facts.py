"""What devices say of themselves: the newest of each fact, and what follows from two in a row."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from countline.engine.judging import device_findings
from countline.model.health import FACTS, DeviceFacts, FactTime, KeptFacts, KnownFacts, Thresholds
from countline.model.ids import SensorNo

REBOOTS_KEPT = 20
UPTIME_SLACK_S = 120  # a device may need so long between its start and its first word
TOLD_ELSEWHERE = frozenset({"push_late", "clock_offset", "config_changed"})


def learn_facts(known: KnownFacts, told: DeviceFacts, limits: Thresholds) -> KnownFacts:
    """What is known after a device was heard, or was asked in vain."""
    if told.source == "ask":
        known = replace(known, asked_s=told.at_s)
        if told.reachable is False:
            since_s = known.refused_since_s
            return replace(
                known,
                refused_since_s=told.at_s if since_s is None else since_s,
                error=told.error or "no answer",
            )
        known = replace(known, answered_s=told.at_s, refused_since_s=None, error="")
    began = has_rebooted(known, told)
    if not began and _is_older(known, told):
        return known  # a push that was overtaken by a later one
    if began:
        times = (*known.reboots_s, began)[-REBOOTS_KEPT:]
        known = replace(known, reboots=known.reboots + 1, reboots_s=times)
    return _with_since(_merged(known, told), told.at_s, limits)


def has_rebooted(known: KnownFacts, told: DeviceFacts) -> int | None:
    """When a device began anew since it was last heard; None where it did not.

    Its uptime fell, and it is no longer than the time since: otherwise the word is an older one
    that was held up on its way. What its own clock says counts as well, since a backlog of pushes
    comes all at once.
    """
    before = known.newest
    if before is None or before.uptime_s is None or told.uptime_s is None:
        return None
    if told.uptime_s >= before.uptime_s:
        return None
    passed_s = told.at_s - known.heard["uptime_s"].at_s
    if told.said_s is not None and before.said_s is not None:
        passed_s = max(passed_s, told.said_s - before.said_s)
    if told.uptime_s > passed_s + UPTIME_SLACK_S:
        return None
    said_s = told.at_s if told.said_s is None else min(told.said_s, told.at_s)
    return said_s - told.uptime_s


def _is_older(known: KnownFacts, told: DeviceFacts) -> bool:
    before = known.newest
    if told.source == "ask" or before is None:
        return False
    uptimes = before.uptime_s, told.uptime_s
    return None not in uptimes and told.uptime_s < before.uptime_s  # type: ignore[operator]


def _merged(known: KnownFacts, told: DeviceFacts) -> KnownFacts:
    before = known.newest or DeviceFacts(at_s=told.at_s)
    news: dict[str, Any] = {
        name: value for name in FACTS if (value := getattr(told, name)) is not None
    }
    if "uptime_s" in news:
        news["said_s"] = told.said_s
    heard = {name: FactTime(told.at_s, told.source) for name in news if name in FACTS}
    known = replace(
        known,
        newest=replace(before, at_s=told.at_s, source=told.source, **news),
        heard={**known.heard, **heard},
    )
    if before.firmware and told.firmware and number_of(before.firmware) != number_of(told.firmware):
        known = replace(known, firmware_before=before.firmware, firmware_changed_s=told.at_s)
    if _dropped(told) > _dropped(before) and before.agents is not None:
        known = replace(known, dropped_s=told.at_s)
    return known


def _with_since(known: KnownFacts, at_s: int, limits: Thresholds) -> KnownFacts:
    codes = {one.code for one in device_findings(known, limits, now_s=at_s)}
    since = {code: known.since.get(code, at_s) for code in codes}
    since |= {code: s for code, s in known.since.items() if code in TOLD_ELSEWHERE}
    return known if since == known.since else replace(known, since=since)


def number_of(firmware: str) -> str:
    """`5.6.2` of `5.6.2-0123abcdef`: where a version is told with a digest and where without."""
    return firmware.partition("-")[0]


def _dropped(told: DeviceFacts) -> int:
    return sum(agent.dropped or 0 for agent in told.agents or ())


class FactsBook:
    """The facts of all sensors, in memory; `to_write` gives what moved since the last time."""

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._known: dict[SensorNo, KnownFacts] = {}
        self._moved: set[SensorNo] = set()

    def load(self, kept: Iterable[KeptFacts]) -> None:
        """Begin with what was written down."""
        self._known = {one.sensor: msgspec.convert(one.facts, KnownFacts) for one in kept}

    def of(self, sensor: SensorNo) -> KnownFacts:
        """What is known of a sensor; nothing, at first."""
        return self._known.get(sensor) or KnownFacts(sensor=sensor)

    def learn(self, sensor: SensorNo, told: DeviceFacts) -> None:
        """A device was heard, or asked in vain."""
        self._known[sensor] = learn_facts(self.of(sensor), told, self._limits)
        self._moved.add(sensor)

    def mark(self, sensor: SensorNo, code: str, at_s: int, *, wrong: bool) -> None:
        """Remember since when something is wrong, or that it is not any more."""
        known = self._known.get(sensor)
        if wrong == (known is not None and code in known.since):
            return
        known = known or KnownFacts(sensor=sensor)
        others = {one: s for one, s in known.since.items() if one != code}
        since = {**others, code: at_s} if wrong else others
        self._known[sensor] = replace(known, since=since)
        self._moved.add(sensor)

    def to_write(self) -> list[KeptFacts]:
        """What moved, as it is written down; the caller gives it back with `again` if it fails."""
        moved, self._moved = self._moved, set()
        return [
            KeptFacts(sensor=sensor, facts=msgspec.to_builtins(self._known[sensor]))
            for sensor in sorted(moved)
        ]

    def again(self, kept: Iterable[KeptFacts]) -> None:
        """Could not be written: next time."""
        self._moved.update(one.sensor for one in kept)
