"""Subscribers of the BACnet device are told of changes, and zones come and go under their eyes."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from bacpypes3.apdu import SubscribeCOVRequest
from bacpypes3.primitivedata import ObjectIdentifier

from countline.model.ids import ZoneId
from tests.app.bacnet_site import (
    DEVICE,
    Site,
    air,
    device_on,
    fault,
    hall,
    site_with,
    standing,
    until,
    until_read,
)

OCCUPANCY = "analog-value,301"
COMMUNICATION_FAILURE = 12


def run(story: Any) -> None:
    asyncio.run(story)


# -- subscribing ----------------------------------------------------------------------------------
async def told(subscription: Any) -> tuple[float, bool]:
    """The next notice: value and fault flag."""
    name, value = await asyncio.wait_for(subscription.get_value(), 10)
    assert str(name) == "present-value"
    name, flags = await asyncio.wait_for(subscription.get_value(), 10)
    assert str(name) == "status-flags"
    return float(value), fault(flags)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_subscriber_is_told_of_values_and_of_faults_alone(confirmed: bool) -> None:
    async def story() -> None:
        async with (
            standing(hall()) as site,
            site.client.change_of_value(
                site.client.there,
                ObjectIdentifier(OCCUPANCY),
                issue_confirmed_notifications=confirmed,
                lifetime=60,
            ) as subscription,
        ):
            assert await told(subscription) == (5.0, False)
            site.board.put(zones=[hall(people=6)])
            assert await told(subscription) == (6.0, False)
            site.board.put(zones=[hall(people=None, last_known=6, quality="unknown")])
            assert await told(subscription) == (6.0, True)
            site.board.put(zones=[hall(people=6)])
            assert await told(subscription) == (6.0, False)
            site.board.put(zones=[hall(people=9, quality="stale")])
            assert await told(subscription) == (9.0, True)
            site.board.put(zones=[hall(people=11, quality="stale")])
            assert await told(subscription) == (11.0, True)

    run(story())


@pytest.mark.parametrize(
    ("thing", "changes", "expected"),
    [
        ("binary-input,302", {"people": 0}, (0, False)),
        ("analog-input,303", {"high": 8.0}, (8.0, False)),
        ("multi-state-input,304", {"quality": "poor"}, (3, False)),
        ("analog-input,305", {"utilisation": 0.7}, (70, False)),
        ("multi-state-input,306", {"light": "red"}, (3, False)),
        ("analog-input,307", {"air": air(fallback=True)}, (42.5, True)),
        ("analog-input,309", {"air": air(setpoint=2.0)}, (2.0, False)),
        ("accumulator,311", {"in_total": 121}, (121, False)),
    ],
)
def test_every_kind_of_point_can_be_subscribed_to(
    thing: str, changes: dict[str, Any], expected: Any
) -> None:
    async def story() -> None:
        async with (
            standing(hall(), hall(4)) as site,
            site.client.change_of_value(
                site.client.there, ObjectIdentifier(thing), lifetime=60
            ) as subscription,
        ):
            await told(subscription)
            site.board.put(zones=[hall(4, **changes)])  # another zone's: told to nobody
            site.board.put(zones=[hall(**changes)])
            value, flag = await told(subscription)
            assert (round(value, 3), flag) == expected
            assert subscription.queue.empty()

    run(story())


def test_a_subscriber_that_never_answers_hinders_nobody() -> None:
    async def story() -> None:
        zones = [hall(n) for n in range(1, 31)]
        async with standing(*zones) as site:
            ids = [
                one for one in await site.client.ids() if one[0] not in ("device", "network-port")
            ]
            assert len(ids) > 300  # more than there are numbers for what is under way
            deaf = Deaf(site)
            for kind, number in ids:
                await deaf.subscribe(f"{kind},{number}")
            site.client.do_ConfirmedCOVNotificationRequest = deaf.ignore
            for people in range(6, 10):
                site.board.put(zones=[replace(zone, people=people) for zone in zones])
                await until_read(lambda: site.client.get("analog-value,3001"), float(people))
            assert 0 < deaf.heard <= 20 * 5  # sixteen under way, and no queue behind them

    run(story())


class Deaf:
    """A subscriber that answers no notice."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.heard = 0

    async def subscribe(self, thing: str) -> None:
        await self.site.client.request(
            SubscribeCOVRequest(
                subscriberProcessIdentifier=7,
                monitoredObjectIdentifier=ObjectIdentifier(thing),
                issueConfirmedNotifications=True,
                destination=self.site.client.there,
            )
        )

    async def ignore(self, apdu: Any) -> None:
        self.heard += 1


