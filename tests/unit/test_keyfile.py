"""The key file: made once, for its owner alone, and never made anew over what it opens."""

import stat
from pathlib import Path

import pytest

from countline import keyfile
from countline.errors import ConfigError
from countline.keyfile import FILE_NAME, open_vault
from countline.vault import Secret, Vault

PASSWORD = Secret("a password")


def refusal(folder: Path, *, secrets_exist: bool = True) -> str:
    with pytest.raises(ConfigError) as caught:
        open_vault(folder, secrets_exist=secrets_exist)
    assert caught.value.error_code == "secrets_key"
    return caught.value.detail


def test_it_is_made_on_first_use_and_stays(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, secrets_exist=False).seal(PASSWORD, about="sensor:1")
    assert open_vault(tmp_path, secrets_exist=True).open(sealed, about="sensor:1") == PASSWORD
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    open_vault(tmp_path, secrets_exist=False)
    path = tmp_path / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    assert f"chmod 600 {path}" in refusal(tmp_path)


def test_a_lost_one_is_not_made_anew_unasked(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, secrets_exist=False).seal(PASSWORD, about="sensor:1")
    path = tmp_path / FILE_NAME
    path.unlink()
    assert "is missing" in refusal(tmp_path)
    assert not path.exists()
    path.touch()
    new = open_vault(tmp_path, secrets_exist=True)
    with pytest.raises(ConfigError, match="adopt the sensor again"):
        new.open(sealed, about="sensor:1")


@pytest.mark.parametrize(
    "text", ["1 abc\n", "x AAAA\n", "0 " + "A" * 43 + "=\n", "# nothing\n", "é"]
)
def test_a_damaged_one_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    assert "Bring it back" in refusal(tmp_path)


def test_the_newest_key_seals_and_the_older_ones_open(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, secrets_exist=False).seal(PASSWORD, about="sensor:1")
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text() + "2 " + "A" * 43 + "=\n")
    vault = open_vault(tmp_path, secrets_exist=True)
    again = vault.seal(PASSWORD, about="sensor:1")
    assert sealed[1:3] == b"\x00\x01"
    assert again[1:3] == b"\x00\x02"
    assert vault.open(sealed, about="sensor:1") == vault.open(again, about="sensor:1") == PASSWORD


def test_of_two_processes_the_faster_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken() -> bytes:
        monkeypatch.undo()
        faster.append(open_vault(tmp_path, secrets_exist=False))
        return bytes(32)

    faster: list[Vault] = []
    monkeypatch.setattr(keyfile, "new_key", overtaken)
    slower = open_vault(tmp_path, secrets_exist=False)
    sealed = faster[0].seal(PASSWORD, about="sensor:1")
    assert slower.open(sealed, about="sensor:1") == PASSWORD


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nowhere", secrets_exist=False)
