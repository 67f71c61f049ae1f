"""The rules that `test_tidy` holds the project to, as plain functions from source text to complaints."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_USUAL = 30
LONGER_PERCENT_MAX = 10

VAGUE_NAMES = frozenset(
    {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers"}
    | {"service", "services", "handler", "handlers", "misc"}
)
CLOCK_CALLS = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.time",
        "time.time_ns",
    }
)
BANNED_NAMES = {
    "BaseHTTPMiddleware": "write a plain ASGI function; this one buffers and costs dearly"
}
# What can be bound as a parameter must be; PRAGMA takes no parameters, so it is not listed here.
SQL_START = re.compile(
    r"\s*(select\s.+?\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|replace\s+into\s|update\s+\S+\s+set\s"
    r"|delete\s+from\s|(create|drop|alter)\s+(temp\s+|unique\s+)?(table|index|view|trigger)\s)",
    re.IGNORECASE | re.DOTALL,
)
# Put together from halves, so that this file does not complain about itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("FIX" + "ME", "TO" + "DO", "XX" + "X")) + r")\b")
FOREIGN = re.compile(
    r"\.\./sha" + r"red\b|(?<![\w.])/wo" + r"rk/|pypi\.or" + r"g|pythonhosted\.or" + r"g"
    r"|npmjs\.(or" + r"g|com)|crates\.i" + r"o|proxy\.golang\.or" + r"g|--(extra-)?index-u" + r"rl"
)


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path inside the project, its text, and every node of its syntax tree."""

    path: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @staticmethod
    def of(path: str, text: str) -> "Module":
        tree = ast.parse(text, path)
        return Module(path, text, tree, tuple(ast.walk(tree)))

    @property
    def name(self) -> str:
        """The dotted name it is imported by: `countline.model.place`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        parts = parts[1:] if parts[0] == "src" else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(module: Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports, inside functions too."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def size_complaints(module: Module) -> Iterator[str]:
    lines = module.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{module.path}: {lines} lines, at most {FILE_LINES_MAX}; split it by what it is about"
    for name, line, length in function_lengths(module):
        if length > FUNCTION_LINES_MAX:
            yield f"{module.path}:{line}: {name}() has {length} lines, at most {FUNCTION_LINES_MAX}"


def function_lengths(module: Module) -> list[tuple[str, int, int]]:
    """(name, first line, number of lines) of every function, its docstring included."""
    return [
        (node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in module.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def usual_size_complaints(modules: Iterable[Module]) -> Iterator[str]:
    """Nine functions of ten are short; a few long ones (tables, routes) are not worth a fight."""
    lengths = [(n, m.path, f) for m in modules for f, _, n in function_lengths(m)]
    longer = sorted((entry for entry in lengths if entry[0] > FUNCTION_LINES_USUAL), reverse=True)
    if lengths and 100 * len(longer) > LONGER_PERCENT_MAX * len(lengths):
        worst = ", ".join(f"{path} {name}() {n}" for n, path, name in longer[:5])
        yield (
            f"{len(longer)} of {len(lengths)} functions are longer than {FUNCTION_LINES_USUAL} lines,"
            f" at most {LONGER_PERCENT_MAX} % may be; the longest: {worst}"
        )


def docstring_complaints(module: Module) -> Iterator[str]:
    if not ast.get_docstring(module.tree):
        yield f"{module.path}:1: no module docstring; say in one sentence what this file is"
    elif module.tree.body[0].lineno > 1 + module.text.startswith("#!"):
        yield f"{module.path}:1: the docstring is not on the first line"


def call_complaints(module: Module, *, may_print: bool, may_tell_time: bool) -> Iterator[str]:
    """Calls and names that are banned, each with what to do instead."""
    for node in module.nodes:
        where = f"{module.path}:{getattr(node, 'lineno', 1)}"
        if isinstance(node, ast.Call):
            called = ".".join(ast.unparse(node.func).split(".")[-2:])
            if called == "print" and not may_print:
                yield f"{where}: print(); log with structlog, or write through rich in the CLI"
            if called in CLOCK_CALLS and not may_tell_time:
                yield f"{where}: {called}(); only countline.clock tells the time"
        elif isinstance(node, ast.ImportFrom):
            if node.module == "time" and not may_tell_time and _names(node) & {"time", "time_ns"}:
                yield f"{where}: time.time(); only countline.clock tells the time"
            if node.module == "__future__":
                yield f"{where}: __future__ import; Python 3.11 needs none"
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"{where}: bare except; name what can go wrong"
        if (name := _identifier(node)) in BANNED_NAMES:
            yield f"{where}: {name}; {BANNED_NAMES[name]}"


def _names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def _identifier(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name
    return ""


def sql_complaints(module: Module) -> Iterator[str]:
    """SQL made from pieces at run time: f-strings, `+`, `%` and `.format` on a statement."""
    for node in module.nodes:
        text = None
        match node:
            case ast.JoinedStr(values=values) if any(
                isinstance(v, ast.FormattedValue) for v in values
            ):
                text = "".join(
                    str(v.value) if isinstance(v, ast.Constant) else " x " for v in values
                )
            case ast.BinOp(left=ast.Constant(value=str() as left), op=ast.Add() | ast.Mod()):
                text = left + " "
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as left), attr="format")
            ):
                text = left
        if text and SQL_START.match(text):
            line = getattr(node, "lineno", 1)
            yield f"{module.path}:{line}: SQL put together at run time; bind parameters instead"


def name_complaints(path: str) -> Iterator[str]:
    for part in PurePosixPath(path).parts:
        if vague := VAGUE_NAMES & set(part.split(".")[0].strip("_").split("_")):
            yield f"{path}: '{min(vague)}' says nothing; name the file for what it holds"


def unused_complaints(modules: list[Module], entry_points: Iterable[str]) -> Iterator[str]:
    """Modules that no other module imports, so that nobody would miss them."""
    entries = tuple(entry_points)
    reached = {
        name for m in modules for _, name in imported_names(m) if not name.startswith(m.name + ".")
    }
    reached |= {
        name for m in modules for _, name in imported_names(m) if m.path.endswith("__init__.py")
    }
    for module in modules:
        if module.name in entries or module.path.endswith(("__init__.py", "__main__.py")):
            continue
        if not any(name == module.name or name.startswith(module.name + ".") for name in reached):
            yield f"{module.path}: no module imports it; use it or delete it"


def text_complaints(path: str, text: str) -> Iterator[str]:
    """What must stand in no file at all: unfinished marks, this machine's paths, registry hosts."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := UNFINISHED.search(line):
            yield f"{path}:{number}: {found[0]}; do it now or open an issue"
        if found := FOREIGN.search(line):
            yield f"{path}:{number}: '{found[0]}' has no place in the project: it means something on one machine only"


def lock_complaints(path: str, text: str) -> Iterator[str]:
    """A lock file holds versions and hashes; where to fetch from is the machine's own business."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "://" in line or line.lstrip().startswith(("-i ", "--index", "--find", "--trusted")):
            yield f"{path}:{number}: an address in a lock file"
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if "==" in entry and "--hash=sha256:" not in entry:
            yield f"{path}: {entry.split()[0]} has no hash"


def title_complaints(path: str, text: str) -> Iterator[str]:
    prose = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^# .+", prose, flags=re.MULTILINE)
    if len(titles) != 1:
        yield f"{path}: {len(titles)} titles; a page has exactly one line beginning with '# '"
