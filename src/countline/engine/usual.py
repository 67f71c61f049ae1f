"""Usual crossings: how much each line of a subject carried in the last 28 days."""

from collections.abc import Sequence

from countline.engine.flows import Flow, Gauge
from countline.engine.subject import Plan
from countline.model.ids import SeriesNo
from countline.model.interval import DAY_S, Granularity
from countline.store.seam import View

USUAL_DAYS = 28


class Usual:
    """What each part of a subject's number usually carries; read once for each day asked about.

    Whole days are summed, up to the start of the day, so that a past minute is judged today as it
    was judged then.
    """

    def __init__(self, view: View, plan: Plan) -> None:
        self._view = view
        self._plan = plan
        self._days: dict[int, dict[int, int]] = {}  # by start: crossings by place in `telling()`

    def of(self, parts: Sequence[int], at_s: int) -> list[int]:
        """The crossings of some parts of `Plan.telling`, by their places; seeing sensors are alike."""
        start_s = self._plan.grid.bucket_of(Granularity.DAY, at_s).start_s
        if start_s not in self._days:
            self._days[start_s] = self._read(start_s)
        return [self._days[start_s][part] for part in parts]

    def _read(self, start_s: int) -> dict[int, int]:
        telling = self._plan.telling()
        sums = self._sums(sorted({s for part in telling for s in crossing_series(part)}), start_s)
        carried = [sum(sums[s] for s in crossing_series(part)) for part in telling]
        lines: dict[object, int] = {}  # sources of one line count the same people
        for part, people in zip(telling, carried, strict=True):
            key = _line_of(part)
            lines[key] = max(lines.get(key, 0), people)
        return {at: lines[_line_of(part)] for at, part in enumerate(telling)}

    def _sums(self, series: Sequence[SeriesNo], start_s: int) -> dict[SeriesNo, int]:
        edges_s = self._plan.grid.day_edges(start_s - USUAL_DAYS * DAY_S, start_s)
        if not series or len(edges_s) < 2:
            return dict.fromkeys(series, 0)
        days = self._view.days(series, edges_s)
        return {one: sum(day.value for day in days.get(one, ())) for one in series}


def crossing_series(part: Flow | Gauge) -> list[SeriesNo]:
    """The series of a line's crossings; a sensor that sees people has none."""
    if isinstance(part, Gauge):
        return []
    return [series for series in (part.ins, part.outs) if series is not None]


def _line_of(part: Flow | Gauge) -> object:
    if isinstance(part, Gauge):
        return part
    return (part.sensor, part.ins, part.outs) if part.line_id is None else part.line_id
