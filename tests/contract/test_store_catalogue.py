"""The contract of every store for the records of its catalogue."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from countline.errors import StoreError
from countline.model.access import Key, PushSecret, Session
from countline.model.adoption import Adoption, ConfigurationChange, Hole
from countline.model.board import SensorTold, ZoneTold
from countline.model.health import KeptFacts, Trouble
from countline.model.ids import (
    LayoutId,
    LineId,
    LocationId,
    SensorId,
    SensorNo,
    SeriesNo,
    ZoneId,
)
from countline.model.layout import Layout, LayoutImage, Placement, Point, Shape
from countline.model.opening import ExceptionalDate, Holiday, OpenHours, Opening
from countline.model.place import Anchor, Line, Location, Source, Zone
from countline.model.sensor import (
    Channel,
    Device,
    Expected,
    Gap,
    Package,
    Sensor,
    Series,
    Status,
)
from countline.model.ventilation import CurvePoint, Ventilation
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress
from countline.store import Store, Transaction
from countline.store.records import TABLES
from tests.contract.store_kinds import Opener, each_store, empty_store, run

RECORDS: tuple[Any, ...] = (
    Location(
        location_id=LocationId("X"), name="X", time_zone="UTC", resets_s=(), keep_attributes=True
    ),
    Zone(zone_id=ZoneId(1), location_id=LocationId("X"), name="Büro", area_m2=20.5, capacity=4),
    Line(line_id=LineId(1), location_id=LocationId("X"), name="Door", side_b=ZoneId(1)),
    Source(source_id=1, sensor=SensorNo(9), channel="single/1", line_id=LineId(1), invert=True),
    Anchor(
        anchor_id=1, location_id=LocationId("X"), at_s=60, value=-3, cause="operator", is_delta=True
    ),
    Opening(
        location_id=LocationId("X"), zone_id=ZoneId(1),
        weekly=(*[(OpenHours(32_400, 64_800),)] * 5, (OpenHours(79_200, 97_200),), ()),
        exceptions=(ExceptionalDate(date(2026, 12, 24), (OpenHours(0, 43_200),), "Heiligabend"),),
        country="CH", region="ZH", holidays=(Holiday(date(2026, 1, 1), "New Year's Day"),),
    ),
    Layout(
        layout_id=LayoutId(1), location_id=LocationId("X"), name="Erdgeschoß", floor=-1,
        scale_m_per_px=0.02, image_type="image/png", image_bytes=70,
    ),
    LayoutImage(layout_id=LayoutId(1), content=b"\x89PNG\0"),
    Placement(layout_id=LayoutId(1), sensor=SensorNo(9), x_m=1.5, y_m=-2.0, rotation_deg=90.0),
    Shape(layout_id=LayoutId(1), kind="line", number=1, points=(Point(0.0, 0.5), Point(2.0, 0.5))),
    Sensor(sensor=SensorNo(9), sensor_id=SensorId("S9"), location_id=LocationId("X")),
    Device(device_id=1, vendor="xovis", serial="00:6e", sensor=SensorNo(9), valid_to_s=9),
    Channel(sensor=SensorNo(9), channel="single/1", name="Tür", shape="line", imported=True),
    Series(
        series=SeriesNo(90), sensor=SensorNo(9), channel="single/1", measure="forward",
        kind="accumulating", position=0,
    ),
    Expected(expected_id=1, sensor=SensorNo(9), from_s=1, to_s=None, origin="push"),
    Gap(gap_id=1, sensor=SensorNo(9), from_s=1, to_s=2, reason="network"),
    Package(sensor=SensorNo(9), agent="1", sequence=7, first_s=60, last_s=120),
    Status(sensor=SensorNo(9), push_delay_s=0.5, notes={"clock_skew": 7}),
    Key(key_id="k", digest=b"\0\xff", name="n", scopes=("read", "write"), expires_s=5),
    Session(digest=b"\1", key_id="k", ends_s=9),
    PushSecret(digest=b"\2", sensor=None, driver=None),
    Adoption(
        sensor=SensorNo(9), address="https://192.0.2.1", password=b"\0", made=({"kind": "agent"},)
    ),
    ConfigurationChange(
        change_id=1, sensor=SensorNo(9), at_s=7, who="me", what="name", after={"name": "Tür"}
    ),
    Hole(hole_id=1, sensor=SensorNo(9), from_s=60, to_s=180, reason="asleep"),
    KeptFacts(sensor=SensorNo(9), facts={"newest": {"at_s": 5}, "since": {"silent": 3}}),
    Trouble(part="occupancy", code="occupancy_failing", detail="It failed.", since_s=None),
    Ventilation(
        zone_id=ZoneId(1), location_id=LocationId("X"), edition="62.1-2016", people_rate=2.5,
        area_rate=0.3, design_population=4, standby_allowed=True, curve_gives="setpoint_offset",
        curve_unit="K", curve=(CurvePoint(0.0, 0.0), CurvePoint(0.5, -1.5)),
    ),
    ZoneTold(
        zone_id=ZoneId(1), people=4, quality="good", presence="occupied", light="red", flow=73.5,
        fallback=True, in_total=9, out_total=5,
    ),
    SensorTold(sensor=SensorNo(9), health="offline", silent=True),
    Webhook(
        webhook_id="wh_1", url="https://example.org/é", kinds=("zone.empty",), zones=(ZoneId(1),),
        locations=(LocationId("X"),), threshold=5, devices=True, secret=b"\0\xff",
    ),
    WebhookProgress(
        reader="webhook:1", mark="7-1", filters={"above": [1]}, message_id="msg_1",
        message_body=b"{}", state="disabled", reason="It said 410.", taken_s=9,
    ),
    WebhookDelivery(
        webhook_id="wh_1", slot=3, number=503, at_s=9, message_id="msg_1", type="zone.empty",
        attempt=2, taken=True, status=204, headers={"webhook-id": "msg_1"}, body_start="{}",
    ),
    DeadLetter(
        letter_id=1, webhook_id="wh_1", message_id="msg_1", type="zone.empty", detail="answered 500",
        attempts=10, first_attempt_s=1, given_up_s=9, body=b"{}", again=True,
    ),
)  # fmt: skip


def look(store: Store, verb: str, *arguments: Any, **named: Any) -> Any:
    """The answer of one verb of a view."""
    return run(store.read(lambda view: getattr(view, verb)(*arguments, **named)))


def test_there_is_a_sample_of_every_kind_of_record() -> None:
    assert {type(record) for record in RECORDS} == set(TABLES)


@each_store
@pytest.mark.parametrize("record", RECORDS, ids=[type(r).__name__ for r in RECORDS])
def test_a_record_comes_back_as_it_was(opener: Opener, record: Any) -> None:
    key = [getattr(record, name) for name in TABLES[type(record)].key]
    with empty_store(opener) as store:
        run(store.write(lambda tx: tx.save(record)))
        assert look(store, "record", type(record), *key) == record
        assert record in look(store, "records", type(record))
        run(store.write(lambda tx: tx.delete(record)))
        assert look(store, "record", type(record), *key) is None


@each_store
def test_records_come_by_key_and_can_be_picked(opener: Opener) -> None:
    with empty_store(opener) as store:
        keys = [Key(key_id=one, digest=one.encode(), name=one) for one in ("b", "a", "C")]
        run(store.write(lambda tx: tx.save(*keys)))
        assert [one.key_id for one in look(store, "records", Key)] == ["C", "a", "b"]
        assert look(store, "records", Key, digest=b"a") == [keys[1]]
        assert look(store, "records", Key, name="b", quota=600) == [keys[0]]
        assert look(store, "records", Key, name="b", quota=1) == []
        assert [one.series for one in look(store, "records", Series, sensor=2)] == [20, 21, 22]


@each_store
def test_saving_again_replaces(opener: Opener) -> None:
    zone = Zone(zone_id=ZoneId(1), location_id=LocationId("ZRH"), name="one")
    with empty_store(opener) as store:
        run(store.write(lambda tx: tx.save(zone, replace(zone, name="two"))))
        assert look(store, "records", Zone) == [replace(zone, name="two")]


@each_store
@pytest.mark.parametrize("record", RECORDS, ids=[type(r).__name__ for r in RECORDS])
def test_the_catalogue_version_moves_with_what_the_catalogue_is(
    opener: Opener, record: Any
) -> None:
    moves = not isinstance(
        record,
        Status
        | Session
        | Gap
        | Package
        | Adoption
        | ConfigurationChange
        | Hole
        | KeptFacts
        | Trouble
        | LayoutImage
        | Ventilation
        | ZoneTold
        | SensorTold
        | Webhook
        | WebhookProgress
        | WebhookDelivery
        | DeadLetter,
    )
    with empty_store(opener) as store:
        for step in ("save", "save", "delete"):
            before = look(store, "catalogue_version")
            run(store.write(lambda tx, step=step: getattr(tx, step)(record)))  # type: ignore[misc]
            assert (look(store, "catalogue_version") > before) == moves
        before = look(store, "catalogue_version")
        run(store.write(lambda tx: tx.delete(record)))
        assert look(store, "catalogue_version") == before, "nothing was there to delete"
    assert look_is_refused(store)


def look_is_refused(store: Store) -> bool:
    with pytest.raises(StoreError, match="closed"):
        look(store, "head")
    return True


@each_store
def test_numbers_are_never_given_twice(opener: Opener) -> None:
    with empty_store(opener) as store:

        def take(tx: Transaction) -> list[int]:
            return [tx.next_number("zone"), tx.next_number("zone"), tx.next_number("line")]

        assert run(store.write(take)) == [1, 2, 1]
        assert run(store.write(take)) == [3, 4, 2]
