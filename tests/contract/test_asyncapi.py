"""The AsyncAPI document: its structure, its references, and examples that are what is told."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from countline.api.asyncapi import OF_SOCKETS, WITH_ID, document
from countline.model.event import TOLD_KINDS
from countline.wire.events import MESSAGES, Authenticate
from tests.unit.api.building import House, open_house

REF = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "additionalProperties": False,
}
REFS = {"type": "array", "items": REF, "uniqueItems": True}
TEXT = {"type": "string", "minLength": 1}


def thing(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object of AsyncAPI: these fields and no others."""
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def named(value: Any) -> dict[str, Any]:
    """A map, with names that may stand in a reference."""
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": r"^[\w.-]+$"},
        "additionalProperties": value,
    }


BINDING = {"type": "object", "required": ["bindingVersion"]}
BINDINGS = {
    "type": "object",
    "propertyNames": {"enum": ["http", "ws"]},
    "additionalProperties": BINDING,
}
SERVER = thing(
    ["host", "protocol"],
    host={"type": "string", "pattern": r"^[^/?#]+$"},
    protocol={"enum": ["http", "https", "ws", "wss"]},
    description=TEXT,
    variables=named(thing([], default=TEXT, description=TEXT)),
    security=REFS,
)
CHANNEL = thing(
    [],
    address={"type": ["string", "null"]},
    title=TEXT,
    description=TEXT,
    servers=REFS,
    messages=named(REF),
    bindings=BINDINGS,
)
OPERATION = thing(
    ["action", "channel"],
    action={"enum": ["send", "receive"]},
    channel=REF,
    summary=TEXT,
    messages=REFS,
    bindings=BINDINGS,
)
MESSAGE = thing(
    [],
    name=TEXT,
    title=TEXT,
    summary=TEXT,
    payload={"type": "object"},
    examples={"type": "array", "items": thing(["payload"], payload={"type": "object"})},
)
SCHEME = {
    "oneOf": [
        thing(
            ["type", "name", "in"],
            type={"const": "httpApiKey"},
            name=TEXT,
            description=TEXT,
            **{"in": {"enum": ["query", "header", "cookie"]}},
        ),
        thing(["type", "scheme"], type={"const": "http"}, scheme={"const": "bearer"}),
    ]
}
DOCUMENT = thing(
    ["asyncapi", "info"],
    asyncapi={"const": "3.0.0"},
    info=thing(
        ["title", "version"],
        title=TEXT,
        version=TEXT,
        description=TEXT,
        license=thing(["name"], name=TEXT, url=TEXT),
    ),
    defaultContentType=TEXT,
    servers=named(SERVER),
    channels=named(CHANNEL),
    operations=named(OPERATION),
    components=thing(
        [],
        messages=named(MESSAGE),
        schemas=named({"type": "object"}),
        securitySchemes=named(SCHEME),
    ),
)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as house:
        yield house


def found(ref: str) -> Any:
    """What a reference names; a KeyError where there is nothing."""
    value: Any = document()
    for part in ref.removeprefix("#/").split("/"):
        value = value[part]
    return value


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def fitting(payload: Any) -> jsonschema_rs.Draft7Validator:
    """A validator of a message, by the dialect that AsyncAPI takes schemas to be of."""
    return jsonschema_rs.Draft7Validator({**payload, "components": document()["components"]})


def test_its_structure_is_that_of_asyncapi_3() -> None:
    jsonschema_rs.Draft202012Validator(DOCUMENT).validate(document())


def test_all_references_lead_somewhere() -> None:
    told = set(references(document()))
    assert told
    for ref in told:
        assert found(ref) is not None


def test_an_operation_has_messages_of_its_own_channel() -> None:
    for operation in document()["operations"].values():
        channel = operation["channel"]["$ref"]
        assert operation["messages"]
        assert all(m["$ref"].startswith(f"{channel}/messages/") for m in operation["messages"])


def test_every_message_of_a_channel_is_of_some_operation() -> None:
    used = set(references(document()["operations"]))
    for channel, told in document()["channels"].items():
        for name in told["messages"]:
            assert f"#/channels/{channel}/messages/{name}" in used


def test_every_kind_that_is_told_is_told_by_all_three_ways() -> None:
    channels = document()["channels"]
    for kind in TOLD_KINDS:
        assert kind in channels["events"]["messages"]
        assert kind in channels["webhook"]["messages"]
        assert WITH_ID.format(kind) in channels["socket"]["messages"]


@pytest.mark.parametrize("kind", list(OF_SOCKETS))
def test_each_kind_has_an_example_that_its_struct_reads(kind: str) -> None:
    message = document()["components"]["messages"][kind]
    (example,) = message["examples"]
    read = msgspec.convert(example["payload"], OF_SOCKETS[kind])
    assert msgspec.to_builtins(read) == example["payload"]
    fitting(message["payload"]).validate(example["payload"])
    assert message["name"] == example["payload"]["type"] == kind


@pytest.mark.parametrize("kind", list(OF_SOCKETS))
def test_by_websocket_each_has_its_id(kind: str) -> None:
    message = document()["components"]["messages"][WITH_ID.format(kind)]
    (example,) = message["examples"]
    validator = fitting(message["payload"])
    validator.validate(example["payload"])
    assert not validator.is_valid({k: v for k, v in example["payload"].items() if k != "id"})
    assert not validator.is_valid({**example["payload"], "type": "something.else"})


def test_the_key_as_a_first_message_is_what_the_server_reads() -> None:
    message = document()["components"]["messages"]["authenticate"]
    (example,) = message["examples"]
    msgspec.convert(example["payload"], Authenticate)
    fitting(message["payload"]).validate(example["payload"])


def test_parameters_and_keys_are_those_of_openapi(house: House) -> None:
    openapi = house.nobody().get("/v3/openapi.json").json
    told = openapi["paths"]["/v3/events"]["get"]["parameters"]
    query = document()["channels"]["socket"]["bindings"]["ws"]["query"]
    assert list(query["properties"]) == [p["name"] for p in told if p["in"] == "query"]
    assert list(document()["components"]["securitySchemes"]) == list(
        openapi["components"]["securitySchemes"]
    )


def test_the_gateway_serves_it_and_says_where(house: House) -> None:
    v3, v1 = house.nobody().get("/").json["versions"]
    told = house.nobody().get(v3["asyncapi"])
    assert (told.status, told.json) == (200, document())
    assert "asyncapi" not in v1
    assert set(MESSAGES) <= set(told.json["components"]["messages"])
