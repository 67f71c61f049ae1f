"""Options that many commands share, and the short texts that people type for times and rates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from countline.config import Loaded, load_settings
from countline.errors import BadQuery, FieldError

COMMON = Group("Common options", sort_key=100)


@Parameter(name="*", group=COMMON)
@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the settings and the store are, and whether to answer people or programs."""

    config: Annotated[
        Path | None,
        Parameter(help="The settings file; else COUNTLINE_CONFIG, else ./countline.toml if there."),
    ] = None
    data: Annotated[Path | None, Parameter(help="The data folder, before COUNTLINE_DATA.")] = None
    store: Annotated[str | None, Parameter(help="The store's address, before COUNTLINE_STORE.")] = (
        None
    )
    json: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Answer with one JSON document, for programs."
        ),
    ] = False

    def loaded(self, **given: Any) -> Loaded:
        """The settings, `given` (by name) before everything else."""
        stated: Mapping[str, Any] = {"data": self.data, "store": self.store, **given}
        return load_settings(self.config, given=stated)


NONE_GIVEN = Options()

_PERIOD = re.compile(
    r"P(?!$)((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?!$)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+)S)?)?"
)
_SHORT = re.compile(r"(?P<number>\d+)\s*(?P<unit>s|min|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def period_s(name: str, text: str) -> int:
    """Seconds of `P90D`, `PT15M`, or short `90d`, `15m`, `1h`. Raises `BadQuery`."""
    if short := _SHORT.fullmatch(text.strip()):
        seconds = int(short["number"]) * _UNIT_S[short["unit"]]
    elif found := _PERIOD.fullmatch(text.strip()):
        parts = {unit: int(n or 0) for unit, n in found.groupdict().items()}
        days = 7 * parts["weeks"] + parts["days"]
        seconds = days * 86_400 + parts["hours"] * 3_600 + parts["minutes"] * 60 + parts["seconds"]
    else:
        seconds = 0
    if not seconds:
        raise _unreadable(name, text, "a length of time such as P90D, PT1H, 90d or 1h")
    return seconds


def rate(name: str, text: str) -> tuple[int, int]:
    """(requests, seconds) of `600/60`. Raises `BadQuery`."""
    found = re.fullmatch(r"(\d{1,9})/(\d{1,6})s?", text.strip())
    if not found or not int(found[1]) or not int(found[2]):
        raise _unreadable(name, text, "requests and seconds such as 600/60")
    return int(found[1]), int(found[2])


def _unreadable(name: str, text: str, expected: str) -> BadQuery:
    detail = f"{name}: found {text!r}, expected {expected}"
    return BadQuery(detail, errors=(FieldError(field=name, detail=f"expected {expected}"),))
