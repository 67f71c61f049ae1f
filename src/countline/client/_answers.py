"""Answers that can become data frames; polars is imported only then."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from countline.errors import NotReady
from countline.wire import v1, v3, v3_devices

if TYPE_CHECKING:
    from polars import DataFrame


class _Framed:
    """An answer whose `data` are rows."""

    __slots__ = ()
    data: list[Any]

    def to_polars(self) -> "DataFrame":
        """The rows as a data frame, columns named as in the API, instants in UTC."""
        return to_polars(self.data, row_type=_row_type(type(self)))


class Counts(v3.CountAnswer, _Framed, frozen=True, kw_only=True):
    """Counts of one subject, ascending in time."""


class GroupedCounts(v3.GroupedCountAnswer, frozen=True, kw_only=True):
    """Counts of one subject, a list for each of its zones or lines."""

    def to_polars(self) -> "DataFrame":
        """All rows as one data frame, after a column `zone_id` or `line_id`."""
        polars = _polars()
        frames = []
        for group in self.data:
            named = {
                name: value
                for name in ("zone_id", "line_id")
                if isinstance(value := getattr(group, name), int)
            }
            rows = to_polars(group.data, row_type=v3.CountRow)
            columns = [polars.lit(value).alias(name) for name, value in named.items()]
            frames.append(rows.select(*columns, polars.all()))
        whole: DataFrame = polars.concat(frames, how="diagonal") if frames else to_polars(())
        return whole


class Live(v3.LiveAnswer, _Framed, frozen=True, kw_only=True):
    """What was asked, as it is now."""


class CurrentPeople(v1.CurrentAnswer, _Framed, frozen=True, kw_only=True):
    """Each location as a whole, followed by its zones."""


class GatewayCounts(v1.CountAnswer, _Framed, frozen=True, kw_only=True):
    """In and out, ascending in time, as version 1 gives them."""


class SensorConfig(v3_devices.SensorConfig, frozen=True, kw_only=True):
    """A device's configuration, and the name of this state of it, for `if_match`."""

    etag: str = ""  # of the answer's head, not of its body

    def wanted(self, **changes: Any) -> v3_devices.ConfigWanted:
        """The whole of it with these changes, as `replace_sensor_config` takes it."""
        names = v3_devices.ConfigWanted.__struct_fields__
        same = {name: getattr(self, name) for name in names if name != "master_key"}
        return msgspec.convert(same | changes, v3_devices.ConfigWanted, from_attributes=True)


def to_polars(
    rows: Iterable[msgspec.Struct], *, row_type: type[msgspec.Struct] | None = None
) -> "DataFrame":
    """Rows of one kind as a data frame; a value by cause becomes a column for each cause.

    Columns keep their type where every value is null. Raises `NotReady` where polars is missing.
    """
    polars = _polars()
    listed = list(rows)
    kind = row_type or (type(listed[0]) if listed else msgspec.Struct)
    hints = get_type_hints(kind)
    columns: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        values = [_known(getattr(row, field.name)) for row in listed]
        if get_origin(hints[field.name]) is dict:
            causes = sorted({cause for value in values for cause in value})
            columns |= {
                f"{field.encode_name}_{cause}": polars.Series(
                    [value.get(cause, 0) for value in values], dtype=polars.Int64
                )
                for cause in causes
            }
        else:
            dtype = _column_type(hints[field.name])
            columns[field.encode_name] = polars.Series(values, dtype=dtype)
    frame: DataFrame = polars.DataFrame(columns)
    return frame


def _row_type(answer: type[Any]) -> type[msgspec.Struct]:
    """`CountRow` of `data: list[CountRow]`."""
    hint = next(
        hints["data"]
        for kind in answer.__mro__
        if issubclass(kind, msgspec.Struct) and "data" in (hints := get_type_hints(kind))
    )
    row: type[msgspec.Struct] = get_args(hint)[0]
    return row


def _known(value: Any) -> Any:
    if value is msgspec.UNSET:
        return None
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


def _column_type(hint: Any) -> Any:
    polars = _polars()
    if get_origin(hint) in (UnionType, Union):
        alternatives = [x for x in get_args(hint) if x not in (type(None), msgspec.UnsetType)]
        return _column_type(alternatives[0])
    if get_origin(hint) in (list, tuple):
        return polars.List(_column_type(get_args(hint)[0]))
    known: Sequence[tuple[Any, Any]] = (
        (bool, polars.Boolean),
        (int, polars.Int64),
        (float, polars.Float64),
        (datetime, polars.Datetime("us", "UTC")),
        (date, polars.Date),
    )
    return next((dtype for kind, dtype in known if hint is kind), polars.String)


def _polars() -> Any:
    try:
        import polars
    except ImportError as error:
        raise NotReady(
            "polars is not installed; install countline with its extra: countline[export]",
            code="polars_missing",
        ) from error
    return polars
