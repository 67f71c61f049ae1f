"""Quiet minutes of a sensor: told apart from an outage by package ids, whatever came first."""

from collections.abc import Iterable

from countline.counting.normalise import ChannelPlan
from countline.counting.quiet import Observation, quiet_stretches, skipped_minutes, zero_minutes
from countline.drivers.reading import Decoded
from countline.model.claim import Minute
from countline.model.ids import SensorNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Package, Series
from countline.store.seam import Transaction

PACKAGES_KEPT = 90_000  # of one agent: two months of one a minute, the late window


def observed(decoded: Decoded) -> Observation | None:
    """Which stretch a package is about; None where it has no id or no minutes."""
    if decoded.sequence is None or not decoded.readings:
        return None
    return Observation(
        decoded.agent or "",
        decoded.sequence,
        min([r.start_s for r in decoded.readings]),
        max([r.start_s + r.length_s for r in decoded.readings]),
    )


def remember(tx: Transaction, sensor: SensorNo, seen: Observation) -> list[Observation]:
    """Keep what a package was about; gives it with the neighbours that are known."""
    tx.save(Package(sensor=sensor, **seen._asdict()))
    old = tx.record(Package, sensor, seen.agent, seen.sequence - PACKAGES_KEPT)
    if old is not None:
        tx.delete(old)
    near = (tx.record(Package, sensor, seen.agent, seen.sequence + step) for step in (-1, 1))
    return [seen, *(Observation(p.agent, p.sequence, p.first_s, p.last_s) for p in near if p)]


def quiet_minutes(observations: Iterable[Observation], decoded: Decoded) -> list[int]:
    """Starts of the whole minutes that a package and its neighbours left out."""
    between = [
        at_s
        for start_s, end_s in quiet_stretches(observations)
        for at_s in range(start_s, end_s, MINUTE_S)
    ]
    return between + skipped_minutes(r.start_s for r in decoded.readings)


def zero_claims(
    minutes_s: Iterable[int], decoded: Decoded, plan: ChannelPlan, series: Iterable[Series]
) -> list[Minute]:
    """Claims of 0 for quiet minutes, at every accumulating counter of the package's channels."""
    accumulating = {s.position for s in series if s.kind == "accumulating"}
    named = {info.channel for info in decoded.channels}
    positions = [
        position
        for channel in named
        for _, position in plan.places.get(channel, {}).values()
        if position in accumulating
    ]
    return zero_minutes(minutes_s, sensor=plan.sensor, width=plan.width, positions=positions)
