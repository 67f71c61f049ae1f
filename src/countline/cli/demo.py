"""`countline demo`: a small building with a past, sensors that push, and the documented requests."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from countline import clock
from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.options import NONE_GIVEN, Options
from countline.cli.serve import run, stop_on_signals
from countline.settings import Settings

if TYPE_CHECKING:
    from countline.engine.engine import Engine
    from countline.server import Serving

KEY_NAME = "demo"
DATA = Path("demo-data")
HEARD_S_MAX = 15
PASSWORD = "pass"  # of the emulated devices, as makers set it


def demo(
    *,
    port: Annotated[int | None, Parameter(help="The port on 127.0.0.1.")] = None,
    exit_after: Annotated[float | None, Parameter(help="Stop after so many seconds.")] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Serve a small building in New York: two weeks of history, and sensors pushing live.

    Prints a key and the documented requests to paste. Runs until Ctrl-C. The folder is ./demo-data;
    a second start with the same folder goes on where the first one stopped, with a new key.
    """
    data = options.data or DATA
    loaded = options.loaded(
        data=data,
        host="127.0.0.1",
        port=port,
        **{"devices.allowed_networks": ("127.0.0.0/8",), "devices.write_pause_ms": 0},
    )
    run(_Demo(loaded.settings, exit_after).run())
    return DONE


@dataclass(slots=True)
class _Demo:
    """What a start of the demo learns on its way."""

    settings: Settings
    exit_after: float | None
    key: str = ""
    installed_s: int = 0

    async def run(self) -> None:
        """Serve until told to stop."""
        from countline import log
        from countline.server import serve

        log.set_up(level="warning")
        stop = stop_on_signals()
        sensing: list[asyncio.Task[None]] = []

        async def when_up(serving: "Serving") -> None:
            if self.exit_after is not None:
                asyncio.get_running_loop().call_later(self.exit_after, stop.set)
            adopted = asyncio.Event()
            sensing.append(asyncio.create_task(self._sense(serving, adopted, stop)))
            await self._heard(serving.engine, adopted, sensing[0], stop)
            self._say(serving.url)

        await serve(self.settings, stop=stop, when_up=when_up, furnish=self._furnish)
        await asyncio.gather(*sensing)

    async def _furnish(self, engine: "Engine") -> None:
        """The building and its past at the first start, and a new key at every one."""
        from countline.cli.furnishing import furnish, installed_s
        from countline.emulator import demo_building

        keys = (await engine.desk.fresh()).keys.values()
        earlier = [key for key in keys if key.name == KEY_NAME]
        if not earlier:
            await furnish(engine)
        # What was while the demo did not run, nobody remembers: an honest gap.
        first_s = installed_s(await engine.desk.fresh(), demo_building())
        self.installed_s = clock.now_s() // 60 * 60 if earlier else first_s
        for key in earlier:
            await engine.access.withdraw_key(key.key_id)
        # Made last: a start that was broken off before it does everything again.
        _, self.key = await engine.access.create_key(name=KEY_NAME)

    async def _sense(self, serving: "Serving", adopted: asyncio.Event, stop: asyncio.Event) -> None:
        """The building's sensors, each at an address of its own, adopted as real ones are."""
        from countline.emulator import demo_building, demo_devices
        from countline.emulator.v5.fleet import fleet_listening
        from countline.engine.adopting import AdoptionAsked
        from countline.vault import Secret

        building, devices = demo_building(), demo_devices(self.installed_s)
        async with fleet_listening(devices) as places:
            asked = [
                AdoptionAsked(
                    address=place.https,
                    password=Secret(PASSWORD),
                    sensor_id=plan.sensor_id,
                    location_id=building.location.location_id,
                    accept_certificate=True,  # they make themselves new ones at every start
                    who="demo",
                )
                for place, plan in zip(places, building.sensors, strict=True)
            ]
            await asyncio.gather(*(serving.fieldwork.desk.adopt(one) for one in asked))
            adopted.set()
            await stop.wait()

    async def _heard(
        self,
        engine: "Engine",
        adopted: asyncio.Event,
        sensing: asyncio.Task[None],
        stop: asyncio.Event,
    ) -> None:
        """Wait until the sensors have been heard, so that the first answer knows who is inside."""
        until_s = clock.elapsed_s() + HEARD_S_MAX
        while clock.elapsed_s() < until_s and not stop.is_set():
            if sensing.done():
                sensing.result()
            whole, *_ = await engine.questions.current(None, None)
            if adopted.is_set() and whole.quality == "good":
                return
            await asyncio.sleep(0.1)

    def _say(self, url: str) -> None:
        for line in requests(url, self.key, clock.now_s()):
            show.plain(line)


def requests(url: str, key: str, now_s: int) -> list[str]:
    """What to paste: each documented request, and the same for today."""
    from countline.emulator import demo_building
    from countline.model.interval import DayGrid, Granularity

    grid = DayGrid(demo_building().location.time_zone)
    day = grid.bucket_of(Granularity.DAY, now_s)
    start, end = show.instant(day.start_s), show.instant(day.end_s)
    count = f"{url}/v3/data/count?sensor_id=SNSR_001"
    now = f"{url}/api/v1/occupancy/current"
    hourly = f"{url}/api/v1/counts/hourly"

    def curl(address: str, header: str) -> list[str]:
        return [f'curl "{address}" \\', f'  -H "{header}"', ""]

    return [
        f"countline demo at {url}, until Ctrl-C. The key: {key}",
        "",
        "Counts of the documented day, and of today:",
        "",
        *curl(
            f"{count}&start_ts=2023-10-01T00:00:00Z&end_ts=2023-10-01T23:59:59Z&granularity=1h",
            f"X-API-Key: {key}",
        ),
        *curl(f"{count}&start_ts={start}&end_ts={end}&granularity=1h", f"X-API-Key: {key}"),
        "People inside now, everywhere, and in the demo's building:",
        "",
        *curl(now, f"Authorization: Apikey {key}"),
        *curl(f"{now}?locationId=LOC_NYC_05", f"Authorization: Apikey {key}"),
        "Hourly counts of the documented day, and of today:",
        "",
        *curl(
            f"{hourly}?from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z&sensorId=S12345",
            f"Authorization: Bearer {key}",
        ),
        *curl(f"{hourly}?from={start}&to={end}&sensorId=SNSR_001", f"Authorization: Bearer {key}"),
    ]
