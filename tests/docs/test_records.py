"""Tables that people keep by hand say what is there: words of make, dependencies, decisions, rooms."""

import re
import tomllib

from tests.floors import read_floors
from tests.test_tidy import ROOT, project_files

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| (?!package)([A-Za-z0-9-]+) \|", text, re.MULTILINE)


def package_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", requirement)[0] for requirement in requirements}


def test_every_word_of_make_is_explained() -> None:
    words = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE)) - {"help"}
    assert words == set(re.findall(r"^\| `make ([a-z]+)", CONTRIBUTING, re.MULTILINE))
    assert words <= set(re.findall(r"\w+", MAKEFILE.split(".PHONY:")[1].splitlines()[0]))


def test_every_dependency_has_its_row_in_the_stack_record() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    record = (ROOT / "docs/decisions/stack.md").read_text()
    run_time, _, rest = record.partition("## Extra")
    assert first_cells(run_time) == sorted(package_names(project["dependencies"]))
    extras = [name for extra in project["optional-dependencies"].values() for name in extra]
    assert package_names(extras) <= set(first_cells(rest))


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text()
    records = [p for p in project_files() if re.fullmatch(r"docs/decisions/\d{4}-[\w-]+\.md", p)]
    assert records
    for path in records:
        name = path.rsplit("/", 1)[1]
        assert f"[{name[:4]}]({name})" in index
        parts = re.findall(r"^## (.+)$", (ROOT / path).read_text(), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], path


def test_every_room_of_the_map_exists_or_is_said_to_be_planned() -> None:
    map_text = (ROOT / "ARCHITECTURE.md").read_text()
    planned = set(
        re.findall(
            r"`(\w+)`", "".join(re.findall(r"^.* rooms that are planned.*$", map_text, re.M))
        )
    )
    source = ROOT / "src/countline"
    there = {
        path.name.removesuffix(".py") for path in source.iterdir() if not path.name.startswith("_")
    }
    rooms = set(read_floors(map_text).floor_of)
    assert rooms - there == planned


def test_every_file_that_the_map_names_exists() -> None:
    named = re.findall(
        r"`([\w/.<>-]+(?:/|\.py|\.md|\.toml))`", (ROOT / "ARCHITECTURE.md").read_text()
    )
    assert named
    lost = [
        path
        for path in named
        if "<" not in path
        and not any((root / path).exists() for root in (ROOT, ROOT / "src/countline"))
        and path != "cases/"
    ]
    assert not lost, f"ARCHITECTURE.md names what is not there: {', '.join(lost)}"
