"""What a firmware has: 5.0, 5.3, 5.6 and 5.9 as data. Routes, fields and templates name them."""

from dataclasses import dataclass
from typing import Any, Literal

Release = Literal["5.0", "5.3", "5.6", "5.9"]
RELEASES: tuple[Release, ...] = ("5.0", "5.3", "5.6", "5.9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one scene or push context may hold. The reference names no figures: these are ours."""

    geometries: int = 32
    vertices: int = 256
    vertices_per_element: int = 32
    perimeter_m: float = 500.0
    masks: int = 16
    logics: int = 32
    counters: int = 128
    modifiers: int = 256
    connections: int = 16
    agents: int = 16
    doors: int = 16
    remotes: int = 14
    multisensors: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Personality:
    """One firmware as a client can tell it from another."""

    release: Release
    firmware: str  # as `/device/info` says it
    build: str  # as `/updates/state` says it
    small_ids: bool = False  # 1, 2, 3 ... instead of 1000, 1001 ... and counters 1000001 ...
    timeout_s: tuple[int, int] = (0, 86_400)  # of connections
    delay_factor_min: float = 0.0  # of `delay_increase_*` in a retry
    limits: Limits = Limits()

    def has(self, since: Release, until: Release = "5.9") -> bool:
        """Whether something that came with one release and stayed up to another is there."""
        here = RELEASES.index(self.release)
        return RELEASES.index(since) <= here <= RELEASES.index(until)

    @property
    def id_first(self) -> int:
        return 1 if self.small_ids else 1000

    def trimmed(self, body: dict[str, Any], **since: Release) -> dict[str, Any]:
        """A body without the fields that came with later releases."""
        return {k: v for k, v in body.items() if self.has(since.get(k, "5.0"))}


PERSONALITIES: dict[Release, Personality] = {
    "5.0": Personality(release="5.0", firmware="5.0.3", build="5.0.3-9738700b2d", small_ids=True),
    "5.3": Personality(release="5.3", firmware="5.3.4", build="5.3.4-1c2d3e4f50"),
    "5.6": Personality(release="5.6", firmware="5.6.2", build="5.6.2-a7dd1b1a78"),
    "5.9": Personality(
        release="5.9",
        firmware="5.9.2",
        build="5.9.2-5b6a798807",
        timeout_s=(1, 600),
        delay_factor_min=1.0,
    ),
}
