"""A disk that is full: pushes are refused whole, questions are answered, and it goes on afterwards."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest import MonkeyPatch

from countline import clock, server
from countline.engine import watch
from countline.engine.engine import Engine, make_engine
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes
from countline.settings import Settings
from countline.store.opening import open_store
from countline.testing.reference_store import ReferenceStore
from tests.chaos.corpus import counts_of, serial_of
from tests.chaos.faulty_store import FaultyStore
from tests.chaos.knocking import Answer, knock
from tests.chaos.mutations import Request
from tests.engine_house import door, passing
from tests.held_time import until

DISK_BYTES = 4_000_000
SENSORS = 20
MINUTE_S = 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"only root mounts a small disk: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class House:
    """The gateway over an engine, and sensors that push one minute after the other."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.app = with_pushes(nowhere, Gate(engine, PushLimits()))
        self.start_s = clock.now_s() // MINUTE_S * MINUTE_S - 2_000 * MINUTE_S
        self.secrets: dict[int, bytes] = {}
        self.acknowledged: dict[tuple[int, int], int] = {}  # by sensor and minute

    async def furnish(self) -> None:
        await self.engine.desk.add_location(location_id="HALL")
        for n in range(1, SENSORS + 1):
            await self.engine.desk.register_sensor(
                sensor_id=f"S{n}", location_id="HALL", serial=serial_of(n)
            )
            made = await self.engine.access.create_push_secret(sensor_id=f"S{n}")
            self.secrets[n] = made.encode()

    async def push(self, sensor: int, minute: int) -> Answer:
        at_s = self.start_s + minute * MINUTE_S
        value = minute % 5 + 1
        body = counts_of(sensor, minute, (door(),), [passing(at_s, value, 0)])
        asked = Request(headers=((b"x-push-key", self.secrets[sensor]),), parts=(body,))
        answer = await knock(self.app, asked)
        if answer.status == 204:
            self.acknowledged[sensor, at_s] = value
        return answer

    async def round(self, minute: int) -> list[Answer]:
        """All sensors at once."""
        pushes = (self.push(n, minute) for n in range(1, SENSORS + 1))
        return list(await asyncio.gather(*pushes))

    async def stored(self) -> dict[tuple[int, int], int]:
        """What went in, by sensor and minute, wherever somebody did."""

        def work(view: object) -> dict[tuple[int, int], int]:
            catalogue = self.engine.desk.current()
            found: dict[tuple[int, int], int] = {}
            for n in range(1, SENSORS + 1):
                sensor = catalogue.sensor_by_id[f"S{n}"].sensor  # type: ignore[index]
                series = [s.series for s in catalogue.series_of.get(sensor, ())]
                for one in view.bins(series, 0, 2**40):  # type: ignore[attr-defined]
                    if one.value:
                        found[n, one.start_s] = one.value
            return found

        return await self.engine.store.read(work)


def statuses(answers: list[Answer]) -> set[int]:
    return {answer.status for answer in answers}


async def nowhere(scope: object, receive: object, send: object) -> None:
    """There is nothing but the gateway."""
    raise AssertionError("only pushes come here")


def test_a_full_disk_refuses_whole_groups_and_recovers(
    small_disk: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FLUSH_S", 0.01)

    async def main() -> None:
        engine = make_engine(open_store(small_disk / "countline.db"))
        await engine.start()
        house = House(engine)
        await house.furnish()
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(DISK_BYTES // 2))
        minute = 0
        while statuses(answers := await house.round(minute)) == {204}:
            minute += 1
        refused = [answer for answer in answers if answer.status != 204]
        for answer in refused:
            assert answer.status == 503
            assert answer.headers[b"retry-after"] == b"5"
            assert "the disk is full" in answer.problem["detail"]
        assert await house.stored() == house.acknowledged
        for _ in range(5):  # it stays so, and questions are answered meanwhile
            await house.round(minute)
            assert await house.stored() == house.acknowledged
        ballast.unlink()
        for later in range(minute, minute + 20):
            assert statuses(await house.round(later)) == {204}
        assert await house.stored() == house.acknowledged
        assert len(house.acknowledged) == SENSORS * (minute + 20)
        await asyncio.wait_for(engine.settled(), 60)
        await until(lambda: not engine.watch._troubles)
        await engine.close()
        assert open_store(small_disk / "countline.db").facts().commit

    asyncio.run(main())


def test_who_writes_now_and_then_tries_again(monkeypatch: MonkeyPatch, tmp_path: Path) -> None:
    """The watch and the upkeep outlive a disk that refuses once."""
    monkeypatch.setattr(watch, "FLUSH_S", 0.001)
    monkeypatch.setattr(server, "KEEP_HOUSE_S", 0.001)
    monkeypatch.setattr(server, "KEEP_HOUSE_AGAIN_S", 0.001)

    async def main() -> None:
        store = FaultyStore(ReferenceStore())
        engine = make_engine(store)
        await engine.start()
        upkeep = asyncio.create_task(server._keep_house(Settings(data=tmp_path), engine))
        for verb, n in (("read", 1), ("read", 2), ("read", 3), ("write", 1), ("write", 2)):
            store.fail(verb, n)  # type: ignore[arg-type]  # one of its verbs
            await until(lambda: store.failed > 0)
        store.verb = None
        store.fail("read", 0)
        await until(lambda: store.calls["read"] > 20 and store.calls["write"] > 5)
        assert not upkeep.done()
        assert not any(task.done() for task in engine._tasks)
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)
        await engine.close()

    asyncio.run(main())
