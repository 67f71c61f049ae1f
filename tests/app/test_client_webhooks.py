"""Webhooks made by the client and told by a whole server, to a receiver that verifies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from countline import clock
from countline.client import (
    ApiError,
    AsyncClient,
    WebhookChange,
    WebhookError,
    WebhookFilter,
    WebhookMessage,
    WebhookNew,
    verify_webhook,
)
from countline.engine.engine import Engine
from countline.model.event import Event
from countline.model.ids import LocationId
from countline.settings import WebhookRules
from countline.store import Transaction
from countline.wire.events import WebhookDisabledMessage
from tests.app.answering import in_loop
from tests.app.gatehouse import gatehouse
from tests.app.receiver import Receiver, Reply
from tests.held_time import until

HERE = LocationId("LOC_1")


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, somebody who may do everything, and a receiver."""

    engine: Engine
    client: AsyncClient
    receiver: Receiver

    async def happen(self, *zones: int) -> None:
        """Zones are empty, one commit each."""
        for zone in zones:
            event = Event(
                kind="zone.empty",
                location_id=HERE,
                detail={"location_id": "LOC_NYC_05", "zone_id": zone, "as_of": None, "people": 0},
                at_ms=clock.now_ms(),
            )
            await self.engine.store.write(partial(_emit, event))
        self.engine.woke()

    @property
    def zones(self) -> list[int]:
        told = [one.json for one in self.receiver.received]
        return [one["data"]["zone_id"] for one in told if one["type"] == "zone.empty"]

    def verified(self, secret: str) -> list[WebhookMessage]:
        return [verify_webhook(one.body, one.headers, secret) for one in self.receiver.received]


def _emit(event: Event, tx: Transaction) -> None:
    tx.emit(event)


