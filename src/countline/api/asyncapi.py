"""The AsyncAPI 3.0 document: what is told of itself, by which ways, made from the structs that tell it.

OpenAPI says what can be asked. Parameters and keys are taken from there, messages from the table of
`wire.events`, so that there is nothing here that could say something else than what is done.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from countline.api import openapi
from countline.api.event_stream import MEDIA_TYPE as EVENT_STREAM
from countline.api.examples_events import DATA, STREAM_ID, example
from countline.api.sockets import PATH as SOCKET
from countline.limits import SOCKET_KEY_S_MAX, STREAM_HEARTBEAT_S
from countline.wire.events import MESSAGES, Authenticate, HeartbeatMessage, ResyncMessage

Json = dict[str, Any]
Structs = Mapping[str, type[msgspec.Struct]]

EVENTS = "/v3/events"
OF_STREAMS: Structs = {**MESSAGES, "resync": ResyncMessage}
OF_SOCKETS: Structs = {**OF_STREAMS, "heartbeat": HeartbeatMessage}
WITH_ID = "{}.with-id"  # the name of a message by WebSocket, which has its id inside
AUTHENTICATE = "authenticate"

ABOUT = f"""
What happens is told by webhook, by server-sent events and by WebSocket: the same documents, from one log.

Each event of a stream has an id, and whoever comes back with the last one is told what came after it:
nothing is lost, nothing told twice. `resync` is told first where that cannot be. Heartbeats come every
{STREAM_HEARTBEAT_S} seconds.

Numbers are those at the time of telling: keep for each row the greatest `revision`. Messages may gain
fields, and there may be further kinds; those described here stay.
"""
ID: Json = {"type": "string", "description": "To come back with; not to be understood."}


@cache
def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "countline, events",
            "version": "3",
            "description": ABOUT.strip(),
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
        },
    }


@cache
def document_bytes() -> bytes:
    """The document as the gateway serves it."""
    return msgspec.json.encode(document())


def document_text() -> str:
    """The document as it is kept beside the code."""
    return msgspec.json.format(document_bytes(), indent=2).decode() + "\n"


# -- by which ways --------------------------------------------------------------------------------
def _servers() -> Json:
    own = {"default": "127.0.0.1:8080", "description": "Where the gateway is asked."}
    yours = {"default": "example.org", "description": "What the settings name."}
    security = [_ref("components", "securitySchemes", name) for name in _security_schemes()]
    return {
        "gateway": {
            "host": "{host}",
            "protocol": "http",
            "description": "This gateway; `https` where it has a certificate.",
            "variables": {"host": own},
            "security": security,
        },
        "socket": {
            "host": "{host}",
            "protocol": "ws",
            "description": "This gateway; `wss` where it has a certificate.",
            "variables": {"host": own},
            "security": security,
        },
        "receiver": {
            "host": "{host}",
            "protocol": "https",
            "description": "Whoever receives webhooks: a server of yours.",
            "variables": {"host": yours},
        },
    }


def _channels() -> Json:
    return {
        "events": {
            "address": EVENTS,
            "title": "Server-sent events",
            "description": f"`{EVENT_STREAM}`: the document is the `data` of an event, its `type`"
            " the `event`, and where it stands the `id`.",
            "servers": [_ref("servers", "gateway")],
            "messages": _all_of(OF_STREAMS),
        },
        "socket": {
            "address": SOCKET,
            "title": "WebSocket",
            "description": "Each message is a text of JSON with its `id`.",
            "servers": [_ref("servers", "socket")],
            "messages": {
                **_all_of({WITH_ID.format(kind): one for kind, one in OF_SOCKETS.items()}),
                AUTHENTICATE: _ref("components", "messages", AUTHENTICATE),
            },
            "bindings": {"ws": {"method": "GET", "query": _query(), "bindingVersion": "0.1.0"}},
        },
        "webhook": {
            "address": None,
            "title": "Webhooks",
            "description": "The address that the settings name. Bodies are signed by Standard"
            " Webhooks: headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.",
            "servers": [_ref("servers", "receiver")],
            "messages": _all_of(MESSAGES),
        },
    }


def _operations() -> Json:
    asked = {"method": "GET", "query": _query(), "bindingVersion": "0.3.0"}
    posted = {"method": "POST", "bindingVersion": "0.3.0"}
    return {
        "tellByEvents": {
            **_operation("events", "send", "Tell a listener as it happens.", OF_STREAMS),
            "bindings": {"http": asked},
        },
        "tellBySocket": _operation(
            "socket",
            "send",
            "Tell a listener as it happens.",
            [WITH_ID.format(kind) for kind in OF_SOCKETS],
        ),
        "takeKey": _operation(
            "socket",
            "receive",
            f"Take the key as the first message, within {SOCKET_KEY_S_MAX} seconds, from a listener"
            " who can send neither header nor cookie.",
            [AUTHENTICATE],
        ),
        "tellByWebhook": {
            **_operation("webhook", "send", "Tell a server of yours.", MESSAGES),
            "bindings": {"http": posted},
        },
    }


def _operation(channel: str, action: str, summary: str, messages: Iterable[str]) -> Json:
    return {
        "action": action,
        "channel": _ref("channels", channel),
        "summary": summary,
        "messages": [_ref("channels", channel, "messages", name) for name in messages],
    }


def _query() -> Json:
    """The parameters of a stream, as OpenAPI has them."""
    told = openapi.document("v3")["paths"][EVENTS]["get"]["parameters"]
    fields = {
        one["name"]: {**one["schema"], "description": one["description"]}
        for one in told
        if one["in"] == "query"
    }
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _security_schemes() -> Json:
    """As OpenAPI has them; AsyncAPI has another name for a key in a header or cookie."""
    schemes = openapi.SECURITY_SCHEMES | openapi.COOKIE_SCHEME
    return {
        name: {**one, "type": "httpApiKey"} if one["type"] == "apiKey" else one
        for name, one in schemes.items()
    }


# -- what is told ---------------------------------------------------------------------------------
def _messages() -> Json:
    made = {kind: _message(kind, one) for kind, one in OF_SOCKETS.items()}
    made |= {
        WITH_ID.format(kind): _message(kind, one, with_id=True) for kind, one in OF_SOCKETS.items()
    }
    made[AUTHENTICATE] = {
        "name": AUTHENTICATE,
        "title": AUTHENTICATE,
        "summary": Authenticate.__doc__,
        "payload": _ref("components", "schemas", Authenticate.__name__),
        "examples": [{"payload": {"authenticate": "your_api_key_here"}}],
    }
    return made


def _message(kind: str, struct: type[msgspec.Struct], *, with_id: bool = False) -> Json:
    narrowed: Json = {"properties": {"type": {"const": kind}}}
    if with_id:
        narrowed = {"required": ["id"], "properties": {"id": ID, **narrowed["properties"]}}
    made: Json = {
        "name": kind,
        "title": kind,
        "summary": struct.__doc__,
        "payload": {"allOf": [_ref("components", "schemas", struct.__name__), narrowed]},
    }
    if kind in DATA:
        told = {"id": STREAM_ID, **example(kind)} if with_id else example(kind)
        made["examples"] = [{"payload": told}]
    return made


def _schemas() -> Json:
    structs = list(dict.fromkeys([*OF_SOCKETS.values(), Authenticate]))
    _, found = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    return {name: found[name] for name in sorted(found)}


def _all_of(messages: Structs) -> Json:
    return {name: _ref("components", "messages", name) for name in messages}


def _ref(*path: str) -> Json:
    return {"$ref": "#/" + "/".join(path)}
