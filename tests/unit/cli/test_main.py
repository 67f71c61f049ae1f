"""The command line as a whole: help, exit codes, errors without tracebacks, checked settings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from countline import __version__
from countline.cli import exits, main
from countline.cli.commands import GROUPS, build_app
from countline.cli.options import period_s, rate
from countline.errors import (
    BadQuery,
    ConfigError,
    Conflict,
    CountlineError,
    NotAllowed,
    NotFound,
    NotReady,
    StoreError,
)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test runs in an empty folder without variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in ("COUNTLINE_CONFIG", "COUNTLINE_DATA", "COUNTLINE_STORE", "COUNTLINE_PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main(["--help"]) == main(["-h"]) == exits.DONE
    names = [name for _, commands in GROUPS for name, _ in commands]
    assert set(names) == set(build_app().resolved_commands()) - {"--help", "-h", "--version"}
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in names)


def test_help_comes_without_importing_what_takes_time() -> None:
    code = (
        "import sys; from countline.cli import main; main(['--help']);"
        "slow = {'rich', 'cyclopts', 'apsw', 'httpx2', 'litestar', 'structlog', 'msgspec'};"
        "sys.exit(repr(slow & set(sys.modules)) if slow & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == exits.DONE
    assert capsys.readouterr().out == f"{__version__}\n"
    assert main(["version", "--json"]) == exits.DONE
    assert json.loads(capsys.readouterr().out)["version"] == __version__


def test_a_wrong_word_is_one_line_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek"]) == exits.WRONG
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert 'Unknown command "chek". Did you mean "check"?' in captured.err


def test_a_wrong_setting_is_a_line_for_each_field(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "countline.toml").write_text("prot = 1\n[log]\nlevel = 'loud'\n")
    assert main(["check"]) == exits.WRONG
    err = capsys.readouterr().err
    assert "error: 2 settings are wrong in countline.toml" in err
    assert "  prot: unknown setting; did you mean port?" in err
    assert '  log.level: found the text "loud"' in err


def test_errors_are_json_where_json_is_asked(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "countline.toml").write_text("prot = 1\n")
    assert main(["check", "--json"]) == exits.WRONG
    error = json.loads(capsys.readouterr().err)
    assert error["code"] == "config_error"
    assert [e["field"] for e in error["errors"]] == ["prot"]


def test_check_prints_what_is_in_force_and_blanks_secrets(
    empty_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_" + "A" * 43 + "="
    (empty_folder / "countline.toml").write_text(
        f'host = "0.0.0.0"\n[[webhook]]\nurl = "https://example.org"\nsecret = "{secret}"\n'
    )
    monkeypatch.setenv("COUNTLINE_PORT", "9000")
    assert main(["check", "--json", "--data", "elsewhere"]) == exits.DONE
    captured = capsys.readouterr()
    settings = json.loads(captured.out)["settings"]
    assert settings["port"] == {"value": 9000, "from": "COUNTLINE_PORT"}
    assert settings["host"] == {"value": "0.0.0.0", "from": "countline.toml"}
    assert settings["data"] == {"value": "elsewhere", "from": "--data"}
    assert settings["log.level"] == {"value": "info", "from": "default"}
    assert settings["webhook[0].secret"]["value"] == "***"
    assert secret not in captured.out + captured.err
    (warning,) = json.loads(captured.out)["warnings"]
    assert "without [tls]" in warning


def test_check_warns_people_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("countline.toml").write_text('host = "0.0.0.0"\n')
    assert main(["check"]) == exits.DONE
    assert "warning: host 0.0.0.0 can be reached from outside" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CountlineError("x"), exits.FAILED),
        (StoreError("x"), exits.FAILED),
        (ConfigError("x"), exits.WRONG),
        (BadQuery("x"), exits.WRONG),
        (NotFound("x"), exits.NOT_FOUND),
        (Conflict("x"), exits.CONFLICT),
        (NotAllowed("x"), exits.NOT_ALLOWED),
        (NotReady("x"), exits.NOT_NOW),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: CountlineError, code: int) -> None:
    assert exits.exit_of(error) == code


def test_every_exit_code_is_documented_once() -> None:
    numbers = [number for number, _ in exits.EXITS]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P90D", 90 * 86_400),
        ("P1W", 604_800),
        ("PT1H", 3_600),
        ("PT15M", 900),
        ("P1DT12H", 129_600),
        ("90d", 90 * 86_400),
        ("1h", 3_600),
        ("15min", 900),
        ("30s", 30),
    ],
)
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    assert period_s("--expires", text) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "90", "P0D", "-P1D", "P1Y", "soon", "1h30"])
def test_what_is_no_length_of_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadQuery, match=r"--expires: found .*, expected a length of time"):
        period_s("--expires", text)


def test_rates_are_requests_and_seconds() -> None:
    assert rate("--rate", "600/60") == rate("--rate", "600/60s") == (600, 60)
    for text in ("600", "0/60", "600/0", "a/b", "-1/60"):
        with pytest.raises(BadQuery, match="--rate: found"):
            rate("--rate", text)
