"""The page about healing: its times, lengths and reasons are those of the code, and its request works."""

import re
from pathlib import Path

from countline.counting.holes import HOLE_S_MIN
from countline.engine import heal
from countline.limits import LATENESS_S_MAX
from tests.app.loopback import served
from tests.app.test_client import furnish
from tests.docs.standing import Standing, curls
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/concepts/gaps-and-healing.md").read_text()
DAY_S = 86_400


def test_the_times_of_the_page_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    assert (HOLE_S_MIN, heal.GRACE_S) == (120, 180)
    assert "A stretch of two minutes or more" in text
    assert "The last three minutes are never one" in text
    assert heal.LOOKS_S == ((60, 7_200), (3_600, 3 * DAY_S), (DAY_S, LATENESS_S_MAX))
    assert "The last two hours are searched every minute, the last three days every hour" in text
    assert (heal.RETRY_S, heal.NIGHTLY_S) == ((60, 300, 1_800, 7_200), DAY_S)
    assert "after 1, 5 and 30 minutes and 2 hours, then every night" in text
    assert heal.ONGOING_S == 300
    assert "asked every five minutes" in text
    assert LATENESS_S_MAX == 60 * DAY_S
    assert "after 60 days" in text


def test_the_reasons_of_the_page_are_those_that_healing_gives() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    source = (ROOT / "src/countline/engine/heal.py").read_text()
    assert set(rows) == set(re.findall(r'gap_reason = "(\w+)"', source)) | set(
        re.findall(r'reason, gap_reason = [\w.]+, "(\w+)"', source)
    )


def test_the_request_is_answered(tmp_path: Path) -> None:
    (asked,) = curls(PAGE)
    with served(tmp_path, furnish=furnish) as api:
        told = Standing(tmp_path, api.url, "", api.key).ask(asked)
    assert [row["reason"] for row in told["data"]] == [None, None]
