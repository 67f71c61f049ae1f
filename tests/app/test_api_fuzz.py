"""Requests that nobody would write, made from the documents: no 5xx, no undocumented answer."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from countline.api.openapi import document
from countline.drivers.reading import FileOptions
from countline.engine.engine import Engine
from countline.engine.importing import import_file
from tests.app.loopback import Loopback, served
from tests.unit.api.building import TWO_HOURS, draw_plan
from tests.unit.api.devices import InventedDevices

EXAMPLES = int(os.environ.get("COUNTLINE_FUZZ_EXAMPLES", "4"))
EXCLUDED = (
    "positive_data_acceptance",  # no schema says which of three ids go together, or which time is first
    "ignored_auth",  # sends wrong keys, which after ten are 429; `test_api` asks every route without one
)
modestly = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
# A stream does not end; test_events.py asks it.
V3 = schemathesis.openapi.from_dict(dict(document("v3"))).exclude(path="/v3/events")
V1 = schemathesis.openapi.from_dict(dict(document("v1")))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """The documented building behind a socket, and a key that may ask often."""
    keys: list[str] = []

    async def furnish(engine: Engine) -> None:
        await engine.desk.add_location(
            location_id="LOC_NYC_05", name="Broadway", time_zone="America/New_York"
        )
        options = FileOptions(location="LOC_NYC_05", sensor="SNSR_001")
        await import_file(
            engine, driver="tidy_csv", name="a.csv", body=TWO_HOURS.encode(), options=options
        )

        await draw_plan(engine)
        scopes = ("read", "write", "admin")
        keys.append((await engine.access.create_key(name="fuzz", scopes=scopes, quota=10**6))[1])

    folder = tmp_path_factory.mktemp("fuzz")
    with served(folder, furnish=furnish, devices=InventedDevices()) as loopback:
        yield Loopback(loopback.url, keys[0])


def ask(case: Any, api: Loopback) -> None:
    excluded = [getattr(schemathesis.checks, name) for name in EXCLUDED]
    case.call_and_validate(
        base_url=api.url, headers={"X-API-Key": api.key}, excluded_checks=excluded
    )


@V3.parametrize()
@modestly
def test_version_3(case: Any, api: Loopback) -> None:
    ask(case, api)


@V1.parametrize()
@modestly
def test_version_1(case: Any, api: Loopback) -> None:
    ask(case, api)
