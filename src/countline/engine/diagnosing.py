"""Everything that is wrong, or worth knowing, in one list: sensors, waiting devices, the house."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.keeping import oldest_first
from countline.engine.watch import Sight, Watch
from countline.model.adoption import Hole
from countline.model.diagnosis import SEVERITIES, diagnosis_of, rank_of
from countline.model.health import Finding, Severity
from countline.model.ids import LocationId, SensorNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Device
from countline.store.seam import View

OVERLAPPED_S = 7 * 86_400  # how far back overlapping bins are looked for
HOLES_S = 7 * 86_400  # holes that ended longer ago are history
PUSHES_MAX = 1_000  # of those that wait for a replay: beyond, "1000 or more"
CODES_NAMED = 3


@dataclass(slots=True)
class _Kept:
    """What the store knows of sensors beside their last words."""

    overlapped: dict[SensorNo, tuple[int, int]] = field(default_factory=dict)  # bins, first start
    pushes: dict[SensorNo, Counter[str]] = field(default_factory=dict)
    oldest_ms: dict[SensorNo, int] = field(default_factory=dict)
    holes: dict[SensorNo, list[Hole]] = field(default_factory=dict)  # that are not healed
    waits_ms: dict[int, int] = field(default_factory=dict)  # by device: its oldest kept push


class Diagnosing:
    """Finds what is wrong for `GET /v3/diagnostics` and `countline doctor`."""

    def __init__(self, desk: CatalogueDesk, watch: Watch) -> None:
        self._desk = desk
        self._watch = watch

    async def findings(
        self,
        sight: Sight,
        *,
        now_s: int,
        location_id: LocationId | None = None,
        severity: Severity | None = None,
    ) -> list[Finding]:
        """All findings in sight, gravest first; of one location, or of one severity or graver."""
        catalogue = await self._desk.fresh()
        within = sight if location_id is None else frozenset({location_id})
        healths = [h for h in await self._watch.sensors(within) if not _retired(h.findings)]
        kept = await self._desk.store.read(lambda view: _look(view, catalogue, now_s), heavy=True)
        found = [one for health in healths for one in health.findings]
        for health in healths:
            sensor = catalogue.sensor_by_id[health.sensor_id]
            about: dict[str, Any] = {
                "sensor_id": sensor.sensor_id,
                "location_id": sensor.location_id,
            }
            found += [
                replace(one, **about)
                for look in (_stored, _missing)
                for one in look(kept, sensor.sensor)
            ]
        if within is None:
            found += [_waiting(device, kept) for device in waiting_devices(catalogue)]
            found += await self._watch.troubles(await self._watch.lags())
        least = len(SEVERITIES) if severity is None else SEVERITIES.index(severity)
        return sorted((one for one in found if rank_of(one) <= least), key=place_of)

    async def overlapped(self, sensor: SensorNo, *, now_s: int) -> int:
        """Bins of a sensor in the last days that are kept and not added up."""
        start_s = now_s - OVERLAPPED_S
        hidden = await self._desk.store.read(
            lambda view: view.overlapped(sensor, start_s, now_s), heavy=True
        )
        return len(hidden)


def place_of(finding: Finding) -> tuple[int, str, str, str]:
    """Where a finding stands in the list: the gravest first, then by whom it is about."""
    whom = finding.sensor_id or finding.part
    return rank_of(finding), finding.subject, whom, finding.code


def is_clean(found: list[Finding]) -> bool:
    """Whether nothing needs anybody: what is only worth knowing is no fault."""
    return all(diagnosis_of(one.code).severity == "info" for one in found)


def waiting_devices(catalogue: Catalogue) -> list[Device]:
    """Devices that push and were never registered, by id."""
    devices = (catalogue.devices[device_id] for device_id in sorted(catalogue.devices))
    return [d for d in devices if d.sensor is None and d.valid_to_s is None]


def _retired(found: tuple[Finding, ...]) -> bool:
    return any(one.code == "retired" for one in found)


def _look(view: View, catalogue: Catalogue, now_s: int) -> _Kept:
    kept = _Kept()
    for sensor in catalogue.sensors:
        if hidden := view.overlapped(sensor, now_s - OVERLAPPED_S, now_s):
            kept.overlapped[sensor] = len(hidden), min(one.start_s for one in hidden)
    for hole in view.records(Hole):
        if hole.state != "healed" and hole.to_s > now_s - HOLES_S:
            kept.holes.setdefault(hole.sensor, []).append(hole)
    for push in islice(oldest_first(view, None), PUSHES_MAX):
        if push.device_id is not None and push.state == "waiting":
            kept.waits_ms.setdefault(push.device_id, push.received_ms)
        elif push.sensor is not None:
            kept.pushes.setdefault(push.sensor, Counter())[push.code] += 1
            kept.oldest_ms.setdefault(push.sensor, push.received_ms)
    return kept


def _stored(kept: _Kept, sensor: SensorNo) -> Iterator[Finding]:
    if sensor in kept.overlapped:
        bins, first_s = kept.overlapped[sensor]
        yield Finding(code="overlapped", since_s=first_s, said={"bins": bins})
    if codes := kept.pushes.get(sensor):
        named = ", ".join(code for code, _ in codes.most_common(CODES_NAMED))
        said = {"pushes": codes.total(), "codes": named}
        yield Finding(code="pushes_kept", since_s=kept.oldest_ms[sensor] // 1000, said=said)


def _missing(kept: _Kept, sensor: SensorNo) -> Iterator[Finding]:
    """Minutes that are asked for, and those that nobody has any more."""
    for code, state in (("minutes_missing", "open"), ("minutes_lost", "permanent")):
        holes = [hole for hole in kept.holes.get(sensor, ()) if hole.state == state]
        if holes:
            newest = max(holes, key=lambda hole: hole.from_s)
            said = {
                "minutes": sum(hole.to_s - hole.from_s for hole in holes) // MINUTE_S,
                "reason": newest.reason.rstrip(".") or "not asked yet",
            }
            yield Finding(code=code, since_s=min(hole.from_s for hole in holes), said=said)


def _waiting(device: Device, kept: _Kept) -> Finding:
    said = {"serial": device.serial, "vendor": device.vendor, "context": device.context}
    part = f"{device.vendor}/{device.serial}/{device.context}"
    since_ms = kept.waits_ms.get(device.device_id)
    return Finding(
        code="device_waiting",
        since_s=None if since_ms is None else since_ms // 1000,
        said=said,
        subject="device",
        part=part,
    )
