"""The generated files, each a function from what the code says to the text of the file."""

import json
import re
from itertools import groupby
from typing import Any

NOTE = "Written from the code by `make regen`; do not edit."
REPEATED_TABLES = frozenset({"webhook"})


def settings_page() -> str:
    """docs/reference/settings.md: every setting, its kind, default and variable."""
    from countline.settings import describe_settings

    lines = ["# Settings", "", NOTE, ""]
    lines += [
        "One TOML file, `countline.toml`, and variables that go before it. An unknown name is an error",
        "that shows the nearest known one; `countline check` reads everything without starting.",
    ]
    for table, rows in groupby(describe_settings(), key=lambda row: row.table):
        lines += ["", f"## {table_title(table)}", ""]
        lines += ["| setting | kind | default | variable | |", "|---|---|---|---|---|"]
        lines += [
            f"| `{row.name}` | {cell(row.kind)} | {shown(row.default)} | `{row.variable}` | {cell(row.says)} |"
            for row in rows
        ]
    return "\n".join(lines) + "\n"


def example_toml() -> str:
    """countline.example.toml: every setting with its default and a sentence, nothing switched on."""
    from countline.settings import describe_settings

    lines = [
        "# Every setting of countline with its default. Copy it to countline.toml and uncomment what",
        "# you change; `countline check` says what is wrong with it. Written by `make regen`.",
    ]
    for table, rows in groupby(describe_settings(), key=lambda row: row.table):
        lines += ["", f"# {table_title(table)}"] if table else []
        for row in rows:
            lines += ["", f"# {row.says}", f"# {row.name} = {toml_value(row.default)}"]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """docs/reference/errors.md: every code that an answer may carry, why, and how to mend it."""
    from countline.api.codes import CODES

    lines = ["# Errors", "", NOTE, ""]
    lines += [
        "Errors are `application/problem+json`. `code` is stable and never changes its meaning; `detail` is for",
        "people and may. The gateway serves a page for each code, and the problem's `type` links to it.",
    ]
    for code, kind in CODES.items():
        lines += [
            "",
            f"## {code}",
            "",
            f"**{kind.status} {kind.title}.** {kind.why}",
            "",
            kind.mend,
        ]
    return "\n".join(lines) + "\n"


def diagnostics_page() -> str:
    """docs/reference/diagnostics.md: every code of health and diagnostics, and what to do."""
    from countline.model.diagnosis import DIAGNOSES

    lines = ["# Diagnostics", "", NOTE, ""]
    lines += [
        "What `GET /v3/diagnostics`, `countline doctor` and the reasons in health say, from one table. `code` is stable;",
        "sentences are for people and may change. In braces stands what was found. How states are judged is in",
        "[health](../operating/health.md).",
    ]
    for code, row in DIAGNOSES.items():
        makes = f", makes it `{row.health}`" if row.health != "healthy" else ""
        lines += [
            "",
            f"## {code}",
            "",
            f"`{row.severity}`{makes}. {row.sentence}",
            "",
            row.remedy.replace("{{", "{").replace("}}", "}"),
        ]
    lines += [
        "",
        "## Other codes",
        "",
        "Further notes of a driver on what it could not count (`record_length`, `not_whole` ...) are told like `not_counted`, and",
        "further parts of the server (`upkeep_failing` ...) like `part_failing`.",
    ]
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """docs/reference/cli.md: every command and option, as `--help` says it, and the exit codes."""
    from countline.cli.commands import build_app
    from countline.cli.exits import EXITS

    text = build_app().generate_docs(usage_name="countline")
    # Run by `python -m`, cyclopts takes the module for a part of each command.
    text = re.sub(r"^(countline [a-z ]+?) -m [\w.]+", r"\1", text, flags=re.MULTILINE)
    common = re.findall(r"\*\*Common options\*\*:\n\n((?:\* .*\n)+)", text)
    (options,) = set(common)
    text = re.sub(r"\*\*Common options\*\*:\n\n((?:\* .*\n)+)", "", text)
    commands = text[re.search(r"^## countline ", text, re.MULTILINE).start() :]  # type: ignore[union-attr]
    parts = ["# Command line", NOTE, f"Every command takes these options:\n\n{options}"]
    parts += ["## Exit codes", "| code | when |\n|---|---|"]
    parts[-1] += "".join(f"\n| {code} | {says} |" for code, says in EXITS)
    page = "\n\n".join(part.strip() for part in (*parts, commands))
    return re.sub(r"\n{3,}", "\n\n", page) + "\n"


def openapi_v3() -> str:
    """docs/reference/openapi-v3.json, as the gateway serves it at /v3/openapi.json."""
    from countline.api.openapi import document_text

    return document_text("v3")


