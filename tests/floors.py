"""The floors of ARCHITECTURE.md, read from its table, and the imports that disagree with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.tidy import Module, imported_names

ROW = re.compile(r"^\|([^|]*)\|([^|]*)\|([^|]*)\|[^|]*\|\s*$", re.MULTILINE)
ROOM = re.compile(r"`(\w+)`")


@dataclass(frozen=True, slots=True)
class Floors:
    """Which floor a room is on (None: beside) and which rooms each may import."""

    floor_of: dict[str, int | None]
    may_import: dict[str, frozenset[str]]


def read_floors(architecture: str) -> Floors:
    """The table under the heading "Floors": columns floor, rooms, may import, may do."""
    section = architecture.split("## Floors", 1)[1].split("\n## ", 1)[0]
    rows = [
        (first.split(), ROOM.findall(rooms), allowed)
        for first, rooms, allowed in ROW.findall(section)
    ]
    rows = [row for row in rows if row[1]]
    floor_of: dict[str, int | None] = {}
    for first, rooms, _ in rows:
        floor_of |= dict.fromkeys(rooms, int(first[0]) if first[0].isdigit() else None)
    may_import = {
        room: frozenset(ROOM.findall(allowed)) | _rooms_on(_numbers(allowed), floor_of)
        for _, rooms, allowed in rows
        for room in rooms
    }
    return Floors(floor_of, may_import)


def _numbers(cell: str) -> set[int]:
    """Floor numbers of a cell such as `0-1, 3`."""
    ranges = re.findall(r"\b(\d)(?:-(\d))?\b", re.sub(r"`\w+`", "", cell))
    return {n for low, high in ranges for n in range(int(low), int(high or low) + 1)}


def _rooms_on(numbers: set[int], floor_of: dict[str, int | None]) -> frozenset[str]:
    return frozenset(room for room, floor in floor_of.items() if floor in numbers)


def room_of(name: str) -> str | None:
    """`countline.model.place` is in room `model`; the package itself and outsiders are in none."""
    parts = name.split(".")
    return parts[1] if parts[0] == "countline" and len(parts) > 1 else None


def floor_complaints(module: Module, floors: Floors, folders: set[str]) -> Iterator[str]:
    """Imports of one module that the table does not allow; `folders` are the rooms that are folders."""
    room = room_of(module.name)
    if room is None or room == "__main__":
        return
    if room not in floors.floor_of:
        yield f"{module.path}: room '{room}' is not in the floors table of ARCHITECTURE.md"
        return
    for line, name in imported_names(module):
        target = room_of(name)
        if target in floors.floor_of and not _allowed(room, target, floors, folders):
            allowed = ", ".join(sorted(floors.may_import[room])) or "nothing of countline"
            yield f"{module.path}:{line}: {room} imports {name}, but {room} may import only: {allowed}"


def _allowed(room: str, target: str, floors: Floors, folders: set[str]) -> bool:
    if target == room or target in floors.may_import[room]:
        return True
    floor = floors.floor_of[room]
    return floor is not None and floors.floor_of[target] == floor and target not in folders
