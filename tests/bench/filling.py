"""Files that hold millions of bins already, made once and copied for each run."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw

from countline import clock
from countline.counting.coverage import FOREVER_S
from countline.engine.catalogue import read_catalogue
from countline.engine.engine import make_engine
from countline.engine.followers import OCCUPANCY, Work
from countline.engine.subject import location_plan, sensor_plan
from countline.model.claim import Minute
from countline.model.ids import SensorNo
from countline.store import Accepted, Store, View, open_store
from countline.store.sqlite.connection import MIGRATIONS
from tests.bench.world import DAY_MINUTES, MEASURES, Crowd, register, sensor_minutes

STEP_MINUTES = 60  # minutes of one sensor in one push; fewer than the store loads cold
GROUP_MINUTES = 60_000
BEHIND_MINUTES = 240  # where a recent file ends, before now: room for what a bench pushes
MONTH_MINUTES = 30 * DAY_MINUTES
YEAR_END_DAY = 20_454  # 2026-01-01, as days since 1970: its file is good for ever
STALE_MINUTES = 12 * 60  # a file that ends earlier would be tidied while it is measured


async def recent_file(folder: Path, crowd: Crowd, bins: int) -> Path:
    """A file with so many bins, all of them hot, the newest some hours old.

    It is made anew when it is older than half a day.
    """
    path = folder / f"recent-{crowd.sensors}-{bins}-{layout()}.db"
    mark = path.with_suffix(".made")
    if mark.exists() and clock.now_s() // 60 - end_minute(path) < STALE_MINUTES:
        return path
    _forget(path)
    minutes = -(-bins // (crowd.sensors * MEASURES))
    end = clock.now_s() // 60 - BEHIND_MINUTES
    await _make(path, crowd, end - minutes, end)
    mark.write_text(str(end))
    return path


async def history_file(folder: Path, crowd: Crowd, bins: int) -> Path:
    """A file of whole days with so many bins or a few more, all cold but the last two days."""
    days = -(-bins // (crowd.sensors * MEASURES * DAY_MINUTES))
    today = clock.now_s() // 86_400
    path = folder / f"history-{crowd.sensors}-{bins}-{layout()}-{today}.db"
    if path.with_suffix(".made").exists():
        return path
    _forget_older(folder, f"history-{crowd.sensors}-{bins}-*")
    await _make(path, crowd, (today - days) * DAY_MINUTES, today * DAY_MINUTES)
    path.with_suffix(".made").touch()
    return path


async def year_file(folder: Path, crowd: Crowd, days: int) -> Path:
    """A file of whole days before `YEAR_END_DAY`, all cold: one line of each sensor, both ways.

    Occupancy is folded for the first location and the first sensor alone: these are asked.
    """
    path = folder / f"year-{crowd.sensors}-{days}-{layout()}.db"
    mark = path.with_suffix(".made")
    if mark.exists():
        return path
    _forget(path)
    first, count = (YEAR_END_DAY - days) * DAY_MINUTES, days * DAY_MINUTES
    store = open_store(path)
    try:
        await store.write(lambda tx: register(tx, crowd, first_minute=first))
        for index in range(crowd.sensors):
            for at in range(0, count, MONTH_MINUTES):
                part = min(MONTH_MINUTES, count - at)
                minutes = sensor_minutes(index, first + at, part, width=2)
                await store.apply([_accepted(minutes)])
        await _fold_first(store)
    finally:
        await store.close()
    settle(path)
    mark.touch()
    return path


async def _fold_first(store: Store) -> None:
    follower = make_engine(store).follower

    def read(view: View) -> tuple[int, list[Work]]:
        catalogue = read_catalogue(view)
        sensor = catalogue.sensors[SensorNo(1)]
        place = catalogue.locations[sensor.location_id]
        plans = (location_plan(catalogue, place), sensor_plan(catalogue, sensor))
        works = [follower._settle(view, catalogue, plan, 0, FOREVER_S) for plan in plans]
        return view.head()[1], works

    seq, works = await store.read(read)
    await follower._write(0, seq, works)


def layout() -> str:
    """Names the tables as they are today, so that a file of yesterday's is not taken for one."""
    return hashlib.sha256(MIGRATIONS[0].encode()).hexdigest()[:8]


async def _make(path: Path, crowd: Crowd, first: int, end: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(path)
    try:
        await store.write(lambda tx: register(tx, crowd, first_minute=first))
        for group in _groups(crowd, first, end):
            await store.apply(group)
        await fold_everything(store)
    finally:
        await store.close()
    settle(path)


def _groups(crowd: Crowd, first: int, end: int) -> Iterator[list[Accepted]]:
    """By time where days are young and by sensor where they are old, as either would come."""
    now = clock.now_s() // 60
    old_end = max(first, (now - 3 * DAY_MINUTES) // DAY_MINUTES * DAY_MINUTES)
    old_end = min(old_end, end)
    if old_end - first >= DAY_MINUTES:
        for index in range(crowd.sensors):
            for at in range(first, old_end, MONTH_MINUTES):
                count = min(MONTH_MINUTES, old_end - at)
                yield [_accepted(sensor_minutes(index, at, count))]
    else:
        old_end = first
    for at in range(old_end, end, STEP_MINUTES):
        group: list[Accepted] = []
        for index in range(crowd.sensors):
            group.append(_accepted(sensor_minutes(index, at, min(STEP_MINUTES, end - at))))
            if len(group) * STEP_MINUTES >= GROUP_MINUTES:
                yield group
                group = []
        if group:
            yield group


def _accepted(minutes: list[Minute]) -> Accepted:
    """Without a sensor, so that followers do not take it up; `fold_everything` comes after."""
    return Accepted(received_ms=clock.now_ms(), driver="xovis_v5", minutes=minutes)


async def fold_everything(store: Store) -> None:
    """Occupancy of all that the file holds, and the follower's cursor at its end."""
    engine = make_engine(store)
    await engine.desk.fresh()
    await engine.follower.rebuild()
    await store.write(lambda tx: tx.move_cursor(OCCUPANCY, tx.head()[1]))


def settle(path: Path) -> None:
    """Bring the log home, so that the file is one file."""
    conn = apsw.Connection(str(path))
    conn.pragma("wal_checkpoint(TRUNCATE)")
    conn.close()


def _forget_older(folder: Path, pattern: str) -> None:
    """Files of an earlier day, which lack the newest one."""
    for old in folder.glob(pattern):
        old.unlink()


def _forget(path: Path) -> None:
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)


def copy_of(path: Path, folder: Path) -> Path:
    """A data folder of its own whose store is a copy of this file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = folder / "countline.db"
    shutil.copyfile(path, target)
    return target


def end_minute(path: Path) -> int:
    """The minute after the last one of a recent file."""
    return int(path.with_suffix(".made").read_text())
