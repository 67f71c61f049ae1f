"""Named statements out of .sql files, and migrations in their order."""

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load_queries(package: str, *names: str) -> Mapping[str, str]:
    """Statements of the files `names` of a package, each under a line `-- name: its_name`."""
    queries: dict[str, str] = {}
    for name in names:
        text = files(package).joinpath(name).read_text("utf-8")
        _, *parts = _NAME.split(text)
        for key, statement in zip(parts[::2], parts[1::2], strict=True):
            assert key not in queries, f"{name}: two statements are named {key}"
            queries[key] = statement.strip()
    return MappingProxyType(queries)


def load_migrations(package: str) -> tuple[str, ...]:
    """Scripts of a package's `migrations` folder; the n-th leads from version n - 1 to n."""
    folder = files(package).joinpath("migrations")
    scripts = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(script.read_text("utf-8") for script in scripts)
