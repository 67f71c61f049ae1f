"""The metrics there are, as the reference page lists them."""

from collections.abc import Iterable
from typing import Any

from countline.api.metrics.families import Family
from countline.api.metrics.house import HOUSE
from countline.api.metrics.zones import COUNTS


def metrics_page(note: str) -> str:
    """docs/reference/metrics.md."""
    parts = [
        "# Metrics",
        note,
        "What `GET /metrics` tells; how to switch it on and read it is in"
        " [the guide](../howto/metrics-and-grafana.md). What is not known is left out, and never 0.",
        "## countline itself",
        "Always told. Beside these the process tells `process_cpu_seconds_total`,"
        " `process_resident_memory_bytes`, `process_open_fds` and their like, where the system has them.",
        _table(HOUSE),
        "## What is counted",
        "Told with `metrics.counts`. `zone` and `sensor` are names, and may change; ids do not.",
        _table(COUNTS),
    ]
    return "\n\n".join(parts) + "\n"


def _table(families: Iterable[Family[Any]]) -> str:
    lines = ["| metric | kind | labels | |", "|---|---|---|---|"]
    for row in families:
        labels = ", ".join(f"`{label}`" for label in row.labels)
        lines.append(f"| `{row.sample_name}` | {row.kind} | {labels or 'none'} | {row.says} |")
    return "\n".join(lines)
