"""What packages tell for the first time, written down: all that came together in one commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from countline.drivers.reading import Decoded
from countline.engine.admission import learn
from countline.engine.desk import CatalogueDesk
from countline.errors import StoreError
from countline.model.sensor import Sensor
from countline.store.seam import Transaction


@dataclass(slots=True)
class Lesson:
    """A package that tells something new about its sensor."""

    sensor: Sensor
    decoded: Decoded
    driver: str
    first_s: int | None
    error: Exception | None = None


class Learning:
    """Gathers lessons, and learns them together."""

    def __init__(self, desk: CatalogueDesk) -> None:
        self._desk = desk
        self._lessons: list[Lesson] = []
        self._running: asyncio.Task[None] | None = None

    async def learn(self, lesson: Lesson) -> None:
        """Return once it is in the catalogue. Raises what was wrong with this one."""
        self._lessons.append(lesson)
        if self._running is None:
            self._running = asyncio.create_task(self._learn())
        await asyncio.shield(self._running)
        if lesson.error is not None:
            raise lesson.error

    async def _learn(self) -> None:
        await asyncio.sleep(0)  # all that came in this turn of the loop is learnt in one commit
        lessons, self._lessons = self._lessons, []
        self._running = None
        try:
            await self._desk.store.write(partial(_learn_all, lessons=lessons))
        except StoreError:
            raise
        except Exception:
            await self._learn_each(lessons)
        await self._desk.fresh()

    async def _learn_each(self, lessons: Sequence[Lesson]) -> None:
        """One of them is at fault, and fails alone."""
        for lesson in lessons:
            try:
                await self._desk.store.write(partial(_learn_all, lessons=[lesson]))
            except Exception as error:
                lesson.error = error


def _learn_all(tx: Transaction, lessons: Sequence[Lesson]) -> None:
    for one in lessons:
        learn(tx, one.sensor, one.decoded, driver=one.driver, first_s=one.first_s)
