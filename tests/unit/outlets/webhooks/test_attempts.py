"""What an answer means, and how long a receiver may ask us to wait."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from countline.outlets.webhooks.attempts import Verdict, judge, retry_after_s
from tests.told_house import NOON_S


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_taken(status: int) -> None:
    assert judge(status, {"retry-after": "5"}, NOON_S) == Verdict(True, "")


@pytest.mark.parametrize("status", [100, 301, 304, 400, 404, 409, 410, 429, 500, 503, 599])
def test_nothing_else_is(status: int) -> None:
    verdict = judge(status, {}, NOON_S)
    assert not verdict.taken
    assert str(status) in verdict.detail
    assert verdict.gone == (status == 410)
    assert verdict.again_s is None


def test_a_redirect_says_what_to_do() -> None:
    assert "final address" in judge(307, {}, NOON_S).detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("9999999999", 86_400),
        (format_datetime(datetime.fromtimestamp(NOON_S + 90, UTC), usegmt=True), 90),
        (format_datetime(datetime.fromtimestamp(NOON_S - 90, UTC), usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, expected: int | None) -> None:
    assert retry_after_s(text, NOON_S) == expected
