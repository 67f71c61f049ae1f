"""Count events of live frames: what counters showed. Nothing of the persons is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from countline.drivers.reading import Total
from countline.drivers.xovis_v5.heads import ms_or_none
from countline.drivers.xovis_v5.names import SECONDS, measures_told
from countline.drivers.xovis_v5.wire import Attributes, Frame
from countline.limits import SEQUENCE_MAX

COUNTER_MAX = 10**9
STEPS: Mapping[str, int] = {
    "COUNT_INCREMENT": 1,
    "COUNT_DECREMENT": -1,
    "COUNT_RESET": 0,
    "TIME_CHANGE": 0,  # it says so itself
    "COUNT_INCREMENT_BY_DWELL_TIME": 0,
    "COUNT_DECREMENT_BY_DWELL_TIME": 0,
    "COUNT_INCREMENT_BY_TOTAL_DWELL_TIME": 0,
    "COUNT_DECREMENT_BY_TOTAL_DWELL_TIME": 0,
}


def totals_of(frames: tuple[Frame, ...]) -> tuple[Total, ...]:
    """What the counters showed in these frames, as their events say; others tell no total."""
    return tuple(total for frame in frames if frame.events for total in _of_frame(frame))


def _of_frame(frame: Frame) -> Iterator[Total]:
    at_ms = None if frame.time is None else ms_or_none(frame.time)
    if at_ms is None:
        return
    orders: Counter[int] = Counter()
    for event in frame.events or ():
        kind, said = event.type, event.attributes
        known = isinstance(kind, str) and kind in STEPS  # what is no text is no key either
        if event.category != "COUNT" or not known or said is None:
            continue
        told = _total(kind, said, at_ms)
        if told is not None:
            counter = int(told.counter)
            yield told._replace(order=orders[counter])
            orders[counter] += 1


def _total(kind: str, said: Attributes, at_ms: int) -> Total | None:
    counter, logic = said.counter_id, said.logic_id
    if not _is_whole(counter):
        return None
    if not _is_whole(logic):
        logic = counter // 1000
    name = said.counter_name if isinstance(said.counter_name, str) else ""
    was_reset = kind == "COUNT_RESET"
    value = 0 if was_reset and said.counter_value is None else said.counter_value
    measures = _measures(logic, counter, name[:256])
    factor = 1 if SECONDS.isdisjoint(measures) else 1000
    total, step = _scaled(value, factor), STEPS[kind]
    if total is None:
        return None
    if kind == "TIME_CHANGE":
        step = _scaled(said.amount, factor) or 0
    elif factor > 1:
        step = 0
    return Total(str(logic), str(counter), name[:256], measures, at_ms, 0, total, step, was_reset)


@lru_cache(maxsize=10_000)  # the same counters speak all day
def _measures(logic: int, counter: int, name: str) -> tuple[str, ...]:
    return measures_told(logic, counter, name)


def _is_whole(number: Any) -> bool:
    return type(number) is int and 0 <= number < COUNTER_MAX


def _scaled(number: Any, factor: int) -> int | None:
    if type(number) not in (int, float) or not 0 <= number * factor <= SEQUENCE_MAX:
        return None
    whole = round(number * factor)
    return whole if factor > 1 or whole == number else None
