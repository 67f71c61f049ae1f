"""What holds for every test: no clock decides one, and time zones follow the locked rules."""

import zoneinfo
from importlib.metadata import version

from hypothesis import settings

settings.register_profile("countline", deadline=None)
settings.load_profile("countline")

# Not the machine's own rules: governments change them, and a test must not fail for that.
zoneinfo.reset_tzpath(to=())


def pytest_report_header() -> str:
    """The rules in use, above every run."""
    return f"tzdata: {version('tzdata')}"
