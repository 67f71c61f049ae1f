"""What a device still remembers, in questions that it can answer: a week of minutes each."""

from collections.abc import AsyncIterator, Callable, Mapping

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.operations.data import HISTORY_MINUTES_MAX
from countline.drivers.xovis_v5.history import History as Answer
from countline.engine.heal import History
from countline.errors import DeviceError
from countline.model.interval import MINUTE_S

WINDOW_S = HISTORY_MINUTES_MAX * MINUTE_S
# What a device that has the data will not tell: by privilege, by privacy mode, by being too old.
REFUSALS = frozenset(
    {"device_privilege_missing", "device_privacy_mode", "firmware_unsupported", "device_refused"}
)


async def pull(
    client: SensorClient,
    context: Context,
    from_s: int,
    to_s: int,
    *,
    templates: Mapping[int, str],
) -> AsyncIterator[Answer]:
    """The minutes of a stretch, a week at a time, oldest first; time without data is passed over."""
    data = client.at(context).data
    at_s = from_s
    while at_s < to_s:
        end_s = min(to_s, at_s + WINDOW_S)
        answer = await data.history(at_s, end_s, templates=templates)
        yield answer
        oldest_s = answer.data_from_s
        if oldest_s is None:
            return
        at_s = max(end_s, min(to_s, oldest_s))


async def remembered(
    client: SensorClient,
    context: Context,
    start_s: int,
    end_s: int,
    *,
    now_ms: Callable[[], int],
) -> History:
    """All that a device remembers of a stretch. A refusal is told with `history_refused`."""
    try:
        logics = (await client.at(context).data.live_logics()).logics
        templates = {logic.id: logic.info for logic in logics}
        answers = [a async for a in pull(client, context, start_s, end_s, templates=templates)]
    except DeviceError as error:
        if error.error_code in REFUSALS:
            error.extra["history_refused"] = True
        raise
    known = [a.data_from_s for a in answers if a.data_from_s is not None]
    return History(
        parts=tuple(answer.decoded for answer in answers),
        answered_ms=now_ms(),
        oldest_s=min(known, default=None),
    )
