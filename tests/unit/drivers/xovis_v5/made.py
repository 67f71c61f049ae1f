"""Packages and bodies for the tests of this driver: invented, and any of them."""

from typing import Any

from hypothesis import strategies as st

from countline.drivers import ChannelInfo, Decoded, Measured, Push, Reading, StatusInfo
from countline.drivers.xovis_v5.names import SECONDS, TEMPLATES, kind_of
from countline.limits import SEQUENCE_MAX, VALUE_MAX
from countline.model.health import Licence
from countline.model.ids import DeviceKey

START_MS = 1_748_772_000_000  # 2025-06-01T10:00:00Z
LINE = "XLT_LINE_IN_OUT_COUNT"


def push(body: bytes) -> Push:
    return Push(driver="xovis_v5", body=body, received_ms=START_MS)


def count(number: int, name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "value": value} | more


def record(*counts: dict[str, Any], minute: int = 0, **more: Any) -> dict[str, Any]:
    start = START_MS + minute * 60_000
    return {"from": start, "to": start + 60_000, "counts": list(counts)} | more


def logic(*records: dict[str, Any], number: int = 1000, info: str = LINE) -> dict[str, Any]:
    return {"id": number, "name": "Door", "info": info, "geometries": [], "records": list(records)}


def logics_data(*logics: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"version": "5.0", "id": 7, "agent_id": 1001}
    return {"logics_data": {"package_info": head, "logics": list(logics)} | more}


def a_minute(**more: Any) -> dict[str, Any]:
    """One line, one record: 3 forward, 1 backward."""
    counts = count(1000001, "fw", 3), count(1000002, "bw", 1)
    return logics_data(logic(record(*counts) | more))


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
serials = st.binary(min_size=6, max_size=6).map(lambda mac: mac.hex(":"))
contexts = st.just("single") | st.integers(1, 8).map(lambda n: f"multi:{n}")
devices = st.builds(DeviceKey, vendor=st.just("xovis"), serial=serials, context=contexts)
instants_ms = st.integers(1_000_000_000_000, 4_000_000_000_000)
whole = st.integers(0, SEQUENCE_MAX)


@st.composite
def channels(draw: st.DrawFn, number: int) -> ChannelInfo:
    template = draw(st.sampled_from(sorted(TEMPLATES)))
    known = TEMPLATES[template]
    measures = tuple(
        Measured(measure, kind_of(measure), str(number * 1000 + n), draw(texts))
        for n, measure in enumerate(known.measures, start=1)
    )
    door = known.shape == "line"
    return ChannelInfo(str(number), draw(texts), template, known.shape, measures, door)


@st.composite
def readings(draw: st.DrawFn, channel: ChannelInfo) -> Reading:
    length_s = draw(st.sampled_from([60, 300, 900, 3_600, 86_400]))
    covered_s = draw(st.integers(0, length_s))
    start_s = draw(st.integers(1_000_000_000, 4_000_000_000))
    claimed = draw(st.lists(st.sampled_from(channel.measures), unique=True))
    values = tuple(
        (m.measure, draw(st.integers(0, 10**6 if m.measure in SECONDS else VALUE_MAX)))
        for m in channel.measures
        if m in claimed
    )
    return Reading(channel.channel, start_s, length_s, covered_s, values)


@st.composite
def counts(draw: st.DrawFn) -> Decoded:
    """A package of counts, as `decode` would say it."""
    numbers = draw(st.lists(st.integers(1, 10**6), unique=True, max_size=4))
    described = [draw(channels(number)) for number in numbers]
    found = [draw(st.lists(readings(channel), min_size=1, max_size=4)) for channel in described]
    return Decoded(
        purpose="counts",
        device=draw(st.none() | devices),
        agent=draw(st.none() | whole.map(str)),
        sequence=draw(st.none() | whole),
        channels=tuple(described),
        readings=[reading for some in found for reading in some],
        names_geometry=bool(described) and draw(st.booleans()),
    )


def licences() -> st.SearchStrategy[tuple[Licence, ...]]:
    """Features in the order in which a sensor lists them: for good, with an end, on trial."""
    names, days = texts.filter(bool), st.integers(0, 3_650)
    kinds = (
        names.map(Licence),
        st.builds(Licence, names, st.just("enabled"), days),
        st.builds(Licence, names, st.just("test"), st.none() | days),
    )
    listed = st.tuples(*(st.lists(kind, max_size=2) for kind in kinds))
    return listed.map(lambda some: tuple(one for rows in some for one in rows))


@st.composite
def statuses(draw: st.DrawFn) -> Decoded:
    """A status package, as `decode` would say it."""
    words = st.none() | texts
    status = StatusInfo(
        uptime_s=draw(st.none() | st.integers(0, VALUE_MAX)),
        temperature_c=draw(st.none() | st.integers(-40, 120)),
        firmware=draw(words),
        model=draw(words),
        illumination=draw(words),
        device_time_ms=draw(st.none() | instants_ms),
        state=draw(words),
        licences=draw(st.none() | licences()),
    )
    return Decoded(
        purpose="status",
        device=draw(st.none() | devices),
        agent=draw(st.none() | whole.map(str)),
        sequence=draw(st.none() | whole),
        status=status,
    )
