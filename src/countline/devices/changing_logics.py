"""Changes of what a device counts: its logics."""

from collections.abc import Iterator, Sequence
from typing import Any

from countline.devices.change import Change
from countline.devices.xovis_v5 import ContextOperations, SensorClient, Step, merge
from countline.devices.xovis_v5.looking import free_id
from countline.devices.xovis_v5.reading import Read
from countline.engine.configuring import LogicPart

LOGICS = "/analysis/logics"
TEMPLATES = "/analysis/logics/templates"


def logic_changes(
    read: Read, now: Sequence[LogicPart], wanted: Sequence[LogicPart]
) -> list[Change]:
    """The changes of logics; several are one transaction of the sensor, all of it or nothing."""
    pairs = list(_pairs(read, now, wanted))
    changes = [change for change, _ in pairs]
    steps = [step for _, step in pairs]
    return [_together(changes, steps)] if len(changes) > 1 else changes


def _together(changes: Sequence[Change], steps: Sequence[Step]) -> Change:
    """Many changes of logics in one request. The sensor chooses the ids of what it makes."""

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.analysis.transaction(steps)

    return Change(
        what="; ".join(change.what for change in changes),
        do=do,
        before={change.what: change.before for change in changes if change.before},
        after={change.what: change.after for change in changes if change.after},
    )


def _pairs(
    read: Read, now: Sequence[LogicPart], wanted: Sequence[LogicPart]
) -> Iterator[tuple[Change, Step]]:
    """Each change alone, and as a step of a transaction."""
    known = {part.id: part for part in now}
    taken = list(read.logics)
    for part in wanted:
        if part.id is None:
            id = free_id(taken)
            taken.append(id)
            body = {**_template(part), "id": -id}
            yield _made_logic(id, _template(part)), Step(method="POST", target=TEMPLATES, body=body)
        elif part != known[part.id]:
            change = _written_logic(read, part.id, part)
            target = TEMPLATES if part.id in read.templates else LOGICS
            yield change, Step(method="PUT", target=f"{target}/{part.id}", body=change.after)
    kept = {part.id for part in wanted}
    for part in now:
        if part.id is not None and part.id not in kept:
            target = f"{LOGICS}/{part.id}"
            yield _removed_logic(read, part.id), Step(method="DELETE", target=target, body={})


def _template(part: LogicPart) -> dict[str, Any]:
    return {"name": part.name, "template": {"type": part.template, "options": part.options}}


def _made_logic(id: int, whole: dict[str, Any]) -> Change:
    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.analysis.create_from_template(whole, id=id)

    return Change(what=f"make logic {id} ({whole['name']})", do=do, after=whole)


def _written_logic(read: Read, id: int, part: LogicPart) -> Change:
    what = f"change logic {id} ({part.name})"
    template = read.templates.get(id)
    if template is None:  # made by hand: only its name is ours to change
        before = read.logics[id]
        after = merge(before, {"name": part.name})

        async def do(client: SensorClient, at: ContextOperations) -> None:
            await at.analysis.write_logic(id, after)

        return Change(what=what, do=do, before=before, after=after)
    old, new = template, {**template, **_template(part)}

    async def do_template(client: SensorClient, at: ContextOperations) -> None:
        await at.analysis.write_template(id, new)

    return Change(what=what, do=do_template, before=old, after=new)


def _removed_logic(read: Read, id: int) -> Change:
    template = read.templates.get(id)
    before = template or read.logics[id]

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.analysis.delete_logic(id)

    return Change(what=f"remove logic {id} ({before['name']})", do=do, before=before)
