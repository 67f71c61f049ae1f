"""In and out over all time: days before today are summed once, and again when one of them changed."""

from typing import NamedTuple

from countline.engine.catalogue import Catalogue
from countline.engine.followers import spans_of
from countline.engine.rows import counts_of
from countline.engine.subject import Plan
from countline.engine.table import table_of
from countline.model.interval import Granularity
from countline.model.query import Present
from countline.store.seam import View

Both = tuple[int | None, int | None]


class _Before(NamedTuple):
    """Sums of all days before one."""

    day_s: int
    ins: int | None
    outs: int | None


class Totals:
    """Remembers, for each subject, what was counted before today."""

    def __init__(self) -> None:
        self._before: dict[str, _Before] = {}

    def of(
        self, view: View, catalogue: Catalogue, plan: Plan, present: Present, now_s: int
    ) -> Both:
        """In and out since the first count; None where there is none."""
        day_s = plan.grid.bucket_of(Granularity.DAY, now_s).start_s
        before = self._before.get(plan.key)
        if before is None or before.day_s != day_s:
            before = _Before(day_s, *_until(view, catalogue, plan, day_s, now_s))
            self._before[plan.key] = before
        return _sum(before.ins, present.in_today), _sum(before.outs, present.out_today)

    def changed(self, plan: Plan, start_s: int) -> None:
        """Numbers of a subject changed from an instant on."""
        before = self._before.get(plan.key)
        if before is not None and start_s < before.day_s:
            del self._before[plan.key]


def _until(view: View, catalogue: Catalogue, plan: Plan, day_s: int, now_s: int) -> Both:
    spans = spans_of(catalogue, plan, now_s)
    if not spans or spans[0][0] >= day_s:
        return None, None
    first_s = plan.grid.bucket_of(Granularity.DAY, spans[0][0]).start_s
    days = plan.grid.slices(Granularity.DAY, first_s, day_s)
    if not days:
        return None, None
    counts = counts_of(table_of(view, plan, Granularity.DAY, days))
    return _sum(*counts.ins), _sum(*counts.outs)


def _sum(*values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