def files_with(folder: Path, text: str) -> list[Path]:
    """Files of a folder that hold a text; some file must be there."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert files
    return [one for one in files if text.encode() in one.read_bytes()]


@asynccontextmanager
async def scene(
    folder: Path, *replies: Reply | int, allow_private: bool = True
) -> AsyncIterator[Scene]:
    async with (
        Receiver(*replies) as receiver,
        gatehouse(folder, webhooks=WebhookRules(allow_private=allow_private)) as house,
    ):
        await house.engine.desk.add_location(location_id=HERE)
        scopes = ("read", "write", "admin")
        _, key = await house.engine.access.create_key(name="test", scopes=scopes, quota=10_000)
        async with AsyncClient(house.url, key) as client:
            yield Scene(house.engine, client, receiver)


@in_loop
async def test_an_address_is_told_from_now_on_and_its_secret_is_shown_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.happen(99)
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        await at.happen(1, 2, 3)
        await at.receiver.until(3)
        assert at.zones == [1, 2, 3]
        assert [one.sequence for one in at.verified(made.secret)] == [1, 2, 3]
        for one in at.receiver.received:
            assert Verifier(made.secret).verify(one.body, one.headers) == one.json
        known = [one async for one in at.client.webhooks()]
        assert [one.webhook_id for one in known] == [made.webhook_id]
        assert not files_with(tmp_path, made.secret.removeprefix("whsec_"))


@in_loop
async def test_a_change_acts_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url("/one")))
        await at.happen(1)
        await at.receiver.until(1)
        changed = await at.client.change_webhook(
            made.webhook_id,
            WebhookChange(url=at.receiver.url("/two"), filter=WebhookFilter(locations=(HERE,))),
        )
        assert changed.filter.locations == (HERE,)
        await at.happen(2)
        await at.receiver.until(2)
        assert [one.path for one in at.receiver.received] == ["/one", "/two"]
        paused = await at.client.change_webhook(made.webhook_id, WebhookChange(state="paused"))
        assert paused.state == "paused"
        await at.happen(3)
        again = await at.client.change_webhook(made.webhook_id, WebhookChange(state="active"))
        assert again.state == "active"
        await at.receiver.until(3)
        assert at.zones == [1, 2, 3], "what came while it paused is told then"
        await at.client.remove_webhook(made.webhook_id)
        with pytest.raises(ApiError) as caught:
            await at.client.webhook(made.webhook_id)
        assert caught.value.error_code == "webhook_not_found"
        await until(lambda: not [x for x in at.engine.feed.readers() if x.startswith("webhook")])


@in_loop
async def test_after_a_rotation_both_secrets_sign_or_only_the_new_one(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        second = await at.client.rotate_webhook(made.webhook_id)
        assert second.old_secret_until is not None
        await at.happen(1)
        await at.receiver.until(1)
        assert at.verified(made.secret) == at.verified(second.secret)
        third = await at.client.rotate_webhook(made.webhook_id, overlap_seconds=0)
        at.receiver.received.clear()
        await at.happen(2)
        await at.receiver.until(1)
        assert at.verified(third.secret)[0].sequence == 2
        with pytest.raises(WebhookError):
            at.verified(second.secret)


@in_loop
async def test_a_test_is_posted_at_once_and_says_what_came_of_it(tmp_path: Path) -> None:
    async with scene(tmp_path, 200, Reply(404, body=b"no such page")) as at:
        new = WebhookNew(url=at.receiver.url(), state="paused")
        made = await at.client.add_webhook(new)
        good = await at.client.test_webhook(made.webhook_id)
        assert (good.taken, good.status, good.type) == (True, 200, "webhook.test")
        (message,) = at.verified(made.secret)
        assert (message.type, message.sequence) == ("webhook.test", None)
        bad = await at.client.test_webhook(made.webhook_id)
        assert (bad.taken, bad.detail, bad.answer_start) == (
            False,
            "answered 404",
            "no such page",
        )
        kept = [one async for one in at.client.webhook_deliveries(made.webhook_id, limit=1)]
        assert kept == [bad, good], "newest first, over pages"


@in_loop
async def test_what_was_told_is_told_again_under_the_same_ids(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        before = (await at.engine.store.read(lambda view: view.head()))[1]
        await at.happen(1, 2)
        await at.receiver.until(2)
        begun = await at.client.replay_webhook(made.webhook_id, after_event=before)
        assert (begun.after_event, begun.events) == (before, 2)
        await at.receiver.until(4)
        assert at.zones == [1, 2, 1, 2]
        assert at.receiver.ids[:2] == at.receiver.ids[2:]
        assert [one.sequence for one in at.verified(made.secret)] == [1, 2, 3, 4]
        await at.client.replay_webhook(made.webhook_id, since="2026-01-01T00:00:00Z")
        await at.receiver.until(6)
        assert at.zones == [1, 2] * 3
        none = await at.client.replay_webhook(made.webhook_id, dead_letters=True)
        assert none.dead_letters == 0
        assert not [one async for one in at.client.webhook_dead_letters(made.webhook_id)]
        with pytest.raises(ApiError) as caught:
            await at.client.replay_webhook(made.webhook_id, after_event=10**6)
        assert caught.value.error_code == "events_forgotten"


@in_loop
async def test_410_disables_until_somebody_switches_it_on(tmp_path: Path) -> None:
    async with scene(tmp_path, 410) as at:
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        other = await at.client.add_webhook(
            WebhookNew(url=at.receiver.url("/other"), kinds=("webhook.disabled",))
        )
        await at.happen(1)
        await at.receiver.until(2)
        known = await at.client.webhook(made.webhook_id)
        assert (known.state, known.reason) == ("disabled", "it answered 410 Gone")
        told = at.receiver.received[1]
        assert (told.path, told.json["type"]) == ("/other", "webhook.disabled")
        assert other.secret
        (item,) = verify_webhook(told.body, told.headers, other.secret).items
        assert isinstance(item.message, WebhookDisabledMessage)
        said = item.message.data
        assert (said.webhook_id, said.reason) == (made.webhook_id, known.reason)
        health = await at.client.health()
        assert "webhook_disabled" in [one.code for one in health.reasons]
        await at.client.change_webhook(made.webhook_id, WebhookChange(state="active"))
        await at.receiver.until(4)
        assert at.receiver.ids[2] == at.receiver.ids[0], "what waited comes first"
        await at.client.remove_webhook(other.webhook_id)


@in_loop
async def test_health_tells_how_far_each_webhook_is_behind(tmp_path: Path) -> None:
    async with scene(tmp_path, Reply(hangs=True)) as at:
        made = await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        fine = await at.client.add_webhook(WebhookNew(url=at.receiver.url("/fine")))
        await at.happen(*range(20))
        await at.receiver.until(21)
        readers = {f"webhook:{one.webhook_id.removeprefix('wh_')}" for one in (made, fine)}
        behind: list[int] = []
        while behind != [0, 20]:  # one that hangs stops nobody
            lags = (await at.client.health()).followers
            behind = sorted(lags[reader].lag_events for reader in readers)
        waits = [await at.client.webhook(one.webhook_id) for one in (made, fine)]
        assert sorted(one.lag_events for one in waits) == [0, 20]
        assert max(one.lag_s for one in waits) > 0


@in_loop
async def test_without_the_setting_this_machine_is_not_told(tmp_path: Path) -> None:
    async with scene(tmp_path, allow_private=False) as at:
        with pytest.raises(ApiError) as caught:
            await at.client.add_webhook(WebhookNew(url=at.receiver.url()))
        assert caught.value.error_code == "webhook_address_refused"
        by_name = f"http://localhost:{at.receiver.port}/"
        made = await at.client.add_webhook(WebhookNew(url=by_name))
        told = await at.client.test_webhook(made.webhook_id)
        assert (told.taken, told.status) == (False, None)
        assert "allow_private" in told.detail
        assert at.receiver.received == []
