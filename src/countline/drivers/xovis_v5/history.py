"""`data/history/logics` to readings: what a sensor still holds of the past.

A history says the same as pushes do, turned round: bins of all counters instead of logics with
records. It is turned back and read like a push, so both give the same measures for the same counter.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
from msgspec import Struct

from countline.drivers.reading import Decoded
from countline.drivers.xovis_v5.logics import decode_logics
from countline.drivers.xovis_v5.mend import mend
from countline.drivers.xovis_v5.noting import Notes
from countline.drivers.xovis_v5.plans import Plans
from countline.drivers.xovis_v5.times import to_s
from countline.drivers.xovis_v5.wire import (
    Config,
    ConfigCount,
    Count,
    Geometry,
    Instant,
    Logic,
    LogicsData,
    Number,
    Record,
    Text,
    Whole,
)
from countline.errors import BadPush, FieldError

RECORD_S = 60  # what a sensor stores, whatever it is asked for


class _ConfigLogic(Struct, frozen=True):
    id: Whole
    name: Text = ""
    geometries: tuple[Whole, ...] = ()


class _ConfigCount(Struct, frozen=True):
    id: Whole
    logic_id: Whole
    name: Text = ""
    type: Text = ""


class _Config(Struct, frozen=True):
    logics: tuple[_ConfigLogic, ...] = ()
    counts: tuple[_ConfigCount, ...] = ()
    geometries: tuple[Geometry, ...] = ()


class _Measurement(Struct, frozen=True):
    begin: Instant
    end: Instant
    records: Number = 0
    counts: tuple[Count, ...] = ()


class _Answer(Struct, frozen=True):
    begin: Instant
    end: Instant
    measurements: tuple[_Measurement, ...]
    begin_data: int | float | str | None = None  # nothing, zero or less where there is no data
    end_data: int | float | str | None = None
    config: _Config = _Config()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One answer. `decoded` has purpose `counts`; its readings are of whole minutes found stored."""

    decoded: Decoded
    from_s: int  # the stretch that was answered
    to_s: int
    data_from_s: int | None  # from when to when the sensor has data in it
    data_to_s: int | None


_READER = msgspec.json.Decoder(_Answer)


def decode_history(body: bytes, *, templates: Mapping[int, str]) -> History:
    """Readings of one answer. `templates` by logic id, since a history does not name them.

    Bins without a stored record are no readings: there the sensor knows nothing either. A part that
    cannot be read, a count below zero above all, is noted and left out. Raises `BadPush` for what is
    no answer of this kind.
    """
    notes = Notes()
    try:
        answer = _answer(body, notes)
        from_s, to_s_ = to_s(answer.begin), to_s(answer.end)
        data_from_s, data_to_s = _data_s(answer.begin_data), _data_s(answer.end_data)
    except (ValueError, RecursionError) as error:
        detail = f"no history of logics: {error}"
        raise BadPush(detail, errors=(FieldError(field="body", detail=detail),)) from None
    decoded = decode_logics(_turned(answer, templates), "history", notes, Plans())
    return History(
        decoded=replace(decoded, names_geometry=False),
        from_s=from_s,
        to_s=to_s_,
        data_from_s=data_from_s,
        data_to_s=data_to_s,
    )


def _answer(body: bytes, notes: Notes) -> _Answer:
    """The answer, whole where it can be, else without its unreadable parts. Raises `ValueError`."""
    try:
        return _READER.decode(body)
    except msgspec.ValidationError as error:
        mended = mend(msgspec.json.decode(body), _Answer, "", notes)
        if mended is None or not mended.measurements:
            raise ValueError(str(error)) from None
        return mended


def _data_s(instant: float | str | None) -> int | None:
    is_there = isinstance(instant, str) or (instant is not None and instant > 0)
    return to_s(instant) if is_there and instant is not None else None


def _turned(answer: _Answer, templates: Mapping[int, str]) -> LogicsData:
    """The same as pushes say it: each logic with its records."""
    config = answer.config
    owner = {count.id: count.logic_id for count in config.counts}
    names = {count.id: count.name for count in config.counts}
    geometries = {geometry.id: geometry for geometry in config.geometries}
    records: dict[int, list[Record]] = defaultdict(list)
    for bin_ in answer.measurements:
        if not bin_.records:
            continue
        counts: dict[int, list[Count]] = defaultdict(list)
        for count in bin_.counts:
            if count.id in owner:
                named = Count(count.id, count.name or names[count.id], count.value, count.bins)
                counts[owner[count.id]].append(named)
        expected = _records_expected(bin_)
        for logic, held in counts.items():
            records[logic].append(Record(bin_.begin, bin_.end, bin_.records, expected, tuple(held)))
    return LogicsData(
        config=Config(counts=tuple(ConfigCount(c.id, c.name, c.type) for c in config.counts)),
        logics=tuple(
            Logic(
                logic.id,
                logic.name,
                templates.get(logic.id, ""),
                tuple(geometries[id] for id in logic.geometries if id in geometries),
                tuple(records[logic.id]),
            )
            for logic in config.logics
        ),
    )


def _records_expected(bin_: _Measurement) -> int:
    """How many stored records fill a bin; 0 where its times cannot be read: then it is noted."""
    try:
        return max(1, (to_s(bin_.end) - to_s(bin_.begin)) // RECORD_S)
    except ValueError:
        return 0
