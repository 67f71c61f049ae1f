"""How commands answer: tables and lines for people, one JSON document for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from countline.errors import CountlineError

if TYPE_CHECKING:
    from rich.console import Console

WHOLE = frozenset({"serial", "address", "at", "who", "where", "action", "state"})  # never broken
Progress = Callable[[int, int | None], None]  # (done, of how many, where that is known)


def console(*, stderr: bool = False) -> "Console":
    """A fresh console; rich is imported late, because `--help` must come at once."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def say(text: str) -> None:
    """One line for people, markup and all."""
    console().print(text)


def tell(text: str) -> None:
    """One line for people that holds what somebody else wrote: no markup, no control signs."""
    from rich.text import Text

    console().print(Text(printable(text)))


def printable(text: str) -> str:
    """A text without signs that would steer a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def plain(text: str) -> None:
    """A line exactly as it stands, never wrapped: keys, secrets, paths."""
    sys.stdout.write(text + "\n")


def document(content: Any) -> None:
    """One JSON document on standard output."""
    plain(json.dumps(content, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, empty: str = "none") -> None:
    """A table; numbers to the right, None as a dash. Without rows one line says so."""
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return say(f"[dim]{empty}[/dim]")
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for at, column in enumerate(columns):
        known = [row[at] for row in rows if row[at] is not None]
        numbers = bool(known) and all(isinstance(value, int | float) for value in known)
        shown.add_column(
            column,
            justify="right" if numbers else "left",
            overflow="fold",
            no_wrap=column in WHOLE or column.endswith("_id"),
        )
    for row in rows:
        shown.add_row(*(Text(printable(cell(value))) for value in row))
    console().print(shown)
    return None


def cell(value: Any) -> str:
    """A value as a table shows it."""
    match value:
        case None | "" | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(str(one) for one in value)
        case _:
            return str(value)


def instant(at_s: int | None) -> str | None:
    """An instant as all our answers write it: `2023-10-01T08:00:00Z`."""
    return None if at_s is None else f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"


def note(text: str) -> None:
    """A line on standard error for people who look on; programs read standard output."""
    from rich.text import Text

    console(stderr=True).print(Text(text, style="dim"), soft_wrap=True)


def warn(text: str) -> None:
    """A warning on standard error, which never disturbs an answer."""
    from rich.text import Text

    console(stderr=True).print(Text.assemble(("warning: ", "yellow"), printable(text)))


def complain(error: CountlineError, *, as_json: bool) -> None:
    """An error on standard error: a red line, then one line per field; never a traceback."""
    from rich.text import Text

    if as_json:
        fields = [{"field": e.field, "detail": e.detail, "code": e.code} for e in error.errors]
        content = {"code": error.error_code, "detail": error.detail, "errors": fields}
        sys.stderr.write(json.dumps(content, ensure_ascii=False) + "\n")
        return
    err = console(stderr=True)
    detail = printable(error.detail)
    err.print(Text.assemble(("error: ", "bold red"), (detail, "red")), soft_wrap=True)
    for one in error.errors:
        if one.detail not in error.detail:  # a single one is often the whole message
            err.print(Text(printable(f"  {one.field}: {one.detail}")), soft_wrap=True)


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on standard error while long work runs; none for programs."""
    err = console(stderr=True)
    if quiet or not err.is_terminal:
        yield lambda _done, _total: None
        return
    from rich import progress as bars

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