# -- zones come and go ----------------------------------------------------------------------------
def test_identifiers_and_names_stay_over_a_restart_and_whatever_zones_come_and_go() -> None:
    async def names(site: Site, wanted: list[tuple[str, int]]) -> dict[Any, str]:
        found = {}
        for kind, number in wanted:
            found[kind, number] = str(await site.client.get(f"{kind},{number}", "object-name"))
        return found

    async def story() -> None:
        async with site_with(hall(3), hall(8)) as site:
            async with device_on(site):
                before = await names(site, await site.client.ids())
            site.board.keep_only(zones=[ZoneId(8)], sensors=[])
            site.board.put(zones=[hall(1), hall(8, name="Foyer")])
            async with device_on(site):
                after = await names(site, await site.client.ids())
            of_8 = {one: name for one, name in before.items() if ".8." in name}
            assert len(of_8) == 11
            assert of_8 == {one: name for one, name in after.items() if ".8." in name}
            assert not any(".3." in name for name in after.values())

    run(story())


def test_a_zone_that_comes_or_goes_changes_the_object_list_and_the_revision() -> None:
    async def story() -> None:
        async with standing(hall(3)) as site:
            thing = f"device,{DEVICE}"
            first, revision = (
                await site.client.ids(),
                await site.client.get(thing, "database-revision"),
            )
            site.board.put(zones=[hall(3, people=6)])
            await until_read(lambda: site.client.get(OCCUPANCY), 6.0)
            assert await site.client.get(thing, "database-revision") == revision
            site.board.put(zones=[hall(4)])
            await until_read(lambda: site.client.get("accumulator,412"), 115)
            assert [one for one in await site.client.ids() if one not in first] == [
                (kind, number + 100) for kind, number in first[2:]
            ]
            second = await site.client.get(thing, "database-revision")
            assert second > revision
            site.board.keep_only(zones=[ZoneId(3)], sensors=[])

            async def ids() -> Any:
                return await site.client.ids()

            await until_read(ids, first)
            assert await site.client.get(thing, "database-revision") > second

    run(story())


def test_the_revision_rises_over_a_restart() -> None:
    async def story() -> None:
        async with site_with(hall()) as site:
            seen = []
            for now_s in (1_700_000_000, 1_700_000_100):
                async with device_on(site, now_s=now_s):
                    seen.append(await site.client.get(f"device,{DEVICE}", "database-revision"))
            assert seen[0] < seen[1]

    run(story())


def test_a_subscribed_zone_that_goes_takes_its_subscriptions_with_it() -> None:
    async def story() -> None:
        async with standing(hall(3), hall(4)) as site:
            deaf = Deaf(site)
            await deaf.subscribe(OCCUPANCY)
            site.board.keep_only(zones=[ZoneId(4)], sensors=[])

            async def numbers() -> Any:
                return {number // 100 for _, number in (await site.client.ids())[2:]}

            await until_read(numbers, {4})
            site.board.put(zones=[hall(3, people=9)])
            await until_read(lambda: site.client.get(OCCUPANCY), 9.0)
            async with site.client.change_of_value(
                site.client.there, ObjectIdentifier(OCCUPANCY), lifetime=60
            ) as subscription:
                assert await told(subscription) == (9.0, False)

    run(story())


def test_a_point_that_a_controller_found_is_not_taken_away_while_nothing_is_known() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            site.board.put(zones=[hall(air=None)])
            await until_read(
                lambda: site.client.state("analog-input,307"), (42.5, True, COMMUNICATION_FAILURE)
            )

    run(story())


def test_another_unit_and_another_name_are_shown_on_the_same_objects() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            site.board.put(zones=[hall(name="Foyer", air=air(unit="cfm", flow=90.0))])
            await until_read(lambda: site.client.get("analog-input,307"), 90.0)
            read = site.client.get
            assert str(await read("analog-input,307", "units")) == "cubic-feet-per-minute"
            assert await read(OCCUPANCY, "description") == "Foyer, Zürich: people now"
            assert await read(OCCUPANCY, "object-name") == "ZRH.3.Occupancy"
            curve = air(setpoint=40.0, setpoint_gives="damper_position", setpoint_unit="percent")
            site.board.put(zones=[hall(air=curve)])
            await until_read(lambda: site.client.get("analog-input,310"), 40.0)
            assert ("analog-input", 309) not in await site.client.ids()

    run(story())


def test_a_zone_whose_number_does_not_fit_is_told_to_health_and_the_others_are_shown() -> None:
    async def story() -> None:
        async with standing(hall(3), hall(50_000)) as site:
            await until(lambda: site.troubles)
            assert "50000" in str(site.troubles[0])
            assert await site.client.get(OCCUPANCY) == 5.0

    run(story())
