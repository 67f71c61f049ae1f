"""Tests of the engine run over the reference store and over a file."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import pytest

from tests.engine_house import House, in_memory, on_disk

Story: TypeAlias = Callable[[House], Coroutine[Any, Any, Any]]
Run: TypeAlias = Callable[..., Any]


@pytest.fixture(params=[in_memory, on_disk], ids=["memory", "disk"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a story in a house that begins at an instant: `run(story, now_s)`."""
    chosen: Run = request.param
    return chosen
