"""`countline zones`: listed, and told how many people are in."""

import pytest

from tests.unit.cli.command_line import CommandLine


@pytest.fixture
def shop(countline: CommandLine) -> CommandLine:
    """A location with its default zone."""
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    return countline


def test_zones_are_listed(shop: CommandLine) -> None:
    (zone,) = shop.json("zones", "list")["data"]
    assert (zone["zone_id"], zone["location_id"], zone["fusion"]) == (1, "L", "both")
    assert shop.json("zones", "list", "--location", "elsewhere")["data"] == []
    assert "fusion" in shop.run("zones", "list").out


def test_a_value_and_differences_are_told_listed_and_withdrawn(shop: CommandLine) -> None:
    told = shop.run("zones", "set-occupancy", "1", "12", "--reason", "counted by hand").out
    assert "zone 1: 12 people from" in told
    assert "(counted by hand)" in told
    more = shop.json("zones", "set-occupancy", "1", "--delta", "2", "--reason", "goods door")
    assert (more["value"], more["delta"], more["who"]) == (None, 2, "command line")
    fewer = shop.json("zones", "set-occupancy", "1", "--delta", "-1", "--reason", "x")
    assert fewer["delta"] == -1
    listed = shop.json("zones", "adjustments", "1")["data"]
    assert [(one["value"], one["delta"]) for one in listed] == [(12, None), (None, 2), (None, -1)]
    number = str(more["adjustment_id"])
    assert "withdrawn" in shop.run("zones", "withdraw", "1", number).out
    assert len(shop.json("zones", "adjustments", "1")["data"]) == 2
    assert "no adjustment" in shop.run("zones", "withdraw", "1", number, code=3).err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("1", "many"), "many"),
        (("1",), "give either"),
        (("1", "3", "--delta", "1"), "give either"),
        (("1", "--delta", "0"), "delta: must be from 1"),
        (("1", "5", "--at", "2001-01-01T00:00:00Z"), "more than 60 days back"),
        (("1", "5", "--at", "2150-01-01T00:00:00Z"), "in the future"),
        (("77", "5"), "There is no zone 77."),
    ],
)
def test_what_cannot_be_is_refused(
    shop: CommandLine, words: tuple[str, ...], complaint: str
) -> None:
    code = 3 if words[0] == "77" else 2
    told = shop.run("zones", "set-occupancy", *words, "--reason", "x", code=code)
    assert complaint in told.err
