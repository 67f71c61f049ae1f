"""Progress of webhooks as it is written down: begun, together, not by who is late, and not by halves."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from countline.engine.feed import Feed
from countline.engine.webhook_ledger import Entry, WebhookLedger, without_message
from countline.errors import Conflict, StoreError
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress
from tests.small_store import SmallStore
from tests.told_house import DOOR, NOON_S, counts

HOOK = Webhook(webhook_id="wh_1", url="https://example.org/hook")


class Desk:
    """A store, and a ledger over it; `writes` counts transactions."""

    def __init__(self) -> None:
        self.store = SmallStore()
        self.feed = Feed(self.store.as_store())
        self.ledger = WebhookLedger(self.store.as_store(), self.feed, now_ms=lambda: NOON_S * 1000)
        self.writes = 0
        plain = self.store.write

        async def counted(work: Any) -> Any:
            self.writes += 1
            await asyncio.sleep(0)
            return await plain(work)

        self.store.write = counted  # type: ignore[method-assign]

    @property
    def progress(self) -> WebhookProgress | None:
        return self.store.record(WebhookProgress, HOOK.reader)


def run(test: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await test(Desk())

    asyncio.run(main())


def entry(progress: WebhookProgress, **more: Any) -> Entry:
    return Entry(webhook_id=HOOK.webhook_id, progress=progress, **more)


def delivery() -> WebhookDelivery:
    return WebhookDelivery(
        webhook_id=HOOK.webhook_id, slot=0, number=0, at_s=NOON_S, message_id="msg_1",
        type="zone.empty", attempt=1, taken=True,
    )  # fmt: skip


def test_a_new_webhook_begins_after_the_newest_event_and_stays_there() -> None:
    async def test(desk: Desk) -> None:
        desk.store.add(counts(DOOR, 0, 60))
        first = await desk.ledger.begin(HOOK)
        assert first.mark == "1"
        desk.store.add(counts(DOOR, 0, 60))
        assert await desk.ledger.begin(HOOK) == first

    run(test)


def test_an_address_that_was_told_by_an_older_version_goes_on_from_its_cursor() -> None:
    async def test(desk: Desk) -> None:
        for _ in range(5):
            desk.store.add(counts(DOOR, 0, 60))
        desk.store.move_cursor(HOOK.reader, 3)
        assert (await desk.ledger.begin(HOOK)).mark == "3"

    run(test)


def test_the_cursor_is_put_where_the_mark_is() -> None:
    async def test(desk: Desk) -> None:
        for _ in range(5):
            desk.store.add(counts(DOOR, 0, 60))
        begun = await desk.ledger.begin(HOOK, from_seq=0)
        await desk.ledger.save(entry(replace(begun, mark="3-2-738474-x")))
        desk.store.move_cursor(HOOK.reader, 5)
        with pytest.raises(AssertionError):
            await desk.ledger.begin(HOOK)  # no mark of ours
        await desk.ledger.save(entry(replace(begun, mark="4-2")))
        await desk.ledger.begin(HOOK)
        assert desk.store.cursors[HOOK.reader] == 2, "before the commit that is told in part"

    run(test)


def test_what_comes_together_is_written_together() -> None:
    async def test(desk: Desk) -> None:
        hooks = [replace(HOOK, webhook_id=f"wh_{n}") for n in range(20)]
        begun = [await desk.ledger.begin(one) for one in hooks]
        before = desk.writes
        await asyncio.gather(*(desk.ledger.save(entry(one)) for one in begun))
        assert desk.writes - before <= 3

    run(test)


def test_who_is_late_writes_no_more_than_that_a_message_was_taken() -> None:
    async def test(desk: Desk) -> None:
        begun = await desk.ledger.begin(HOOK, from_seq=0)
        waits = replace(begun, message_id="msg_1", sequence=1)
        await desk.ledger.save(entry(waits))
        desk.store.save(replace(waits, epoch=1, state="paused"))
        late = entry(without_message(waits), taken="msg_1", deliveries=[delivery()])
        with pytest.raises(Conflict):
            await desk.ledger.save(late)
        assert desk.progress == replace(without_message(waits), epoch=1, state="paused")
        assert len(desk.store.records(WebhookDelivery)) == 1
        with pytest.raises(Conflict):
            await desk.ledger.save(entry(replace(waits, message_id="msg_2"), taken="msg_0"))
        assert desk.progress.message_id == ""

    run(test)


def test_one_that_is_late_hinders_no_other() -> None:
    async def test(desk: Desk) -> None:
        other = replace(HOOK, webhook_id="wh_2")
        first, second = await desk.ledger.begin(HOOK), await desk.ledger.begin(other)
        desk.store.save(replace(first, epoch=1))
        outcomes = await asyncio.gather(
            desk.ledger.save(entry(first)),
            desk.ledger.save(entry(replace(second, sequence=7))),
            return_exceptions=True,
        )
        assert [type(one) for one in outcomes] == [Conflict, type(None)]
        kept = desk.store.record(WebhookProgress, other.reader)
        assert kept is not None
        assert kept.sequence == 7

    run(test)


def test_a_webhook_that_is_gone_is_not_written_again() -> None:
    async def test(desk: Desk) -> None:
        begun = await desk.ledger.begin(HOOK)
        desk.store.delete(begun)
        with pytest.raises(Conflict):
            await desk.ledger.save(entry(begun, deliveries=[delivery()]))
        assert desk.progress is None
        assert desk.store.records(WebhookDelivery) == []

    run(test)


def test_a_disk_that_fails_is_told_to_everybody_who_waited() -> None:
    async def test(desk: Desk) -> None:
        begun = await desk.ledger.begin(HOOK)
        desk.store.failures = 1
        outcomes = await asyncio.gather(
            *(desk.ledger.save(entry(begun)) for _ in range(3)), return_exceptions=True
        )
        assert all(isinstance(one, OSError | StoreError | None) for one in outcomes)
        assert any(isinstance(one, OSError) for one in outcomes)
        await desk.ledger.save(entry(begun))

    run(test)


def test_of_dead_letters_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countline.limits.WEBHOOK_LETTERS_KEPT", 2)

    async def test(desk: Desk) -> None:
        begun = await desk.ledger.begin(HOOK)
        for number in range(4):
            letter = DeadLetter(
                letter_id=0, webhook_id=HOOK.webhook_id, message_id=f"msg_{number}",
                type="zone.empty", detail="", attempts=10, first_attempt_s=0, given_up_s=0,
                body=b"{}",
            )  # fmt: skip
            await desk.ledger.save(entry(begun, buried=[letter]))
        assert [one.message_id for one in desk.store.records(DeadLetter)] == ["msg_2", "msg_3"]

    run(test)
