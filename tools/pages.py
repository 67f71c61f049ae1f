"""The generated files, each a function from what the code says to the text of the file."""

import json
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
