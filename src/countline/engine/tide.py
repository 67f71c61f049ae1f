"""Occupancy by slice: what followers stored, and what they have not reached folded on the spot."""

from bisect import bisect_left
from collections.abc import Sequence

from countline.counting.coverage import FOREVER_S
from countline.counting.occupancy import carry, fold_slices, merge_folds
from countline.engine.catalogue import Catalogue
from countline.engine.folding import (
    compute_folds,
    entry,
    minute_folds,
    quarter_of,
    refold,
    tail,
)
from countline.engine.followers import OCCUPANCY, Dirty, dirty_of, spans_of
from countline.engine.subject import Plan
from countline.model.claim import Fold
from countline.model.interval import QUARTER_S, Granularity, Slice
from countline.model.query import Query
from countline.store.seam import View

EVENTS_MAX = 100_000  # beyond, an answer would take longer than the follower needs


def unfollowed(view: View) -> Dirty:
    """What was committed after the follower's last step: nothing, most of the time."""
    _, head = view.head()
    cursor = view.cursor(OCCUPANCY)
    return dirty_of(view.events(cursor, EVENTS_MAX) if cursor < head else ())


def unfollowed_s(dirty: Dirty, plan: Plan) -> int:
    """The instant from which stored folds of a subject may be behind; far ahead when none is."""
    if not dirty.sensors and not dirty.locations:
        return FOREVER_S
    mine = plan.sensors()
    starts = [start_s for sensor, (start_s, _) in dirty.sensors.items() if sensor in mine]
    moved = dirty.locations.get(plan.location.location_id)
    return min([*starts, *([] if moved is None else [moved])], default=FOREVER_S)


def folds_of(
    view: View,
    catalogue: Catalogue,
    plan: Plan,
    query: Query,
    slices: Sequence[Slice],
    now_s: int,
) -> list[Fold | None]:
    """The fold of every slice; None where nothing is known of it."""
    start_s, end_s = slices[0].start_s, slices[-1].end_s
    dirty_s = unfollowed_s(unfollowed(view), plan)
    spans = spans_of(catalogue, plan, now_s)
    if spans and dirty_s < spans[0][0]:
        dirty_s = spans[0][0]
    new: list[Fold] = []
    if dirty_s < end_s:
        new = refold(view, plan, spans, dirty_s, end_s)
    last = new[-1] if new else view.last_fold(plan.key, quarter_of(dirty_s))
    if late := tail(view, plan, last, min(end_s, now_s + 1)):
        new, dirty_s = [*new, *late], min(dirty_s, late[0].start_s)
    if query.granularity is Granularity.MINUTE:
        return _minutes(view, plan, slices, new)
    if query.granularity.is_civil:
        return _civil(view, plan, slices, new, min(dirty_s, end_s))
    stored = view.folds(plan.key, start_s, min(end_s, quarter_of(dirty_s)))
    folds = [*stored, *(f for f in new if f.start_s >= start_s)]
    return fold_slices(_joined(folds), slices)


def _joined(folds: list[Fold]) -> list[Fold]:
    """Ascending, the later told of two about one quarter."""
    found = {f.start_s: f for f in folds}
    return [found[k] for k in sorted(found)]


def _civil(
    view: View, plan: Plan, slices: Sequence[Slice], new: list[Fold], dirty_s: int
) -> list[Fold | None]:
    """Days as stored; from the day of the first change on, made of quarters."""
    start_s, end_s = slices[0].start_s, slices[-1].end_s
    changed_day_s = plan.grid.bucket_of(Granularity.DAY, dirty_s).start_s
    days: list[Fold] = []
    if start_s < changed_day_s:
        whole = plan.grid.slices(Granularity.DAY, start_s, min(end_s, changed_day_s))
        of_grid = {day.start_s for day in whole}  # others are of a grid that was in use before
        stored = view.day_folds(plan.key, start_s, min(end_s, changed_day_s))
        days = [day for day in stored if day.start_s in of_grid]
    if changed_day_s < end_s:
        quarters = view.folds(plan.key, max(changed_day_s, start_s), quarter_of(dirty_s))
        later = _joined([*quarters, *(f for f in new if f.start_s >= start_s)])
        whole = plan.grid.slices(Granularity.DAY, max(changed_day_s, start_s), end_s)
        days = [*days, *(day for day in fold_slices(later, whole) if day is not None)]
    starts_s = [day.start_s for day in days]
    parts = (
        days[bisect_left(starts_s, s.start_s) : bisect_left(starts_s, s.end_s)] for s in slices
    )
    return [merge_folds(part) if part else None for part in parts]


def _minutes(view: View, plan: Plan, slices: Sequence[Slice], new: list[Fold]) -> list[Fold | None]:
    """Minutes are never stored: they are folded from the quarter in which the answer begins."""
    start_s = quarter_of(slices[0].start_s)
    at_s, state = entry(view, plan, start_s)
    before = [f for f in new if f.start_s < start_s]
    if before:
        at_s, state = before[-1].start_s + QUARTER_S, carry(before[-1])
    if at_s < start_s:  # between the last quarter with data and the answer only anchors act
        idle = compute_folds(view, plan, (), at_s, start_s, state)
        state = carry(idle[-1]) if idle else state
    folds = minute_folds(view, plan, start_s, slices[-1].end_s, state)
    return [folds.get(s.start_s) for s in slices]
