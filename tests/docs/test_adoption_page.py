"""The page about adoption: from an address to counts and back, as it is typed there."""

from pathlib import Path

import pytest

from tests.docs.standing import Standing, blocks, commands, curls, same_words, standing
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/adopt-a-sensor.md").read_text()
SHOWN = ("discover", "adopt --dry-run", "adopt")  # the commands whose answers the page shows


def word(command: str) -> str:
    """Which command it is: `adopt --dry-run`."""
    return command.split()[2] + (" --dry-run" if "--dry-run" in command else "")


def test_every_command_does_what_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_sensors = {word(c): c for c in commands(PAGE) if c.startswith("countline sensors ")}
    with standing(tmp_path) as here:
        for name, shown in zip(SHOWN, blocks(PAGE, "text"), strict=True):
            printed = here.run(of_sensors.pop(name))
            assert same_words(printed, here.here(shown)), printed
        assert "healthy" in here.run(of_sensors.pop("list"))
        assert "SHOP" in here.run("countline query live --location SHOP")
        programs_find_it_right_already(here, capsys)
        retire = of_sensors.pop("retire")
        assert set(of_sensors) == {"trust", "login"}
        for command in of_sensors.values():
            assert "DOOR_1" in here.run(command)
        assert "is retired" in here.run(retire)
        assert here.on_device("GET", "/singlesensor/data/push/agents")["agents"] == []
        assert here.on_device("GET", "/singlesensor/data/push/connections")["connections"] == []


def programs_find_it_right_already(here: Standing, capsys: pytest.CaptureFixture[str]) -> None:
    (asked,) = curls(PAGE)
    assert here.ask(asked)["changed"] is False
    (snippet,) = blocks(PAGE, "python")
    exec(compile(here.here(snippet), "adopt-a-sensor.md", "exec"), {})  # noqa: S102  # readers paste it
    assert capsys.readouterr().out == "False ['keep', 'keep', 'keep', 'keep']\n"
