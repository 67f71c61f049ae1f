"""`python -m tests.bench`: run benches, print the table, and keep the figures in a file."""

import argparse
import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from tests.bench import figures, ingest, listening, outward, questions, sizes, visible, years
from tests.bench.figures import Figure
from tests.bench.setting import Bench, Setting

ROOT = Path(__file__).parents[2]
BENCHES: Mapping[str, Bench] = {
    ingest.NAME: ingest.run,
    visible.NAME: visible.run,
    listening.NAME: listening.run,
    outward.NAME: outward.run,
    questions.NAME: questions.run,
    years.NAME: years.run,
    sizes.NAME: sizes.run,
}


def main(words: Sequence[str] | None = None) -> None:
    """Run what was asked for. A slow figure is shown, and fails nothing."""
    asked = _asked(words)
    console = Console(width=None if Console().is_terminal else 160)
    setting = _setting(asked)
    if asked.page:
        figures.write_page(setting.folder / "last.json", asked.page)
        return
    setting.folder.mkdir(parents=True, exist_ok=True)
    here = figures.machine()
    found = asyncio.run(_run(asked.bench or list(BENCHES), setting, console))
    figures.show(found, here, console)
    last = setting.folder / "last.json"
    figures.save(found, here, last)
    console.print(f"[dim]kept in {last}")


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("bench", nargs="*", choices=[*BENCHES, []], help="which; none: all")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--scale", type=float, default=1.0, help="0.01 only shows that it runs")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-data", help="for big files")
    parser.add_argument("--pinned", action="store_true", help="a core each: server, generator")
    parser.add_argument("--page", type=Path, help="write the last figures into this page, only")
    return parser.parse_args(words)


def _setting(asked: argparse.Namespace) -> Setting:
    peer = os.environ.get("COUNTLINE_BENCH_PEER", str(ROOT / ".venv-bench/bin/python"))
    path = (ROOT / peer).absolute()
    return Setting(
        folder=asked.folder,
        peer=path if path.exists() else None,
        rounds=asked.rounds,
        scale=asked.scale,
        full=bool(os.environ.get("COUNTLINE_BENCH_FULL")),
        pinned=asked.pinned,
    )


async def _run(names: Sequence[str], setting: Setting, console: Console) -> list[Figure]:
    found: list[Figure] = []
    for name in names:
        with console.status(f"{name} ..."):
            async for one in BENCHES[name](setting):
                found.append(one)
    return found


if __name__ == "__main__":
    main()
