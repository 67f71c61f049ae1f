"""Every setting of a device as a row: where it is, what its body is, who may read and write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from countline.emulator.v5 import shapes
from countline.emulator.v5.personality import Personality, Release


@dataclass(frozen=True, slots=True)
class Setting:
    """One object resource with GET and PUT, and DELETE where that brings the factory's back.

    `where` says under which roots of the shared sub-tree it is; "": under none.
    """

    path: str
    shape: type[msgspec.Struct]
    area: str  # privileges are `{area}_read` and `{area}_write`
    deletable: bool = True
    where: Literal["", "lens", "each"] = ""
    since: Release = "5.0"
    until: Release = "5.9"
    apart: bool = False  # answered by functions of its own

    def default(self) -> dict[str, Any]:
        """The body it leaves the factory with."""
        body: dict[str, Any] = msgspec.to_builtins(self.shape())
        return body


NET, DEV, APP = "net_cfg", "dev_cfg", "application"
SETTINGS: tuple[Setting, ...] = (
    Setting("/device/id", shapes.Id, DEV, apart=True),
    Setting("/device/led", shapes.Led, DEV),
    Setting("/network/ipv4", shapes.Ipv4, NET),
    Setting("/network/ipv6", shapes.Ipv6, NET),
    Setting("/network/hostname", shapes.Hostname, NET),
    Setting("/network/proxy", shapes.Proxy, NET),
    Setting("/network/gigabit", shapes.Gigabit, NET, deletable=False),
    Setting("/network/mdns/config", shapes.Mdns, NET, deletable=False),
    Setting("/network/wireless", shapes.Wireless, NET, since="5.6"),
    Setting("/www/config", shapes.Www, "www_config", deletable=False, apart=True),
    Setting("/time", shapes.Time, "time_cfg", apart=True),
    Setting("/monitor/config", shapes.Monitor, "pip", deletable=False),
    Setting("/network/x509/truststore/config", shapes.Truststore, "truststore", deletable=False),
    Setting("/policy/password/strength", shapes.PasswordPolicy, "", since="5.6", apart=True),
    Setting("/privacy/mode", shapes.PrivacyMode, "privacy_mode", apart=True),
    Setting("/itxpt/config", shapes.Itxpt, "", apart=True, since="5.6"),
    Setting("/itxpt/experimental/config", shapes.Itxpt, "", apart=True, until="5.3"),
    Setting("/ibisip/config", shapes.Ibisip, "", apart=True, since="5.6"),
    Setting("/settings/sensor_geometry", shapes.SensorGeometry, APP, where="lens"),
    Setting("/settings/groups", shapes.Groups, APP, where="each"),
    Setting("/settings/path_stitching", shapes.PathStitching, APP, where="each"),
    Setting("/settings/tag", shapes.Tag, APP, where="each"),
    Setting("/settings/advanced", shapes.Advanced, APP, where="each"),
    Setting("/settings/light", shapes.Light, APP, where="lens"),
    Setting("/settings/exposure_control", shapes.ExposureControl, APP, where="lens", since="5.6"),
    Setting("/data/push/legacy", shapes.Legacy, APP, where="each", apart=True),
)


def of(personality: Personality, *where: str) -> Iterator[Setting]:
    """The settings that a firmware has outside the shared sub-tree (""), or under a root of it."""
    for row in SETTINGS:
        if row.where in where and personality.has(row.since, row.until):
            yield row
