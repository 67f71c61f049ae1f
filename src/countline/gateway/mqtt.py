"""Pushes by way of an MQTT broker: each is acknowledged once it is on disk, and comes again otherwise.

The broker keeps our session, and with it whatever came while we were away. Several pushes are under
way at once, so that they share commits; they are acknowledged in the order in which they came, as
MQTT wants it. Only so many are sent to us unacknowledged, so a full house makes the broker wait.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import aiomqtt
import structlog

from countline import clock
from countline.broker import (
    BACKOFF_S,
    TOGETHER_MAX,
    USUAL,
    Broker,
    BrokerSettings,
    Ways,
    stay_connected,
)
from countline.drivers import PUSH_DRIVERS
from countline.engine.access import PUSH_PREFIX
from countline.engine.feed import pause
from countline.errors import ConfigError, CountlineError, FieldError, NotReady, StoreError
from countline.gateway.gate import Gate, Given
from countline.gateway.refusals import refusal_of
from countline.limits import FEED_BACKOFF_S_MAX
from countline.model.query import Reason

GZIP = b"\x1f\x8b"  # no JSON begins so
FAULTS_MAX = 5  # of our own, at one push; then the others get their turn
MENDABLE = (NotReady, StoreError)  # told 503 over HTTP: the same push may be taken later

_log = structlog.get_logger("countline.gateway.mqtt")


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttInSettings:
    """A broker that pushes come from, checked. Raises `ConfigError`.

    A push whose topic has no level that is a secret is admitted by `secret`.
    """

    broker: BrokerSettings
    topics: tuple[str, ...]
    driver: str = "xovis_v5"
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if errors := tuple(self._errors()):
            raise ConfigError("; ".join(f"{e.field}: {e.detail}" for e in errors), errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        if not self.topics:
            yield FieldError(field="topics", detail='missing; for example ["sensors/#"]')
        for topic in self.topics:
            try:
                aiomqtt.Wildcard(topic)
            except ValueError:
                yield FieldError(field="topics", detail=f"{topic!r} is no topic filter")
        if self.driver not in PUSH_DRIVERS:
            known = ", ".join(PUSH_DRIVERS)
            yield FieldError(field="driver", detail=f"no driver takes pushes so; there is {known}")
        if self.secret and not self.secret.startswith(PUSH_PREFIX):
            detail = (
                f"must be a push secret, {PUSH_PREFIX}...; `countline keys enrolment` makes one"
            )
            yield FieldError(field="secret", detail=detail)


@dataclass(slots=True)
class BrokerPushes:
    """Takes what a broker sends, by the same gate as pushes over HTTP."""

    settings: MqttInSettings
    gate: Gate
    stop: asyncio.Event
    report: Callable[[Reason | None], None]
    ways: Ways = USUAL
    refusing_since_s: int | None = None

    async def work(self, broker: Broker, well: Callable[[], None]) -> None:
        """One connection, until it is lost (raises `BrokerGone`) or the server stops."""
        await broker.subscribe(*self.settings.topics)
        well()
        taken: asyncio.Queue[_Taken] = asyncio.Queue(TOGETHER_MAX)
        ended = asyncio.Event()
        acknowledging = asyncio.create_task(self._acknowledge(broker, taken))
        stopping = asyncio.create_task(self.stop.wait())
        losing = asyncio.create_task(broker.lost.wait())
        try:
            while not (stopping.done() or losing.done()):
                coming = asyncio.create_task(broker.inbox.get())
                await asyncio.wait({coming, stopping, losing}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    break
                message = coming.result()
                keeping = asyncio.create_task(self._keep(message, broker, ended))
                await taken.put(_Taken(message, keeping))
        finally:
            ended.set()
            await taken.put(LAST)
            await acknowledging
            for task in (stopping, losing):
                task.cancel()
        broker.check()

    async def _acknowledge(self, broker: Broker, taken: "asyncio.Queue[_Taken]") -> None:
        """In the order in which they came, and none after one that is not done with."""
        whole = True
        while (one := await taken.get()) is not LAST:
            assert one.message is not None
            assert one.keeping is not None
            whole = await one.keeping and whole
            if whole:
                broker.acknowledge(one.message)

    # -- one push ---------------------------------------------------------------------------------
    async def _keep(self, message: aiomqtt.Message, broker: Broker, ended: asyncio.Event) -> bool:
        """Whether we are done with a message: it is on disk, or refused for good.

        What may be taken later is tried again, until the connection ends.
        """
        failures, faults = 0, 0
        if not message.payload:  # so one takes away what a broker keeps
            return True
        while not ended.is_set():
            try:
                await self._push(message)
                self._accepted()
                return True
            except MENDABLE as error:
                if message.qos == 0:  # nobody would send it again, and nobody waits for it
                    self._refused(message, error)
                    return True
                detail = error.detail
            except CountlineError as error:
                self._refused(message, error)
                return True
            except Exception as error:
                faults += 1
                _log.exception("push_failed", topic=self._shown(message))
                if faults == FAULTS_MAX:
                    return True
                detail = repr(error)
            failures += 1
            again_s = min(FEED_BACKOFF_S_MAX, BACKOFF_S * 2 ** min(failures - 1, 16))
            _log.warning("push_waits", topic=self._shown(message), detail=detail, again_s=again_s)
            again_s *= 0.5 + self.ways.jitter() / 2
            await pause(again_s, ended, broker.lost, self.stop, sleep=self.ways.sleep)
            if broker.lost.is_set() or self.stop.is_set():
                break
        return False

    async def _push(self, message: aiomqtt.Message) -> None:
        """The way of every push. Raises what the gate and the engine raise."""
        body = bytes(message.payload)
        given = Given(
            secret=self._secret(message),
            driver=self.settings.driver,
            length=len(body),
            gzip=body.startswith(GZIP),
            chunked=False,
        )
        ticket = await self.gate.admit(given)
        try:
            await self.gate.keep(ticket, body)
        finally:
            ticket.end()

    def _secret(self, message: aiomqtt.Message) -> str:
        levels = message.topic.value.split("/")
        found = (level for level in (levels[-1], levels[0]) if level.startswith(PUSH_PREFIX))
        return next(found, self.settings.secret)

    def _refused(self, message: aiomqtt.Message, error: CountlineError) -> None:
        """Nobody hears an answer, so the log and health say it."""
        topic, code = self._shown(message), error.error_code
        status = refusal_of(error).status
        _log.warning("push_refused", topic=topic, code=code, status=status, detail=error.detail)
        self.refusing_since_s = self.refusing_since_s or clock.now_s()
        detail = f"A push on the topic {topic} was refused: {error.detail}"
        self.report(Reason("broker_push_refused", detail, self.refusing_since_s))

    def _accepted(self) -> None:
        if self.refusing_since_s is not None:
            self.refusing_since_s = None
            self.report(None)

    @staticmethod
    def _shown(message: aiomqtt.Message) -> str:
        """A topic as logs have it, without a secret."""
        levels = message.topic.value.split("/")
        return "/".join("***" if one.startswith(PUSH_PREFIX) else one for one in levels)


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """A message, and whether we are done with it."""

    message: aiomqtt.Message | None
    keeping: "asyncio.Task[bool] | None"


LAST = _Taken(None, None)


async def take_pushes(
    settings: MqttInSettings,
    *,
    gate: Gate,
    stop: asyncio.Event,
    report: Callable[[Reason | None], None],
    ways: Ways = USUAL,
) -> None:
    """Take pushes from a broker until `stop` is set."""
    pushes = BrokerPushes(settings, gate, stop, report, ways)
    await stay_connected(
        settings.broker,
        pushes.work,
        stop=stop,
        report=report,
        keeps_session=True,
        ways=ways,
    )
