"""Outdoor air through the client, over a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countline.client import ApiError, Client, VentilationWanted, ZoneNew
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_a_room_is_told_how_it_is_ventilated_and_asks_for_air(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        category = client.ventilation_categories().data[0].category
        new = ZoneNew(location_id="LOC_NYC_05", name="Room", area_m2=50.0)
        zone_id = client.add_zone(new).zone_id
        wanted = VentilationWanted(category=category, design_population=20)
        set_ = client.put_ventilation(zone_id, wanted)
        assert client.ventilation(zone_id) == set_
        demand = client.demand(zone_id)
        assert demand.reliability == "communicationFailure", "nobody counts here"
        assert demand.outdoor_air_l_s == set_.design_outdoor_air
        before = client.demand(zone_id, at="2025-01-01T12:00:00Z")
        assert before.as_of == datetime(2025, 1, 1, 12, tzinfo=UTC)
        preview = client.preview_ventilation(
            zone_id, start_ts="2025-01-01T00:00:00Z", end_ts="2025-01-02T00:00:00Z"
        )
        assert preview.total.hours == preview.total.hours_fallback == 24.0
        client.remove_ventilation(zone_id)
        with pytest.raises(ApiError) as caught:
            client.ventilation(zone_id)
        assert caught.value.error_code == "ventilation_not_set"
