"""What sensors refuse, told apart."""

import pytest

from countline.api.codes import CODES
from tests.app.answering import answering, html, in_loop, json, whole
from tests.app.invented_sensors import INFO, LOGIN, PASSWORD, devices, refusal, rename, sensor


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            json({"code": 403, "info": "Missing privilege: device_write"}, 403),
            "device_privilege_missing",
        ),
        (json({"code": 7, "info": "No license for PIGES"}, 403), "device_license_missing"),
        (json({"code": 7, "info": "Max number of modifiers reached"}, 400), "device_limit_reached"),
        (json({"code": 7, "info": "full"}, 507), "device_limit_reached"),
        (json({"code": 21002, "info": "installing"}, 423), "device_busy"),
        (json({"code": 31001, "info": "busy"}, 400), "device_busy"),
        (json({"code": 451, "info": "privacy"}, 451), "device_privacy_mode"),
        (json({"code": 10000, "info": "no such id"}, 404), "device_element_missing"),
        (json({"code": 1, "info": "id taken"}, 409), "device_conflict"),
        (json({"code": 10010, "info": "invalid settings"}, 400), "device_refused"),
        (whole(b"oops", 500, "text/plain"), "device_failed"),
        (html(403), "firmware_unsupported"),
        (html(404), "firmware_unsupported"),
        (whole(b"", 405), "firmware_unsupported"),
        (whole(b"", 412), "device_refused"),
        (whole(b"", 503), "device_busy"),
    ],
)
@in_loop
async def test_each_refusal_has_a_code(answer: bytes, code: str) -> None:
    async with answering(sensor({"PUT /device/id": answer})) as served:
        error = await refusal(served.url, rename)
    assert error.error_code == code
    assert code in CODES
    assert "write its name and group" in error.detail or code == "device_busy"


@in_loop
async def test_what_a_sensor_repeats_of_our_secrets_is_blanked() -> None:
    said = json({"code": 10010, "info": "bad", "detail": [f"{PASSWORD} and push-secret"]}, 400)
    path = "POST /singlesensor/data/push/connections"
    body = {"name": "n", "config": {"uri": "http://gateway", "password": "push-secret"}}
    async with answering(sensor({path: said})) as served:
        error = await refusal(served.url, lambda c: c.at().push.create_connection(body))
    assert "*** and ***" in error.detail


@in_loop
async def test_what_a_firmware_lacks_is_not_asked() -> None:
    old = json(INFO | {"fw_version": "5.3.1-9738700b2d"})
    async with answering(sensor({"GET /device/info": old})) as served:
        error = await refusal(served.url, lambda client: client.at().scene.limits())
    assert error.error_code == "firmware_unsupported"
    assert (error.extra["found"], error.extra["needed"]) == ("5.3.1", "5.6.0 or newer")
    assert served.asked == ["GET /device/info"]


@in_loop
async def test_removing_what_is_gone_is_well() -> None:
    gone = json({"code": 10000, "info": "no such id"}, 404)
    path = "DELETE /singlesensor/data/push/agents/1000"
    async with (
        answering(sensor({path: gone})) as served,
        devices().client(served.url, login=LOGIN) as client,
    ):
        await client.at().push.delete_agent(1000)
