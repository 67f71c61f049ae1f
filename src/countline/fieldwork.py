"""What goes out to the sensors themselves: built from settings, and run beside the edges."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

import structlog

from countline.clock import set_within
from countline.devices.adopting import Adopter
from countline.devices.adoptions import Adoptions
from countline.devices.configuring import Configurer
from countline.devices.desk import Desk
from countline.devices.guard import AllowedNetworks
from countline.devices.letting_go import Releaser
from countline.devices.rounds import DeviceRounds
from countline.devices.turns import Turns
from countline.devices.xovis_v5 import Devices, Ways
from countline.engine.changes import bad_field
from countline.engine.engine import Engine
from countline.engine.heal import Healer
from countline.engine.rounds import Rounds
from countline.hookwork import vault_of
from countline.settings import Settings

_log = structlog.get_logger("countline.fieldwork")

FINISH_EVERY_S = 60
TURNS = "turns"  # the folder in which processes see who changes which device
DISCARD_PORT = 9  # a datagram socket that is only connected sends nothing


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """The desk that others ask, and what works by itself while the server runs."""

    desk: Desk
    healer: Healer
    rounds: Rounds

    async def run(self, stop: asyncio.Event) -> None:
        """Ask devices how they are, heal holes, and finish what was left half done."""
        await asyncio.gather(self.rounds.run(stop), self.healer.run(stop), self._finish(stop))

    async def _finish(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.desk.finish()
            except Exception:  # the next time may be better
                _log.exception("finishing_failed")
            await set_within(stop, FINISH_EVERY_S)


async def make_fieldwork(
    settings: Settings, engine: Engine, *, url: str | None = None
) -> Fieldwork:
    """Build it. `url` is where this server is asked, which says its port.

    Raises `ConfigError` where the key that opens the sensors' passwords is missing.
    """
    vault = await vault_of(settings, engine)
    networks = AllowedNetworks.of(settings.devices.allowed_networks)
    ways = Ways(write_pause_s=settings.devices.write_pause_ms / 1000)
    turns = Turns(settings.data / TURNS)
    adoptions = Adoptions(engine, Devices(networks, ways), vault, turns)
    releaser = Releaser(adoptions)
    adopter = Adopter(adoptions, releaser, seen_from=seen_from(settings, url))
    configurer = Configurer(adoptions)
    source = DeviceRounds(adoptions, configurer)
    return Fieldwork(
        desk=Desk(adoptions, adopter, releaser, configurer),
        healer=Healer(engine, source),
        rounds=Rounds(engine, source, every_s=settings.devices.ask_every_s),
    )


def seen_from(settings: Settings, url: str | None) -> Callable[[str], str]:
    """How this server's base address is found, as a host sees it. Raises `BadQuery`."""
    port = settings.port if url is None else int(url.rpartition(":")[2])

    def base(host: str) -> str:
        if settings.devices.push_url:
            return settings.devices.push_url
        try:
            ours = address_towards(host)
        except OSError as error:
            raise bad_field(
                "push_url",
                f"no way from here to {host} was found ({error.strerror}); say where sensors push in"
                " devices.push_url",
            ) from error
        if settings.loopback and not ip_address(ours).is_loopback:
            raise bad_field(
                "push_url",
                f"this server listens on {settings.host}, which the sensor at {host} cannot reach;"
                ' start it with `host = "0.0.0.0"`, or say where sensors push in'
                " devices.push_url",
            )
        scheme = "http" if settings.tls.cert is None else "https"
        return f"{scheme}://{f'[{ours}]' if ':' in ours else ours}:{port}"

    return base


def address_towards(host: str) -> str:
    """The address by which this machine speaks to a host; nothing is sent."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, DISCARD_PORT, type=socket.SOCK_DGRAM
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.connect(address)
        return str(probe.getsockname()[0])
