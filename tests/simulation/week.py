"""Adopted devices for some days, with everything that goes wrong in the field, drawn from one seed.

Three devices of different firmware stand over one world. Their pushes, their histories and what is
asked of them go by wire; the gateway's healer and rounds look every few minutes, as time passes.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from countline.emulator import World
from countline.emulator.chance import chance
from countline.emulator.v5 import Device, Link, Observer, Outcome, Release, Sending, simulate_async
from countline.emulator.v5.answering import answer
from countline.emulator.v5.delivering import TIMED_OUT
from countline.emulator.v5.fixture import device_over, hall
from countline.engine.adopting import AdoptionAsked
from countline.engine.heal import Healer
from countline.engine.rounds import Rounds
from countline.model.ids import SensorId
from countline.vault import Secret
from tests.engine_house import DAY_S, HOUR_S, MINUTE_S, House
from tests.simulation.wired import Field, Pace

PERSONALITIES: tuple[Release, ...] = ("5.0", "5.6", "5.9")
STEP_S = 5 * MINUTE_S
ADMIN = "Basic YWRtaW46cGFzcw=="
Trouble = Callable[[], Awaitable[None] | None]


@dataclass(slots=True)
class Week:
    """One seed's devices and what happens to them; `troubles` are in order of time."""

    seed: int
    length_s: int = 7 * DAY_S
    before_s: int = DAY_S  # how long devices had counted when they were adopted
    away_s: int = 26 * HOUR_S  # the network of two of them
    calm_s: int = 4 * HOUR_S  # at the end nothing goes wrong, so that what can heal has healed
    world: World = field(init=False)
    start_s: int = field(init=False)
    devices: dict[SensorId, Device] = field(init=False, default_factory=dict)
    reboots_ms: dict[SensorId, list[int]] = field(init=False, default_factory=dict)
    steps_ms: dict[SensorId, list[tuple[int, int]]] = field(init=False, default_factory=dict)
    outage_s: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(hall(len(PERSONALITIES)), self.seed)
        self.start_s = self.world.span_ms(date(2026, 6, 1))[0] // 1000 + 10 * HOUR_S
        dice = chance("week", self.seed)
        from_s = self.start_s + dice.randrange(5 * HOUR_S, 9 * HOUR_S)
        self.outage_s = (from_s, from_s + self.away_s)

    @property
    def end_s(self) -> int:
        return self.start_s + self.length_s

    def build(self, pace: Pace) -> None:
        """The devices, installed a day ago."""
        for plan, personality in zip(self.world.building.sensors, PERSONALITIES, strict=True):
            self.devices[plan.sensor_id] = device_over(
                self.world, plan, personality=personality, true_ms=pace,
                installed_s=self.start_s - self.before_s,
            )  # fmt: skip
            self.reboots_ms[plan.sensor_id] = []
            self.steps_ms[plan.sensor_id] = []

    # -- what goes wrong --------------------------------------------------------------------------
    def troubles(self) -> list[tuple[int, Trouble]]:
        """(when in s, what) of everything, in order."""
        return sorted(self._troubles(), key=lambda one: one[0])

    def _troubles(self) -> Iterator[tuple[int, Trouble]]:
        dice = chance("troubles", self.seed)
        after_s, until_s = self.outage_s[1] + HOUR_S, self.end_s - self.calm_s
        first, second, third = self.devices

        def some_time(spare_s: int = 0) -> int:
            return dice.randrange(after_s, until_s - spare_s)

        for sensor_id, device in self.devices.items():
            device.part(Link).doubled = 0.03
            yield self.start_s + dice.randrange(HOUR_S, 4 * HOUR_S), self._reboot(sensor_id)
            yield some_time(), self._reboot(sensor_id)
        for sensor_id in (first, third):
            link = self.devices[sensor_id].part(Link)
            link.outages_ms.append((self.outage_s[0] * 1000, self.outage_s[1] * 1000))
        yield self.start_s + 60, lambda: self._forgetful(third)
        for sensor_id in (first, second):
            yield some_time(), self._reset(sensor_id)
        for sensor_id, by_s, for_s in (
            (second, 200, 3 * HOUR_S),
            (first, -200, 2 * HOUR_S),
            (third, HOUR_S, 2 * HOUR_S),
        ):
            at_s = some_time(for_s)
            yield at_s, self._step(sensor_id, by_s)
            yield at_s + for_s, self._step(sensor_id, -by_s)
        for sensor_id, status, slow_s, for_s in (
            (second, 503, 0.0, 40 * MINUTE_S),
            (third, 503, 0.0, 20 * MINUTE_S),
            (first, None, 25.0, 30 * MINUTE_S),
            (third, None, 8.0, 30 * MINUTE_S),
        ):
            at_s = some_time(for_s)
            yield at_s, self._receiver(sensor_id, status, slow_s)
            yield at_s + for_s, self._receiver(sensor_id, None, 0.0)

    def _reboot(self, sensor_id: SensorId) -> Trouble:
        def happen() -> None:
            device = self.devices[sensor_id]
            self.reboots_ms[sensor_id].append(device.running.true_ms())
            device.reboot()

        return happen

    def _step(self, sensor_id: SensorId, by_s: int) -> Trouble:
        def happen() -> None:
            device = self.devices[sensor_id]
            self.steps_ms[sensor_id].append((device.running.true_ms(), by_s * 1000))
            device.step_clock(by_s)

        return happen

    def _reset(self, sensor_id: SensorId) -> Trouble:
        def happen() -> None:
            device = self.devices[sensor_id]
            counters = list(device.config.items("/singlesensor/analysis/counters"))
            device.part(Observer).context("/singlesensor")
            device.reset_counters("/singlesensor", counters)

        return happen

    def _receiver(self, sensor_id: SensorId, status: int | None, slow_s: float) -> Trouble:
        def happen() -> None:
            link = self.devices[sensor_id].part(Link)
            link.answer, link.slow_s = status, slow_s

        return happen

    async def _forgetful(self, sensor_id: SensorId) -> None:
        """Somebody sets the agent of counts so that it sends nothing twice."""
        device = self.devices[sensor_id]
        agents = device.config.items("/singlesensor/data/push/agents")
        (id_,) = (id_ for id_, agent in agents.items() if agent["type"] == "LOGICS")
        body = b'{"config": {"scheduler": {"retry": {"mode": "DROP"}}}}'
        path = f"/api/v5/singlesensor/data/push/agents/{id_}"
        reply = await answer(device, "PATCH", path, {"authorization": ADMIN}, body)
        assert reply is not None, path
        assert reply.status == 200, reply.body


