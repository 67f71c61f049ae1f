"""Every command, in the order in which `countline --help` lists them."""

from typing import TYPE_CHECKING

from countline import __version__

if TYPE_CHECKING:
    from cyclopts import App

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Run",
        (
            ("serve", "take pushes, answer questions, tell webhooks"),
            ("demo", "a small building with a past and a present, to try things on"),
            ("check", "read the settings, and say what is wrong with them"),
            ("emulate", "sensors that do not exist, pushing at a server"),
        ),
    ),
    (
        "Manage",
        (
            ("keys", "keys of callers, and secrets of sensors"),
            ("sensors", "find, adopt, configure, list and retire sensors"),
            ("zones", "list zones, and say how many people are in one"),
            ("layouts", "floor plans, from files and to files"),
            ("modbus", "which register holds what"),
            ("bacnet", "what building controllers see of each zone"),
            ("doctor", "what is wrong, since when, and what to do"),
        ),
    ),
    (
        "Numbers",
        (
            ("import", "take a file of counts"),
            ("query", "ask for counts, and for how many are there now"),
            ("demand", "how much outdoor air a zone asks for, and why"),
            ("replay", "count bodies that were kept, again"),
            ("rebuild", "make every sum anew from what was counted"),
        ),
    ),
    (
        "More",
        (("version", "what is installed here"),),
    ),
)

HEAD = """\
Open, self-hosted people counting.

Usage: countline COMMAND ...     countline COMMAND --help shows its options
"""


def overview() -> str:
    """What `countline --help` prints, without importing anything that takes time."""
    lines = [HEAD]
    for title, commands in GROUPS:
        lines += [f"{title}:", *(f"  {name:<9} {says}" for name, says in commands), ""]
    return "\n".join(lines)


def build_app() -> "App":
    """The command line, ready to be called with words."""
    from cyclopts import App

    from countline.cli.bacnet import BACNET
    from countline.cli.check import check
    from countline.cli.demand import demand
    from countline.cli.demo import demo
    from countline.cli.doctor import doctor
    from countline.cli.emulate import emulate
    from countline.cli.importing import import_
    from countline.cli.keys import KEYS
    from countline.cli.layouts import LAYOUTS
    from countline.cli.modbus import MODBUS
    from countline.cli.query import QUERY
    from countline.cli.rebuild import rebuild
    from countline.cli.replay import replay
    from countline.cli.sensors import SENSORS
    from countline.cli.serve import serve
    from countline.cli.version import version
    from countline.cli.zones import ZONES

    app = App(
        name="countline",
        help="Open, self-hosted people counting.",
        version=__version__,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
        result_action="return_value",
    )
    for command in (serve, demo, check, emulate, doctor, demand, replay, rebuild, version):
        app.command(command)
    app.command(import_, name="import")
    for folder in (KEYS, SENSORS, ZONES, LAYOUTS, BACNET, MODBUS, QUERY):
        app.command(folder)
    return app
