"""What a device still remembers, in questions that it can answer: two days of minutes each."""

from collections.abc import AsyncIterator, Callable, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.operations.data import HISTORY_MINUTES_MAX
from countline.devices.xovis_v5.push_shapes import HistoryStatus
from countline.devices.xovis_v5.shapes import Number, TimeConfig
from countline.drivers.xovis_v5.history import History as Answer
from countline.drivers.xovis_v5.zone_times import lettered_ms
from countline.engine.heal import History
from countline.errors import DeviceError
from countline.model.interval import MINUTE_S

WINDOW_S = HISTORY_MINUTES_MAX * MINUTE_S
# What a device that has the data will not tell: by privilege, by privacy mode, by being too old.
REFUSALS = frozenset(
    {"device_privilege_missing", "device_privacy_mode", "firmware_unsupported", "device_refused"}
)


async def oldest_s(client: SensorClient, context: Context, time: TimeConfig) -> int | None:
    """Since when the device remembers anything; None where it does not say."""
    return oldest_record_s(await client.at(context).data.history_status(), zone_of(time))


async def pull(
    client: SensorClient,
    context: Context,
    from_s: int,
    to_s: int,
    *,
    templates: Mapping[int, str],
) -> AsyncIterator[Answer]:
    """The minutes of a stretch, two days at a time, oldest first."""
    data = client.at(context).data
    for at_s in range(from_s, to_s, WINDOW_S):
        yield await data.history(at_s, min(to_s, at_s + WINDOW_S), templates=templates)


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
        since_s = await oldest_s(client, context, (await client.device.time()).read)
    except DeviceError as error:
        if error.error_code in REFUSALS:
            error.extra["history_refused"] = True
        raise
    return History(
        parts=tuple(answer.decoded for answer in answers), answered_ms=now_ms(), oldest_s=since_s
    )


def oldest_record_s(status: HistoryStatus, zone: ZoneInfo | None) -> int | None:
    """The start of the oldest record that the device holds."""
    stored = status.storage.stored_data
    oldest = stored.oldest_count_record
    told = (oldest.time_begin if oldest else None, stored.time_begin)
    return next((s for one in told if (s := instant_s(one, zone)) is not None), None)


def instant_s(told: str | Number | None, zone: ZoneInfo | None) -> int | None:
    """A time as sensors write it in their states; None for one that cannot be read."""
    try:
        return None if told is None else lettered_ms(told, zone) // 1000
    except ValueError:
        return None


def zone_of(time: TimeConfig) -> ZoneInfo | None:
    """The device's time zone: what the letters in its times mean."""
    try:
        return ZoneInfo(time.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
