"""`countline keys`: secrets are shown once, alone on the last line, and never again."""

import pytest

from countline import clock
from tests.unit.cli.command_line import TWO_HOURS, CommandLine


def test_a_key_stands_alone_on_the_last_line(countline: CommandLine) -> None:
    said = countline.run("keys", "create", "--name", "wall display")
    assert said.out.endswith("\n")
    key = said.out.splitlines()[-1]
    assert key.startswith("cl_")
    assert len(key) == len("cl_") + 43
    (listed,) = countline.json("keys", "list")["data"]
    assert listed["name"] == "wall display"
    assert listed["scopes"] == ["read"]
    assert listed["locations"] == []
    assert listed["rate"] == {"quota": 600, "window_s": 60}
    assert listed["expires_at"] is None


def test_secrets_are_never_shown_again(countline: CommandLine) -> None:
    key = countline.run("keys", "create", "--name", "one").out.splitlines()[-1]
    shown = countline.run("keys", "list").out + countline.run("keys", "list", "--json").out
    assert "one" in shown
    assert key not in shown


def test_a_key_has_what_it_was_given(
    countline: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    countline.run(
        "import", countline.write("f.csv", TWO_HOURS), "--format", "tidy_csv", "--tz", "UTC"
    )
    monkeypatch.setattr(clock, "now_s", lambda: 1_700_000_000)
    made = countline.json(
        "keys", "create", "--name", "integrator", "--scope", "read", "--scope", "write",
        "--location", "LOC_NYC_05", "--expires", "P90D", "--rate", "100/10",
    )  # fmt: skip
    assert made["scopes"] == ["read", "write"]
    assert made["locations"] == ["LOC_NYC_05"]
    assert made["rate"] == {"quota": 100, "window_s": 10}
    assert made["expires_at"] == "2024-02-12T22:13:20Z"
    assert made["key"].startswith("cl_")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--scope", "everything"), 2, 'Invalid value "everything" for --scope'),
        (("--location", "NOWHERE"), 3, "There is no location 'NOWHERE'"),
        (("--expires", "soon"), 2, "--expires: found 'soon', expected a length of time"),
        (("--rate", "fast"), 2, "--rate: found 'fast', expected requests and seconds"),
    ],
)
def test_what_a_key_cannot_have(
    countline: CommandLine, words: tuple[str, ...], code: int, says: str
) -> None:
    said = countline.run("keys", "create", "--name", "one", *words, code=code)
    assert says in said.err
    assert said.out == ""


def test_a_key_is_withdrawn_by_its_id(countline: CommandLine) -> None:
    key_id = countline.json("keys", "create", "--name", "one")["key_id"]
    assert countline.json("keys", "withdraw", key_id)["withdrawn_at"] is not None
    assert "withdrawn" in countline.run("keys", "list").out
    said = countline.run("keys", "withdraw", "k_unknown", code=3)
    assert "There is no key 'k_unknown'." in said.err


def test_push_secrets_are_made_for_one_sensor_or_for_all(countline: CommandLine) -> None:
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    for words in (("keys", "enrolment"), ("keys", "sensor", "S1")):
        secret = countline.run(*words).out.splitlines()[-1]
        assert secret.startswith("pt_")
    said = countline.run("keys", "sensor", "S2", code=3)
    assert "There is no sensor 'S2'." in said.err


def test_nothing_is_listed_where_no_store_is(countline: CommandLine) -> None:
    said = countline.run("keys", "list", code=3)
    assert "There is no store at" in said.err
    assert not (countline.folder / "data").exists()
