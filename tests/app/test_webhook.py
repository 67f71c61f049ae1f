"""A webhook over real sockets: order, retries, refusals, crashes, signatures."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from standardwebhooks import Webhook as Verifier

from countline import clock, limits
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.model.query import Reason
from countline.outlets.webhooks import Webhook, WebhookSettings, run_webhook
from countline.outlets.webhooks.dead_letters import DeadLetter, file_keeper
from countline.outlets.webhooks.guard import GuardedTransport
from countline.outlets.webhooks.sender import Ways
from tests.app.receiver import Receiver, Reply
from tests.held_time import HeldTime, until
from tests.small_store import SmallStore
from tests.told_house import BACK, DOOR, NOON_S, counts, discovered, one_bin, records

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
DELAYS_S = [float(delay_s) for delay_s in limits.WEBHOOK_RETRY_DELAYS_S]


class House:
    """A store with commits to tell, and a webhook that tells them in held time."""

    def __init__(self, receiver: Receiver, **changes: Any) -> None:
        self.receiver = receiver
        self.time = HeldTime(clock.now_s())
        self.store = SmallStore(*records())
        self.buried: list[DeadLetter] = []
        self.stop = asyncio.Event()
        self.timeout_s = float(limits.WEBHOOK_TIMEOUT_S)
        usual: dict[str, Any] = {"url": receiver.url(), "secret": SECRET, "allow_private": True}
        self.settings = WebhookSettings(**usual | changes)
        self.feed = self._new_feed()

    def _new_feed(self) -> Feed:
        return Feed(
            self.store.as_store(),
            now_ms=self.time.now_ms,
            elapsed_s=self.time.elapsed_s,
            sleep=self._idle,
        )

    async def _idle(self, seconds: float) -> None:
        """A reader with nothing to do: sockets get their turn."""
        self.time.pass_by(seconds)
        await asyncio.sleep(0.001)

    def commit(self, minute: int, value: int) -> None:
        at_s = NOON_S + 60 * minute
        self.store.add(counts(DOOR, at_s, at_s + 60), bins=[one_bin(10, at_s, value)])

    async def _keep(self, letter: DeadLetter) -> None:
        self.buried.append(letter)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the webhook, and kill it at the end without a word, as a crash would."""
        self.feed = self._new_feed()
        ways = Ways(
            keep=self._keep,
            report=lambda reason: self.feed.report(self.settings.reader, reason),
            now_s=self.time.now_s,
            sleep=self.time.sleep,
            jitter=lambda: 0.5,
            timeout_s=self.timeout_s,
        )
        transport = GuardedTransport(allow_private=self.settings.allow_private)
        async with httpx2.AsyncClient(transport=transport) as client:
            webhook = Webhook(
                self.settings,
                teller=Teller(self.store.as_store(), self.store),
                client=client,
                stop=self.stop,
                ways=ways,
            )
            following = asyncio.ensure_future(
                self.feed.follow(webhook.name, webhook.deliver, stop=self.stop, from_seq=0)
            )
            try:
                yield
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def until_told(self, seq: int) -> None:
        """Wait until the cursor stands at `seq`."""
        await until(lambda: self.store.cursors.get(self.settings.reader, 0) >= seq)

    @property
    def trouble(self) -> Reason | None:
        return self.feed.troubles().get(self.settings.reader)

    @property
    def sequences(self) -> list[int]:
        return [one.json["data"]["sequence"] for one in self.receiver.received]


def run(
    test: Callable[[House], Coroutine[Any, Any, None]], *replies: Reply | int, **changes: Any
) -> None:
    async def main() -> None:
        async with Receiver(*replies) as receiver:
            await test(House(receiver, **changes))

    asyncio.run(main())


def test_messages_come_in_order_one_for_each_commit_over_one_connection() -> None:
    async def test(house: House) -> None:
        for minute in range(20):
            house.commit(minute, minute)
        async with house.running():
            await house.until_told(20)
        assert house.sequences == list(range(1, 21))
        values = [one.json["data"]["rows"][0]["values"] for one in house.receiver.received]
        assert values == [{"forward": n} for n in range(20)]
        assert house.receiver.connections == 1
        assert len(set(house.receiver.ids)) == 20

    run(test)


