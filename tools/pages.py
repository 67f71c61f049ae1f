"""The generated files, each a function from what the code says to the text of the file."""

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, get_type_hints

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
    text = re.sub(r"^(countline [a-z -]+?) -m [\w.]+", r"\1", text, flags=re.MULTILINE)
    common = re.findall(r"\*\*Common options\*\*:\n\n((?:\* .*\n)+)", text)
    (options,) = set(common)
    text = re.sub(r"\*\*Common options\*\*:\n\n((?:\* .*\n)+)", "", text)
    commands = text[re.search(r"^## countline ", text, re.MULTILINE).start() :]  # type: ignore[union-attr]
    parts = ["# Command line", NOTE, f"Every command takes these options:\n\n{options}"]
    parts += ["## Exit codes", "| code | when |\n|---|---|"]
    parts[-1] += "".join(f"\n| {code} | {says} |" for code, says in EXITS)
    page = "\n\n".join(part.strip() for part in (*parts, commands))
    return re.sub(r"\n{3,}", "\n\n", page) + "\n"


def modbus_page() -> str:
    """docs/reference/modbus.md: what the registers of one zone, and of countline itself, hold."""
    from countline.outlets.modbus.listing import layout_page

    return layout_page(NOTE)


def metrics_page() -> str:
    """docs/reference/metrics.md: every metric that /metrics tells."""
    from countline.api.metrics.house import HOUSE
    from countline.api.metrics.zones import COUNTS

    parts = [
        "# Metrics",
        NOTE,
        "What `GET /metrics` tells; how to read it is in [the guide](../howto/metrics-and-grafana.md).\n"
        "What is not known is left out, and never 0.",
        "## countline itself",
        "Always told. Beside these the process tells `process_cpu_seconds_total`,\n"
        "`process_resident_memory_bytes`, `process_open_fds` and their like, where the system has them.",
        metrics_table(HOUSE),
        "## What is counted",
        "Told with `metrics.counts`. `zone` and `sensor` are names, and may change; ids do not.",
        metrics_table(COUNTS),
    ]
    return "\n\n".join(parts) + "\n"


def metrics_table(families: Iterable[Any]) -> str:
    """Metrics with their labels, as a table."""
    lines = ["| metric | kind | labels | |", "|---|---|---|---|"]
    for row in families:
        labels = ", ".join(f"`{label}`" for label in row.labels)
        lines.append(
            f"| `{row.sample_name}` | {row.kind} | {labels or 'none'} | {cell(row.says)} |"
        )
    return "\n".join(lines)


def openapi_v3() -> str:
    """docs/reference/openapi-v3.json, as the gateway serves it at /v3/openapi.json."""
    from countline.api.openapi import document_text

    return document_text("v3")


def openapi_v1() -> str:
    """docs/reference/openapi-v1.json, as the gateway serves it at /api/v1/openapi.json."""
    from countline.api.openapi import document_text

    return document_text("v1")


def asyncapi_v3() -> str:
    """docs/reference/asyncapi-v3.json, as the gateway serves it at /v3/asyncapi.json."""
    from countline.api.asyncapi import document_text

    return document_text()


STAYS = {
    "counts.provisional": "live events moved a count that a proper record will replace.",
    "catalogue.changed": "numbers of a location mean something else, and are computed anew.",
    "waiting.dropped": "the oldest pushes of a discovered device made room for newer ones.",
}


def events_page() -> str:
    """docs/reference/events.md: what webhooks and streams tell, field by field."""
    import msgspec

    from countline.model.event import TOLD_KINDS
    from countline.wire import events

    lines = ["# Events", "", NOTE, ""]
    lines += [
        "A webhook posts `{type, timestamp, data}`, signed by Standard Webhooks; how to receive it is in",
        "[the guide](../howto/receive-webhooks.md). A [stream](../howto/follow-live.md) has the same documents. Counts",
        "are those at the time of telling, so a late reader never gets an older value after a newer one; all else is as",
        "it was when it happened. `sequence` only rises. For machines it is all in",
        "[asyncapi-v3.json](asyncapi-v3.json).",
    ]
    for kind in TOLD_KINDS:
        data = get_type_hints(events.MESSAGES[kind])["data"]
        lines += [
            "",
            f"## {kind}",
            "",
            events.SAYS[kind],
            "",
            *field_table(msgspec.json.schema(data)),
        ]
    lines += [
        "",
        "## resync",
        "",
        "Only in a stream that cannot go on where it was left: ask anew.",
        "",
    ]
    lines += field_table(msgspec.json.schema(events.ResyncData))
    lines += ["", "## heartbeat", "", "Only by WebSocket: the connection is open.", ""]
    lines += field_table(msgspec.json.schema(events.HeartbeatData))
    lines += ["", "## Told to nobody", "", "Further events stay in the house:", ""]
    lines += [f"- `{kind}`: {says}" for kind, says in STAYS.items()]
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
        items = says["items"]
        return f"list of {'rows' if '$ref' in items else kind_of_field(items)}"
    if ref := says.get("$ref"):
        return str(ref.rpartition("/")[2])
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