def openapi_v1() -> str:
    """docs/reference/openapi-v1.json, as the gateway serves it at /api/v1/openapi.json."""
    from countline.api.openapi import document_text

    return document_text("v1")


EVENTS = {
    "counts.recorded": "New numbers: one message per location and commit, more where it would grow too long.",
    "counts.revised": "Numbers of the past are different now: one message per civil day that changed.",
    "sensor.discovered": "A device that nobody knows has pushed, and waits to be adopted.",
    "occupancy.changed": "The people in a zone are more or fewer, or not known any more.",
    "zone.occupied": "Somebody is in a zone that was empty.",
    "zone.empty": "Nobody is in a zone any more.",
    "capacity.reached": "A zone holds as many people as it is meant for.",
    "capacity.cleared": "A zone holds fewer again.",
    "ventilation.request": "A zone asks for more or less outdoor air.",
    "ventilation.fallback": "A zone asks for its design air, since nobody knows how many are there.",
    "sensor.silent": "A sensor does not push any more.",
    "sensor.back": "A sensor that was silent pushes again.",
    "sensor.degraded": "A sensor pushes, and something is wrong with it.",
    "sensor.config_changed": "Somebody changed a device on the device itself.",
    "gap.opened": "Minutes of a sensor are missing.",
    "gap.healed": "Minutes that were missing are there.",
    "gap.permanent": "Minutes that are missing cannot be had any more.",
    "webhook.disabled": "A webhook was switched off, with the reason.",
    "counts.provisional": "live events moved a count that a proper record will replace.",
    "catalogue.changed": "numbers of a location mean something else, and are computed anew.",
    "waiting.dropped": "the oldest pushes of a discovered device made room for newer ones.",
}


def events_page() -> str:
    """docs/reference/events.md: what webhooks and streams tell, field by field."""
    import msgspec

    from countline.model.webhook import WEBHOOK_KINDS
    from countline.wire import events

    lines = ["# Events", "", NOTE, ""]
    lines += [
        "A webhook posts `{type, timestamp, data}`, signed by Standard Webhooks; how to receive it is in",
        "[the guide](../howto/receive-webhooks.md). A [stream](../howto/follow-live.md) has the same documents. Numbers",
        "are those at the time of telling, so a late reader never gets an older value after a newer one.",
    ]
    for kind in WEBHOOK_KINDS:
        lines += ["", f"## {kind}", "", EVENTS[kind]]
        counted = kind in ("counts.recorded", "counts.revised")
        if counted or kind == "sensor.discovered":
            data = events.CountsData if counted else events.DiscoveredData
            lines += ["", *field_table(msgspec.json.schema(data))]
    lines += [
        "",
        "## resync",
        "",
        "Only in a stream that cannot go on where it was left: ask anew.",
        "",
    ]
    lines += field_table(msgspec.json.schema(events.ResyncData))
    lines += ["", "## Told to nobody", "", "Further events stay in the house:", ""]
    lines += [f"- `{kind}`: {says}" for kind, says in EVENTS.items() if kind not in WEBHOOK_KINDS]
    lines += ["", "## Rows", "", str(events.RowBody.__doc__), ""]
    return "\n".join([*lines, *field_table(msgspec.json.schema(events.RowBody))]) + "\n"


def field_table(schema: dict[str, Any]) -> list[str]:
    """The fields of a JSON object and their kinds, as a table."""
    fields = schema["$defs"][schema["$ref"].rpartition("/")[2]]["properties"]
    rows = [
        f"| `{name}` | {kind_of_field(says)} | {cell(says.get('description', ''))} |"
        for name, says in fields.items()
    ]
    return ["| field | kind | |", "|---|---|---|", *rows]


def kind_of_field(says: dict[str, Any]) -> str:
    if "anyOf" in says:
        return " or ".join(kind_of_field(one) for one in says["anyOf"])
    if says.get("type") == "array":
        return (
            "list of rows" if "$ref" in says["items"] else f"list of {kind_of_field(says['items'])}"
        )
    if says.get("type") == "object":
        return f"object of {kind_of_field(says['additionalProperties'])}"
    kind = says.get("format") or says.get("type") or ("string" if "enum" in says else "anything")
    return str(kind)


def table_title(table: str) -> str:
    if not table:
        return "At the top of the file"
    return f"[[{table}]]" if table in REPEATED_TABLES else f"[{table}]"


def cell(text: str) -> str:
    """Text that may stand in a cell of a Markdown table."""
    return text.replace("|", "\\|")


def shown(value: Any) -> str:
    return "" if value in (None, "", ()) else f"`{toml_value(value)}`"


def toml_value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case None:
            return '""'
        case tuple() | list():
            return "[" + ", ".join(toml_value(one) for one in value) + "]"
        case _:
            return json.dumps(str(value))
