"""Devices that answer from the examples of the documents: the desk of a house without hardware."""

from dataclasses import replace

import msgspec

from countline.api.examples_devices import CHANGES, CONFIG, REPORT
from countline.engine.adopting import (
    AdoptionAsked,
    AdoptionReport,
    FoundDevice,
    NoDevices,
    Progress,
    Step,
)
from countline.engine.configuring import ChangeAsked, Configuration, Configured, Difference
from countline.engine.histories import Merged
from countline.errors import NotFound
from countline.model.adoption import ConfigurationChange
from countline.model.ids import SensorNo


class InventedDevices(NoDevices):
    """Adopts whatever is asked; SNSR_001 is adopted, and keeps what it is told."""

    def __init__(self) -> None:
        self.asked: list[AdoptionAsked] = []
        self.now = msgspec.convert(
            {name: CONFIG[name] for name in Configuration.__dataclass_fields__}, Configuration
        )
        drift = (Difference(**one) for one in CONFIG["drift"])
        self.drift = tuple(drift)

    async def adopt(self, asked: AdoptionAsked, progress: Progress | None = None) -> AdoptionReport:
        self.asked.append(asked)
        told = {n: v for n, v in REPORT.items() if n in AdoptionReport.__dataclass_fields__}
        return AdoptionReport(
            **told
            | {
                "steps": tuple(Step(**step) for step in REPORT["steps"]),
                "history": Merged(fresh=REPORT["history"]["fresh"]),
                "warnings": (),
                "dry_run": asked.dry_run,
            }
        )

    async def discover(self, network: str) -> list[FoundDevice]:
        return []

    async def configuration(self, sensor_id: str) -> Configured:
        if sensor_id != "SNSR_001":
            raise NotFound(f"{sensor_id} is not adopted.", code="sensor_not_adopted")
        return Configured(
            sensor_id=sensor_id,
            configuration=self.now,
            checksum=CONFIG["checksum"],
            drift=self.drift,
        )

    async def configure(self, sensor_id: str, asked: ChangeAsked) -> Configured:
        before = await self.configuration(sensor_id)
        wanted = asked.change(self.now)
        if not asked.dry_run:
            self.now, self.drift = wanted, ()
        drift = self.drift
        return replace(before, configuration=wanted, drift=drift, steps=(asked.who,))

    async def changes(self, sensor_id: str) -> list[ConfigurationChange]:
        (one,) = CHANGES["data"]
        return [
            ConfigurationChange(
                change_id=1,
                sensor=SensorNo(1),
                at_s=0,
                who=one["who"],
                what=one["what"],
                before=one["before"],
                after=one["after"],
            )
        ]
