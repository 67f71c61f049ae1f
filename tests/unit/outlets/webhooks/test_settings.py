"""What may be configured, and what a webhook is then told."""

import base64
from typing import Any

import pytest

from countline.errors import ConfigError
from countline.outlets.webhooks import WebhookSettings
from tests.told_house import DOOR, LONDON, NOON_S, ROME, counts, discovered

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()


def settings(**changes: Any) -> WebhookSettings:
    return WebhookSettings(**{"url": "https://example.org/hook", "secret": SECRET} | changes)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "https://",
        "http://[::1",
        "http://a:0/",
        "http://0177.0.0.1/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(url=url)
    assert [error.field for error in caught.value.errors] == ["url"]


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        settings(url="", secret="guessed", kinds=("counts.all",))
    assert [error.field for error in caught.value.errors] == ["url", "secret", "kinds"]
    assert "counts.recorded" in caught.value.detail


def test_a_missing_secret_says_how_to_make_one() -> None:
    with pytest.raises(ConfigError, match="openssl rand"):
        settings(secret="")


def test_the_name_stays_the_same_for_an_address_and_tells_nothing_of_it() -> None:
    first = settings(url="https://example.org/hook?token=abc")
    assert first.reader == settings(url=first.url, kinds=("counts.recorded",)).reader
    assert first.reader != settings().reader
    assert "abc" not in first.reader
    assert first.host == "example.org"


def test_kinds_and_locations_choose_what_is_told() -> None:
    recorded = counts(DOOR, NOON_S, NOON_S + 60)
    revised = counts(DOOR, NOON_S, NOON_S + 60, kind="counts.revised", location_id=ROME)
    events = [recorded, revised, discovered()]

    def told(**changes: Any) -> list[str]:
        return [event.kind for event in events if settings(**changes).wants(event)]

    assert told() == ["counts.recorded", "counts.revised", "sensor.discovered"]
    assert told(kinds=("sensor.discovered",)) == ["sensor.discovered"]
    assert told(locations=(LONDON,)) == ["counts.recorded"]
    assert told(locations=(LONDON,), kinds=("counts.revised",)) == []
