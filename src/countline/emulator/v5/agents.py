"""Data push agents: what is sent when, kept or volatile; their status; resends on demand."""

from datetime import datetime
from typing import Any

from countline.emulator.v5.agent_config import checked_agent
from countline.emulator.v5.agent_status import status_of
from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.feeding import Run
from countline.emulator.v5.push_sets import READ, WRITE, PushSet
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.runs import Runs
from countline.emulator.v5.sending import Trigger

BUSY = 31_001
TRIGGERS = ("TIME_RANGE", "ALL", "LAST_PACKAGE", "DUMMY_DATA")
NOT_TRIGGERED = ("STATUS", "RECORDING")


def _checked(device: Device, root: str, body: dict[str, Any]) -> dict[str, Any]:
    """An agent with its defaults filled in; from its first one on, a device has agents at work."""
    kept = checked_agent(device, root, body)
    device.part(Runs)
    return kept


def _run(device: Device, ask: Ask) -> Run:
    AGENTS.one(device, ask)
    return device.part(Runs).get(ask.root, ask.id())


def _status(device: Device, ask: Ask) -> Reply:
    run = _run(device, ask)
    return replied(status_of(device, run.id_, run.agent, run.tally))


def _status_all(device: Device, ask: Ask) -> Reply:
    """Tallies are written to memory that lasts at each push; `last_stored` says when."""
    runs = device.part(Runs)
    ids = device.config.items(AGENTS.at(ask.root), volatile=ask.flag("volatile"))
    chosen = [runs.get(ask.root, id_) for id_ in sorted(ids)]
    kept_ms = max((run.tally.kept_ms or 0 for run in chosen), default=0)
    states = [status_of(device, run.id_, run.agent, run.tally) for run in chosen]
    return replied({"agent_states": states, "last_stored": device.rfc3339(kept_ms or None)})


def _trigger_state(device: Device, trigger: Trigger | None) -> dict[str, Any]:
    if trigger is None:
        return {"status": "IDLE"}
    return {
        "status": "BUSY" if trigger.busy else "IDLE",
        "trigger_config": trigger.config,
        "trigger_time": device.zoned(trigger.at_ms),
    }


def _trigger(device: Device, ask: Ask) -> Reply:
    run = _run(device, ask)
    config = ask.object()
    if config.get("type") not in TRIGGERS:
        raise invalid(f"type: '{config.get('type')}' is none of {', '.join(TRIGGERS)}")
    if run.agent["type"] in NOT_TRIGGERED:
        raise invalid(f"type: {run.agent['type']} agents cannot be triggered")
    start = config.get("package_id_start")
    if start is not None and (not isinstance(start, int) or start < 0):
        raise invalid("package_id_start: a whole number of at least 0")
    from_ms, to_ms = 0, device.running.now_ms()
    if config["type"] == "TIME_RANGE":
        from_ms, to_ms = (_instant(config, name) for name in ("time_from", "time_to"))
        if to_ms <= from_ms:
            raise invalid("time_to: must be after time_from")
    if run.trigger is not None and run.trigger.busy:
        raise Refused(409, BUSY, "Agent trigger busy")
    trigger = run.start_trigger(config, from_ms, to_ms)
    device.part(Runs).changed.set()
    return replied(_trigger_state(device, trigger))


def _instant(config: dict[str, Any], name: str) -> int:
    text = config.get(name)
    try:
        moment = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise Refused(400, 11200, "Time format", f"{name}: RFC 3339 is needed") from None
    if moment.tzinfo is None:
        raise Refused(400, 11200, "Time format", f"{name}: an offset is needed")
    return round(moment.timestamp() * 1000)


def _get_trigger(device: Device, ask: Ask) -> Reply:
    return replied(_trigger_state(device, _run(device, ask).trigger))


def _abort_trigger(device: Device, ask: Ask) -> Reply:
    run = _run(device, ask)
    run.trigger = None
    if run.pending is not None and run.pending.triggered:
        run.pending = None
    return DONE


AGENTS = PushSet(
    plural="agents",
    singular="Agent",
    check=_checked,
    most=lambda device: device.personality.limits.agents,
)
ALL = AGENTS.at("{root}")
ONE = ALL + "/{id}"
ROUTES: tuple[Route, ...] = (
    route("GET", f"{ALL}/status", _status_all, READ),
    route("GET", f"{ONE}/status", _status, READ),
    route("POST", f"{ONE}/trigger", _trigger, WRITE, changes=False),
    route("GET", f"{ONE}/trigger", _get_trigger, READ),
    route("DELETE", f"{ONE}/trigger", _abort_trigger, WRITE, changes=False),
    *AGENTS.routes(),
)
