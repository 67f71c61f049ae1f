"""What holds for every test: no clock decides one, time zones follow the locked rules, logs are as before."""

import logging
import zoneinfo
from collections.abc import Iterator
from importlib.metadata import version

import pytest
import structlog
from hypothesis import settings

settings.register_profile("countline", deadline=None)
settings.load_profile("countline")

# Not the machine's own rules: governments change them, and a test must not fail for that.
zoneinfo.reset_tzpath(to=())


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Whatever sets up logging writes to a standard error that is gone after the test."""
    root = logging.getLogger()
    held, level = root.handlers[:], root.level
    yield
    root.handlers[:] = held
    root.setLevel(level)
    structlog.reset_defaults()


def pytest_report_header() -> str:
    """The rules in use, above every run."""
    return f"tzdata: {version('tzdata')}"
