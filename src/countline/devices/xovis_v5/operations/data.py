"""Numbers of one context: live totals, and the history that the sensor keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from countline.devices.xovis_v5.operations.asking import Asker, typed
from countline.devices.xovis_v5.push_shapes import HistoryStatus
from countline.devices.xovis_v5.refusals import invalid_answer
from countline.devices.xovis_v5.scene_shapes import LiveCounts, LiveLogics
from countline.drivers.xovis_v5.history import History, decode_history
from countline.errors import BadPush

HISTORY_S_MAX = 300  # the largest answer at 2 Mbit/s
HISTORY_MINUTES_MAX = 2_880  # of one question: two days, read in 70 ms; sensors take up to 50,000


@dataclass(frozen=True, slots=True)
class DataOperations:
    """What it has counted."""

    _asker: Asker

    async def live_counts(self) -> LiveCounts:
        """Every counter's total since its last reset."""
        return typed(await self._asker.ask("live_counts"), LiveCounts, "live_counts")

    async def live_logics(self) -> LiveLogics:
        """The same by logic, with template and geometries."""
        return typed(await self._asker.ask("live_logics"), LiveLogics, "live_logics")

    async def history(
        self, from_s: int, to_s: int, *, templates: Mapping[int, str], resolution_min: int = 1
    ) -> History:
        """What its history holds from `from_s` to `to_s`, at most `HISTORY_MINUTES_MAX` bins.

        `templates` are the templates of logics by id (`LiveLogic.info`): the history leaves them
        out, and without them nobody knows what a counter counts.
        """
        query = {"begin": from_s * 1000, "end": to_s * 1000, "resolution_min": resolution_min}
        answer = await self._asker.ask("history", query=query, timeout_s=HISTORY_S_MAX)
        try:
            told = decode_history(answer, templates=templates)
        except BadPush as error:
            raise invalid_answer("history", error.detail) from None
        asked = [
            reading
            for reading in told.decoded.readings
            if from_s <= reading.start_s and reading.start_s + reading.length_s <= to_s
        ]  # a clock that was wrong puts records where nobody asked, even ahead of now
        return replace(told, decoded=replace(told.decoded, readings=asked))

    async def history_status(self) -> HistoryStatus:
        """How full its history is, and how far it reaches back."""
        return typed(await self._asker.ask("history_status"), HistoryStatus, "history_status")
