"""`countline replay`: bodies that were kept instead of counted walk the path again."""

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE, FAILED
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import BadQuery

if TYPE_CHECKING:
    from countline.engine.engine import Engine
    from countline.store.seam import KeptPush


async def replay(
    push_id: int | None = None,
    /,
    *,
    list_: Annotated[
        bool,
        Parameter(
            name="--list", negative="", show_default=False, help="Only list them, with reasons."
        ),
    ] = False,
    dismiss: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Forget the one that is named, for good."),
    ] = False,
    options: Options = NONE_GIVEN,
) -> int:
    """Count kept bodies again: after a driver was mended, or a clock set right.

    What fails again stays kept, with its reason. Pushes of discovered devices wait for
    `countline sensors register` and are left alone.

    Parameters
    ----------
    push_id
        Only this one, by the id that --list shows; left out: all of them.
    """
    if dismiss and push_id is None:
        raise BadQuery("--dismiss needs the id of the push to forget; --list shows them")
    async with opened_engine(options, must_exist=True) as engine:
        if list_:
            return await _list(engine, push_id, options)
        if dismiss and push_id is not None:
            await engine.replaying.dismiss(push_id)
            return _dismissed(push_id, options)
        tried, counted = await _replay(engine, push_id, quiet=options.json)
        await engine.settled()
    return _told(tried, counted, options)


async def _replay(engine: "Engine", push_id: int | None, *, quiet: bool) -> tuple[int, int]:
    """How many were tried, and how many of them counted."""
    # Listed before the first is tried: what fails again is kept under a new id, and not tried twice.
    wanted = [push.push_id for push in await _kept(engine, push_id) if push.state != "waiting"]
    if push_id is not None:
        wanted = [push_id]
    counted = 0
    with show.progress("replaying", quiet=quiet) as progress:
        for at, one in enumerate(wanted):
            counted += (await engine.replaying.replay(one)).counted
            progress(at + 1, len(wanted))
    return len(wanted), counted


async def _kept(engine: "Engine", push_id: int | None) -> list["KeptPush"]:
    """Every kept push, or the one of an id."""
    kept: list[KeptPush] = []
    after = 0
    while page := await engine.replaying.kept(after=after):
        after = page[-1].push_id
        kept += [push for push in page if push_id in (None, push.push_id)]
    return kept


async def _list(engine: "Engine", push_id: int | None, options: Options) -> int:
    kept = await _kept(engine, push_id)
    catalogue = await engine.desk.fresh()
    names = {sensor.sensor: sensor.sensor_id for sensor in catalogue.sensors.values()}
    rows = [as_document(push, names.get(push.sensor) if push.sensor else None) for push in kept]
    if options.json:
        show.document({"data": rows})
        return DONE
    columns = ("push_id", "state", "received_at", "sensor_id", "driver", "bytes", "code", "detail")
    show.table(columns, [[row[name] for name in columns] for row in rows], empty="nothing is kept")
    return DONE


def as_document(push: "KeptPush", sensor_id: str | None) -> dict[str, Any]:
    """A kept push without its body."""
    return {
        "push_id": push.push_id,
        "state": push.state,
        "received_at": show.instant(push.received_ms // 1000),
        "sensor_id": sensor_id,
        "driver": push.driver,
        "bytes": len(push.body),
        "code": push.code,
        "detail": push.detail,
    }


def _dismissed(push_id: int, options: Options) -> int:
    if options.json:
        show.document({"push_id": push_id, "dismissed": True})
    else:
        show.say(f"push {push_id} is forgotten.")
    return DONE


def _told(tried: int, counted: int, options: Options) -> int:
    kept = tried - counted
    if options.json:
        show.document({"tried": tried, "counted": counted, "kept": kept})
    else:
        show.say(f"{tried} tried: {counted} counted, {kept} stay kept.")
    return FAILED if kept else DONE
