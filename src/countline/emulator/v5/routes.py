"""The operations of a device as rows: method, path, who answers, who may ask, who has it.

Paths are those below `/api/v5`. `privilege` is "" where nobody need be logged in and "any" where
anybody who is may ask. A path that begins with `{root}` is there once for each root of the shared
sub-tree. The table itself is `operations.ROUTES`, put together from the rows of each module.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from countline.emulator.v5.ask import Ask, Reply
from countline.emulator.v5.device import Device
from countline.emulator.v5.personality import Release

Answerer = Callable[[Device, Ask], Reply | Awaitable[Reply]]
NAME = re.compile(r"\{(\w+)\}")
ROOTS = r"(?P<root>/singlesensor|/multisensors/[^/]+|/multisensor)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation."""

    method: str
    path: str
    answer: Answerer
    privilege: str
    privacy: int = 3  # the highest privacy mode at which it is answered
    since: Release = "5.0"
    until: Release = "5.9"
    changes: bool = True  # whether one that is no GET changes the configuration


def route(
    method: str,
    path: str,
    answer: Answerer,
    privilege: str,
    *,
    privacy: int = 3,
    since: Release = "5.0",
    until: Release = "5.9",
    changes: bool = True,
) -> Route:
    """A row on one line."""
    return Route(
        method=method,
        path=path,
        answer=answer,
        privilege=privilege,
        privacy=privacy,
        since=since,
        until=until,
        changes=changes and method != "GET",
    )


@cache
def pattern(path: str) -> re.Pattern[str]:
    """A path with its names as groups: `{root}` is one of three roots, `{id}` a whole number."""
    head, rest = (ROOTS, path[len("{root}") :]) if path.startswith("{root}") else ("", path)
    rest = rest.replace(".", r"\.").replace("{id}", r"(?P<id>-?[0-9]+)")
    return re.compile(head + NAME.sub(r"(?P<\1>[^/]+)", rest) + "$")
