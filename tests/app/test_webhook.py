"""A webhook over real sockets: order, numbers, retries, refusals, crashes, signatures."""

import asyncio
import base64
import itertools

import pytest
from standardwebhooks import Webhook as Verifier

from countline import limits
from countline.model.webhook import DeadLetter
from countline.store.seam import Transaction
from tests.app.receiver import Receiver, Reply
from tests.held_time import until
from tests.hook_house import SECRET, HookHouse, pauses, run, sequences
from tests.told_house import BACK, NOON_S, counts, discovered

DELAYS_S = list(limits.WEBHOOK_RETRY_DELAYS_S)


def test_messages_come_in_order_one_for_each_commit_over_one_connection() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        for minute in range(20):
            house.commit(minute, minute)
        async with house.running():
            await house.until_told(20)
        assert sequences(receiver) == list(range(1, 21))
        assert [one.json["data"]["sequence"] for one in receiver.received] == list(range(1, 21))
        values = [one.json["data"]["rows"][0]["values"] for one in receiver.received]
        assert values == [{"forward": n} for n in range(20)]
        assert receiver.connections == 1
        assert len(set(receiver.ids)) == 20

    run(test)


def test_the_schemes_own_verifier_accepts_what_comes() -> None:
    other = "whsec_" + base64.b64encode(bytes(range(40))).decode()

    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 3)
        house.store.add(discovered())
        async with house.running():
            await house.until_told(2)
        for one in receiver.received:
            assert one.headers["content-type"] == "application/json"
            for secret in (SECRET, other):
                assert Verifier(secret).verify(one.body, one.headers) == one.json
        types = [one.json["type"] for one in receiver.received]
        assert types == ["counts.recorded", "sensor.discovered"]

    run(test, secret=f"{SECRET} {other}")


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503])
def test_whatever_is_not_2xx_comes_again_with_the_same_id_and_nothing_overtakes_it(
    status: int,
) -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await house.until_told(2)
        assert sequences(receiver) == [1, 1, 1, 2]
        assert len(set(receiver.ids[:3])) == 1
        assert len({one.body for one in receiver.received[:3]}) == 1
        assert pauses(receiver)[:2] == DELAYS_S[:2]

    run(test, status, status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert [one.path for one in receiver.received] == ["/hook", "/hook"]

    run(test, Reply(status, headers=(("location", "/elsewhere"),)))


def test_no_answer_is_a_failure() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.timeout_s = 0.05
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert sequences(receiver) == [1, 1]

    run(test, Reply(hangs=True))


def test_what_comes_after_a_2xx_does_not_matter() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.timeout_s = 0.2
        for minute in range(3):
            house.commit(minute, minute)
        async with house.running():
            await house.until_told(3)
        assert sequences(receiver) == [1, 2, 3]
        assert house.time.naps == []

    run(test, Reply(200, body=b"thanks"), Reply(200, body=b"x" * 200_000), Reply(201, withheld=9))


def test_a_receiver_that_is_down_is_told_when_it_is_back() -> None:
    async def main() -> None:
        async with Receiver() as receiver:
            house = HookHouse(receiver.url())
        house.commit(0, 1)
        async with house.running():
            await until(lambda: house.trouble is not None)
            assert house.trouble
            assert house.trouble.code == "webhook_failing"
            assert "attempt 1 of 10" in house.trouble.detail
            assert house.progress.attempts

    asyncio.run(main())


def test_retry_after_is_honoured() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        assert pauses(receiver) == [77, 300]

    run(
        test,
        Reply(429, headers=(("retry-after", "77"),)),
        Reply(503, headers=(("retry-after", "2"),)),
    )


def test_410_disables_for_good_and_tells_of_it() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await until(lambda: house.progress.state == "disabled")
            assert house.trouble
            assert house.trouble.code == "webhook_disabled"
            assert "410" in house.trouble.detail
        assert sequences(receiver) == [1]
        assert house.progress.reason == "it answered 410 Gone"
        (event,) = [one for one in house.store.log if one.kind == "webhook.disabled"]
        assert event.detail["webhook_id"] == house.webhook.webhook_id
        assert house.progress.message_id == receiver.ids[0], "it waits to be sent again"

    run(test, 410)


def test_past_the_last_attempt_a_message_is_kept_and_the_next_one_goes() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        house.commit(1, 2)
        async with house.running():
            await house.until_told(2)
        assert pauses(receiver)[:9] == DELAYS_S
        assert sequences(receiver) == [1] * 10 + [2]
        (letter,) = house.letters
        assert (letter.message_id, letter.detail) == (receiver.ids[0], "answered 500")
        assert letter.given_up_s - letter.first_attempt_s == sum(DELAYS_S)
        assert house.progress.given_up == 0, "the next one was taken"

    run(test, *[500] * 10)


def test_two_messages_given_up_in_a_row_disable_and_the_rest_waits_in_the_log() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        for minute in range(4):
            house.commit(minute, minute)
        async with house.running():
            await until(lambda: house.progress.state == "disabled")
        assert sequences(receiver) == [1] * 10 + [2] * 10
        assert "2 messages one after the other" in house.progress.reason
        assert [one.message_id for one in house.letters] == [receiver.ids[0], receiver.ids[10]]
        assert house.progress.mark == "2-1"

    run(test, *[500] * 20)


def test_a_dead_letter_that_is_wanted_again_goes_first_and_is_gone_when_it_is_sent() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        (letter,) = house.letters
        house.commit(1, 2)

        def again(tx: Transaction) -> None:
            (known,) = tx.records(DeadLetter)
            tx.save(DeadLetter(**{n: getattr(known, n) for n in known.__slots__} | {"again": True}))

        await house.store.write(again)
        async with house.running():
            await house.until_told(2)
        assert next(one.id for one in receiver.received[10:]) == letter.message_id
        assert sequences(receiver)[10:] == [2, 3], "the given up one had number 1"
        assert house.letters == []

    run(test, *[500] * 10)


@pytest.mark.parametrize("told_before", [0, 1, 2, 3])
def test_a_crash_sends_no_more_than_the_message_in_hand_again(told_before: int) -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        for minute in range(4):
            house.commit(minute, minute)
        async with house.running():
            await receiver.until(told_before + 1)
        house.commit(4, 4)
        receiver.replies.clear()
        async with house.running():
            await house.until_told(5)
        again = receiver.received[told_before + 1 :]
        assert again[0].body == receiver.received[told_before].body
        assert again[0].id == receiver.received[told_before].id
        assert [one.json["sequence"] for one in again] == list(range(told_before + 1, 6))

    run(test, *[204] * told_before, Reply(hangs=True))


def test_attempts_are_counted_over_crashes() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        for attempts in range(1, 6):
            async with house.running():
                await until(lambda n=attempts: house.progress.attempts >= n)  # type: ignore[misc]
        assert house.progress.attempts >= 5
        known = house.deliveries
        assert [one.attempt for one in known] == list(range(1, len(known) + 1))
        between = [b.at_s - a.at_s for a, b in itertools.pairwise(known)]
        assert between[:4] == DELAYS_S[:4], "no crash began the three days anew"
        assert len(set(receiver.ids)) == 1

    run(test, *[500] * 20)


def test_a_stop_ends_an_attempt_and_leaves_the_message() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await receiver.until(1)
            house.stop.set()
            house.feed.wake()
        assert house.progress.message_id == receiver.ids[0]

    run(test, Reply(hangs=True))


def test_without_the_setting_this_machine_is_not_told() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await until(lambda: house.trouble is not None)
            assert house.trouble
            assert "allow_private" in house.trouble.detail
        assert receiver.received == []

    run(test, allow_private=False)


def test_only_what_was_asked_for_is_told() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        house.store.add(discovered())
        house.store.add(counts(BACK, NOON_S, NOON_S + 60, kind="counts.revised"))
        async with house.running():
            await receiver.until(1)
            await house.until_told(2)
        assert [one.json["type"] for one in receiver.received] == ["sensor.discovered"]

    run(test, kinds=("sensor.discovered",))


def test_the_log_of_deliveries_says_what_was_sent_and_answered() -> None:
    async def test(house: HookHouse, receiver: Receiver) -> None:
        house.commit(0, 1)
        async with house.running():
            await house.until_told(1)
        first, second = house.deliveries
        assert (first.attempt, first.taken, first.status) == (1, False, 503)
        assert (first.detail, first.answer_start) == ("answered 503", "come later")
        assert (second.attempt, second.taken, second.status) == (2, True, 204)
        assert first.headers["webhook-id"] == receiver.ids[0] == second.message_id
        assert "webhook-signature" not in first.headers
        assert receiver.received[0].body.decode().startswith(first.body_start)
        assert first.body_bytes == len(receiver.received[0].body)

    run(test, Reply(503, body=b"come later"))


def test_the_log_of_deliveries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WEBHOOK_DELIVERIES_KEPT", 5)

    async def test(house: HookHouse, receiver: Receiver) -> None:
        for minute in range(12):
            house.commit(minute, minute)
        async with house.running():
            await house.until_told(12)
        assert [one.number for one in house.deliveries] == [8, 9, 10, 11, 12]

    run(test)
