"""structlog, set up once: lines for people on a terminal, JSON lines otherwise, never a secret."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO, cast

import structlog

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "console", "json"]

BLANK = "***"
# Names of values that are secrets, and texts that are, wherever they stand.
_SECRET_NAME = re.compile(
    r"(^|_)(secret|password|authorization|cookie|api_key|push_key)$", re.IGNORECASE
)
_SECRET_TEXT = re.compile(r"\b(cl_|pt_|whsec_)[A-Za-z0-9+/=_-]{16,}")
_BORROWED = ("uvicorn", "uvicorn.error", "httpx2", "httpcore2")


def set_up(*, level: Level = "info", format: Format = "auto", stream: TextIO | None = None) -> None:
    """Decide where and how the whole process logs; what libraries say goes the same way."""
    out = stream or sys.stderr
    pretty = format == "console" or (format == "auto" and out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        blank_secrets,
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if pretty
        else structlog.processors.JSONRenderer()
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    lines = logging.StreamHandler(out)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [lines]
    # Libraries are heard from a warning on: their usual talk would drown ours.
    root.setLevel(max(threshold, logging.WARNING) if level != "debug" else logging.DEBUG)
    for name in _BORROWED:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def blank_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: what is named like a secret, or looks like one of ours, is blanked."""
    return cast("dict[str, Any]", _blanked(dict(event)))


def _blanked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: BLANK if _SECRET_NAME.search(str(name)) and inner else _blanked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_blanked(inner) for inner in value]
    if isinstance(value, str):
        return _SECRET_TEXT.sub(rf"\1{BLANK}", value)
    return value