@dataclass(slots=True)
class Course:
    """A week as it passes: the house, and everything that looks at its clock."""

    house: House
    week: Week
    reach: Field
    pace: Pace
    healer: Healer
    rounds: Rounds
    held: list[Sending] = field(default_factory=list)

    @classmethod
    def of(cls, house: House, week: Week) -> "Course":
        pace = Pace(house.clock)
        week.build(pace)
        hosts = {f"192.0.2.{nth}": device for nth, device in enumerate(week.devices.values(), 10)}
        reach = Field(house.engine, pace, hosts)
        dice = chance("rounds", week.seed)
        rounds = Rounds(house.engine, reach.source, chance=dice.random)
        return cls(house, week, reach, pace, Healer(house.engine, reach.source), rounds)

    async def adopt(self) -> None:
        """All devices, as a person would."""
        for nth, sensor_id in enumerate(self.week.devices, 10):
            report = await self.reach.adopter.adopt(
                AdoptionAsked(
                    address=f"https://192.0.2.{nth}",
                    password=Secret("pass"),
                    sensor_id=sensor_id,
                    location_id="HALL",
                )
            )
            assert report.connection_test == "OK"
            assert report.history.fresh, sensor_id

    async def pass_until(self, until_s: int) -> None:
        """Let time pass; troubles happen at their second, and the house looks every few minutes."""
        now_s = self.house.clock.ms // 1000
        coming = [one for one in self.week.troubles() if now_s <= one[0] < until_s]
        for look_s in range(now_s // STEP_S * STEP_S + STEP_S, until_s + 1, STEP_S):
            while coming and coming[0][0] <= look_s:
                at_s, trouble = coming.pop(0)
                await self._push_until(at_s)
                if (work := trouble()) is not None:
                    await work
            await self._push_until(look_s)
            await self.look()

    async def look(self) -> None:
        """What the running server does by itself every few seconds."""
        await self.house.follow()
        await self.house.engine.watch.flush()
        await self.rounds.step()
        await self.healer.step()

    async def _push_until(self, at_s: int) -> None:
        devices = list(self.week.devices.values())
        await simulate_async(devices, self.pace, at_s * 1000, self._receive)

    async def _receive(self, sending: Sending) -> Outcome:
        """Most arrive at once; some answers get lost, and some bodies are overtaken by others."""
        words = sending.device.serial, sending.agent_id, sending.package, sending.attempt
        luck = chance("way", self.week.seed, *words).random()
        if self.pace.at_ms >= (self.week.end_s - self.week.calm_s) * 1000:
            luck = 1.0
        if luck < 0.02:
            self.held.append(sending)
            return Outcome(TIMED_OUT, "")
        outcome = await self.reach.door.deliver(sending.connection, sending.body)
        if len(self.held) > 5:
            late = self.held.pop(round(luck * 5))
            await self.reach.door.deliver(late.connection, late.body)
        return outcome if luck > 0.04 else Outcome(TIMED_OUT, "")
