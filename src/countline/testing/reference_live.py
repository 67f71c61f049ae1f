"""What live events say in the reference store: each question answered from all that is known."""

from collections.abc import Sequence

from countline.counting.provisional import AROUND, counted, covered_s
from countline.limits import LIVE_ALONE_S, LIVE_BRIDGE_S_MAX
from countline.model.claim import RANK_PROVISIONAL, Shown
from countline.model.ids import SensorNo, SeriesNo
from countline.model.sensor import Series
from countline.testing.reference_view import ReferenceView, overlaps


class ReferenceLive(ReferenceView):
    """A view that knows what provisional claims are made of."""

    def sensor(self, series: SeriesNo) -> SensorNo:
        """Whose a series is."""
        known = self.record(Series, series)
        assert known is not None
        return known.sensor

    def channel(self, series: SeriesNo) -> list[Series]:
        """The series of a series' channel."""
        known = self.record(Series, series)
        assert known is not None
        mine = self.records(Series, sensor=known.sensor)
        return [one for one in mine if one.channel == known.channel]

    def counters(self, series: SeriesNo) -> list[SeriesNo]:
        """The accumulating ones, the first of which leads."""
        return [one.series for one in self.channel(series) if one.kind == "accumulating"]

    def covered_s(self, series: SeriesNo, minute: int) -> int:
        """How much of a minute lies between frames, where its counts come from live events."""
        counters = self.counters(series)
        if series not in counters:
            return 0
        seen = self._memory.frames.get(counters[0], {})
        around = [minute + at for at in range(-AROUND, AROUND + 1)]
        told = [seen[one][1] for one in around if one in seen]
        always = seen[minute][1] if minute in seen else any(told)
        if not (always or self.is_alone(series, minute)):
            return 0
        counting = [
            seen[one][0] if one in seen and (seen[one][1] or self.is_alone(series, one)) else 0
            for one in around
        ]
        return covered_s(counting)

    def is_alone(self, series: SeriesNo, minute: int) -> bool:
        """Whether no better claim of its channel starts in the day before a minute."""
        return not any(
            held.rank != RANK_PROVISIONAL and -LIVE_ALONE_S <= held.start_s - minute * 60 < 0
            for one in self.channel(series)
            for held in self._memory.winners.get(one.series, {}).values()
        )

    def value(self, series: SeriesNo, minute: int, totals: Sequence[Shown]) -> int:
        """What totals say of a minute, given what is known before it."""
        known = self.record(Series, series)
        if known is not None and known.kind == "state":
            return totals[-1].total
        shown = self._memory.live[series]
        earlier = max((one for one in shown if one < minute), default=None)
        if earlier is None:
            return counted(None, totals).value
        start_s, end_s = earlier * 60, minute * 60
        better = end_s - start_s > LIVE_BRIDGE_S_MAX or any(
            held.rank != RANK_PROVISIONAL and overlaps(held, start_s, end_s)
            for held in self._memory.winners.get(series, {}).values()
        )
        found = counted(shown[earlier][-1], totals)
        return found.alone if better else found.value
