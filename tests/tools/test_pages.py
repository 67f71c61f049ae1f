"""The generated settings files say what the settings are, and can be used as they stand."""

import re
import tomllib
from pathlib import Path

from countline.config import load_settings
from countline.settings import describe_settings
from tools import pages, regen


def test_the_example_is_the_default_configuration(tmp_path: Path) -> None:
    path = tmp_path / "countline.toml"
    path.write_text(pages.example_toml())
    assert load_settings(path, environ={}).settings == load_settings(None, environ={}).settings


def test_the_example_uncommented_holds_every_setting() -> None:
    text = re.sub(r"^# (\[|\w+ = )", r"\1", pages.example_toml(), flags=re.MULTILINE)
    found = tomllib.loads(text)
    for row in describe_settings():
        table = found[row.table] if row.table else found
        assert row.name in (table[0] if isinstance(table, list) else table)


def test_the_settings_page_holds_every_setting_and_variable() -> None:
    page = pages.settings_page()
    for row in describe_settings():
        assert f"| `{row.name}` |" in page
        assert row.variable in page


def test_a_difference_is_found_and_only_written_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "page.md"
    assert regen.write(path, "new\n", check=True)
    assert not path.exists()
    assert regen.write(path, "new\n", check=False)
    assert path.read_text() == "new\n"
    assert not regen.write(path, "new\n", check=True)


def test_the_command_page_is_the_same_however_it_is_made() -> None:
    page = pages.cli_page()
    assert "```console\ncountline import --format CHOICE [OPTIONS] FILE\n```" in page
    assert (regen.ROOT / "docs/reference/cli.md").read_text() == page
