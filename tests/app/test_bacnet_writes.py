"""What may be written to the BACnet device, and what comes of it."""

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from bacpypes3.apdu import ErrorRejectAbortNack, WritePropertyMultipleRequest
from bacpypes3.basetypes import PropertyValue, WriteAccessSpecification
from bacpypes3.constructeddata import Any as AnyValue
from bacpypes3.primitivedata import CharacterString, Null, ObjectIdentifier, Real

from countline.clock import now_s
from countline.engine.engine import Engine, open_engine
from countline.errors import Impossible, StoreError
from countline.model.place import Anchor
from tests.app.bacnet_site import DEVICE, Site, hall, standing

OCCUPANCY = "analog-value,301"
DENIED = "property: write-access-denied"


def run(story: Any) -> None:
    asyncio.run(story)


def test_whoever_writes_the_occupancy_of_a_zone_says_how_many_are_there() -> None:
    async def story() -> None:
        async with standing(hall(), writable=True) as site:
            assert await site.client.put(OCCUPANCY, 12.0) == ""
            ((zone_id, people, reason),) = site.words
            assert (zone_id, people) == (3, 12)
            assert reason.startswith("written over BACnet by 127.0.0.1")
            assert await site.client.get(OCCUPANCY) == 5.0  # until the board says so

    run(story())


def typed(value: float | str | None) -> Any:
    """A value of the type that it has on the network."""
    match value:
        case None:
            return Null(())
        case str():
            return CharacterString(value)
        case _:
            return Real(value)


async def written(site: Site, thing: str, name: str, value: Any) -> str:
    """Write a value of any type; what it was refused with, or nothing."""
    request = WritePropertyMultipleRequest(
        listOfWriteAccessSpecs=[
            WriteAccessSpecification(
                objectIdentifier=ObjectIdentifier(thing),
                listOfProperties=[
                    PropertyValue(propertyIdentifier=name, value=AnyValue(typed(value)))
                ],
            )
        ],
        destination=site.client.there,
    )
    try:
        await site.client.request(request)
    except ErrorRejectAbortNack as error:
        kind = error.errorType
        where = error.firstFailedWriteAttempt
        assert str(where.objectIdentifier) == thing
        assert str(where.propertyIdentifier) == name
        return f"{kind.errorClass}: {kind.errorCode}"
    return ""


def test_several_may_be_written_at_once() -> None:
    async def story() -> None:
        async with standing(hall(), writable=True) as site:
            assert await written(site, OCCUPANCY, "present-value", 7.0) == ""
            assert [word[:2] for word in site.words] == [(3, 7)]

    run(story())


@pytest.mark.parametrize(
    ("thing", "name", "value", "refusal"),
    [
        (OCCUPANCY, "present-value", -1.0, "property: value-out-of-range"),
        (OCCUPANCY, "present-value", 1_000_001.0, "property: value-out-of-range"),
        (OCCUPANCY, "present-value", 2.5, "property: value-out-of-range"),
        (OCCUPANCY, "present-value", math.nan, "property: value-out-of-range"),
        (OCCUPANCY, "present-value", math.inf, "property: value-out-of-range"),
        (OCCUPANCY, "present-value", None, "property: invalid-data-type"),
        (OCCUPANCY, "present-value", "5", "property: invalid-data-type"),
        (OCCUPANCY, "out-of-service", 1.0, DENIED),
        (OCCUPANCY, "cov-increment", 5.0, DENIED),
        (OCCUPANCY, "object-name", "X", DENIED),
        (OCCUPANCY, "state-text", 1.0, "property: unknown-property"),
        ("analog-value,901", "present-value", 1.0, "object: unknown-object"),
        ("analog-input,303", "present-value", 5.0, DENIED),
        ("accumulator,311", "present-value", 5.0, DENIED),
        ("binary-input,302", "present-value", 5.0, DENIED),
        (f"device,{DEVICE}", "object-name", "X", DENIED),
        ("network-port,1", "bacnet-ip-udp-port", 1.0, DENIED),
    ],
)
def test_all_else_is_refused(thing: str, name: str, value: Any, refusal: str) -> None:
    async def story() -> None:
        async with standing(hall(), writable=True) as site:
            assert await written(site, thing, name, value) == refusal
            assert site.words == []
            assert await site.client.get(OCCUPANCY) == 5.0

    run(story())


def test_without_the_setting_nothing_is_taken() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            assert await site.client.put(OCCUPANCY, 12.0) == DENIED
            assert await written(site, OCCUPANCY, "present-value", 7.0) == DENIED
            assert site.words == []

    run(story())


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Impossible("The people in zone 3 are seen by a sensor."), DENIED),
        (StoreError("The disk is full."), "device: operational-problem"),
        (RuntimeError("a fault of ours"), "device: operational-problem"),
    ],
)
def test_a_word_that_cannot_be_kept_is_not_acknowledged(refusal: Exception, expected: str) -> None:
    async def story() -> None:
        async with standing(hall(), writable=True) as site:
            site.refusal = refusal
            assert await site.client.put(OCCUPANCY, 12.0) == expected
            site.refusal = None
            assert await site.client.put(OCCUPANCY, 12.0) == ""

    run(story())


def test_a_written_occupancy_is_an_anchor_of_the_engine(tmp_path: Path) -> None:
    async def anchors(engine: Engine) -> list[Anchor]:
        return await engine.store.read(lambda view: view.records(Anchor))

    async def story() -> None:
        engine = await open_engine(f"sqlite:///{tmp_path / 'countline.db'}")
        try:
            made = await engine.desk.add_location(location_id="ZRH", time_zone="Europe/Zurich")
            assert made.default_zone is not None
            zone = made.default_zone

            async def set_occupancy(zone_id: int, people: int, reason: str) -> None:
                await engine.desk.set_occupancy(zone_id, people, reason=reason)

            async with standing(hall(zone), writable=True, word=set_occupancy) as site:
                began_s = now_s()
                assert await site.client.put(f"analog-value,{zone}01", 12.0) == ""
                (anchor,) = await anchors(engine)
                assert (anchor.zone_id, anchor.value, anchor.cause) == (zone, 12, "operator")
                assert abs(anchor.at_s - began_s) <= 90
                assert "127.0.0.1" in anchor.reason
        finally:
            await engine.close()

    run(story())
