"""What is known of a zone at each minute: people, crossings since the last anchor, and quality.

A pure function of what is stored, so that what is asked of a past minute is the same today and
after a restart. What arrived late is seen where it belongs, not where it arrived.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

from countline.counting.coverage import Stretch
from countline.counting.silence import Silence, quality_of
from countline.counting.ventilation import Moment
from countline.engine.anchoring import anchor_points
from countline.engine.catalogue import Catalogue
from countline.engine.flows import Flow, Gauge, is_active
from countline.engine.folding import quarter_of
from countline.engine.subject import Plan
from countline.engine.tide import folds_of
from countline.engine.usual import Usual, crossing_series
from countline.model.ids import SensorNo
from countline.model.interval import DAY_S, MINUTE_S, QUARTER_S, Granularity
from countline.model.query import Asked, Quality, Query
from countline.store.seam import View

ANCHOR_BACK_S = (2 * DAY_S, 40 * DAY_S, 400 * DAY_S)  # where a last anchor is sought first
WITNESS_BACK_S = DAY_S // 6  # what is proved is worked out from bins: the fewer the better
QUARTERS_S_MAX = 8 * DAY_S  # beyond, crossings are summed by days

StaleAfter = Callable[[SensorNo], int]


def moments_of(
    view: View,
    catalogue: Catalogue,
    plan: Plan,
    *,
    start_s: int,
    end_s: int,
    now_s: int,
    stale_after_s: StaleAfter,
) -> list[Moment]:
    """Every whole minute of `(start_s, end_s]`; `start_s` is a whole quarter."""
    people = _people(view, catalogue, plan, (start_s, end_s), now_s)
    crossings = _crossings(view, plan, start_s, end_s)
    quality = _qualities(view, plan, start_s, end_s, stale_after_s)
    return [
        Moment(at_s, None if told == "unknown" else present, crossed, told)
        for at_s, present, crossed, told in zip(
            range(start_s + MINUTE_S, end_s + 1, MINUTE_S), people, crossings, quality, strict=True
        )
    ]


def _people(
    view: View, catalogue: Catalogue, plan: Plan, stretch: Stretch, now_s: int
) -> list[int | None]:
    """The running number at each minute, as every answer has it."""
    start_s, end_s = stretch
    query = Query(
        asked=Asked(zone_id=plan.zone_id),
        start_s=start_s,
        end_s=end_s,
        granularity=Granularity.MINUTE,
    )
    slices = plan.grid.slices(Granularity.MINUTE, start_s, end_s)
    folds = folds_of(view, catalogue, plan, query, slices, now_s)
    return [None if fold is None else fold.end for fold in folds]


# -- crossings since the last anchor --------------------------------------------------------------
def _crossings(view: View, plan: Plan, start_s: int, end_s: int) -> list[int]:
    """How many crossed since the last anchor, at each minute; a measured zone has none."""
    steps = [0] * ((end_s - start_s) // MINUTE_S)
    if plan.present:
        return steps
    for flow in plan.flows:
        for one in view.bins(crossing_series(flow), start_s, end_s):
            at = (one.start_s + one.length_s - 1 - start_s) // MINUTE_S
            if at < len(steps) and is_active(flow.active, one.start_s):
                steps[at] += one.value
    points = anchor_points(view, plan, start_s, end_s)
    anchors_s = {point.at_s for point in points if point.kind == "value"}
    crossed = 0
    if start_s not in anchors_s:
        crossed = _crossed_before(view, plan, start_s)
    made: list[int] = []
    for at, step in enumerate(steps):  # of the minute that begins here; an anchor acts at its start
        crossed = step if start_s + at * MINUTE_S in anchors_s else crossed + step
        made.append(crossed)
    return made


def _crossed_before(view: View, plan: Plan, at_s: int) -> int:
    """How many crossed from the last anchor before an instant until then."""
    since_s = _last_anchor_s(view, plan, at_s)
    if since_s is None or since_s >= at_s:
        return 0
    first_s = min(at_s, quarter_of(since_s + QUARTER_S - 1))
    crossed = 0
    for flow in plan.flows:
        series, active = crossing_series(flow), flow.active
        bins = view.bins(series, since_s, first_s)
        crossed += sum(one.value for one in bins if is_active(active, one.start_s))
        if at_s - first_s > QUARTERS_S_MAX:
            # Whole days, of which no source's part is taken out: too many, which is on the safe side.
            sums = view.days(series, plan.grid.day_edges(first_s, at_s))
            crossed += sum(one.value for found in sums.values() for one in found)
        else:
            sums = view.quarters(series, first_s, at_s)
            crossed += sum(
                one.value
                for found in sums.values()
                for one in found
                if is_active(active, one.start_s)
            )
    return crossed


def _last_anchor_s(view: View, plan: Plan, at_s: int) -> int | None:
    """The last anchor before an instant; without any, when the first source began to count."""
    backs_s = ANCHOR_BACK_S if plan.witness is None else (WITNESS_BACK_S, *ANCHOR_BACK_S)
    for back_s in backs_s:
        points = anchor_points(view, plan, at_s - back_s, at_s)
        if values := [point.at_s for point in points if point.kind == "value"]:
            return max(values)
    return min((flow.active[0][0] for flow in plan.flows if flow.active), default=None)


# -- quality --------------------------------------------------------------------------------------
def _qualities(
    view: View, plan: Plan, start_s: int, end_s: int, stale_after_s: StaleAfter
) -> list[Quality]:
    """How far the number can be trusted at each minute, by how long its sources were silent."""
    parts = plan.telling()
    usual = Usual(view, plan)
    stale_s = [stale_after_s(part.sensor) for part in parts]
    ends_s = [
        _ends_s(view, part, start_s - 2 * stale, end_s)
        for part, stale in zip(parts, stale_s, strict=True)
    ]
    found: list[Quality] = []
    for at_s in range(start_s + MINUTE_S, end_s + 1, MINUTE_S):
        active = [at for at, part in enumerate(parts) if is_active(part.active, at_s)]
        silences = [Silence(at_s - _last(ends_s[at], at_s), stale_s[at]) for at in active]
        found.append(quality_of(silences, partial(usual.of, active, at_s)))
    return found


def _ends_s(view: View, part: Flow | Gauge, start_s: int, end_s: int) -> list[int]:
    """Where each bin with data of a part ends, so that it says something from there on; ascending."""
    series = part.gauged()
    if series is None:
        return []
    bins = [*view.long_bins([series], start_s, start_s + 1), *view.bins([series], start_s, end_s)]
    ends_s = sorted(one.start_s + one.length_s for one in bins if one.covered_s > 0)
    return list(accumulate(ends_s, max))


def _last(ends_s: Sequence[int], at_s: int) -> int:
    """The last end until an instant; long ago where there is none."""
    at = bisect_right(ends_s, at_s)
    return ends_s[at - 1] if at else -DAY_S * 36_500
