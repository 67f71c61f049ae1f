"""The command line: `countline WORD ...`. Every error is one red line and an exit code."""

import sys
from collections.abc import Sequence

from countline.cli import show
from countline.cli.commands import build_app, overview
from countline.cli.exits import DONE, INTERRUPTED, WRONG, exit_of
from countline.errors import CountlineError


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    words = sys.argv[1:] if words is None else list(words)
    if not words or words in (["--help"], ["-h"]):
        show.plain(overview())
        return DONE
    from cyclopts import CycloptsError

    try:
        code = build_app()(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        message = " ".join(str(error).split())
        show.complain(CountlineError(message, code="usage"), as_json="--json" in words)
        return WRONG
    except CountlineError as error:
        show.complain(error, as_json="--json" in words)
        return exit_of(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code if isinstance(code, int) else DONE
