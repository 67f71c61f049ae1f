"""Where the device listens: what is taken, and what is refused with its reason."""

from typing import Any

import pytest

from countline.errors import ConfigError
from countline.outlets.bacnet import BacnetSettings


def settings(**more: Any) -> BacnetSettings:
    known: dict[str, Any] = {"address": "192.0.2.10/24", "device_instance": 7}
    return BacnetSettings(**known | more)


def test_the_port_is_47808_where_none_is_given() -> None:
    assert (str(settings().interface), settings().port) == ("192.0.2.10/24", 47_808)
    other = settings(address="10.1.2.3/16:47900")
    assert (str(other.interface), other.port) == ("10.1.2.3/16", 47_900)
    assert settings().bbmd_at is None
    assert settings(bbmd="192.0.2.1").bbmd_at == ("192.0.2.1", 47_808)
    assert settings(bbmd="192.0.2.1:47810").bbmd_at == ("192.0.2.1", 47_810)


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("address", "", "found '', expected this machine's address"),
        ("address", "192.0.2.10", "with the length of its network"),
        ("address", "192.0.2.10/33", "such as 192.0.2.10/24:47808"),
        ("address", "0.0.0.0/0", "expected this machine's address"),
        ("address", "people.example/24", "expected this machine's address"),
        ("address", "192.0.2.10/24:0", "expected this machine's address"),
        ("address", "192.0.2.10/24:99999", "expected this machine's address"),
        ("address", "192.0.2.10/24:", "expected this machine's address"),
        ("address", "[::1]/64", "expected this machine's address"),
        ("device_instance", 0, "needed: a number from 1 to 4194302"),
        ("device_instance", 4_194_303, "that no other device has"),
        ("device_name", " ", "must not be empty"),
        ("bbmd", "router", "found 'router', expected an address such as 192.0.2.1:47808"),
        ("bbmd", "192.0.2.1:x", "expected an address such as"),
        ("bbmd_ttl_s", 0, "must be from 1"),
    ],
)
def test_what_cannot_be_is_named(field: str, value: Any, detail: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{field: value})
    (error,) = caught.value.errors
    assert error.field == field
    assert detail in error.detail


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        BacnetSettings(address="", device_instance=0)
    assert [error.field for error in caught.value.errors] == ["address", "device_instance"]
