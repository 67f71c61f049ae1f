"""What a driver's case holds: a push, and what the driver says of it.

`push.json` or `push.csv` is the body. `readings.json` is what it decodes to, or `error.txt` how it is
refused: the error's code on the first line, then texts that its message must hold, one a line.
`options.json`, where there is one, is what the caller of an import says, and the file's name.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from countline.drivers import DRIVERS, Decoded, FileOptions, Push
from countline.errors import BadPush


class CaseOptions(msgspec.Struct, forbid_unknown_fields=True):
    """`options.json`."""

    name: str = ""
    options: FileOptions | None = None


def push_of(folder: Path) -> Push:
    """The push of a case folder of a driver."""
    (body,) = folder.glob("push.*")
    said = CaseOptions()
    if (file := folder / "options.json").exists():
        said = msgspec.json.decode(file.read_bytes(), type=CaseOptions)
    driver = folder.parent.parent.name
    return Push(
        driver=driver, body=body.read_bytes(), received_ms=0, name=said.name, options=said.options
    )


def decode(folder: Path) -> list[Decoded]:
    push = push_of(folder)
    return DRIVERS[push.driver].decode(push)


def plain(decoded: list[Decoded]) -> Any:
    """As `readings.json` holds it."""
    return json.loads(msgspec.json.encode(decoded))


def run(folder: Path) -> None:
    """Decodes the push and compares."""
    expected = [folder / "readings.json", folder / "error.txt"]
    assert sum(file.exists() for file in expected) == 1, "either readings.json or error.txt"
    if expected[0].exists():
        assert plain(decode(folder)) == json.loads(expected[0].read_text())
        return
    code, *texts = expected[1].read_text().splitlines()
    with pytest.raises(BadPush) as refusal:
        decode(folder)
    assert refusal.value.error_code == code
    told = "\n".join(
        [refusal.value.detail, *(f"{e.field}: {e.detail}" for e in refusal.value.errors)]
    )
    for text in texts:
        assert text in told
