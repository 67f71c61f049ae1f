"""Write the generated files anew, or with --check say which of them differ and fail."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tools import dashboards, pages

ROOT = Path(__file__).resolve().parent.parent

# Path inside the project, and the function that gives its text. What a function needs of countline it
# imports inside, so that one broken generator names itself alone.
GENERATED: tuple[tuple[str, Callable[[], str]], ...] = (
    ("countline.example.toml", pages.example_toml),
    ("docs/reference/settings.md", pages.settings_page),
    ("docs/reference/errors.md", pages.errors_page),
    ("docs/reference/diagnostics.md", pages.diagnostics_page),
    ("docs/reference/cli.md", pages.cli_page),
    ("docs/reference/events.md", pages.events_page),
    ("docs/reference/metrics.md", pages.metrics_page),
    ("docs/reference/modbus.md", pages.modbus_page),
    ("docs/reference/openapi-v3.json", pages.openapi_v3),
    ("docs/reference/openapi-v1.json", pages.openapi_v1),
    ("deploy/grafana/countline-api.json", dashboards.api_dashboard),
    ("deploy/grafana/countline-metrics.json", dashboards.metrics_dashboard),
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing, fail on a difference"
    )
    check = arguments.parse_args().check
    different = [path for path, text in GENERATED if write(ROOT / path, text(), check=check)]
    for path in different:
        print(f"{path} differs from what the code says; run: make regen" if check else path)
    return int(check and bool(different))


def write(path: Path, text: str, *, check: bool) -> bool:
    """True when the file on disk is not this text; then it is written, unless only checking."""
    if path.exists() and path.read_text() == text:
        return False
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
