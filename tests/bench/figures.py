"""A figure: some measured values of one thing, what was aimed at, and how a page of them looks."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.table import Table

from countline import __version__, clock

MARKS = ("<!-- figures -->", "<!-- end of figures -->")


class Aim(NamedTuple):
    """What a figure should be: at most, or at least, this much."""

    side: Literal["<", ">="]
    value: float

    def met(self, value: float) -> bool:
        """Whether a value is as good as aimed."""
        return value < self.value if self.side == "<" else value >= self.value

    def __str__(self) -> str:
        return f"{self.side} {short(self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Values of several runs of one measurement, in one unit."""

    bench: str
    name: str
    unit: str
    values: tuple[float, ...]
    aim: Aim | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return median(self.values)


def figure(
    bench: str,
    name: str,
    unit: str,
    values: Sequence[float] | float,
    aim: Aim | None = None,
    note: str = "",
) -> Figure:
    """A figure of one value or of several runs."""
    several = (values,) if isinstance(values, int | float) else tuple(values)
    return Figure(bench=bench, name=name, unit=unit, values=several, aim=aim, note=note)


def short(value: float) -> str:
    """Three figures that say something, and no more."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the others lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, Any]:
    """The class of machine that measured: enough to compare, and nothing that names it."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "unknown")


def save(figures: Sequence[Figure], here: dict[str, Any], path: Path) -> None:
    """Write a run down. Figures of benches that did not run this time stay from the last time."""
    ran = {f.bench for f in figures}
    kept: list[dict[str, Any]] = []
    if path.exists():
        kept = [f for f in json.loads(path.read_text())["figures"] if f["bench"] not in ran]
    now = datetime.fromtimestamp(clock.now_s(), UTC)
    told = {
        "date": now.isoformat(timespec="minutes"),
        "version": __version__,
        "machine": here,
        "figures": kept + [_plain(f, now) for f in figures],
    }
    path.write_text(json.dumps(told, indent=1) + "\n")


def _plain(one: Figure, now: datetime) -> dict[str, Any]:
    return asdict(one) | {
        "median": one.median,
        "aim": str(one.aim) if one.aim else None,
        "met": one.aim.met(one.median) if one.aim else None,
        "date": now.date().isoformat(),
    }


def write_page(kept: Path, page: Path) -> None:
    """Put the kept figures into a page, between its two marks."""
    told = json.loads(kept.read_text())
    before, _, rest = page.read_text().partition(MARKS[0])
    _, mark, after = rest.partition(MARKS[1])
    if not mark:
        raise SystemExit(f"{page} has no place for figures: {MARKS[0]} ... {MARKS[1]}")
    page.write_text(before + MARKS[0] + "\n" + page_table(told) + MARKS[1] + after)


def page_table(told: dict[str, Any]) -> str:
    """Kept figures in Markdown."""
    here = told["machine"]
    lines = [
        f"{told['date'][:10]}, countline {told['version']}, {here['cores']} cores of {here['cpu']},"
        f" {here['memory_gb']} GB, {here['system']}, Python {here['python']}; load average before:"
        f" {here['load_average']}.",
        "",
        "| figure | median | least to most | aim |",
        "|---|---|---|---|",
    ]
    for one in told["figures"]:
        values = one["values"]
        spread = f"{short(min(values))} to {short(max(values))}" if len(values) > 1 else ""
        missed = " (missed)" if one["met"] is False else ""
        note = f" ({one['note']})" if one["note"] else ""
        median_ = f"{short(one['median'])} {one['unit']}"
        lines.append(
            f"| {one['bench']}: {one['name']}{note} | {median_} | {spread} |"
            f" {one['aim'] or ''}{missed} |"
        )
    return "\n".join(lines) + "\n"


def show(figures: Sequence[Figure], here: dict[str, Any], console: Console) -> None:
    """The table of a run."""
    table = Table(title=_title(here), title_justify="left", pad_edge=False)
    for column in ("bench", "figure", "median", "least", "most", "aim", ""):
        right = column in ("median", "least", "most")
        table.add_column(column, justify="right" if right else "left", no_wrap=column != "")
    last = ""
    for one in figures:
        low, high = (min(one.values), max(one.values)) if len(one.values) > 1 else (None, None)
        mark = "" if one.aim is None else "[green]" if one.aim.met(one.median) else "[red]"
        table.add_row(
            "" if one.bench == last else one.bench,
            one.name,
            f"{mark}{short(one.median)} {one.unit}",
            "" if low is None else short(low),
            "" if high is None else short(high),
            "" if one.aim is None else str(one.aim),
            f"[dim]{one.note}",
        )
        last = one.bench
    console.print(table)


def _title(here: dict[str, Any]) -> str:
    return (
        f"countline {__version__} · {here['cores']} cores of {here['cpu']} · {here['system']} ·"
        f" Python {here['python']} · load average {here['load_average']}"
    )
