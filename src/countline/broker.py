"""The connection to an MQTT broker, kept up for ever, and what goes wrong with it in words.

The one file that calls aiomqtt. It reaches behind it, to the Eclipse client, for two things that
aiomqtt has no door to: to acknowledge a message late, and to hear that the broker refused one.
"""

import asyncio
import random
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, urlsplit

import aiomqtt
import structlog
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from countline import clock, limits
from countline.engine.feed import Sleep, pause
from countline.errors import ConfigError, FieldError, NotReady
from countline.model.query import Reason

Version = Literal["3.1.1", "5"]

PORTS = {"mqtt": 1_883, "mqtts": 8_883}
PROTOCOLS = {"3.1.1": aiomqtt.ProtocolVersion.V311, "5": aiomqtt.ProtocolVersion.V5}
KEEP_ALIVE_S = 30
ANSWER_S_MAX = 10  # for a connection, an acknowledgement, a subscription
TOGETHER_MAX = 100  # messages under way at once
# The third of three small messages would wait 40 ms until the broker's machine confirms the second.
AT_ONCE = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
BACKOFF_S = 0.5  # after the first failure; then twice as long each time
STEADY_S = 60  # a connection that stood for so long begins the pauses anew
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_log = structlog.get_logger("countline.broker")


class BrokerGone(NotReady):
    """The connection to the broker is lost, or never came about."""


class Message(NamedTuple):
    """What is published: `keeps` asks the broker to keep it for whoever subscribes later."""

    topic: str
    body: bytes
    keeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where a broker is, and who we are there. Raises `ConfigError` that names the fields."""

    url: str
    client_id: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    version: Version = "5"

    def __post_init__(self) -> None:
        if errors := tuple(self._errors()):
            raise ConfigError("; ".join(f"{e.field}: {e.detail}" for e in errors), errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        detail = "must be an address such as mqtt://broker:1883 or mqtts://broker:8883"
        try:
            parts = self._parts
            if parts.scheme not in PORTS or not parts.hostname or parts.port == 0:
                yield FieldError(field="url", detail=detail)
            elif parts.username or parts.password:
                yield FieldError(field="url", detail="say user and password in settings of theirs")
            elif parts.path.strip("/") or parts.query:
                yield FieldError(field="url", detail=detail)
        except ValueError:
            yield FieldError(field="url", detail=detail)
        if not NAME.fullmatch(self.client_id):
            yield FieldError(field="client_id", detail="1 to 64 letters, digits, `_`, `.` and `-`")
        if self.password and not self.user:
            yield FieldError(field="user", detail="missing, and there is a password")
        if (self.cert_file is None) != (self.key_file is None):
            missing = "key_file" if self.key_file is None else "cert_file"
            yield FieldError(field=missing, detail="cert_file and key_file go together")
        for name in ("ca_file", "cert_file", "key_file"):
            file = getattr(self, name)
            if file is not None and not self.url.startswith("mqtts:"):
                yield FieldError(
                    field=name, detail="only with an address that begins with mqtts://"
                )
            elif file is not None and not file.is_file():
                yield FieldError(field=name, detail=f"there is no file {file}")

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The broker's host."""
        return self._parts.hostname or ""

    @property
    def port(self) -> int:
        """The broker's port."""
        return self._parts.port or PORTS[self._parts.scheme]

    @property
    def where(self) -> str:
        """What logs call it."""
        return f"{self._parts.scheme}://{self._parts.hostname}:{self.port}"

    def tls(self) -> ssl.SSLContext | None:
        """How the broker is trusted, read from the files anew; None without TLS. Raises `OSError`."""
        if self._parts.scheme != "mqtts":
            return None
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context


