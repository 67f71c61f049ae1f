"""One emulated sensor as a device: what it is, how it is configured, its time, and its faults.

The seam for everything in this folder:

- `device.sensor` (plan, world, sightings), `device.ground` (which logic of the plan a drawn line
  or zone counts), `device.personality`.
- `device.config`: resources by path below `/api/v5`. Of the shared sub-tree, a path begins with a
  root of `device.roots()`: `f"{root}/scene/geometries"`, `f"{root}/analysis/logics"`,
  `f"{root}/data/push/agents"` ... are collections by id, beside each a volatile one.
- `device.running`: its clock and its boots over true time.
- `device.part(Kind)`: the one `Kind(device)` of this device, made when first asked for: where other
  modules keep state of their own (live totals, agents' positions). What survives a reboot there is
  theirs to decide; they hear of what happens through `device.events`.
- `device.reset_counters(root, ids)`: what a third party may do to the totals at any time.
- `device.snapshot()`: its whole persisted configuration, as bytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from countline import clock
from countline.emulator.sensor import Sensor
from countline.emulator.v5.configuration import Configuration
from countline.emulator.v5.factory import factory, factory_scene
from countline.emulator.v5.ground import Ground
from countline.emulator.v5.installed import install
from countline.emulator.v5.personality import PERSONALITIES, Limits, Personality, Release
from countline.emulator.v5.running import Running

Part = TypeVar("Part")
SCENES = ("/singlesensor", "/multisensor", "/multisensors")
Illumination = Literal["UNKNOWN", "SUFFICIENT", "INSUFFICIENT"]
Event = Literal["reboot", "clock_step", "data_reset", "factory"]
LICENSED: Mapping[int, int] = dict.fromkeys((104, 112, 113, 114, 117, 1000), -1)  # days; -1: ever


@dataclass(slots=True, kw_only=True)
class Misbehaviour:
    """What is wrong with a device, to be switched while it runs."""

    pace_s: float = 0.0  # a change sooner than this after the last one is refused with 503
    nonsense: Literal["", "html", "json", "broken"] = ""  # every answer is 200 and makes no sense
    dies_after: int | None = None  # changes after which it answers nothing any more
    firmware: str | None = None  # what it says instead of its firmware
    slow_s: float = 0.0  # how long each answer takes
    refuses: tuple[str, ...] = ()  # operations whose path holds one of these are nobody's
    silent: bool = False  # takes connections and cuts them without an answer

    def is_dead(self, changes: int) -> bool:
        """Whether nothing is answered after so many changes."""
        return self.silent or (self.dies_after is not None and changes >= self.dies_after)


@dataclass(slots=True, kw_only=True)
class Account:
    """A login. Whoever is not active cannot log in."""

    password: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """A token of `POST /users/login`, in true time."""

    user: str
    began_ms: int
    used_ms: int


@dataclass(slots=True)
class Whereabouts:
    """Where a device listens, once it does, and what it can find on its network."""

    ip: str = "192.0.2.10"
    http_port: int | None = None
    https_port: int | None = None
    neighbours: list["Device"] = field(default_factory=list)


class Device:
    """The state of one emulated sensor. Every listener and every route of it shares this."""

    def __init__(
        self,
        sensor: Sensor,
        *,
        personality: Release = "5.6",
        true_ms: Callable[[], int] = clock.now_ms,
        password: str = "pass",
        smk: str = "SMK-0000-1111",
        licences: Mapping[int, int] = LICENSED,
        multisensors: tuple[int, ...] = (),
        limits: Limits | None = None,
        forward_leftwards: bool = True,
    ) -> None:
        """`sensor` was planned with the personality's id scheme: see `fixture.emulated_sensor`."""
        self.sensor = sensor
        kind = PERSONALITIES[personality]
        self.personality: Personality = kind if limits is None else replace(kind, limits=limits)
        self.ground = Ground(sensor.plan, forward_leftwards)
        self.running = Running(
            true_ms,
            booted_ms=sensor.booted_ms(sensor.installed_s * 1000),
            offset_ms=sensor.skew_ms,
            planned=sorted(
                (down * 1000, (down + sensor.faults.reboot_s) * 1000)
                for down in sensor.faults.reboots
                if down > sensor.installed_s
            ),
        )
        self.smk, self.licences = smk, dict(licences)
        self.accounts = {
            "admin": Account(password=password),
            "viewer": Account(password="viewer", active=False),
        }
        self.factory_passwords = {name: a.password for name, a in self.accounts.items()}
        self.sessions: dict[str, Session] = {}
        self.faults = Misbehaviour()
        self.illumination: Illumination = "SUFFICIENT"
        self.where = Whereabouts()
        self.changes = 0  # requests that changed something, since it was made
        self.changed_ms = 0  # the last of them, in true time
        self.events: list[Callable[[Event], None]] = []
        self._parts: dict[object, object] = {}
        self.config = Configuration(self.running.now_ms)
        self.config.kept = factory(self)
        self.small_ids = sensor.plan.ids == "small"  # of what was made before an upgrade, if any
        install(self, multisensors)
        self.small_ids = self.personality.small_ids
        self.running.went_down = self._went_down
        self.config.changed_ms = dict.fromkeys(self.config.kept, sensor.installed_s * 1000)

    @property
    def serial(self) -> str:
        """The MAC, lower case with colons, as `/device/info` tells it; pushes say it in capitals."""
        return self.sensor.plan.serial

    @property
    def firmware(self) -> str:
        return self.faults.firmware or self.personality.firmware

    def part(self, kind: Callable[["Device"], Part]) -> Part:
        """The one object of a kind that belongs to this device."""
        found = self._parts.get(kind)
        if found is None:
            found = self._parts[kind] = kind(self)
        return found  # type: ignore[return-value]  # put there under its kind

    def roots(self) -> list[str]:
        """Where the shared sub-tree is: a lens, and every multisensor."""
        if not self.personality.has("5.6"):
            return ["/singlesensor", "/multisensor"]
        several = self.config.items("/multisensors")
        return ["/singlesensor", *(f"/multisensors/{id_}" for id_ in sorted(several))]

    def multisensor_of(self, root: str) -> int | None:
        """The id of the multisensor behind a root; None: the lens itself."""
        if root == "/singlesensor":
            return None
        number = root.rpartition("/")[2]
        return int(number) if number.isdecimal() else 1  # early firmware has one, without number

    def snapshot(self) -> bytes:
        """Everything persisted of its configuration, logins included."""
        logins = {name: [a.password, a.active] for name, a in self.accounts.items()}
        return self.config.snapshot() + json.dumps(logins, sort_keys=True).encode()

    # time, as its clock shows it

    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.kept["/time"]["time_zone"])

    def local(self, own_ms: int | None = None) -> datetime:
        """An instant of its clock in its time zone."""
        at_ms = self.running.now_ms() if own_ms is None else own_ms
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone())

    def rfc3339(self, own_ms: int | None = None) -> str:
        return self.local(own_ms).isoformat(timespec="seconds")

    def zoned(self, own_ms: int | None = None) -> str:
        """`2025-03-14T09:26:53.120 CET`, as agents and history status tell instants."""
        at = self.local(own_ms)
        return f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')} {at.tzname()}"

    # what happens to it

    def reboot(self) -> None:
        """Away for `running.reboot_s`; sessions and volatile sets are gone afterwards."""
        self.running.reboot()

    def _went_down(self) -> None:
        self.sessions.clear()
        self.config.forget_volatile()
        self.happened("reboot")

    def step_clock(self, by_s: float) -> None:
        self.running.step_to(self.running.now_ms() + round(by_s * 1000))
        self.happened("clock_step")

    def set_clock(self, own_ms: int) -> None:
        self.running.step_to(own_ms)
        self.happened("clock_step")

    def reset_scene(self) -> None:
        """Scene, analysis, push and data are as from the factory; network and logins stay."""
        gone = {path for root in SCENES for path in self.config.under(root)}
        stays = {path: body for path, body in self.config.kept.items() if path not in gone}
        self.config.load(stays | factory_scene(self))
        self.happened("data_reset")
        self.reboot()

    def reset_hard(self) -> None:
        """Everything is as from the factory."""
        self.config.load(factory(self))
        for name, password in self.factory_passwords.items():
            self.accounts[name] = Account(password=password, active=name == "admin")
        self.happened("factory")
        self.reboot()

    def reset_counters(self, root: str, counters: list[int]) -> None:
        """Set totals back to 0, as any user of the device may do at any time."""
        from countline.emulator.v5.observing import Observer  # it needs the device's type

        self.part(Observer).context(root).reset(counters)

    def happened(self, event: Event) -> None:
        """Tell whoever listens."""
        for hear in self.events:
            hear(event)
