"""`kill -9` under load, again and again: nothing that was acknowledged is lost or counted twice."""

import asyncio
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from countline import clock
from countline.engine.engine import open_engine
from tests.app.process import run
from tests.chaos.corpus import serial_of
from tests.chaos.killable import Asking, Left, Server, free_port, look
from tests.chaos.loaded_sensors import DAY_S, MINUTE_S, Load, Package, Sensor, plain_fold

KILLS = int(os.environ.get("COUNTLINE_KILLS", "100"))
FEW = 3
HISTORIES, PRESENTS = 5, 3  # sensors with weeks of backlog, and sensors of today
HISTORY_DAYS = 20
LOOK_WHOLE_EVERY = 10
RESET_S = 4 * 3_600  # local time, where nothing else is configured
PAST, TODAY = "PAST", "TODAY"
KEY = "cl_" + "k" * 43


Minutes = dict[int, tuple[int, int]]


class World:
    """A folder, its server and sensors, and all that can be checked about them."""

    def __init__(self, folder: Path, seed: int, kills: int) -> None:
        self.folder, self.kills = folder, kills
        self.history_days = HISTORY_DAYS if kills > FEW else 4
        self.dice = Random(seed)
        self.server = Server(folder, free_port())
        self.asking = Asking(self.server.port, KEY)
        self.start_s = 1.0  # how long a start takes
        self.modes: Counter[str] = Counter()
        self.left: list[Left] = []
        now_s = clock.now_s()
        self.now_s = now_s // MINUTE_S * MINUTE_S
        # Somewhere it is between 13 and 14 o'clock: no reset comes in between.
        east_h = (13 - now_s // 3_600) % 24
        east_h -= 24 if east_h > 12 else 0
        self.time_zone = f"Etc/GMT{-east_h:+d}"
        local_s = self.now_s + east_h * 3_600
        self.reset_s = self.now_s - (local_s % DAY_S - RESET_S)
        self.sensors: list[Sensor] = []

    # -- before -----------------------------------------------------------------------------------
    async def furnish(self, seed: int) -> None:
        engine = await open_engine(f"sqlite:///{self.folder / 'data' / 'countline.db'}")
        for place in (PAST, TODAY):
            await engine.desk.add_location(location_id=place, time_zone=self.time_zone)
        await engine.access.create_key(name="chaos", quota=10**6, secret=KEY)
        past_s = self.now_s // DAY_S * DAY_S - (self.history_days + 3) * DAY_S
        for number in range(1, HISTORIES + PRESENTS + 1):
            history = number <= HISTORIES
            await engine.desk.register_sensor(
                sensor_id=f"S{number}",
                location_id=PAST if history else TODAY,
                serial=serial_of(number),
            )
            start_s = past_s if history else self.reset_s
            secret = await engine.access.create_push_secret(sensor_id=f"S{number}")
            dice = Random(f"{seed}/{number}")
            self.sensors.append(Sensor(number, secret, dice, start_s, history, start_s, start_s))
        await engine.close()

    def let_time_pass(self, kill: int) -> None:
        """Let all sensors come as much further as a life of the server is of the whole run."""
        for sensor in self.sensors:
            whole_s = self.history_days * DAY_S if sensor.history else self.now_s - self.reset_s
            part_s = whole_s * min(kill + 1, self.kills) // self.kills
            sensor.limit_s = sensor.start_s + part_s // MINUTE_S * MINUTE_S

    # -- a life of the server ---------------------------------------------------------------------
    async def live(self, load: Load, kill: int) -> None:
        """Start, run under load, and die at a moment that the seed draws."""
        mode = self.dice.choice(("starting", "just up", "under load", "under load"))
        self.modes[mode] += 1
        self.let_time_pass(kill)
        self.server.spawn()
        if mode == "starting":
            load.open.set()
            await asyncio.sleep(self.dice.uniform(0, 1.2) * self.start_s)
        else:
            self.start_s = await self.server.up()
            if mode == "just up":
                load.open.set()
                await asyncio.sleep(self.dice.expovariate(5))
            else:
                await self.check_edges()
                load.open.set()
                await load.more(self.dice.randint(20, 400))
        self.server.kill()
        load.open.clear()
        thoroughly = not kill % LOOK_WHOLE_EVERY
        data = self.folder / "data"
        left = await asyncio.to_thread(look, data, self.folder / "copy", thoroughly=thoroughly)
        assert left.sound
        self.left.append(left)

    # -- checks -----------------------------------------------------------------------------------
    async def check_edges(self) -> None:
        """Right after a kill: the last acknowledged package is there, the one after it whole or not."""
        for sensor in self.sensors:
            ledger = sensor.ledger
            for package in filter(None, (ledger.last, ledger.pending)):
                found = await self._minutes_of(sensor, package)
                without = {at_s: ledger.won[at_s][1] for at_s in package.bins if at_s in ledger.won}
                sure = {a: without[a] for a in package.bins if a in without}
                if ledger.pending is None:
                    assert found == sure, sensor.sensor_id
                    continue
                changed = ledger.after(ledger.pending)
                now = {a: v for a, (_, v) in changed.items() if a in package.bins}
                assert found in (sure, sure | now), (sensor.sensor_id, package.sequence)

    async def _minutes_of(self, sensor: Sensor, package: Package) -> dict[int, tuple[int, int]]:
        start_s, end_s = min(package.bins), max(package.bins) + MINUTE_S
        return await self.asking.rows(sensor.sensor_id, start_s, end_s, "1m")

    async def check_all(self, load: Load) -> None:
        """With nothing under way: every sensor's minutes and hours, and who is here."""
        load.draining = True
        await load.quiet()
        load.draining = False
        await self.asking.followed()
        for sensor in self.sensors:
            await self.check_sensor(sensor)
        await self.check_people()

    async def check_sensor(self, sensor: Sensor) -> None:
        wanted = sensor.ledger.values()
        end_s = max(wanted, default=sensor.start_s) + MINUTE_S
        if not wanted:
            return
        start_s = sensor.start_s // 3_600 * 3_600
        found = await self.asking.rows(sensor.sensor_id, start_s, end_s, "1m")
        assert found == wanted, differences(sensor.sensor_id, found, wanted)
        hours: dict[int, tuple[int, int]] = {}
        for at_s, (ins, outs) in wanted.items():
            hour_s = at_s // 3_600 * 3_600
            was = hours.get(hour_s, (0, 0))
            hours[hour_s] = (was[0] + ins, was[1] + outs)
        end_s = -(-end_s // 3_600) * 3_600
        found = await self.asking.rows(sensor.sensor_id, start_s, end_s, "1h")
        assert found == hours, differences(sensor.sensor_id, found, hours)

    async def check_people(self) -> None:
        presents = [sensor for sensor in self.sensors if not sensor.history]
        found = await self.asking.get("/v3/data/live", location_id=TODAY)
        if any(sensor.ledger.won for sensor in presents):
            assert found["data"][0]["last_known"] == plain_fold(presents)


def differences(what: str, found: Minutes, wanted: Minutes) -> str:
    """The first of them, for people."""
    places = sorted(at for at in found.keys() | wanted.keys() if found.get(at) != wanted.get(at))
    shown = [f"{at}: found {found.get(at)}, wanted {wanted.get(at)}" for at in places[:10]]
    return f"{what} differs at {len(places)} of {len(wanted)} places; {'; '.join(shown)}"


async def catch_up(world: World, load: Load) -> None:
    """The sensors of today come as far as now, so that somebody can say who is here."""
    for sensor in world.sensors:
        if not sensor.history:
            sensor.limit_s = clock.now_s() // MINUTE_S * MINUTE_S
    load.open.set()
    while any(s.next_s < s.limit_s for s in world.sensors if not s.history):
        await load.more(1)
    await world.check_all(load)
    presents = [sensor for sensor in world.sensors if not sensor.history]
    told = await world.asking.get("/api/v1/occupancy/current", location_id=TODAY)
    assert told["data"][0]["current_people"] == plain_fold(presents)


@pytest.mark.parametrize("kills", [FEW, pytest.param(KILLS, marks=pytest.mark.chaos)])
def test_acknowledged_pushes_survive_kills(
    kills: int, seed: int, tmp_path: Path, told: Callable[[str], None]
) -> None:
    world = World(tmp_path, seed, kills)

    async def main() -> None:
        await world.furnish(seed)
        async with Load(world.sensors, world.server.port) as load:
            for kill in range(kills):
                await world.live(load, kill)
                if not (kill + 1) % LOOK_WHOLE_EVERY or kill + 1 == kills:
                    world.server.spawn()
                    await world.server.up()
                    await world.check_all(load)
                    if kill + 1 == kills:
                        await catch_up(world, load)
                    world.server.kill()
            told(summary(world, load))

    try:
        asyncio.run(main())
        check_the_end(world)
        if kills > FEW:
            check_rebuilt(world)
    finally:
        world.server.end()
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)


def summary(world: World, load: Load) -> str:
    left = world.left
    return (
        f"{len(left)} kills ({dict(world.modes)}), {load.acknowledged} pushes acknowledged,"
        f" {sum(len(s.ledger.won) for s in world.sensors)} minutes; followers were behind at"
        f" {sum(one.behind > 0 for one in left)} kills, days waited to be compacted at"
        f" {sum(one.warm > 0 for one in left)}, {left[-1].cold} sensor-days cold at the end"
    )


def check_the_end(world: World) -> None:
    """Nothing is kept as failed, and nothing was logged as an error."""
    kept = run(world.folder, "replay", "--list", "--json")
    assert json.loads(kept.stdout)["data"] == []
    assert not world.server.troubles()
    data = world.folder / "data"
    assert look(data, world.folder / "copy", thoroughly=True).sound


def check_rebuilt(world: World) -> None:
    """Every sum made anew from what was claimed is the same."""
    assert run(world.folder, "rebuild").returncode == 0

    async def again() -> None:
        world.server.spawn()
        await world.server.up()
        for sensor in world.sensors:
            await world.check_sensor(sensor)
        await world.check_people()
        assert await world.server.stop() == 0

    asyncio.run(again())


@pytest.mark.parametrize("kills", [1, pytest.param(KILLS // 5, marks=pytest.mark.chaos)])
def test_a_first_start_that_is_killed_leaves_nothing_half(
    kills: int, seed: int, tmp_path: Path
) -> None:
    dice = Random(seed)

    async def main() -> None:
        start_s = 1.0
        for kill in range(kills):
            folder = tmp_path / str(kill)
            await asyncio.to_thread(folder.mkdir)
            server = Server(folder, free_port())
            try:
                server.spawn()
                await asyncio.sleep(dice.uniform(0.3, 1) * start_s)
                server.kill()
                server.spawn()
                start_s = await server.up()
                assert await server.stop() == 0
                assert not server.troubles()
            finally:
                server.end()

    asyncio.run(main())
