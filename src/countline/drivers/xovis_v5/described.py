"""What a logic counts, as a sensor's own interface describes it: the same as its pushes would say."""

from collections.abc import Iterable

from countline.drivers.reading import ChannelInfo
from countline.drivers.xovis_v5.plans import CounterList, Plans
from countline.drivers.xovis_v5.wire import Count, Geometry, Logic, Record


def described_channel(
    logic_id: int,
    *,
    name: str,
    template: str,
    geometries: Iterable[tuple[int, str, str]],
    counters: Iterable[tuple[int, str, str]],
) -> ChannelInfo:
    """The channel of a logic. `geometries` are (id, type, name), `counters` (id, name, kind), where
    the kind is `accumulation`, `state`, or empty where nobody says."""
    listed = list(counters)
    record = Record(start=0, end=0, counts=tuple(Count(id=i, name=n) for i, n, _ in listed))
    logic = Logic(
        id=logic_id,
        name=name,
        info=template,
        geometries=tuple(Geometry(id=i, type=t, name=n) for i, t, n in geometries),
        records=(record,),
    )
    kinds = CounterList(types={i: kind for i, _, kind in listed if kind})
    return Plans().of(logic, kinds).channel
