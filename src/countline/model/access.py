"""Who may ask: keys, scopes, sessions and push secrets. Only digests are kept."""

from dataclasses import dataclass
from typing import Literal

from countline.model.ids import LocationId, SensorNo

Scope = Literal["read", "write", "admin", "trajectories"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin", "trajectories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A caller's key; `locations` empty means all of them. The secret itself is shown once."""

    key_id: str
    digest: bytes  # SHA-256 of the secret
    name: str
    scopes: tuple[Scope, ...] = ("read",)
    locations: tuple[LocationId, ...] = ()
    created_s: int = 0
    expires_s: int | None = None
    withdrawn_s: int | None = None
    quota: int = 600
    window_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser's cookie, standing for a key until it ends."""

    digest: bytes
    key_id: str
    ends_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSecret:
    """What a push must carry: a sensor's own secret, or the enrolment secret (no sensor)."""

    digest: bytes
    sensor: SensorNo | None
    driver: str | None
    created_s: int = 0
    withdrawn_s: int | None = None
