"""What holds for any body of this format, not only for those we thought of."""

import json
import random
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.drivers import Decoded
from countline.drivers.xovis_v5 import DRIVER, XovisV5
from countline.errors import BadPush
from countline.limits import VALUE_MAX
from tests.cases.test_cases import FOLDERS
from tests.unit.drivers.xovis_v5.made import counts, push, statuses

BODIES = [
    (folder / "push.json").read_bytes()
    for folder in FOLDERS
    if folder.parent.parent.name == "xovis_v5" and (folder / "readings.json").exists()
]


@given(st.lists(counts() | statuses(), min_size=1, max_size=3))
def test_what_is_written_is_read(packages: list[Decoded]) -> None:
    assert DRIVER.decode(push(DRIVER.encode(packages))) == packages


def shuffled(said: Any, chance: random.Random) -> Any:
    if isinstance(said, list):
        return [shuffled(item, chance) for item in said]
    if not isinstance(said, dict):
        return said
    keys = list(said)
    chance.shuffle(keys)
    return {key: shuffled(said[key], chance) for key in keys}


@pytest.mark.parametrize("body", BODIES)
@settings(max_examples=5)
@given(chance=st.randoms(use_true_random=False))
def test_key_order_is_free(body: bytes, chance: random.Random) -> None:
    other = json.dumps(shuffled(json.loads(body), chance)).encode()
    assert DRIVER.decode(push(other)) == DRIVER.decode(push(body))


@pytest.mark.parametrize("body", BODIES)
def test_the_long_way_says_the_same_as_the_short(body: bytes) -> None:
    assert XovisV5()._mended(body) == XovisV5().decode(push(body))


@settings(max_examples=20)
@given(st.lists(counts(), min_size=2, max_size=3))
def test_what_was_seen_before_changes_nothing(packages: list[Decoded]) -> None:
    bodies = [DRIVER.encode([package]) for package in packages]
    driver = XovisV5()
    seen = [driver.decode(push(body)) for body in bodies]
    assert seen == [XovisV5().decode(push(body)) for body in reversed(bodies)][::-1]


JUNK: list[Any] = [None, True, False, 0, -1, 1, 2.5, -0.0, 1e300, 2**31, 2**53, 2**63, 2**64]
JUNK += [
    "",
    "x",
    "fw",
    "\u0000",
    "é" * 300,
    [],
    {},
    [[]],
    [None],
    [1, 2.5, "x"],
    10**14,
    10**14 + 1,
]
JUNK += ["2025-06-01T10:00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"]
JUNK += [{"id": 1}, {"from": 1}]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A case's body in which up to three places hold something else, or are gone."""
    said = json.loads(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(places(said)) or [([said], 0)]))
        match draw(st.sampled_from(["replace", "drop", "double"])):
            case "replace":
                holder[key] = deepcopy(draw(st.sampled_from(JUNK)))
            case "drop":
                del holder[key]
            case _:
                holder[key] = [holder[key], holder[key]]
    return json.dumps(said).encode()


def places(said: Any) -> Any:
    """(container, key) of every place in a tree."""
    items = said.items() if isinstance(said, dict) else enumerate(said)
    for key, value in items:
        yield said, key
        if isinstance(value, dict | list):
            yield from places(value)


@given(mutated())
def test_mutated_values_are_noted_or_refused(body: bytes) -> None:
    check_sound(body)


@given(st.sampled_from(BODIES), st.data())
def test_mutated_bytes_are_noted_or_refused(body: bytes, data: st.DataObject) -> None:
    torn = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(torn) - 1))
        torn[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    check_sound(bytes(torn))


def check_sound(body: bytes) -> None:
    """Only `BadPush` comes out, or packages that the floors above can take as they are."""
    assert isinstance(DRIVER.strip_persons(body), bytes)
    try:
        packages = DRIVER.decode(push(body))
    except BadPush as refusal:
        assert refusal.detail
        return
    assert packages
    msgspec.json.encode(packages)
    for package in packages:
        described = {c.channel: {m.measure for m in c.measures} for c in package.channels}
        assert len(described) == len(package.channels)
        for reading in package.readings:
            assert reading.start_s >= 0
            assert 0 <= reading.covered_s <= reading.length_s
            values = dict(reading.values)
            assert len(values) == len(reading.values)
            assert set(values) <= described[reading.channel]
            assert all(type(n) is int and 0 <= n <= VALUE_MAX for n in values.values())
        for note in package.notes:
            assert note.path and note.detail
