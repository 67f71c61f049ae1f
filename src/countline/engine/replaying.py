"""Kept pushes walk the path again: after a driver was mended, or a device was registered."""

from collections.abc import Callable
from dataclasses import dataclass

from countline.drivers.reading import Push
from countline.engine.desk import CatalogueDesk
from countline.engine.intake import Intake
from countline.engine.keeping import oldest_first
from countline.errors import NotFound
from countline.model.access import PushSecret
from countline.model.sensor import Sensor
from countline.store.seam import KeptPush, PushState, View

PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay did: bodies tried, counted now, and kept again with their reason."""

    tried: int = 0
    counted: int = 0
    kept: int = 0


class Replaying:
    """Lists, replays and dismisses kept pushes."""

    def __init__(self, desk: CatalogueDesk, intake: Intake, *, now_ms: Callable[[], int]) -> None:
        self._desk = desk
        self._intake = intake
        self._now_ms = now_ms

    async def kept(
        self, state: PushState | None = None, *, after: int = 0, limit: int = PAGE
    ) -> list[KeptPush]:
        """Kept pushes by id, oldest first."""
        return await self._desk.store.read(lambda v: v.pushes(state, after=after, limit=limit))

    async def dismiss(self, push_id: int) -> None:
        """Forget one kept push. Raises `NotFound`."""
        await self._find(push_id)
        await self._desk.store.write(lambda tx: tx.drop_pushes([push_id]))

    async def replay(
        self, push_id: int | None = None, *, told: Callable[[int], None] = lambda done: None
    ) -> ReplayReport:
        """One kept push, or all that failed or were set aside; what fails again stays kept."""
        if push_id is not None:
            return await self._again([await self._find(push_id)])
        # Found before the first is tried: what fails again is kept under a new id.
        wanted = await self._ids(lambda push: push.state != "waiting")
        report = ReplayReport()
        for one in wanted:
            report = _added(report, await self._again([await self._find(one)]))
            told(report.tried)
        return report

    async def adopt(self, sensor: Sensor) -> ReplayReport:
        """Count what a device pushed before it was registered as this sensor."""
        device = (await self._desk.fresh()).open_device_of.get(sensor.sensor)
        report = ReplayReport()
        if device is None:
            return report

        for one in await self._ids(lambda push: push.device_id == device.device_id):
            report = _added(report, await self._again([await self._find(one)]))
        return report

    async def _ids(self, wanted: Callable[[KeptPush], bool]) -> list[int]:
        """Ids of kept pushes, oldest first; only a few bodies are in memory at a time."""

        def work(view: View) -> list[int]:
            return [push.push_id for push in oldest_first(view, None) if wanted(push)]

        return await self._desk.store.read(work, heavy=True)

    async def _find(self, push_id: int) -> KeptPush:
        page = await self.kept(after=push_id - 1, limit=1)
        if not page or page[0].push_id != push_id:
            raise NotFound(f"No push with the id {push_id} is kept.", code="push_not_found")
        return page[0]

    async def _again(self, pushes: list[KeptPush]) -> ReplayReport:
        """Each body once more; the old row goes only after the new outcome is on disk.

        One that lay ahead of our clock is held against that of now: it may have been ours to set.
        """
        counted = 0
        for kept in pushes:
            received_ms = self._now_ms() if kept.state == "clock" else kept.received_ms
            push = Push(driver=kept.driver, body=kept.body, received_ms=received_ms)
            secret = PushSecret(digest=b"", sensor=kept.sensor, driver=kept.driver)
            fine = await self._intake.submit_again(push, secret)
            counted += fine
            await self.dismiss(kept.push_id)
        return ReplayReport(tried=len(pushes), counted=counted, kept=len(pushes) - counted)


def _added(one: ReplayReport, two: ReplayReport) -> ReplayReport:
    return ReplayReport(
        tried=one.tried + two.tried,
        counted=one.counted + two.counted,
        kept=one.kept + two.kept,
    )
