"""The API reference, drawn from the OpenAPI document: readable on a phone, without a script."""

import shlex
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response

from countline.api.openapi import Json, Version, document
from countline.api.pages.html import block, code, items, json_block, page, phrase, prose

ADDRESS = "http://127.0.0.1:8080"
METHODS = ("get", "post", "put", "patch", "delete")


def reference_page(version: Version) -> Response[str]:
    """The reference of one version."""
    told = document(version)
    root = "/v3" if version == "v3" else "/api/v1"
    link = f'<p><a href="{root}/openapi.json">openapi.json</a>, OpenAPI 3.1, for tools.</p>'
    groups = "".join(_group(told, tag) for tag in told["tags"])
    body = f"{prose(told['info']['description'])}{link}{_contents(told)}{groups}{_schemas(told)}"
    return page(told["info"]["title"], body)


def _contents(told: Json) -> str:
    lines = (
        f'<a href="#{o["operationId"]}">{_method(method)}{escape(path)}</a>'
        for path, method, o in _operations(told)
    )
    return f'<nav aria-label="Operations">{items(lines)}</nav>'


def _operations(told: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in told["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method.upper(), methods[method]


def _method(method: str) -> str:
    return f'<span class="method {method}">{method}</span>'


def _group(told: Json, tag: Json) -> str:
    body = "".join(
        _operation(path, method, operation, told)
        for path, method, operation in _operations(told)
        if operation["tags"] == [tag["name"]]
    )
    return f"<h2>{escape(tag['name'])}</h2><p>{phrase(tag['description'])}</p>{body}"


def _operation(path: str, method: str, operation: Json, told: Json) -> str:
    (status, success), *failures = operation["responses"].items()
    parts = [
        f'<h3 id="{operation["operationId"]}">{_method(method)}{escape(path)}</h3>',
        f"<p>{phrase(operation['summary'])}</p>{prose(operation['description'])}",
        block(curl_of(path, method, operation), copy=True),
        _parameters(operation["parameters"]),
        _body(operation, told),
        f"<h4>Answer {status}</h4>",
        *(_content(kind, one, told) for kind, one in success.get("content", {}).items()),
        _failures(failures),
    ]
    return "".join(parts)


def curl_of(path: str, method: str, operation: Json) -> str:
    """The request of an operation's example, to be pasted."""
    query: list[tuple[str, Any]] = []
    for parameter in operation["parameters"]:
        if "example" in parameter and parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
        elif "example" in parameter and parameter["in"] == "query":
            query.append((parameter["name"], parameter["example"]))
    address = ADDRESS + path + ("?" + urlencode(query, safe=":") if query else "")
    words = ["curl"] + ([f"-X {method}"] if method != "GET" else [])
    lines = [f'{" ".join(words)} "{address}"', '-H "X-API-Key: your_api_key_here"']
    if "requestBody" in operation:
        kind, content = next(iter(operation["requestBody"]["content"].items()))
        lines.append(f'-H "Content-Type: {kind}"')
        if "example" in content:
            body = msgspec.json.encode(content["example"]).decode()
            lines.append(f"-d {shlex.quote(body)}")
        else:
            lines.append(f"--data-binary @plan.{kind.rpartition('/')[2]}")
    return " \\\n  ".join(lines)


def _parameters(parameters: list[Json]) -> str:
    if not parameters:
        return ""
    told = "".join(_parameter(p) for p in parameters)
    return f"<h4>Parameters</h4><dl>{told}</dl>"


def _parameter(parameter: Json) -> str:
    need = ", needed" if parameter.get("required") else ""
    where = "" if parameter["in"] == "query" else f", in the {parameter['in']}"
    kind = f'<span class="soft">{kind_of(parameter["schema"])}{where}{need}</span>'
    return (
        f"<dt>{code(parameter['name'])} {kind}</dt>"
        f"<dd>{phrase(parameter.get('description', ''))}{_default(parameter['schema'])}</dd>"
    )


def _default(schema: Json) -> str:
    if "default" not in schema or schema["default"] is None:
        return ""
    value = schema["default"]
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f' <span class="soft">Default: {code(text)}.</span>'


def kind_of(schema: Json) -> str:
    """What may stand in a field, in a few words of HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(code(str(value)) for value in schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(kind_of(one) for one in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    if schema.get("type") == "object":
        return f"object of {kind_of(schema.get('additionalProperties') or {})}"
    return escape(str(schema.get("format") or schema.get("type") or "anything"))


def _body(operation: Json, told: Json) -> str:
    if "requestBody" not in operation:
        return ""
    kinds = operation["requestBody"]["content"]
    content = next(iter(kinds.values()))
    if not content:
        return f"<h4>Body</h4><p>{' or '.join(code(kind) for kind in kinds)}</p>"
    name = content["schema"]["$ref"].rpartition("/")[2]
    return f"<h4>Body</h4>{_fields(told['components']['schemas'][name])}"


def _content(kind: str, content: Json, told: Json) -> str:
    if not content:
        return f"<p>{code(kind)}</p>"
    if "examples" not in content:
        return f"<details><summary>{escape(kind)}</summary>{block(content['example'])}</details>"
    (_, first), *others = content["examples"].items()
    more = "".join(
        f"<details><summary>Example: {escape(name.replace('_', ' '))}</summary>"
        f"{json_block(one['value'])}</details>"
        for name, one in others
    )
    return f"<p>{kind_of(content['schema'])}</p>{json_block(first['value'])}{more}"


def _failures(failures: list[tuple[str, Json]]) -> str:
    lines = []
    for status, answer in failures:
        told = [
            f'<a href="/errors/{name}">{code(name)}</a>'
            for content in answer.get("content", {}).values()
            for name in content["examples"]
        ]
        lines.append(f"{status} {escape(answer['description'])} {' '.join(told)}")
    return f"<details><summary>Other answers</summary>{items(lines)}</details>"


def _schemas(told: Json) -> str:
    body = "".join(
        f'<h3 id="{name}">{escape(name)}</h3><p>{phrase(schema.get("description", ""))}</p>'
        f"{_fields(schema)}"
        for name, schema in told["components"]["schemas"].items()
    )
    return f"<h2>What answers and bodies hold</h2>{body}"


def _fields(schema: Json) -> str:
    needed = schema.get("required", ())
    told = "".join(
        f'<dt>{code(name)} <span class="soft">{kind_of(field)}'
        f"{'' if name in needed else ', may be left out'}</span></dt>"
        f"<dd>{phrase(field.get('description', ''))}{_default(field)}</dd>"
        for name, field in schema["properties"].items()
    )
    return f"<dl>{told}</dl>"
