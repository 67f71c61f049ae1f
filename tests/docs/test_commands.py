"""The commands that the documentation shows can be typed as they stand, and do what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest

from countline.cli import main
from countline.cli.commands import build_app
from tests.test_tidy import ROOT, project_files

PAGES = [
    p for p in project_files() if p == "README.md" or re.fullmatch(r"docs/(?!reference/).*\.md", p)
]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    """Every `countline ...` line of a page's shell blocks, continued lines joined."""
    text = "\n".join(BLOCK.findall((ROOT / page).read_text())).replace("\\\n", " ")
    lines = (line.partition(" > ")[0] for line in text.splitlines())  # into no file here
    return [line for line in lines if line.startswith("countline ")]


SHOWN = [(page, command) for page in PAGES for command in commands(page)]


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=[f"{p}: {c}" for p, c in SHOWN])
def test_a_command_that_is_shown_can_be_parsed(page: str, command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    build_app().parse_args(words, exit_on_error=False, print_error=False)


def test_the_file_that_the_import_guide_shows_is_imported_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = "docs/howto/import-a-file.md"
    text = (ROOT / guide).read_text()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_text(block(text, "", "location,"))
    shown = {command.split()[1]: shlex.split(command)[1:] for command in reversed(commands(guide))}
    outcomes = []
    for _ in range(2):
        assert main([*shown["import"], "--json"]) == 0
        outcomes.append(json.loads(capsys.readouterr().out))
    assert [(o["fresh"], o["duplicates"]) for o in outcomes] == [(6, 0), (0, 6)]
    assert main(shown["query"]) == 0
    told = capsys.readouterr().out
    assert [line.split() for line in told.splitlines()] == [
        line.split() for line in block(text, "text", "Europe/Zurich").splitlines()
    ]


def block(text: str, language: str, start: str) -> str:
    """The fenced block of a page that begins with these words."""
    found = re.search(rf"^```{language}\n({start}.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found, f"no block begins with {start}"
    return found[1]