def test_the_schemes_own_verifier_accepts_what_comes() -> None:
    other = "whsec_" + base64.b64encode(bytes(range(40))).decode()

    async def test(house: House) -> None:
        house.commit(0, 3)
        house.store.add(discovered())
        async with house.running():
            await house.until_told(2)
        for one in house.receiver.received:
            assert one.headers["content-type"] == "application/json"
            for secret in (SECRET, other):
                assert Verifier(secret).verify(one.body, one.headers) == one.json
        types = [one.json["type"] for one in house.receiver.received]
        assert types == ["counts.recorded", "sensor.discovered"]

    run(test, secret=f"{SECRET} {other}")


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503])
def test_whatever_is_not_2xx_comes_again_with_the_same_id_and_nothing_overtakes_it(
    status: int,
) -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await house.until_told(2)
        assert house.sequences == [1, 1, 1, 2]
        assert len(set(house.receiver.ids[:3])) == 1
        assert house.time.naps == DELAYS_S[:2]
        stamps = [int(one.headers["webhook-timestamp"]) for one in house.receiver.received]
        assert stamps[2] - stamps[1] >= DELAYS_S[1]  # the time of the attempt, not of the event

    run(test, status, status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert [one.path for one in house.receiver.received] == ["/hook", "/hook"]

    run(test, Reply(status, headers=(("location", "/elsewhere"),)))


def test_no_answer_is_a_failure() -> None:
    async def test(house: House) -> None:
        house.timeout_s = 0.05
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert house.sequences == [1, 1]

    run(test, Reply(hangs=True))


def test_what_comes_after_a_2xx_does_not_matter() -> None:
    async def test(house: House) -> None:
        house.timeout_s = 0.2
        for minute in range(3):
            house.commit(minute, minute)
        async with house.running():
            await house.until_told(3)
        assert house.sequences == [1, 2, 3]
        assert house.time.naps == []

    run(test, Reply(200, body=b"thanks"), Reply(200, body=b"x" * 200_000), Reply(201, withheld=9))


def test_a_receiver_that_is_down_is_told_when_it_is_back() -> None:
    async def main() -> None:
        async with Receiver() as receiver:
            house = House(receiver)
        house.commit(0, 1)
        async with house.running():
            await until(lambda: house.trouble is not None)
            trouble = house.feed.troubles()[house.settings.reader]
            assert trouble.code == "webhook_failing"
            assert "attempt 1 of 10" in trouble.detail
            assert house.store.cursors[house.settings.reader] == 0

    asyncio.run(main())


def test_retry_after_is_honoured() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert house.time.naps == [77.0, 300.0]

    run(
        test,
        Reply(429, headers=(("retry-after", "77"),)),
        Reply(503, headers=(("retry-after", "2"),)),
    )


def test_after_410_nothing_more_is_posted_and_the_cursor_waits() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await until(lambda: house.trouble is not None)
            trouble = house.feed.troubles()[house.settings.reader]
            assert trouble.code == "webhook_disabled"
            assert "410" in trouble.detail
            house.feed.wake()
            for _ in range(20):
                await asyncio.sleep(0.001)
        assert house.sequences == [1]
        assert house.store.cursors[house.settings.reader] == 0
        async with house.running():  # a restart tries again
            await house.until_told(2)
        assert house.sequences == [1, 1, 2]

    run(test, 410)


def test_past_the_last_attempt_a_message_is_kept_and_the_next_one_goes() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await house.until_told(2)
        assert house.time.naps == DELAYS_S
        assert house.sequences == [1] * 10 + [2]
        (letter,) = house.buried
        assert letter.id == house.receiver.ids[0]
        assert letter.detail == "answered 500"
        assert bytes(letter.body) == house.receiver.received[0].body
        assert letter.given_up_s - letter.first_attempt_s == sum(limits.WEBHOOK_RETRY_DELAYS_S)

    run(test, *[500] * 10)


@pytest.mark.parametrize("told_before", [0, 1, 2, 3])
def test_a_crash_in_the_middle_of_a_batch_tells_it_again_under_the_same_ids(
    told_before: int,
) -> None:
    async def test(house: House) -> None:
        for minute in range(4):
            house.commit(minute, minute)
        async with house.running():
            await house.receiver.until(told_before + 1)
        first = list(house.receiver.ids)
        assert house.store.cursors[house.settings.reader] == 0
        house.commit(4, 4)
        house.receiver.replies.clear()
        async with house.running():
            await house.until_told(5)
        again = house.receiver.ids[len(first) :]
        assert again[: len(first)] == first
        assert house.sequences[len(first) :] == [1, 2, 3, 4, 5]

    run(test, *[204] * told_before, Reply(hangs=True))


def test_a_stop_ends_an_attempt_and_leaves_the_cursor() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.receiver.until(1)
            house.stop.set()
            house.feed.wake()
        assert house.store.cursors[house.settings.reader] == 0

    run(test, Reply(hangs=True))


def test_without_the_setting_this_machine_is_not_told() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        async with house.running():
            await until(lambda: house.trouble is not None)
            trouble = house.feed.troubles()[house.settings.reader]
        assert "allow_private" in trouble.detail
        assert house.receiver.received == []

    run(test, allow_private=False)


def test_only_what_was_asked_for_is_told() -> None:
    async def test(house: House) -> None:
        house.commit(0, 1)
        house.store.add(discovered())
        house.store.add(counts(BACK, NOON_S, NOON_S + 60, kind="counts.revised"))
        async with house.running():
            await house.until_told(3)
        assert [one.json["type"] for one in house.receiver.received] == ["sensor.discovered"]

    run(test, kinds=("sensor.discovered",))


def test_run_webhook_is_all_that_a_server_needs(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        feed = Feed(house.store.as_store())
        running = asyncio.ensure_future(
            run_webhook(
                replace(house.settings, kinds=("counts.recorded",)),
                feed=feed,
                teller=Teller(house.store.as_store(), house.store),
                stop=house.stop,
                dead_letters=tmp_path / "dead-letters.jsonl",
                from_seq=0,
            )
        )
        house.commit(0, 1)
        feed.wake()
        await house.receiver.until(1)
        house.stop.set()
        await running
        assert house.sequences == [1]
        assert house.receiver.received[0].headers["user-agent"].startswith("countline/")

    run(test)


def letter() -> DeadLetter:
    return DeadLetter(
        reader="webhook:abc",
        id="msg_1",
        type="counts.recorded",
        detail="answered 500",
        first_attempt_s=1,
        given_up_s=2,
        body=msgspec.Raw(b'{"a":1}'),
    )


def test_dead_letters_are_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "dead-letters.jsonl"
    asyncio.run(file_keeper(path)(letter()))
    asyncio.run(file_keeper(path)(letter()))
    lines = path.read_bytes().splitlines()
    assert [msgspec.json.decode(line)["body"] for line in lines] == [{"a": 1}] * 2


def test_full_dead_letters_take_no_more(tmp_path: Path) -> None:
    path = tmp_path / "dead-letters.jsonl"
    with path.open("wb") as file:
        file.truncate(limits.DEAD_LETTERS_BYTES_MAX + 1)
    asyncio.run(file_keeper(path)(letter()))
    assert path.stat().st_size == limits.DEAD_LETTERS_BYTES_MAX + 1
