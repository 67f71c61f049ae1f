"""What a device's own memory says walks the same path as pushes, as better claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countline.counting.normalise import ChannelPlan, to_claims
from countline.drivers.reading import Decoded
from countline.engine.admission import known_of, learn, named
from countline.engine.engine import Engine
from countline.engine.importing import chunked
from countline.model.claim import RANK_HISTORY
from countline.model.sensor import Sensor
from countline.store.seam import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a history brought: bins that changed something, and bins that were known so."""

    fresh: int = 0
    duplicates: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(fresh=self.fresh + other.fresh, duplicates=self.duplicates + other.duplicates)


async def merge_history(
    engine: Engine,
    sensor: Sensor,
    parts: Sequence[Decoded],
    *,
    driver: str,
    answered_ms: int,
    progress: Callable[[int], None] = lambda bins: None,
) -> Merged:
    """Claim everything that a device's history holds, however old.

    Of two histories the one that was answered later wins. `progress` is told of each few bins.
    Raises `StoreError`; what was committed before it stays, and merging again adds nothing to it.
    """
    merged = Merged()
    catalogue = await engine.desk.fresh()
    for part in (named(catalogue, sensor, part) for part in parts):
        if not part.readings:
            continue
        plan = await _plan(engine, sensor, part, driver)
        made = to_claims(
            part.readings,
            plan,
            rank=RANK_HISTORY,
            sequence=answered_ms,
            received_s=answered_ms // 1000,
        )
        for size, accepted in chunked(sensor, made, answered_ms, driver):
            outcome = (await engine.intake.apply([accepted]))[0]
            merged += Merged(fresh=outcome.changed, duplicates=outcome.duplicates)
            progress(size)
    return merged


async def _plan(engine: Engine, sensor: Sensor, part: Decoded, driver: str) -> ChannelPlan:
    """Where the part's channels write; what it names for the first time is learnt before."""
    first_s = min(r.start_s for r in part.readings)

    def work(tx: Transaction) -> None:
        learn(tx, sensor, part, driver=driver, first_s=first_s)

    await engine.store.write(work)
    catalogue = await engine.desk.fresh()
    known = known_of(catalogue, catalogue.sensors[sensor.sensor])
    return known.plan(part.device)
