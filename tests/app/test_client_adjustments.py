"""What operators say of a whole location, through both clients, over a real socket."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countline import clock
from countline.client import ApiError, AsyncClient, Client
from countline.errors import BadQuery
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_a_location_is_told_how_many_are_in(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        since = datetime.fromtimestamp(clock.now_s() // 60 * 60, UTC)
        told = client.adjust_location("LOC_NYC_05", value=40, reason="gates", at=since)
        assert (told.value, told.zone_id, told.at) == (40, None, since)
        assert list(client.location_adjustments("LOC_NYC_05")) == [told]
        client.withdraw_location_adjustment("LOC_NYC_05", told.adjustment_id)
        assert list(client.location_adjustments("LOC_NYC_05")) == []
        with pytest.raises(ApiError) as caught:
            client.withdraw_location_adjustment("LOC_NYC_05", told.adjustment_id)
        assert caught.value.error_code == "adjustment_not_found"
        with pytest.raises(BadQuery, match="time zone"):
            client.adjust_location("LOC_NYC_05", delta=1, reason="x", at="2026-01-01T00:00:00")


def test_the_same_is_awaited(api: Loopback) -> None:
    async def story() -> None:
        async with AsyncClient(api.url, api.key) as client:
            told = await client.adjust_zone(1, delta=2, reason="x", idempotency_key="k")
            again = await client.adjust_zone(1, delta=2, reason="x", idempotency_key="k")
            assert again == told
            assert [one async for one in client.zone_adjustments(1)] == [told]
            with pytest.raises(ApiError) as caught:
                await client.adjust_zone(1, delta=3, reason="x", idempotency_key="k")
            assert caught.value.error_code == "token_reused"
            await client.withdraw_zone_adjustment(1, told.adjustment_id)
            assert [one async for one in client.zone_adjustments(1)] == []

    asyncio.run(story())
