"""What is logged is one JSON object a line, and holds no secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from countline import log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The root logger and structlog get back what they had."""
    root = logging.getLogger()
    held, level = root.handlers[:], root.level
    yield
    root.handlers[:] = held
    root.setLevel(level)
    structlog.reset_defaults()


def test_each_line_is_one_json_object() -> None:
    out = io.StringIO()
    log.set_up(level="info", stream=out)
    structlog.get_logger().info("server.started", port=8080)
    structlog.get_logger().debug("unheard")
    logging.getLogger("uvicorn.error").warning("slow %s", "client")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(x["event"], x["level"]) for x in lines] == [
        ("server.started", "info"),
        ("slow client", "warning"),
    ]
    assert lines[0]["port"] == 8080
    assert lines[0]["timestamp"].endswith("Z")


def test_an_error_keeps_its_traceback_in_its_line() -> None:
    out = io.StringIO()
    log.set_up(stream=out)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("commit.failed")
    (line,) = out.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


@pytest.mark.parametrize("format", ["json", "console"])
def test_secrets_are_blanked(format: log.Format) -> None:
    out = io.StringIO()
    log.set_up(format=format, stream=out)
    key = "cl_" + "k" * 43
    structlog.get_logger().warning(
        f"GET /push with {key}",
        secret="open sesame",
        headers={"Authorization": f"Bearer {key}", "x_push_key": "p" * 20},
        paths=[f"/pt_{'t' * 30}/push"],
        sensor_id="SNSR_001",
    )
    text = out.getvalue()
    for secret in (key, "open sesame", "p" * 20, "t" * 30):
        assert secret not in text
    assert "SNSR_001" in text


def test_libraries_are_heard_from_a_warning_on() -> None:
    out = io.StringIO()
    log.set_up(level="info", stream=out)
    logging.getLogger("httpx2").info("HTTP Request: GET")
    assert out.getvalue() == ""
