"""Answers as data frames."""

import sys
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from countline.client import to_polars
from countline.client._answers import Counts, GroupedCounts
from countline.errors import NotReady
from tests.unit.client.bodies import COUNTS, ROW

polars = pytest.importorskip("polars")


def counts(*rows: dict[str, Any]) -> Counts:
    return msgspec.convert(COUNTS | {"data": list(rows)}, Counts)


def test_columns_are_named_as_in_the_api() -> None:
    frame = counts(ROW, ROW | {"timestamp": "2023-10-01T09:00:00Z", "in": None}).to_polars()
    assert frame["timestamp"].to_list() == [
        datetime(2023, 10, 1, 8, tzinfo=UTC),
        datetime(2023, 10, 1, 9, tzinfo=UTC),
    ]
    assert frame["in"].to_list() == [145, None]
    assert frame["passby_source"].to_list() == ["measured"] * 2
    assert frame["local_date"].to_list() == [None] * 2


def test_columns_keep_their_type_where_everything_is_null() -> None:
    frame = counts(ROW | {"in": None, "reason": None}).to_polars()
    schema = frame.schema
    assert schema["in"] == polars.Int64
    assert schema["reason"] == polars.String
    assert schema["occupancy_avg"] == polars.Float64
    assert schema["local_date"] == polars.Date
    assert schema["timestamp"] == polars.Datetime("us", "UTC")
    assert counts().to_polars().schema["in"] == polars.Int64


def test_each_cause_of_an_adjustment_is_a_column() -> None:
    frame = counts(ROW | {"adjustment": {"reset": -5}}, ROW | {"adjustment": {"clamp": 2}})
    assert frame.to_polars().select("adjustment_clamp", "adjustment_reset").rows() == [
        (0, -5),
        (2, 0),
    ]


def test_days_carry_their_date() -> None:
    day = ROW | {"local_date": "2023-10-01", "duration_seconds": 86_400}
    assert counts(day).to_polars()["local_date"].to_list() == [date(2023, 10, 1)]


def test_groups_are_one_frame() -> None:
    groups = [{"zone_id": 1, "data": [ROW]}, {"zone_id": 2, "data": [ROW, ROW]}]
    frame = msgspec.convert(COUNTS | {"data": groups}, GroupedCounts).to_polars()
    assert frame["zone_id"].to_list() == [1, 2, 2]
    assert frame.columns[:2] == ["zone_id", "timestamp"]


def test_any_rows_become_a_frame() -> None:
    assert to_polars(counts(ROW).data)["out"].to_list() == [132]
    assert to_polars([]).is_empty()


def test_without_polars_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(NotReady, match=r"countline\[export\]"):
        counts(ROW).to_polars()
