"""Floor plans and health through the client, over a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from countline.client import ApiError, Client, LayoutChange, LayoutNew
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.pictures import png


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_a_plan_is_drawn_changed_and_removed(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        plan = client.add_layout(LayoutNew(location_id="LOC_NYC_05", name="Ground floor"))
        assert client.change_layout(plan.layout_id, LayoutChange(name="Street")).name == "Street"
        client.put_layout_image(plan.layout_id, png(80, 60))
        assert client.layout_image(plan.layout_id) == png(80, 60)
        drawn = client.layout_geometry(plan.layout_id)
        assert client.put_layout_geometry(plan.layout_id, drawn) == drawn
        assert [one.name for one in client.layouts(location_id="LOC_NYC_05")] == ["Street"]
        client.remove_layout_image(plan.layout_id)
        client.remove_layout(plan.layout_id)
        with pytest.raises(ApiError) as caught:
            client.layout(plan.layout_id)
        assert caught.value.error_code == "layout_not_found"


def test_what_is_wrong_and_what_can_be_asked(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        assert {one.operation for one in client.compatibility().data}
        told = list(client.diagnostics(severity="info"))
        assert told
        assert all(one.sentence and one.remedy for one in told)
