"""Whatever a sensor answers, an operation gives what its signature says, or one error."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.operations.analysis import AnalysisOperations, Step
from countline.devices.xovis_v5.operations.data import DataOperations
from countline.devices.xovis_v5.operations.device import DeviceOperations
from countline.devices.xovis_v5.operations.push import PushOperations
from countline.devices.xovis_v5.operations.scene import SceneOperations
from countline.drivers.xovis_v5.compatibility import OPERATIONS
from countline.errors import DeviceError


class Answers:
    """An asker that always gets the same answer, and remembers what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def ask(self, operation: str, **how: Any) -> bytes:
        assert operation in OPERATIONS
        self.asked.append((operation, how))
        return self.answer


Ask = Callable[[Answers], Awaitable[Any]]


def reads(kind: Callable[[Answers], object], *names: str) -> dict[str, Ask]:
    """Operations without arguments, by their names."""

    def of(name: str) -> Ask:
        return lambda answers: getattr(kind(answers), name)()

    return {name: of(name) for name in names}


READS: dict[str, Ask] = {
    **reads(
        DeviceOperations,
        *("info", "id", "state", "config_state", "single_status", "user", "time", "time_state"),
        *("hostname", "network_state", "license_status", "license_details", "privacy"),
        *("update_state", "neighbours", "multisensors"),
    ),
    **reads(SceneOperations, "geometries", "limits", "masks", "sensor_geometry"),
    **reads(AnalysisOperations, "logics", "counters", "templates"),
    **reads(DataOperations, "live_counts", "live_logics", "history_status"),
    **reads(PushOperations, "connections", "agents", "agents_status"),
    "scan": lambda answers: DeviceOperations(answers).scan("10.0.0.1", 5),
    "multisensor_status": lambda a: DeviceOperations(a).multisensor_status(Context(1)),
    "create_geometry": lambda answers: SceneOperations(answers).create_geometry({}),
    "create_from_template": lambda answers: AnalysisOperations(answers).create_from_template({}),
    "history": lambda answers: DataOperations(answers).history(60, 120, templates={}),
    "create_connection": lambda answers: PushOperations(answers).create_connection({}),
    "create_agent": lambda answers: PushOperations(answers).create_agent({}),
    "agent_status": lambda answers: PushOperations(answers).agent_status(1),
    "test_connection": lambda answers: PushOperations(answers).test_connection(1),
}
KEYS = st.sampled_from(
    [
        *("id", "name", "type", "geometry", "logics", "geometries", "counts", "time", "details"),
        *("state", "begin", "end", "measurements", "config", "agents", "connections", "template"),
    ]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=200)
@given(
    name=st.sampled_from(sorted(READS)),
    answer=TREES.map(msgspec.json.encode) | st.binary(max_size=20),
)
def test_an_answer_is_typed_or_told_to_be_none(name: str, answer: bytes) -> None:
    try:
        asyncio.run(_run(READS[name], answer))
    except DeviceError as error:
        assert error.error_code == "device_answer_invalid"


async def _run(ask: Ask, answer: bytes) -> Any:
    return await ask(Answers(answer))


def test_null_is_as_good_as_left_out() -> None:
    answers = Answers(b'{"name":"North","group":null,"rssi":[null,{"a":null}]}')
    found = asyncio.run(DeviceOperations(answers).id())
    assert (found.read.name, found.read.group) == ("North", "")
    assert found.whole == {"name": "North", "group": None, "rssi": [None, {"a": None}]}


def test_a_configuration_is_read_without_its_secrets() -> None:
    content = {"connections": [{"config": {"password": "hunter2", "user": "u"}}]}
    state = {"checksum": "c", "details": [{"url": "/x", "checksum": "d", "content": content}]}
    answers = Answers(msgspec.json.encode(state))
    read = asyncio.run(DeviceOperations(answers).config_state(contents=True))
    assert answers.asked == [("config_state", {"query": {"contents": True}})]
    assert "hunter2" not in repr(read)
    assert read.details[0].content["connections"][0]["config"]["user"] == "u"


def test_ids_are_the_sensors_choice_or_ours() -> None:
    answers = Answers(b'{"id":7,"type":"LINE","geometry":[[0,0],[1,1]],"protocol":"HTTP"}')
    scene, push = SceneOperations(answers), PushOperations(answers)

    async def main() -> None:
        await scene.create_geometry({"id": 3, "name": "n"})
        await scene.create_geometry({"name": "n"}, id=7)
        await push.create_connection({"name": "n"}, id=7, force=True, volatile=True)

    asyncio.run(main())
    assert [how for _, how in answers.asked] == [
        {"body": {"name": "n"}, "query": {}},
        {"body": {"name": "n", "id": 7}, "query": {"id_mode": "CLIENT"}},
        {
            "body": {"name": "n", "id": 7},
            "query": {"id_mode": "CLIENT_FORCE", "volatile": True},
        },
    ]


def test_a_stretch_to_send_again_is_told_in_utc() -> None:
    answers = Answers(b"")
    asyncio.run(PushOperations(answers).resend(5, 1_773_480_420, 1_773_480_480))
    (_, how) = answers.asked[0]
    assert how["body"] == {
        "type": "TIME_RANGE",
        "time_from": "2026-03-14T09:27:00Z",
        "time_to": "2026-03-14T09:28:00Z",
    }


@pytest.mark.parametrize(
    ("answer", "busy"),
    [
        (b'{"status":"BUSY"}', True),
        (b'[{"status": "BUSY"}]', True),
        (b'{"status":"IDLE"}', False),
        (b'{"type":"TIME_RANGE"}', False),
        (b"", False),
    ],
)
def test_whether_an_agent_still_sends_again(answer: bytes, busy: bool) -> None:
    assert asyncio.run(PushOperations(Answers(answer)).is_resending(5)) == busy


def test_a_transaction_names_its_requests() -> None:
    answers = Answers(b"")
    step = Step(method="PUT", target="/analysis/logics/1", body={"name": "n"})
    assert asyncio.run(AnalysisOperations(answers).transaction([step])) is None
    requests = [{"method": "PUT", "target": "/analysis/logics/1", "body": {"name": "n"}}]
    assert answers.asked == [("transaction", {"body": {"requests": requests}})]
