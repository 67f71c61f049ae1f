"""What live events say of counters, by our series: the first half of a provisional count."""

from collections.abc import Iterable

from countline.counting.normalise import ChannelPlan
from countline.drivers.reading import Total
from countline.limits import LIVE_KEEP_S, SKEW_S_MAX
from countline.model.claim import Shown
from countline.model.ids import SeriesNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Sensor, Series
from countline.store.seam import LiveMinute


def live_minutes(
    totals: Iterable[Total],
    sensor: Sensor,
    plan: ChannelPlan,
    series: Iterable[Series],
    received_s: int,
) -> list[LiveMinute]:
    """Totals by series and minute, of counters that are known and count.

    Those of channels that nobody has described yet say nothing; nor do those that lie ahead of now,
    or so far back that the totals before them are forgotten.
    """
    if sensor.counts_from == "logics":
        return []
    countable = {one.series for one in series if one.kind != "unknown"}
    found: dict[tuple[SeriesNo, int], list[Shown]] = {}
    for one in totals:
        places = plan.places.get(one.channel, {})
        place = next((places[m] for m in one.measures if m in places), None)
        at_s = one.at_ms // 1000
        if place is None or place[0] not in countable:
            continue
        if received_s - LIVE_KEEP_S <= at_s <= received_s + SKEW_S_MAX:
            shown = Shown(one.at_ms, one.order, one.total, one.step, one.was_reset)
            found.setdefault((place[0], at_s // MINUTE_S), []).append(shown)
    return [LiveMinute(*key, tuple(shown)) for key, shown in sorted(found.items())]
