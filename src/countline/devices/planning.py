"""What must be made or changed on a device, found by comparing what is there with what should be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from countline.devices.xovis_v5 import Context, ContextOperations
from countline.devices.xovis_v5.arranging import (
    Target,
    WantedAgent,
    agrees,
    wanted_agents,
    wanted_connection,
)
from countline.devices.xovis_v5.looking import Look, free_id, wanted_logic
from countline.devices.xovis_v5.scene_shapes import Geometry
from countline.devices.xovis_v5.taking_back import Kind
from countline.drivers.xovis_v5.firmware import Firmware
from countline.engine.adopting import AdoptionAsked
from countline.engine.entering import ON_DEVICE
from countline.model.adoption import Adoption

LICENCE_DAYS_FEW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """One element of the device, as it is and as it shall be. `ours`: we made it at an earlier time."""

    kind: Kind
    action: Literal["create", "change", "keep"]
    id: int
    what: str
    after: Mapping[str, Any] = field(repr=False)  # with secrets, and so is what was there
    before: dict[str, Any] = field(default_factory=dict, repr=False)
    ours: bool = False

    async def carry_out(self, at: ContextOperations) -> None:
        """Do it. Raises `DeviceError`."""
        whole = dict(self.after)
        if self.kind == "logic":
            await at.analysis.create_from_template(whole, id=self.id)
        elif self.kind == "connection" and self.action == "create":
            await at.push.create_connection(whole, id=self.id)
        elif self.kind == "connection":
            await at.push.write_connection(self.id, whole)
        elif self.action == "create":
            await at.push.create_agent(whole, id=self.id)
        else:
            await at.push.write_agent(self.id, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan:
    """All that adoption makes on the device, in order; and what people should know."""

    makes: tuple[Make, ...]
    tests: bool  # whether the sensor shall test its connection: where that is new or another
    warnings: tuple[str, ...] = ()


def plan_device(
    seen: Look,
    firmware: Firmware,
    context: Context,
    target: Target,
    adoption: Adoption | None,
    asked: AdoptionAsked,
) -> DevicePlan:
    """The plan. Where everything is right already, every step is `keep`."""
    made = adoption.made if adoption else ()
    mine = {(str(e["kind"]), int(e["id"])) for e in made if e["kind"] in ON_DEVICE}
    logics = list(_logics(seen)) if asked.create_logics else []
    connection = _connection(seen, target, mine)
    agents = _agents(seen, wanted_agents(firmware, context, live=asked.live), connection.id, mine)
    return DevicePlan(
        makes=(*logics, connection, *agents),
        tests=connection.action != "keep",
        warnings=tuple(_warnings(seen, asked)),
    )


def _logics(seen: Look) -> Iterator[Make]:
    taken = [logic.id for logic in seen.logics]
    for geometry in seen.uncounted():
        id = free_id(taken)
        taken.append(id)
        what = f"logic {id} at {geometry.type.lower()} {geometry.id} ({geometry.name})"
        yield Make(kind="logic", action="create", id=id, what=what, after=wanted_logic(geometry))


def _connection(seen: Look, target: Target, mine: set[tuple[str, int]]) -> Make:
    wanted = wanted_connection(target)
    there = [
        (d.read.id, d.whole)
        for d in seen.connections
        if ("connection", d.read.id) in mine or d.read.name == wanted["name"]
    ]
    return _make("connection", wanted, there, [d.read.id for d in seen.connections], mine)


def _agents(
    seen: Look, wanted: Sequence[WantedAgent], connection: int, mine: set[tuple[str, int]]
) -> list[Make]:
    taken = [document.read.id for document in seen.agents]
    makes: list[Make] = []
    for agent in wanted:
        there = [
            (d.read.id, d.whole)
            for d in seen.agents
            if d.read.type == agent.type
            and (
                ("agent", d.read.id) in mine
                or (d.read.name, d.read.connection) == (agent.name, connection)
            )
        ]
        make = _make("agent", agent.whole(connection), there, taken, mine)
        taken.append(make.id)
        makes.append(make)
    return makes


def _make(
    kind: Literal["connection", "agent"],
    wanted: dict[str, Any],
    there: Sequence[tuple[int, dict[str, Any]]],
    taken: Sequence[int],
    mine: set[tuple[str, int]],
) -> Make:
    """The element of our name: kept where it agrees, changed where it does not, else a new one."""
    says = wanted["name"]  # of a connection, it names where to
    if not there:
        id = free_id(taken)
        what = f"{kind} {id} ({says})"
        return Make(
            kind=kind, action="create", id=id, what=what, after=wanted, ours=(kind, id) in mine
        )
    id, whole = there[0]
    return Make(
        kind=kind,
        action="keep" if agrees(wanted, whole) else "change",
        id=id,
        what=f"{kind} {id} ({says})",
        after={**whole, **wanted},
        before=whole,
        ours=(kind, id) in mine,
    )


def _warnings(seen: Look, asked: AdoptionAsked) -> Iterator[str]:
    left: list[Geometry] = [] if asked.create_logics else seen.uncounted()
    if left:
        names = ", ".join(f"{g.name or g.id}" for g in left)
        yield f"Nothing counts at {names}: adopt with --create-logics to count there too."
    if not seen.logics and not asked.create_logics:
        yield "The device has no logic, so it counts nothing."
    for licence in seen.licences:
        days = licence.remaining_days
        if licence.state == "EXPIRED":
            yield f"The licence {licence.feature or licence.id} has expired."
        elif licence.state != "NOT_LICENSED" and days is not None and 0 <= days <= LICENCE_DAYS_FEW:
            yield f"The licence {licence.feature or licence.id} ends in {days} days."
