"""`countline check`: read the settings, say what is wrong or unwise, and print what they come to."""

from dataclasses import replace
from typing import Any

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.options import NONE_GIVEN, Options
from countline.config import Loaded
from countline.settings import describe_settings

BLANK = "***"


def check(*, options: Options = NONE_GIVEN) -> int:
    """Check the configuration, and print the settings that are in force.

    Reads the file and the COUNTLINE_* variables exactly as `serve` does, starts nothing, and
    blanks secrets. A wrong or unknown setting ends with exit code 2.
    """
    loaded = options.loaded()
    rows = [
        (key, shown(value, secret=secret), loaded.origins.get(key, "default"))
        for key, value, secret in effective(loaded)
    ]
    if options.json:
        settings = {key: {"value": value, "from": origin} for key, value, origin in rows}
        show.document({"settings": settings, "warnings": list(loaded.warnings)})
        return DONE
    show.table(("setting", "value", "from"), rows)
    for warning in loaded.warnings:
        show.warn(warning)
    return DONE


def effective(loaded: Loaded) -> list[tuple[str, Any, bool]]:
    """(dotted path, value, whether it is a secret) of every setting; webhooks one by one."""
    settings = replace(loaded.settings, store=loaded.settings.store_url)
    found: list[tuple[str, Any, bool]] = []
    for row in describe_settings():
        if row.table != "webhook":
            owner = getattr(settings, row.table) if row.table else settings
            found.append((row.key, getattr(owner, row.name), row.secret))
    for at, webhook in enumerate(settings.webhook):
        found += [
            (f"webhook[{at}].{row.name}", getattr(webhook, row.name), row.secret)
            for row in describe_settings()
            if row.table == "webhook"
        ]
    return found


def shown(value: Any, *, secret: bool) -> Any:
    """A value as JSON can hold it; a secret is blanked where there is one."""
    if secret and value:
        return BLANK
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int | str | None) else str(value)
