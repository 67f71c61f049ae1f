"""The client of sensors against emulated ones of four firmwares, over real sockets."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from countline.devices.xovis_v5 import Context, Step, recognise
from countline.drivers.xovis_v5.firmware import firmware_of
from countline.drivers.xovis_v5.zone_times import lettered_ms
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.personality import Release
from tests.app.answering import answering, in_loop
from tests.app.answering import whole as http
from tests.app.emulated_devices import EVERY, LINE, NOW_MS, SETTLED_S, asked, refused, sensor

# -- reading --------------------------------------------------------------------------------------


@EVERY
@pytest.mark.parametrize("tls", [True, False])
@in_loop
async def test_a_sensor_is_recognised_before_it_hears_a_password(
    release: Release, tls: bool
) -> None:
    device = sensor(release)
    async with asked(device, tls=tls) as client:
        found = await recognise(client)
        assert not device.sessions
    assert found.serial == device.serial
    assert found.firmware == firmware_of(device.firmware)
    assert (found.name, found.group, found.state) == ("Door 1", "Emulated hall", "OK")
    assert (len(found.fingerprint) == 64) == tls


@EVERY
@in_loop
async def test_everything_that_is_asked_is_answered(release: Release) -> None:
    async with asked(sensor(release)) as client:
        device, here = client.device, client.at()
        assert (await device.user()).id == "admin"
        assert "application_write" in (await device.user()).privileges
        assert (await device.time()).read.time_zone == "UTC"
        assert lettered_ms((await device.time_state()).details.time) == NOW_MS // 1000 * 1000
        assert (await device.config_state()).checksum
        assert (await device.config_state(contents=True)).details
        assert (await device.state()).state == "OK"
        assert (await device.single_status()).illumination == "SUFFICIENT"
        assert (await device.hostname()).read.hostname.startswith("XS-SENSOR-")
        assert (await device.network_state()).state == "OK"
        assert (await device.license_status()).licensed_lifetime
        assert (await device.license_details()).licenses[0].remaining_days == -1
        assert (await device.privacy()).read.privacy_mode == 0
        assert (await device.update_state()).state == "OK"
        assert (await device.neighbours())[0].mac
        assert await device.scan("127.0.0.1", 1) is not None
        assert [one.read.type for one in await here.scene.geometries()] == ["LINE", "ZONE"]
        assert await here.scene.masks() == ()
        assert (await here.scene.sensor_geometry()).sensor_height == 3.0
        assert [one.read.name for one in await here.analysis.logics()] == ["Door 1", "Hall"]
        assert {one.read.type for one in await here.analysis.counters()} >= {
            "accumulation",
            "state",
        }
        assert (await here.analysis.templates())[0].read.template.type == "XLT_LINE_IN_OUT_COUNT"
        assert (await here.data.live_logics()).logics[1].info == "XLT_ZONE_OCCUPANCY_COUNT"
        assert await here.push.connections() == []
        assert await here.push.agents() == []
        assert await here.push.agents_status() == ()


@in_loop
async def test_what_a_firmware_lacks_is_said_with_the_one_that_has_it() -> None:
    async with asked(sensor("5.3")) as client:
        for action in (client.at().scene.limits(), client.device.multisensors()):
            error = await refused(action)
            assert error.error_code == "firmware_unsupported"
            assert error.extra["found"] == "5.3.4"
            assert error.extra["needed"] == "5.6.0 or newer"


@EVERY
@in_loop
async def test_history_and_live_counts_are_the_sensors_own(release: Release) -> None:
    device = sensor(release)
    context = device.part(Observer).context("/singlesensor")
    async with asked(device) as client:
        data = client.at().data
        live = await data.live_logics()
        templates = {logic.id: logic.info for logic in live.logics}
        status = await data.history_status()
        begun = status.storage.stored_data.time_begin
        assert begun is not None
        history = await data.history(
            SETTLED_S - 86_400, SETTLED_S, templates=templates, resolution_min=1
        )
        told = {c.id: c.value for logic in live.logics for c in logic.counts}
    whole = {id: value for id, value in told.items() if isinstance(value, int)}  # no seconds
    assert whole == {counter: context.live(counter) for counter in whole}
    assert lettered_ms(begun, ZoneInfo("UTC")) // 1000 == context.book.records[0].minute * 60
    door = str(live.logics[0].id)
    readings = [one for one in history.decoded.readings if one.channel == door]
    assert [one.start_s for one in readings] == list(range(SETTLED_S - 86_400, SETTLED_S, 60))
    assert {(one.length_s, one.covered_s) for one in readings} == {(60, 60)}
    counter = live.logics[0].counts[0].id
    stored = context.book.between(SETTLED_S // 60 - 1440, SETTLED_S // 60)
    truth = [record.grown.get(counter, 0) for record in stored]
    assert [dict(one.values)["forward"] for one in readings] == truth
    assert sum(truth) > 0
    assert history.decoded.channels[0].is_door


@in_loop
async def test_a_stitched_instance_is_another_context() -> None:
    async with asked(sensor("5.0", multisensors=(2,))) as client:
        assert await client.at(Context(1)).analysis.logics() is not None
    async with asked(sensor("5.6", multisensors=(2,))) as client:
        assert [row.id for row in await client.device.multisensors()] == [2]
        assert (await client.device.multisensor_status(Context(2))).enabled
        assert await client.at(Context(2)).analysis.logics() is not None
        error = await refused(client.at(Context(3)).analysis.logics())
        assert error.error_code == "device_element_missing"


# -- changing -------------------------------------------------------------------------------------


@EVERY
@in_loop
async def test_writing_keeps_what_is_not_ours_and_can_be_taken_back(release: Release) -> None:
    device = sensor(release)
    before = device.snapshot()
    async with asked(device) as client:
        name, time = await client.device.id(), await client.device.time()
        await client.device.write_id(name.amended({"name": "South"}))
        await client.device.write_time(time.amended({"time_zone": "Europe/Zurich"}))
        assert (await client.device.id()).whole == name.whole | {"name": "South"}
        assert (await client.device.time()).read.ntp_servers == time.read.ntp_servers
        assert device.snapshot() != before
        await client.device.write_id(name.whole)
        await client.device.write_time(time.whole)
    assert device.snapshot() == before


@EVERY
@in_loop
async def test_lines_and_logics_come_and_go(release: Release) -> None:
    device = sensor(release)
    before = device.snapshot()
    async with asked(device) as client:
        scene, analysis = client.at().scene, client.at().analysis
        line = await scene.create_geometry(LINE)
        await scene.write_geometry(line.read.id, line.amended({"name": "Third"}))
        named = {one.read.id: one.read.name for one in await scene.geometries()}
        assert named[line.read.id] == "Third"
        template = {"type": "XLT_LINE_IN_OUT_COUNT", "options": {"count_line_id": line.read.id}}
        logic = await analysis.create_from_template({"name": "Third", "template": template})
        names = {c.name for c in (await client.at().data.live_counts()).counts}
        assert {"fw", "bw"} <= names
        await analysis.write_logic(logic.read.id, {"id": logic.read.id, "name": "Fourth"})
        in_use = await refused(scene.delete_geometry(line.read.id))
        assert in_use.error_code == "device_conflict"
        await analysis.delete_logic(logic.read.id)
        await scene.delete_geometry(line.read.id)
        await scene.delete_geometry(line.read.id)
    assert device.snapshot() == before


@in_loop
async def test_an_id_of_ours_and_one_that_is_taken() -> None:
    async with asked(sensor()) as client:
        made = await client.at().scene.create_geometry(LINE, id=1777)
        assert made.read.id == 1777
        error = await refused(client.at().scene.create_geometry(LINE, id=1777))
    assert error.error_code == "device_conflict"


@EVERY
@in_loop
async def test_a_transaction_is_done_whole_or_not_at_all(release: Release) -> None:
    device = sensor(release)
    before = device.snapshot()
    place = next(iter(device.config.items("/singlesensor/scene/geometries")))
    template = {"type": "XLT_LINE_IN_OUT_COUNT", "options": {"count_line_id": place}}
    target = "/analysis/logics/templates"
    good = Step(method="POST", target=target, body={"id": -1, "name": "A", "template": template})
    bad = replace(good, body={"id": -2, "name": "B", "template": {"type": "XLT_NONE"}})
    async with asked(device) as client:
        error = await refused(client.at().analysis.transaction([good, bad]))
        assert error.error_code == "device_refused"
        assert device.snapshot() == before
        await client.at().analysis.transaction([good])
        assert "A" in [one.read.name for one in await client.at().analysis.logics()]


@EVERY
@in_loop
async def test_connection_and_agent(release: Release) -> None:
    device = sensor(release)
    before = device.snapshot()
    async with answering(http(b"")) as receiver, asked(device) as client:
        push = client.at().push
        uri, _, port = receiver.url.rpartition(":")
        config = {"uri": f"{uri}/push", "port": int(port), "auth_method": "BEARER_TOKEN"}
        config |= {"auth_data": "a-secret", "connection_timeout_s": 5}
        made = await push.create_connection({"name": "us", "protocol": "HTTP", "config": config})
        assert "a-secret" not in repr(made)
        assert made.whole["config"]["auth_data"] == "a-secret"
        agent = await push.create_agent(agent_of(made.read.id))
        await push.write_agent(agent.read.id, agent.amended({"enabled": False}))
        assert [one.read.enabled for one in await push.agents()] == [False]
        assert (await push.agent_status(agent.read.id)).transmit_info.no_of_failed == 0
        assert (await push.test_connection(made.read.id)).status == "OK"
        assert receiver.heard[-1].credentials == "Bearer a-secret"
        await push.delete_agent(agent.read.id)
        await push.delete_connection(made.read.id)
    assert device.snapshot() == before


def agent_of(connection: int) -> dict[str, Any]:
    return {
        "name": "us",
        "type": "LOGICS",
        "enabled": True,
        "connection": connection,
        "config": {
            "data": {
                "resolution": "ONE_MINUTE",
                "include_empty": True,
                "format": {"type": "JSON", "version": "5.0"},
            },
            "filters": {"included_logics": "ALL"},
            "scheduler": {"type": "IMMEDIATE"},
        },
    }


@in_loop
async def test_volatile_ones_are_a_set_of_their_own() -> None:
    device = sensor()
    async with asked(device) as client:
        push = client.at().push
        body = {"name": "us", "protocol": "HTTP", "config": {"uri": "http://192.0.2.1/"}}
        made = await push.create_connection(body, volatile=True)
        again = await push.create_connection(body, id=made.read.id, force=True, volatile=True)
        assert again.read.id == made.read.id >= 100_000
        assert await push.connections() == []
        assert len(await push.connections(volatile=True)) == 1


@in_loop
async def test_a_stretch_is_sent_again() -> None:
    device = sensor()
    async with answering(http(b"")) as receiver, asked(device) as client:
        push = client.at().push
        uri, _, port = receiver.url.rpartition(":")
        config = {"uri": f"{uri}/push", "port": int(port)}
        made = await push.create_connection({"name": "us", "protocol": "HTTP", "config": config})
        agent = await push.create_agent(agent_of(made.read.id))
        await push.resend(agent.read.id, SETTLED_S - 600, SETTLED_S)
        await push.is_resending(agent.read.id)
        await push.stop_resending(agent.read.id)
        assert not await push.is_resending(agent.read.id)


@in_loop
async def test_changes_keep_a_distance_that_the_sensor_can_bear() -> None:
    slept: list[float] = []
    now_s = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now_s
        slept.append(seconds)
        now_s += seconds

    device = sensor()
    async with asked(device, write_pause_s=2, elapsed_s=lambda: now_s, sleep=sleep) as client:
        name = await client.device.id()
        for text in ("a", "b", "c"):
            await client.device.write_id(name.amended({"name": text}))
            await client.device.id()
    assert slept == [2, 2]
