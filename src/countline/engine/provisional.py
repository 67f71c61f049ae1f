"""What live events say of counters, by our series: what provisional counts are made of."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from countline.counting.normalise import ChannelPlan
from countline.drivers.reading import Decoded, Total
from countline.engine.admission import Known, context_of
from countline.engine.catalogue import Catalogue
from countline.limits import LIVE_KEEP_S, SKEW_S_MAX
from countline.model.claim import Shown
from countline.model.ids import SeriesNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Channel, CounterKind, Sensor, Series
from countline.store.seam import LiveFrames, LiveMinute


class LivePart(NamedTuple):
    """What of a package counts provisionally, and from when on it is to be expected."""

    minutes: Sequence[LiveMinute] = ()
    frames: Sequence[LiveFrames] = ()
    first_s: int | None = None


NOT_LIVE = LivePart()


def live_part(catalogue: Catalogue, known: Known, decoded: Decoded, received_s: int) -> LivePart:
    """What a package tells of counters and of when they were watched, of channels that are known."""
    sensor = known.sensor
    if sensor.counts_from == "logics" or not (decoded.totals or decoded.frames_s):
        return NOT_LIVE
    series = catalogue.series_of.get(sensor.sensor, ())
    channels = catalogue.channels_of(sensor.sensor)
    context = context_of(decoded.device)
    minutes = _minutes(decoded.totals, known.plan(decoded.device), series, received_s)
    frames = _frames(decoded.frames_s, sensor, context, channels, series, received_s)
    told = [one.minute for one in minutes] + [one.minute for one in frames if one.always]
    return LivePart(minutes, frames, MINUTE_S * min(told) if told else None)


def _minutes(
    totals: Sequence[Total], plan: ChannelPlan, series: Sequence[Series], received_s: int
) -> list[LiveMinute]:
    """Totals by series and minute, of counters that are known and count.

    Those of channels that nobody has described yet say nothing; nor do those that lie ahead of now,
    or so far back that the totals before them are forgotten.
    """
    kinds: Mapping[SeriesNo, CounterKind] = {one.series: one.kind for one in series}
    found: dict[tuple[SeriesNo, int], list[Shown]] = {}
    for one in totals:
        places = plan.places.get(one.channel, {})
        place = next((places[m] for m in one.measures if m in places), None)
        at_s = one.at_ms // 1000
        if place is None or kinds.get(place[0]) == "unknown" or not _is_timely(at_s, received_s):
            continue
        shown = Shown(one.at_ms, one.order, one.total, one.step, one.was_reset)
        found.setdefault((place[0], at_s // MINUTE_S), []).append(shown)
    return [LiveMinute(*key, tuple(shown)) for key, shown in sorted(found.items())]


def _frames(
    frames_s: Sequence[int],
    sensor: Sensor,
    context: str,
    channels: Sequence[Channel],
    series: Sequence[Series],
    received_s: int,
) -> list[LiveFrames]:
    """The seconds with frames by minute, for each channel of a context that counts people."""
    minutes: dict[int, int] = {}
    for at_s in frames_s:
        if _is_timely(at_s, received_s):
            minute = at_s // MINUTE_S
            minutes[minute] = minutes.get(minute, 0) | 1 << at_s % MINUTE_S
    pushed = {c.channel for c in channels if not c.imported and c.channel.startswith(f"{context}/")}
    leads: dict[str, SeriesNo] = {}
    for one in series:
        if one.kind == "accumulating" and one.channel in pushed:
            leads[one.channel] = min(one.series, leads.get(one.channel, one.series))
    always = sensor.counts_from == "live"
    return [
        LiveFrames(lead, minute, seconds, always)
        for lead in sorted(leads.values())
        for minute, seconds in sorted(minutes.items())
    ]


def _is_timely(at_s: int, received_s: int) -> bool:
    return received_s - LIVE_KEEP_S <= at_s <= received_s + SKEW_S_MAX
