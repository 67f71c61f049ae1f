"""A sensor's address as people write it."""

import pytest

from countline.devices.xovis_v5 import Address
from countline.errors import BadQuery


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("192.0.2.17", "https://192.0.2.17:443"),
        (" https://192.0.2.17/ ", "https://192.0.2.17:443"),
        ("http://192.0.2.17", "http://192.0.2.17:80"),
        ("HTTPS://Sensor-3.Example:8443", "https://sensor-3.example:8443"),
        ("192.0.2.17:9443", "https://192.0.2.17:9443"),
        ("fd00::17", "https://[fd00::17]:443"),
        ("http://[fd00::17]:8080", "http://[fd00::17]:8080"),
        ("xs-sensor-1a2b3c", "https://xs-sensor-1a2b3c:443"),
    ],
)
def test_one_way_of_writing(text: str, whole: str) -> None:
    assert str(Address.of(text)) == whole
    assert Address.of(whole) == Address.of(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "https://",
            "ftp://192.0.2.17",
            "file:///etc/passwd",
            "http://a b",
            "//",
            "https://:443",
        ),
        *(
            "192.0.2.17:0",
            "192.0.2.17:99999",
            "192.0.2.17:x",
            "https://192.0.2.17/api",
            "a?b",
            "a#b",
        ),
        *("https://host\n.example", "[fd00::1", "https://[nonsense]", "https://-.-"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        Address.of(text)
    assert caught.value.errors[0].field == "address"


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadQuery) as caught:
        Address.of("https://admin:hunter2@192.0.2.17")
    assert "hunter2" not in str(caught.value)