# -- one connection -------------------------------------------------------------------------------
class Broker:
    """A connection that stands until `lost` is set."""

    def __init__(self, client: aiomqtt.Client, settings: BrokerSettings) -> None:
        self._client = client
        self._settings = settings
        self._refused = ""
        self._turn = asyncio.Lock()  # a refusal is of the messages that are under way
        self.lost = asyncio.Event()
        self.inbox: asyncio.Queue[aiomqtt.Message] = asyncio.Queue()
        self._taking = asyncio.create_task(self._take())
        self._hear_refusals()

    async def _take(self) -> None:
        """Put what comes into the inbox, until the connection ends.

        The broker sends so many that want to be acknowledged and waits; of others it may send any
        number, and nothing is promised of them.
        """
        try:
            async for message in self._client.messages:
                if message.qos == 0 and self.inbox.qsize() >= limits.INTAKE_QUEUE_MAX:
                    _log.warning("message_dropped", topic=message.topic.value)
                else:
                    self.inbox.put_nowait(message)
        except aiomqtt.MqttError:
            pass
        finally:
            self.lost.set()

    def _hear_refusals(self) -> None:
        """MQTT 5 acknowledges what it refuses, too, with the reason; aiomqtt does not look at it."""
        paho = self._client._client
        passed_on: Any = paho.on_publish

        def on_publish(client: Any, data: Any, mid: int, reason: Any, properties: Any) -> None:
            if reason.is_failure:
                self._refused = str(reason)
            passed_on(client, data, mid, reason, properties)

        paho.on_publish = on_publish

    def check(self) -> None:
        """Raises `BrokerGone` when the connection is lost."""
        if self.lost.is_set():
            raise self._gone()

    async def publish(self, *messages: Message) -> None:
        """Return when the broker has acknowledged all of them; it gets them in this order.

        Raises `BrokerGone` when the connection is lost before that, and `NotReady` for a message
        that the broker refused.
        """
        for at in range(0, len(messages), TOGETHER_MAX):
            async with self._turn:
                await self._together(messages[at : at + TOGETHER_MAX])

    async def _together(self, messages: Sequence[Message]) -> None:
        self.check()
        self._refused = ""
        told: asyncio.Future[Any] = asyncio.gather(
            *(self._client.publish(m.topic, m.body, qos=1, retain=m.keeps) for m in messages)
        )
        lost: asyncio.Future[Any] = asyncio.ensure_future(self.lost.wait())
        try:
            await asyncio.wait({told, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not told.done():
                raise self._gone()
            told.result()
        except aiomqtt.MqttError as error:
            self.lost.set()  # or as good as lost: it does not answer
            raise self._gone() from error
        finally:
            told.cancel()
            lost.cancel()
            await asyncio.gather(told, lost, return_exceptions=True)
        if self._refused:
            raise NotReady(f"{self._settings.where} refuses what is published: {self._refused}.")

    async def subscribe(self, *filters: str) -> None:
        """Be sent what is published where a filter matches. Raises `NotReady`, `BrokerGone`."""
        try:
            answers: Sequence[Any] = await self._client.subscribe([(one, 1) for one in filters])
        except (aiomqtt.MqttError, ValueError) as error:
            raise BrokerGone(f"{self._settings.where}: cannot subscribe: {error}.") from error
        for one, answer in zip(filters, answers, strict=True):
            if (answer if isinstance(answer, int) else answer.value) >= 0x80:
                raise NotReady(f"{self._settings.where} refuses the subscription to {one!r}.")

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Tell the broker that a message is safe here; it then forgets it."""
        if not self.lost.is_set():
            self._client._client.ack(message.mid, message.qos)

    def _gone(self) -> BrokerGone:
        return BrokerGone(f"The connection to {self._settings.where} was lost.")

    async def close(self) -> None:
        """End the connection, whether or not the broker hears of it."""
        with suppress(aiomqtt.MqttError):
            await self._client.__aexit__(None, None, None)
        self._taking.cancel()
        await asyncio.gather(self._taking, return_exceptions=True)
        self._client._client._sock_close()


@asynccontextmanager
async def connected(
    settings: BrokerSettings, *, will: Message | None = None, keeps_session: bool = False
) -> AsyncIterator[Broker]:
    """A connection. Raises `BrokerGone` where there is none, with the reason.

    `will` is what the broker publishes when we vanish. `keeps_session`: the broker remembers our
    subscriptions and keeps what comes while we are away; we acknowledge each message ourselves.
    """
    try:
        client = _client(settings, will, keeps_session)
        client._client.manual_ack_set(keeps_session)
        await _enter(client)
    except (aiomqtt.MqttError, OSError, ValueError) as error:
        raise BrokerGone(f"{settings.where}: {_in_words(error)}.") from error
    broker = Broker(client, settings)
    try:
        yield broker
    finally:
        await broker.close()


async def _enter(client: aiomqtt.Client) -> None:
    """Connect. Raises `MqttError`, at once too when the broker hangs up instead of answering.

    aiomqtt would wait for the answer all the same, and leave the socket open.
    """
    loop, paho = asyncio.get_running_loop(), client._client
    hung_up: asyncio.Future[Any] = loop.create_future()
    passed_on: Any = paho.on_disconnect

    def on_disconnect(*told: Any) -> None:
        passed_on(*told)
        loop.call_soon_threadsafe(hung_up.cancel)

    paho.on_disconnect = on_disconnect
    entering: asyncio.Future[Any] = asyncio.ensure_future(client.__aenter__())
    waiting: set[asyncio.Future[Any]] = {entering, hung_up, client._disconnected}
    entered = False
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not (entering.done() or client._connected.done()):
            broken = client._disconnected.exception() if client._disconnected.done() else None
            raise aiomqtt.MqttError(
                _in_words(broken) if broken else "the broker hung up without an answer"
            )
        await entering
        entered = True
    finally:
        if not entered:
            entering.cancel()
            await asyncio.gather(entering, return_exceptions=True)
            paho._sock_close()


def _client(settings: BrokerSettings, will: Message | None, keeps_session: bool) -> aiomqtt.Client:
    more: dict[str, Any] = {}
    if settings.version == "5":
        more["clean_start"] = not keeps_session
        if keeps_session:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = limits.EVENT_KEEP_S
            properties.ReceiveMaximum = TOGETHER_MAX
            more["properties"] = properties
    else:
        more["clean_session"] = not keeps_session
    if will is not None:
        more["will"] = aiomqtt.Will(will.topic, will.body, 1, will.keeps)
    client = aiomqtt.Client(
        settings.host,
        settings.port,
        identifier=settings.client_id,
        username=settings.user or None,
        password=settings.password or None,
        protocol=PROTOCOLS[settings.version],
        keepalive=KEEP_ALIVE_S,
        timeout=ANSWER_S_MAX,
        tls_context=settings.tls(),
        socket_options=AT_ONCE,
        **more,
    )
    client.pending_calls_threshold = TOGETHER_MAX
    return client


def _in_words(error: BaseException) -> str:
    if isinstance(error, MqttConnectError):
        return f"the broker refuses us: {error}"
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return said.rstrip(".") or type(error).__name__


# -- for ever -------------------------------------------------------------------------------------
Work = Callable[[Broker, Callable[[], None]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How time passes between attempts, replaceable by a test."""

    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random
    elapsed_s: Callable[[], float] = clock.elapsed_s


USUAL = Ways()


async def stay_connected(
    settings: BrokerSettings,
    work: Work,
    *,
    stop: asyncio.Event,
    report: Callable[[Reason | None], None],
    will: Message | None = None,
    keeps_session: bool = False,
    ways: Ways = USUAL,
) -> None:
    """Do `work` over a connection, and over the next one once it is lost, until `stop` is set.

    `work` gets the connection and what to call when all is well; whatever it raises ends the
    connection. Between attempts there are growing pauses, and health says why.
    """
    failures, since_s = 0, 0

    def well() -> None:
        nonlocal since_s
        since_s = 0
        report(None)

    while not stop.is_set():
        began_s = ways.elapsed_s()
        try:
            async with connected(settings, will=will, keeps_session=keeps_session) as broker:
                await work(broker, well)
            continue
        except NotReady as error:
            detail = error.detail
            _log.warning("broker not reached", client=settings.client_id, detail=detail)
        except Exception as error:  # a full disk, say; the next time may be better
            detail = f"{settings.where}: {error!r}"
            _log.exception("broker_failed", client=settings.client_id)
        if stop.is_set():
            break
        failures = 1 if ways.elapsed_s() - began_s > STEADY_S else failures + 1
        since_s = since_s or clock.now_s()
        report(Reason("broker_failing", detail, since_s))
        longest_s = min(limits.FEED_BACKOFF_S_MAX, BACKOFF_S * 2 ** min(failures - 1, 16))
        await pause(longest_s * (0.5 + ways.jitter() / 2), stop, sleep=ways.sleep)
