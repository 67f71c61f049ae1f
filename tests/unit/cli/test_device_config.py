"""`countline sensors config`, `changes` and `accept`, of a device that is invented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from countline.cli import device_config
from tests.unit.api.devices import InventedDevices
from tests.unit.cli.command_line import CommandLine


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> InventedDevices:
    """The desk that commands open."""
    invented = InventedDevices()

    @asynccontextmanager
    async def opened(options: Any) -> AsyncIterator[InventedDevices]:
        yield invented

    monkeypatch.setattr(device_config, "opened_desk", opened)
    return invented


def test_what_is_shown_can_be_applied_and_changes_nothing(
    countline: CommandLine, desk: InventedDevices
) -> None:
    before = desk.now
    said = countline.run("sensors", "config", "SNSR_001")
    assert '"points": [\n        [-1.1, 0.42],\n' in said.out
    assert "checksum" not in said.document
    countline.write("door.json", said.out)
    countline.run("sensors", "config", "SNSR_001", "--apply", "door.json")
    assert desk.now == before


def test_programs_are_told_everything(countline: CommandLine, desk: InventedDevices) -> None:
    told = countline.json("sensors", "config", "SNSR_001")
    assert told["etag"] == desk.now.etag
    assert told["drift"][0]["after"] == "Main door"
    assert told["agents"][0]["ours"]


def test_what_was_changed_on_the_device_is_told_beside(
    countline: CommandLine, desk: InventedDevices
) -> None:
    said = countline.run("sensors", "config", "SNSR_001")
    assert 'from "Main entrance" to "Main door"' in said.err
    assert "countline sensors accept SNSR_001" in said.err


def test_a_change_names_its_parts_and_the_rest_stays(
    countline: CommandLine, desk: InventedDevices, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = desk.now.group
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b'{"name": "North door"}')))
    said = countline.run("sensors", "config", "SNSR_001", "--apply", "-")
    assert "SNSR_001 is configured so" in said.out
    assert (desk.now.name, desk.now.group) == ("North door", group)


def test_a_dry_run_changes_nothing(countline: CommandLine, desk: InventedDevices) -> None:
    before = desk.now
    file = countline.write("door.json", '{"name": "North door"}')
    said = countline.run("sensors", "config", "SNSR_001", "--apply", file, "--dry-run")
    assert "nothing was changed" in said.out
    told = countline.json("sensors", "config", "SNSR_001", "--apply", file, "--dry-run")
    assert told["name"] == "North door"
    assert desk.now == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"nme": "x"}', "did you mean 'name'?"),
        ('{"privacy_mode": 7}', "privacy_mode"),
        ("nonsense", "not JSON"),
    ],
)
def test_a_file_that_is_wrong_is_refused_before_the_device_is_asked(
    countline: CommandLine, text: str, says: str
) -> None:
    file = countline.write("door.json", text)
    said = countline.run("sensors", "config", "SNSR_001", "--apply", file, code=2)
    assert says in said.err


def test_a_file_that_is_not_there(countline: CommandLine) -> None:
    said = countline.run("sensors", "config", "SNSR_001", "--apply", "none.json", code=2)
    assert "none.json: No such file" in said.err


def test_another_state_than_was_read_is_refused(
    countline: CommandLine, desk: InventedDevices
) -> None:
    before = desk.now
    file = countline.write("door.json", '{"name": "North door"}')
    apply = ("sensors", "config", "SNSR_001", "--apply", file, "--if-match")
    said = countline.run(*apply, "0123456789abcdef", code=4)
    assert before.etag in said.err
    assert desk.now == before
    countline.run(*apply, before.etag)
    assert desk.now.name == "North door"


def test_who_changed_what(countline: CommandLine, desk: InventedDevices) -> None:
    said = countline.run("sensors", "changes", "SNSR_001")
    assert "facility desk" in said.out
    (one,) = countline.json("sensors", "changes", "SNSR_001")["data"]
    assert one["after"]["name"] == "North door"
    assert countline.json("sensors", "changes", "SNSR_001", "--limit", "0")["data"] == []


def test_what_was_changed_on_the_device_is_accepted_once(
    countline: CommandLine, desk: InventedDevices
) -> None:
    said = countline.run("sensors", "accept", "SNSR_001")
    assert "SNSR_001 is accepted as it is" in said.out
    assert not desk.drift
    assert "nothing to accept" in countline.run("sensors", "accept", "SNSR_001").out
    assert countline.json("sensors", "accept", "SNSR_001")["accepted"] == []


def test_a_sensor_that_is_not_adopted(countline: CommandLine, desk: InventedDevices) -> None:
    assert "not adopted" in countline.run("sensors", "config", "S9", code=3).err
