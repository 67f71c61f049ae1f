"""The gateway over an engine on disk, some registered sensors, and what became of what they pushed."""

import hashlib
import resource
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from countline.api.app import ApiSettings, create_app
from countline.drivers.reading import Decoded, Push, Reading
from countline.drivers.xovis_v5 import XovisV5
from countline.engine.engine import Engine, make_engine
from countline.engine.intake import IntakeSettings
from countline.errors import BadPush
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes
from countline.limits import LATENESS_S_MAX, SKEW_S_MAX
from countline.store.opening import open_store
from countline.store.seam import View
from tests.chaos import corpus
from tests.chaos.knocking import knock
from tests.chaos.mutations import Request, mutate
from tests.engine_house import HeldClock, at

NOON_S = at("2025-06-02 12:00")  # a day after the times in the driver's own cases
SPAN_S = 20 * 86_400  # over which the pushes are about
STRANGERS = 3
SENSORS_OF_LOCATION = 10
STORED_ALL = frozenset({"template_unknown"})  # notes on what was stored nevertheless


@dataclass(slots=True)
class Senders:
    """Who pushes: the secrets of sensors 1 to `count`; 0 is the enrolment secret."""

    count: int
    now_s: int
    secrets: dict[int, bytes] = field(default_factory=dict)

    def right(self, sensor: int, body: bytes) -> Request:
        """A push as it should be."""
        key = self.secrets[sensor if sensor <= self.count else 0]
        return Request(headers=((b"x-push-key", key),), parts=(body,))

    def wrong(self, seed: int, n: int) -> Request:
        """The n-th mutated push of a seed."""
        dice = Random(f"{seed}/{n}")
        sensor = dice.randint(1, self.count)
        if dice.random() < 0.02:
            sensor = self.count + dice.randint(1, STRANGERS)
        if dice.random() < 0.2:
            body = dice.choice(corpus.cases())
        else:
            at_s = self.now_s - dice.randrange(SPAN_S)
            body = corpus.body_of(dice.choice(corpus.KINDS), sensor, at_s, 1 + n)
        return mutate(self.right(sensor, body), dice)

    async def register(self, engine: Engine) -> None:
        """Make them known, each with its secret."""
        made = await engine.access.create_push_secret(driver="xovis_v5")
        self.secrets[0] = made.encode()
        for n in range(1, self.count + 1):
            location_id = f"HALL{n // SENSORS_OF_LOCATION}"
            if n == 1 or not n % SENSORS_OF_LOCATION:
                await engine.desk.add_location(location_id=location_id, keep_attributes=True)
            await engine.desk.register_sensor(
                sensor_id=f"S{n}", location_id=location_id, serial=corpus.serial_of(n)
            )
            made = await engine.access.create_push_secret(sensor_id=f"S{n}", driver="xovis_v5")
            self.secrets[n] = made.encode()


@dataclass(slots=True)
class Gatehouse:
    """An app to knock at, and who does."""

    engine: Engine
    app: Any
    clock: HeldClock
    senders: Senders


@asynccontextmanager
async def open_gatehouse(
    folder: Path, limits: PushLimits, *, sensors: int
) -> AsyncIterator[Gatehouse]:
    """Everything at work, as `countline serve` sets it going."""
    clock = HeldClock(NOON_S * 1000)
    settings = IntakeSettings(failed_bytes_max=10**10)  # all of them stay, to be looked at
    engine = make_engine(open_store(folder / "countline.db"), now_ms=clock.now_ms, intake=settings)
    await engine.start()
    try:
        api = create_app(engine, ApiSettings(), now_ms=clock.now_ms)
        senders = Senders(sensors, NOON_S)
        await senders.register(engine)
        house = Gatehouse(engine, with_pushes(api, Gate(engine, limits)), clock, senders)
        for n in range(1, sensors + 1):  # first contact is over when the mutated ones come
            for kind in corpus.KINDS:
                body = corpus.body_of(kind, n, NOON_S, 1)
                assert (await knock(house.app, senders.right(n, body))).status == 204
        yield house
    finally:
        await engine.close()


# -- what must have become of a push --------------------------------------------------------------
def digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=12).digest()


class Fates:
    """What the gateway owes every push that it took, worked out by a driver of its own."""

    def __init__(self, view: View, house: Gatehouse) -> None:
        self._view = view
        self._driver = XovisV5()
        self._catalogue = house.engine.desk.of_view(view)
        self._sensors = {secret: n for n, secret in house.senders.secrets.items() if n}
        self.kept = {digest(push.body) for push in every_kept(view)}

    def complaint(self, asked: Request) -> str | None:
        """Why a push that was answered 204 is neither counted nor kept; None where all is well."""
        body = plain_body(asked)
        if digest(self._driver.strip_persons(body)) in self.kept:
            return None
        try:
            packages = self._driver.decode(Push(driver="xovis_v5", body=body, received_ms=0))
        except BadPush as error:
            return f"could not be read ({error.detail}), and is not kept"
        sensor = self._sensors.get(dict(asked.headers).get(b"x-push-key", b""))
        if sensor is None:
            return (
                None  # by another way in, or of a stranger, whose bodies make room for each other
            )
        complaints = (self._of_package(sensor, package) for package in packages)
        return next((one for one in complaints if one), None)

    def _of_package(self, sensor: int, package: Decoded) -> str | None:
        if package.purpose == "test":
            return None
        lost = [note for note in package.notes if note.code not in STORED_ALL]
        if lost:
            return f"was read in part only ({lost[0]}), and is not kept"
        device = package.device
        if device is not None and (device.serial, device.context) != (
            corpus.serial_of(sensor), "single"
        ):  # fmt: skip
            return f"is of another device ({device}), and is not kept"
        return next((c for r in package.readings if (c := self._of_reading(sensor, r))), None)

    def _of_reading(self, sensor: int, reading: Reading) -> str | None:
        number = self._catalogue.sensor_by_id[f"S{sensor}"].sensor  # type: ignore[index]
        if not NOON_S - LATENESS_S_MAX <= reading.start_s <= NOON_S + SKEW_S_MAX:
            return f"has a record of another time ({reading}), and is not kept"
        for measure, value in reading.values:
            series = self._catalogue.series_no(number, f"single/{reading.channel}", measure)
            if series is None:
                return f"has no series for {measure} of {reading.channel}, and is not kept"
            claims = self._view.claims(series.series, reading.start_s, reading.length_s)
            if value not in {claim.value for claim in claims}:
                return f"{measure} of {reading} is not claimed, and it is not kept"
        return None


def every_kept(view: View) -> Iterator[Any]:
    """All kept pushes, a few at a time."""
    after = 0
    while page := view.pushes(None, after=after, limit=50):
        yield from page
        after = page[-1].push_id


def plain_body(asked: Request) -> bytes:
    """A body after gunzip, where its headers ask for it; all members of it."""
    if dict(asked.headers).get(b"content-encoding", b"").strip().lower() != b"gzip":
        return asked.body
    rest, plain = asked.body, b""
    while rest:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain += unpacker.decompress(rest)
        rest = unpacker.unused_data.lstrip(b"\0")
    return plain


def resident_bytes() -> int:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
