"""What a connection is configured with: the fields of each protocol, their bounds and defaults."""

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Port = Annotated[int, Meta(ge=1, le=65_535)]
Name = Annotated[str, Meta(max_length=128)]
Text = Annotated[str, Meta(max_length=1024)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Printable = Annotated[str, Meta(pattern=r"^[ -~]*$")]
Mode = Annotated[str, Meta(pattern=r"^([0-7]{3}|([r-][w-][x-]){3})$")]
FileMode = Literal["PACKAGE", "APPEND_INTERVAL", "APPEND_MAX_SIZE"]
OCTAL = re.compile(r"^[0-7]{3}$")


class Shape(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out and has no default is left out of the answer too."""


class Header(Shape):
    name: Annotated[str, Meta(pattern=r"^[!-9;-~]+$")]
    value: Printable = ""


class Http(Shape):
    uri: Text
    port: Port | UnsetType = UNSET
    ssl_enable: bool = False
    auth_method: Literal["NONE", "BASIC", "DIGEST", "DIGEST_IE", "BEARER_TOKEN"] = "NONE"
    auth_data: Text | UnsetType = UNSET
    user: Text | UnsetType = UNSET
    password: Text | UnsetType = UNSET
    custom_header_fields: list[Header] = []
    chunked_transfer_enabled: bool = False
    connection_timeout_s: Seconds = 10
    ignore_proxy: bool = False


class Ftp(Shape):
    uri: Text
    user: Text
    password: Text | UnsetType = UNSET
    port: Port = 21
    path: Text = ""
    create_directories: bool = False
    directory_mode: Literal["MULTICWD", "NOCWD", "SINGLECWD"] = "MULTICWD"
    file_mode: FileMode = "PACKAGE"
    max_file_size: Annotated[int, Meta(ge=0)] = 0
    ssl_enable: bool = False
    use_pret: bool = False
    account_info: Text | UnsetType = UNSET
    alternative_to_user: Text | UnsetType = UNSET
    connection_timeout_s: Seconds = 10
    response_timeout_s: Seconds = 10
    ignore_proxy: bool = False


class Sftp(Shape):
    uri: Text
    user: Text
    password: Text | UnsetType = UNSET
    port: Port = 22
    path: Text = ""
    host_key: Text | UnsetType = UNSET
    file_mode: FileMode = "PACKAGE"
    max_file_size: Annotated[int, Meta(ge=0)] = 0
    create_directories: bool = False
    new_file_permission: Mode = "rw-r--r--"
    new_directory_permission: Mode = "rwxr-xr-x"
    ssh_compression_enable: bool = False
    connection_timeout_s: Seconds = 10
    ignore_proxy: bool = False


class Mqtt(Shape):
    uri: Text
    topic: Text
    port: Port = 1883
    client_id: Text | UnsetType = UNSET
    qos_level: Annotated[int, Meta(ge=0, le=2)] = 0
    auth_enable: bool = False
    user: Text | UnsetType = UNSET
    password: Text | UnsetType = UNSET
    ssl_enable: bool = False
    websocket_enable: bool = False
    connection_timeout_s: Seconds = 10
    delivery_timeout_s: Seconds = 10


class Tcp(Shape):
    mode: Literal["CLIENT", "SERVER", "LEGACY_EVENT_STREAM_SERVER"]
    uri: Text | UnsetType = UNSET
    port: Port | UnsetType = UNSET
    connection_timeout_s: Seconds = 10


class Udp(Shape):
    mode: Literal["CLIENT", "LEGACY_OBJECT_STREAM_SERVER"]
    uri: Text | UnsetType = UNSET
    port: Port | UnsetType = UNSET
    connection_timeout_s: Seconds = 10


PROTOCOLS: dict[str, type[Shape]] = {
    "HTTP": Http,
    "FTP": Ftp,
    "SFTP": Sftp,
    "MQTT": Mqtt,
    "TCP": Tcp,
    "UDP": Udp,
}
LEGACY_PORTS = {"single": 49_156, "multi": 49_159}


def as_letters(mode: str) -> str:
    """`664` as `rw-rw-r--`, which is how it is told again."""
    if not OCTAL.match(mode):
        return mode
    return "".join(
        letter if int(digit) & bit else "-"
        for digit in mode
        for letter, bit in zip("rwx", (4, 2, 1), strict=True)
    )


def wrong_timeouts(config: dict[str, Any], bounds: tuple[int, int]) -> str | None:
    """What is wrong with the timeouts of a checked configuration, for a firmware's bounds."""
    low, high = bounds
    for name, value in config.items():
        if name.endswith("_timeout_s") and not low <= value <= high:
            return f"{name}: {value} is not between {low} and {high}"
    return None
