"""The configuration of a device as the house speaks of it: one document, and how it is changed."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec

from countline.vault import Secret

NO_SECRET = Secret("")
DIFFERENCES_MAX = 200  # shown of one drift; who changed more wants the whole document


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePart:
    """A line or zone that a device knows; points are metres in its own frame."""

    id: int | None  # None: to be made
    name: str
    kind: Literal["line", "zone"]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicPart:
    """A logic; `template` is empty for one that was made by hand, of which only the name changes."""

    id: int | None
    name: str
    template: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPart:
    """A push agent. `ours` are those by which the device pushes here: they are not changed by hand."""

    id: int | None
    name: str
    type: str
    enabled: bool
    connection: int | None
    config: dict[str, Any]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePart:
    """How the device keeps its clock."""

    time_zone: str
    ntp_enabled: bool
    ntp_servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything of a device that can be changed through us."""

    name: str
    group: str
    time: TimePart
    privacy_mode: int
    geometries: tuple[ScenePart, ...]
    logics: tuple[LogicPart, ...]
    agents: tuple[AgentPart, ...]

    @property
    def etag(self) -> str:
        """Names this state: the same document has the same."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsked:
    """How a device is to be changed, and by whom; `change` is given what is there now."""

    change: Callable[[Configuration], Configuration]  # may raise `CountlineError`; nothing is done
    who: str  # for the log of changes
    etag: str | None = None  # the state that was seen; None: whichever there is
    master_key: Secret = NO_SECRET  # that a sensor asks for where privacy is taken back
    dry_run: bool = False


class Difference(NamedTuple):
    """One thing that is not as it was: `scene/geometries/1000/name`."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A device's configuration, and how it differs from what we last left or saw."""

    sensor_id: str
    configuration: Configuration
    checksum: str
    drift: tuple[Difference, ...] = ()
    steps: tuple[str, ...] = ()  # what a change did, or (dry run) would do


def differences(before: Any, after: Any) -> list[Difference]:
    """What is not the same in two documents, by path; `None` where something is only in one."""
    found: list[Difference] = []
    for one in _differences("", before, after):
        found.append(one)
        if len(found) == DIFFERENCES_MAX:
            break
    return found


def _differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _differences(f"{path}/{name}", before.get(name), after.get(name))
    elif _by_id(before) and _by_id(after):
        yield from _differences(path, _named(before), _named(after))
    elif before != after:
        yield Difference(path.lstrip("/"), before, after)


def _by_id(value: Any) -> bool:
    """Whether it is a list of things with ids, which are compared one with its own."""
    return isinstance(value, list) and all(isinstance(x, Mapping) and "id" in x for x in value)


def _named(listed: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(one["id"]): one for one in listed}
