"""Houses for tests of the API."""

from collections.abc import Iterator

import pytest

from tests.unit.api.building import House, furnish, open_house


@pytest.fixture
def empty() -> Iterator[House]:
    """An installation with nothing in it."""
    with open_house() as house:
        yield house


@pytest.fixture
def house() -> Iterator[House]:
    """The building of the documentation."""
    with open_house() as house:
        furnish(house)
        yield house
