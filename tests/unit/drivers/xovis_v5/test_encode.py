"""Writing bodies: what may be left to the driver, and what cannot be written."""

import json
from typing import Any

import pytest

from countline.drivers import ChannelInfo, Decoded, Measured, Reading
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.heads import tidy_serial
from countline.errors import NotReady
from tests.unit.drivers.xovis_v5.made import LINE


def package(channel: str, *measures: str, template: str = LINE, **more: Any) -> Decoded:
    described = tuple(Measured(measure, "accumulating") for measure in measures)
    return Decoded(
        purpose="counts",
        channels=(ChannelInfo(channel, "Door", template, "line", described),),
        readings=[Reading(channel, 60, 60, 60, tuple((m, 1) for m in measures))],
        **more,
    )


def counts(decoded: Decoded) -> Any:
    said = json.loads(DRIVER.encode([decoded]))
    return said["logics_data"]["logics"][0]["records"][0]["counts"]


def test_counters_without_ids_get_those_of_the_newer_scheme() -> None:
    assert counts(package("1000", "forward", "backward")) == [
        {"id": 1000001, "name": "fw", "value": 1},
        {"id": 1000002, "name": "bw", "value": 1},
    ]


def test_seconds_are_written_as_seconds() -> None:
    found = counts(package("7", "dwell_ms", template="XLT_ZONE_OCCUPANCY_COUNT"))
    assert found == [{"id": 7003, "name": "dwell_time", "value": 0.001, "unit": "seconds"}]


@pytest.mark.parametrize(
    "decoded",
    [package("csv", "forward"), package("1", "passby"), Decoded(purpose="other")],
)
def test_what_cannot_be_written(decoded: Decoded) -> None:
    with pytest.raises(NotReady):
        DRIVER.encode([decoded])


@pytest.mark.parametrize(
    "text", ["00:6E:02:AA:10:01", "00-6e-02-aa-10-01", "006E02AA1001", " 00:6e:02:aa:10:01 "]
)
def test_serials_in_one_form(text: str) -> None:
    assert tidy_serial(text) == "00:6e:02:aa:10:01"


def test_other_serials_stay() -> None:
    assert tidy_serial("SN-0042") == "sn-0042"
