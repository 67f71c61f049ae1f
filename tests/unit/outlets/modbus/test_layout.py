"""The map: nothing overlaps, nothing moves, and no value that is known looks unknown."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.model.ids import ZoneId
from countline.outlets.modbus.head_block import HEAD_BITS, HEAD_REGISTERS
from countline.outlets.modbus.layout import (
    BITS,
    BLOCK,
    REGISTERS,
    ZONE_ID_MAX,
    fits,
    placed,
    placed_bits,
)
from countline.outlets.modbus.values import Kind, Place, to_words
from countline.outlets.modbus.zone_block import ZONE_BITS, ZONE_REGISTERS
from tests.unit.outlets.modbus.reading import NOW_S, full, zone

BLOCKS = [[row.place for row in HEAD_REGISTERS], [row.place for row in ZONE_REGISTERS]]


@pytest.mark.parametrize("places", BLOCKS, ids=["head", "zone"])
def test_registers_of_a_block_neither_overlap_nor_leave_it(places: list[Place]) -> None:
    for first, second in pairwise(places):
        assert first.at + first.words <= second.at, second.name
    assert places[-1].at + places[-1].words <= BLOCK
    assert len({place.name for place in places}) == len(places)


@pytest.mark.parametrize("places", BLOCKS, ids=["head", "zone"])
def test_values_of_two_registers_begin_at_even_addresses(places: list[Place]) -> None:
    assert not [place.name for place in places if place.words == 2 and place.at % 2]


def test_bits_of_a_block_neither_overlap_nor_leave_it() -> None:
    for bits in ([b.at for b in HEAD_BITS], [b.at for b in ZONE_BITS]):
        assert bits == sorted(set(bits))
        assert max(bits) < BITS


def test_a_zone_stays_where_it_is_whatever_zones_there_are() -> None:
    alone = [one for one in placed([ZoneId(7)]) if one.zone_id == 7]
    among = [one for one in placed([ZoneId(9), ZoneId(7), ZoneId(1)]) if one.zone_id == 7]
    assert alone == among
    assert alone[0].address == 7 * BLOCK
    bits = [one.address for one in placed_bits([ZoneId(7)]) if one.zone_id == 7]
    assert bits[0] == 7 * BITS


def test_the_map_ends_with_the_last_address() -> None:
    assert (ZONE_ID_MAX + 1) * BLOCK == REGISTERS
    assert fits(ZoneId(ZONE_ID_MAX))
    assert not fits(ZoneId(ZONE_ID_MAX + 1))
    assert not [one for one in placed([ZoneId(ZONE_ID_MAX + 1)]) if one.zone_id is not None]


def test_what_is_unknown_is_never_nought() -> None:
    nothing = zone(3)
    for row in ZONE_REGISTERS:
        known = {"zone_id": 3, "quality": 0}.get(row.place.name)
        assert row.value(nothing, NOW_S) == known, row.place.name


def test_every_register_of_a_zone_has_a_value_where_all_is_known() -> None:
    everything = full(3)
    assert not [row.place.name for row in ZONE_REGISTERS if row.value(everything, NOW_S) is None]


@given(
    st.sampled_from(["uint16", "int16", "uint32"]),
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**40), 2**40),
    st.sampled_from([1, 10, 100, 1000]),
)
def test_a_known_value_never_looks_unknown(kind: Kind, value: float, scale: int) -> None:
    place = Place(name="x", at=0, kind=kind, says="", scale=scale)
    words = to_words(place, value)
    assert words != to_words(place, None)
    assert len(words) == place.words
    assert all(0 <= word <= 0xFFFF for word in words)
