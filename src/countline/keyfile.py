"""`secrets.key` in the data folder: what opens the passwords of sensors, for its owner alone.

One key a line, `NUMBER KEY` in base64; the greatest number seals. The file is made when it is first
needed. Where passwords are kept and the file is gone, nothing is made in its stead: an empty file of
that name, put there by hand, says that the old key is lost for good.
"""

import base64
import binascii
import os
import stat
import tempfile
from pathlib import Path

from countline.errors import ConfigError
from countline.vault import KEY_BYTES, Vault, new_key

FILE_NAME = "secrets.key"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HEAD = "# Opens secrets of sensors and webhooks. Keep it with the data folder's backup, and from other eyes.\n"


def open_vault(folder: Path, *, secrets_exist: bool) -> Vault:
    """The vault of a data folder. Raises `ConfigError` `secrets_key` with the command that helps."""
    path = folder / FILE_NAME
    try:
        if not path.exists():
            if secrets_exist:
                raise _wrong(
                    f"{path} is missing, and passwords of sensors are sealed with it. {_LOST}"
                )
            _write_new(path)
        elif not path.stat().st_size:
            path.unlink()
            _write_new(path)
        _check_mode(path)
        return Vault(_read(path))
    except OSError as error:
        raise _wrong(f"{path}: {(error.strerror or str(error)).lower()}") from error


_LOST = (
    "Bring it back from the backup of the data folder. If it is lost for good, put an empty file in"
    " its place: a new key is made, and each sensor is then adopted again with its password"
)


def _write_new(path: Path) -> None:
    """Make the file whole or not at all; another process that was faster has made it."""
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # for its owner alone
    draft = Path(name)
    with open(handle, "w", encoding="ascii") as file:
        file.write(f"{_HEAD}1 {base64.b64encode(new_key()).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check_mode(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & OTHERS:
        raise _wrong(f"{path} can be read by others (mode {mode:04o}); run `chmod 600 {path}`")


def _read(path: Path) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for place, line in enumerate(path.read_text("ascii", "replace").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        number, _, text = line.partition(" ")
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES or not number.isdecimal() or not 0 < int(number) < 2**16:
            raise _wrong(f"{path} is damaged in line {place}. {_LOST}")
        keys[int(number)] = key
    if not keys:
        raise _wrong(f"{path} holds no key. {_LOST}")
    return keys


def _wrong(detail: str) -> ConfigError:
    return ConfigError(detail, code="secrets_key")
