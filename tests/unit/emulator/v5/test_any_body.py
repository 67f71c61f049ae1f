"""Whatever is sent, a device answers, never by failing, and is not changed by what it refuses."""

import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.emulator.v5 import Device
from tests.unit.emulator.v5.asking import ask, fresh
from tests.unit.emulator.v5.reference import FURNISHED, OPERATIONS, PUSHED

SENT = [row for row in OPERATIONS if row.body is not None and row.method in ("POST", "PUT")]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.just(1 << 70), st.floats(), st.text(max_size=4)
)
ANY = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn, body: Any) -> Any:
    """The body with one part of it, however deep, replaced by anything or left out."""
    found = copy.deepcopy(body)
    here: Any = found
    parent: Any = None
    key: Any = None
    while isinstance(here, dict | list) and here and draw(st.integers(0, 3)):
        parent = here
        key = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        here = here[key]
    if parent is None:
        return draw(ANY)
    if isinstance(parent, dict) and draw(st.booleans()):
        del parent[key]
    else:
        parent[key] = draw(ANY)
    return found


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_body_is_answered(data: st.DataObject) -> None:
    device = _furnished()
    row = data.draw(st.sampled_from(SENT))
    body = data.draw(mutated(row.body))
    before = device.snapshot()
    answer = ask(device, row.method, row.path.replace("{root}", "/singlesensor"), body)
    assert answer.status != 500, answer.body
    if answer.status >= 400:
        assert device.snapshot() == before


@cache
def _kept() -> dict[str, Any]:
    """The configuration of a device that holds what the operations are about."""
    device = fresh("5.9", multisensors=(1,))
    for path, body, _, until in (*FURNISHED, *PUSHED):
        if until == "5.9":
            at = f"{path.replace('{root}', '/singlesensor')}?id_mode=CLIENT"
            assert ask(device, "POST", at, body).status == 201
    return device.config.kept


def _furnished() -> Device:
    device = fresh("5.9")
    device.config.load(_kept())
    return device


@pytest.mark.parametrize(
    "query", ["begin=x", "resolution_min=-1", "end=1e9", "number_of_bins=99999"]
)
def test_any_query_is_answered(query: str) -> None:
    device = fresh("5.9")
    for row in OPERATIONS:
        if row.method == "GET" and row.there("5.9"):
            path = row.path.partition("?")[0].replace("{root}", "/singlesensor")
            assert ask(device, "GET", f"{path}?{query}").status in (200, 400, 404)
