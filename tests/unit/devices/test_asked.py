"""What people say of devices, checked before anybody is asked."""

import pytest

from countline.devices.discovering import ADDRESSES_MAX, addresses_of
from countline.devices.xovis_v5 import Context
from countline.devices.xovis_v5.arranging import check_target
from countline.errors import BadQuery, TooMuch


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://192.0.2.1:8080/", "http://192.0.2.1:8080"),
        ("https://counts.example/behind/a-proxy", "https://counts.example/behind/a-proxy"),
        ("http://[fd00::1]:80", "http://[fd00::1]:80"),
    ],
)
def test_where_a_sensor_can_push_to(url: str, base: str) -> None:
    assert check_target(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "", "http://", "http://[", "http://:word@h", "http://@h", "http://a:b@h", "http://h o",
        "http://h\n.x", "http://h/a b", "http://h?x=1", "http://h#x", "ftp://h", "http://h:0",
        "http://h:99999", "http://hé", "http://h\\@other", "//h", "h:80", "http://h/%2e",
    ],
)  # fmt: skip
def test_where_no_sensor_can_push_to(url: str) -> None:
    with pytest.raises(BadQuery) as caught:
        check_target(url)
    assert caught.value.errors[0].field == "push_url"


@pytest.mark.parametrize("text", ["", "x", "multi:", "multi:x", "multi:-1", "multi:1000", "multi"])
def test_a_context_that_is_none(text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        Context.of(text)
    assert caught.value.errors[0].field == "context"


def test_ranges_come_once_and_are_bounded_together() -> None:
    assert addresses_of("10.0.0.0/30, 10.0.0.1") == ["10.0.0.1", "10.0.0.2"]
    assert len(addresses_of("10.0.0.0/21,10.0.8.0/21")) < ADDRESSES_MAX
    for many in ("10.0.0.0/19", "::/0", ",".join(f"10.{n}.0.0/20" for n in range(200))):
        with pytest.raises(TooMuch):
            addresses_of(many)
