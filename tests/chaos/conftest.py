"""Figures of a run are shown below it, with the seed by which it can be run again."""

import os
from collections.abc import Callable

import pytest

FIGURES: list[str] = []


@pytest.fixture
def seed() -> int:
    """Decides everything that is drawn: `COUNTLINE_SEED`, or 1."""
    return int(os.environ.get("COUNTLINE_SEED", "1"))


@pytest.fixture
def told(request: pytest.FixtureRequest, seed: int) -> Callable[[str], None]:
    """Tells a figure of the test that runs."""
    name = request.node.name

    def tell(figure: str) -> None:
        FIGURES.append(f"{name}, seed {seed}: {figure}")

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that were told, even where all is well."""
    for figure in FIGURES:
        terminalreporter.write_line(figure)
