"""Firmware is compared by its number alone, and says what a sensor can do."""

import pytest

from countline.drivers.xovis_v5.compatibility import OPERATIONS, Operation
from countline.drivers.xovis_v5.firmware import Firmware, firmware_of


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("5.0.3-9738700b2d", (5, 0, 3)),
        ("5.6.2", (5, 6, 2)),
        (" v5.9.2-rc1", (5, 9, 2)),
        ("5.10", (5, 10, 0)),
        ("5", (5, 0, 0)),
        ("5.6.2.7", (5, 6, 2)),
    ],
)
def test_the_number_before_the_hash(text: str, version: tuple[int, int, int]) -> None:
    assert firmware_of(text) == version


@pytest.mark.parametrize("text", ["", "unknown", "release.5.3", "123456789", "-5"])
def test_no_number(text: str) -> None:
    assert firmware_of(text) is None


def test_versions_are_ordered_as_numbers() -> None:
    ordered = ["4.3.1", "5.0.3-ffffffffff", "5.0.10-0000000000", "5.6.2", "5.9.0", "5.10.0"]
    assert sorted(ordered, key=lambda text: firmware_of(text) or Firmware(0)) == ordered


def test_an_operation_says_which_firmware_has_it() -> None:
    recent = Operation("x", "do it", "GET", "/x", Firmware(5, 6), Firmware(5, 9))
    assert [recent.fits(Firmware(5, minor)) for minor in (3, 6, 8, 9)] == [False, True, True, False]
    assert recent.firmware == "5.6.0 or newer, and older than 5.9.0"
    assert OPERATIONS["geometry_limits"].firmware == "5.6.0 or newer"


def test_the_table_is_whole() -> None:
    assert len({(one.method, one.path) for one in OPERATIONS.values()}) == len(OPERATIONS)
    for operation in OPERATIONS.values():
        assert operation.path.startswith(("/", "{root}/"))
        assert operation.method != "GET" or not operation.changes
        assert ("{id}" in operation.path) == ("{id}" in operation.path.format(root="", id="{id}"))
    assert [name for name, one in OPERATIONS.items() if one.open] == [
        *("device_info", "device_id", "device_state"),
    ]
