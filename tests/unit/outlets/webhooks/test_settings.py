"""What may be configured, and what a webhook is then told."""

import base64
from typing import Any

import pytest

from countline.errors import ConfigError
from countline.outlets.webhooks import WebhookSettings

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
    name = first.fixed().webhook.reader
    assert name == settings(url=first.url, kinds=("counts.recorded",)).fixed().webhook.reader
    assert name != settings().fixed().webhook.reader
    assert "abc" not in name
    assert first.fixed().webhook.host == "example.org"
    assert SECRET not in repr(first.fixed())
