"""`countline version`: what is installed here."""

import platform

from countline import __version__
from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.options import NONE_GIVEN, Options


def version(*, options: Options = NONE_GIVEN) -> int:
    """Print the version."""
    if options.json:
        show.document({"version": __version__, "python": platform.python_version()})
    else:
        show.plain(__version__)
    return DONE
