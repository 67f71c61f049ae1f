"""Make a case folder from a captured push: `new_case.py DRIVER NAME [FILE]`, or the push on standard input.

What the driver says of it today is written beside it for a person to read, correct and commit.
"""

import re
import sys
from pathlib import Path

import msgspec

from countline.drivers import DRIVERS, Push
from countline.errors import BadPush

ROOT = Path(__file__).resolve().parent.parent


def main(driver: str, name: str, file: str = "") -> int:
    if driver not in DRIVERS:
        print(f"no driver '{driver}'; there are: {', '.join(sorted(DRIVERS))}")
        return 2
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
        print(f"NAME '{name}' should be lower case words joined by underscores, such as two_lines")
        return 2
    folder = ROOT / "src/countline/drivers" / driver / "cases" / name
    if folder.exists():
        print(f"{folder.relative_to(ROOT)} exists already; choose another NAME")
        return 2
    body = Path(file).read_bytes() if file else sys.stdin.buffer.read()
    write_case(folder, driver, body, Path(file).suffix or guess_suffix(body))
    print(f"{folder.relative_to(ROOT)}: read what the driver made of it, correct it, commit it")
    return 0


def write_case(folder: Path, driver: str, body: bytes, suffix: str) -> None:
    push = Push(driver=driver, body=body, received_ms=0)
    try:
        said = msgspec.json.encode(DRIVERS[driver].decode(push))
        answer, path = msgspec.json.format(said, indent=2) + b"\n", folder / "readings.json"
    except BadPush as error:
        answer, path = f"{error.error_code}\n".encode(), folder / "error.txt"
    folder.mkdir(parents=True)
    (folder / f"push{suffix}").write_bytes(body)
    path.write_bytes(answer)


def guess_suffix(body: bytes) -> str:
    return ".json" if body.lstrip()[:1] in (b"{", b"[") else ".csv"


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4 or not all(sys.argv[1:3]):
        sys.exit("usage: make case DRIVER=xovis_v5 NAME=two_lines [FILE=push.json]")
    sys.exit(main(*sys.argv[1:]))
