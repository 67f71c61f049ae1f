"""What a sensor must be told so that it pushes here: one connection, and an agent for each kind."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from countline.devices.xovis_v5.address import Address
from countline.devices.xovis_v5.context import Context
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.firmware import Firmware
from countline.errors import BadQuery, FieldError
from countline.vault import Secret

NAME = "countline"  # how what we make is called there
CONNECTION_TIMEOUT_S = 20
PATH = re.compile(r"[\w./~-]*", re.ASCII)  # a proxy may want one
# Never given up for good: a sensor keeps its history, and sends what is not acknowledged.
RETRY = {
    "mode": "INCREASING_DELAY_EXPONENTIAL",
    "max_number": 12,
    "reset_on_next_push_schedule": True,
    "delay_start_min": 2.0,
    "delay_start_max": 10.0,
    "delay_increase_factor": 2.0,
}
FORMAT = {"type": "JSON", "version": "5.0", "time": "UNIX_TIME_MS", "pretty": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a sensor shall push, and as whom."""

    url: str  # http://192.0.2.1:8080, without a path
    user: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAgent:
    """An agent as it should be; `connection` is filled in when that has its id."""

    name: str
    type: str
    config: Mapping[str, Any]

    def whole(self, connection: int) -> dict[str, Any]:
        """As the sensor takes it."""
        return {
            "name": self.name,
            "type": self.type,
            "enabled": True,
            "connection": connection,
            "config": dict(self.config),
        }


def check_target(url: str) -> str:
    """A base address without its slash. Raises `BadQuery` for what no sensor could push to."""
    base = url.rstrip("/")
    scheme, _, rest = base.partition("://")
    host, _, path = rest.partition("/")
    try:
        fine = scheme in ("http", "https") and PATH.fullmatch(path) is not None
        Address.of(f"{scheme}://{host}" if fine else "")
    except BadQuery:
        detail = f"{url!r} is no address that sensors can push to; write http://192.0.2.1:8080"
        error = FieldError(field="push_url", detail=detail)
        raise BadQuery(f"push_url: {detail}", errors=(error,)) from None
    return base


def wanted_connection(target: Target) -> dict[str, Any]:
    """The connection: HTTP with the sensor's own secret as the password of Basic.

    Basic is what every firmware has. The port is a field of its own: some firmware drops one that
    stands inside the address.
    """
    parts = urlsplit(target.url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    ssl = parts.scheme == "https"
    return {
        "name": f"{NAME} {parts.netloc}",  # two gateways may share a sensor
        "protocol": "HTTP",
        "config": {
            "uri": f"{parts.scheme}://{host}{parts.path}/push/{DRIVER.name}",
            "port": parts.port or (443 if ssl else 80),
            "ssl_enable": ssl,
            "auth_method": "BASIC",
            "user": target.user,
            "password": target.secret.reveal(),
            "connection_timeout_s": CONNECTION_TIMEOUT_S,
            "ignore_proxy": True,
        },
    }


def wanted_agents(firmware: Firmware, context: Context, *, live: bool) -> list[WantedAgent]:
    """Counts each minute, count events at once (where wanted), and the sensor's state."""
    return list(_agents(firmware, context, live=live))


def _agents(firmware: Firmware, context: Context, *, live: bool) -> Iterator[WantedAgent]:
    where = "" if context.multisensor is None else f" {context}"
    yield WantedAgent(
        name=f"{NAME} counts{where}",
        type="LOGICS",
        config={
            "data": {
                "resolution": "ONE_MINUTE",
                "package_size": 60,
                "include_empty": True,  # a quiet minute is told apart from a lost one
                "format": FORMAT,
                "meta_data_config": "REFERENCED",
            },
            "filters": {"included_logics": "ALL"},
            "scheduler": {"type": "INTERVAL", "interval": "ONE_MINUTE", "retry": RETRY},
        },
    )
    if live:
        yield WantedAgent(
            name=f"{NAME} events{where}",
            type="LIVE_DATA",
            config={
                "data": {
                    "resolution": "MAX",
                    "package_size": 1,
                    "include_empty": False,
                    "format": FORMAT,
                },
                "filters": {
                    "included_objects": "NONE",  # else 12 frames a second while somebody is there
                    "included_scene_events": "NONE",
                    "included_count_events": "ALL",
                    "included_info_events": "ALL",
                    "filter_events_by_objects": False,
                },
                "scheduler": {"type": "IMMEDIATE", "retry": {"mode": "DROP"}},
            },
        )
    if context.multisensor is None:  # the others have no agents of this kind
        yield WantedAgent(
            name=f"{NAME} status{where}",
            type="STATUS",
            config={
                "data": {"resolution": "FIVE_MINUTES", "package_size": 1, "format": FORMAT},
                "filters": None,
                "scheduler": {"type": "INTERVAL", "interval": "FIVE_MINUTES", "retry": RETRY},
            },
        )


def agrees(wanted: Any, have: Any) -> bool:
    """Whether everything wanted is so already; what a sensor adds of its own does not matter.

    Sensors give lists back in another order, and numbers as integers or floats.
    """
    if isinstance(wanted, Mapping):
        return isinstance(have, Mapping) and all(
            agrees(value, have.get(name)) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(have, list)
            and len(have) == len(wanted)
            and all(any(agrees(one, other) for other in have) for one in wanted)
        )
    return bool(wanted == have)
