"""Many devices in one process, on consecutive ports, that know each other."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from countline import clock
from countline.emulator.faults import faults_named
from countline.emulator.fleet import FAULTS_AHEAD_S
from countline.emulator.plan import Building
from countline.emulator.v5.device import Device
from countline.emulator.v5.fixture import HISTORY_DAYS, device_over, hall
from countline.emulator.v5.listening import listening
from countline.emulator.v5.personality import PERSONALITIES, Release
from countline.emulator.world import World
from countline.errors import ConfigError, FieldError


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one device listens."""

    device: Device
    https: str
    http: str | None


def make_devices(
    sensors: int | Building,
    personalities: Sequence[str] = ("5.6",),
    *,
    seed: int = 1,
    faults: Sequence[str] = (),
    true_ms: Callable[[], int] = clock.now_ms,
) -> list[Device]:
    """Devices above one hall of so many doors, or a building, installed 30 days ago.

    Personalities take turns. `faults` are words of `faults.USUAL`: what the devices see, and when
    they are away.
    """
    releases = [_release(name) for name in personalities]
    building = sensors if isinstance(sensors, Building) else hall(sensors)
    world = World(building, seed)
    now_s = true_ms() // 1000
    return [
        device_over(
            world,
            plan,
            personality=releases[nth % len(releases)],
            true_ms=true_ms,
            faults=faults_named(
                faults,
                seed=seed,
                sensor=plan.serial,
                start_s=now_s - HISTORY_DAYS * 86_400,
                end_s=now_s + FAULTS_AHEAD_S,
            ),
        )
        for nth, plan in enumerate(building.sensors)
    ]


def _release(name: str) -> Release:
    for release in PERSONALITIES:
        if release == name:
            return release
    detail = f"'{name}' is none of {', '.join(PERSONALITIES)}"
    raise ConfigError(detail, errors=(FieldError(field="personality", detail=detail),))


@asynccontextmanager
async def fleet_listening(
    devices: Sequence[Device],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    http: tuple[str, int] | None = None,
) -> AsyncIterator[list[Addresses]]:
    """All of them, the first at `port` and each next one port higher; 0: wherever it is free.

    `http`: host and first port without TLS as well.
    """
    async with AsyncExitStack() as stack:
        found = []
        for nth, device in enumerate(devices):
            device.where.neighbours = [other for other in devices if other is not device]
            plain = None
            if http is not None:
                at = http[1] and http[1] + nth
                plain = await stack.enter_async_context(listening(device, http[0], at, tls=False))
            secure = await stack.enter_async_context(listening(device, host, port and port + nth))
            found.append(Addresses(device, secure, plain))
        yield found
