"""The page about configuration: read, changed, changed by others, accepted, told; as it is typed there."""

import json
from pathlib import Path

import pytest

from tests.docs.standing import Standing, blocks, commands, curls, same_words, standing
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/configure-a-sensor.md").read_text()


def test_every_command_does_what_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read, try_it, apply, apply_if, accept, changes = commands(PAGE)
    steps, accepted = blocks(PAGE, "text")
    with standing(tmp_path) as here:
        here.run("countline sensors adopt 10.20.0.17 --location SHOP --as DOOR_1 --no-history")
        here.run(read)
        assert json.loads((tmp_path / "door.json").read_text())["name"] == "Door 1"
        (change,) = blocks(PAGE, "json")
        (tmp_path / "change.json").write_text(change)
        assert here.run(try_it).startswith(steps)
        assert here.run(apply).startswith(steps)
        here.run(apply_if, code=4)
        programs_do_the_same(here, capsys)
        somebody_renames_it_there(here)
        assert same_words(here.run(accept), accepted)
        told = " ".join(here.run(changes).split())
        assert "accept what was changed there: api/v5/device/id/name" in told
        assert "keep time as in Europe/Zurich" in told


def programs_do_the_same(here: Standing, capsys: pytest.CaptureFixture[str]) -> None:
    (snippet,) = blocks(PAGE, "python")
    exec(compile(here.here(snippet), "configure-a-sensor.md", "exec"), {})  # noqa: S102  # readers paste it
    assert capsys.readouterr().out == "['make line 1002 (Side door)']\n"
    (asked,) = curls(PAGE)
    assert here.ask(asked)["name"] == "North door"


def somebody_renames_it_there(here: Standing) -> None:
    known = here.on_device("GET", "/device/id")
    here.on_device("PUT", "/device/id", json=known | {"name": "Old door"})
