"""The API's contract: documents, examples, errors and pages say what the API does, for every route."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

import countline
from countline import errors
from countline.api.codes import CODES
from countline.api.examples import ANSWERS, PATH_VALUES, SENT, problem_example
from countline.api.openapi import (
    OPERATIONS,
    Version,
    codes_of,
    document,
    key_of,
    plain_path,
    structs_of,
)
from countline.api.operation import Operation
from countline.wire.problem import Problem
from tests.pictures import PNG
from tests.unit.api.building import Answered, Caller, House, furnish, open_house

VERSIONS: tuple[Version, ...] = ("v3", "v1")
ROUTES = [(v, o) for v in VERSIONS for o in OPERATIONS[v]]
every_route = pytest.mark.parametrize(
    ("version", "operation"), ROUTES, ids=[key_of(o) for _, o in ROUTES]
)
SOURCE = Path(countline.__file__).parent


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """The building of the documentation, with whom its examples speak of."""
    with open_house() as house:
        furnish(house)
        yield house


def fitting(version: Version, schema: Any) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema inside a document."""
    whole = {**schema, "components": document(version)["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def described(version: Version, operation: Operation) -> Any:
    return document(version)["paths"][plain_path(operation)][operation.method.lower()]


def check(version: Version, operation: Operation, told: Answered) -> None:
    """An answer has a documented status, and is what the document says of it."""
    answers = described(version, operation)["responses"]
    assert str(told.status) in answers, (key_of(operation), told.status, told.body[:300])
    content = answers[str(told.status)].get("content")
    if content is None:
        assert told.body == b""
        return
    kind = told.headers["content-type"].partition(";")[0]
    assert kind in content
    if kind.endswith("json"):
        fitting(version, content[kind]["schema"]).validate(told.json)
    if told.status >= 400:
        assert told.problem["code"] in codes_of(operation)


def sample(operation: Operation, **change: Any) -> dict[str, Any]:
    """The keyword arguments of a request as the document's example makes it."""
    path = plain_path(operation).format(**PATH_VALUES)
    query = {
        p["name"]: p["example"]
        for p in described("v3" if operation.path.startswith("/v3") else "v1", operation)[
            "parameters"
        ]
        if p["in"] == "query" and "example" in p
    }
    made: dict[str, Any] = {"method": operation.method, "path": path, "query": query}
    if operation.body:
        made["body"] = SENT[key_of(operation)]
    if operation.takes_bytes:
        made["raw"] = PNG
    return {**made, **change}


# -- documents ------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS)
def test_every_reference_in_a_document_leads_somewhere(version: Version) -> None:
    told = document(version)
    text = msgspec.json.encode(told).decode()
    for reference in set(re.findall(r'"\$ref":"#/([^"]+)"', text)):
        place: Any = told
        for step in reference.split("/"):
            place = place[step]
    names = [o["operationId"] for path in told["paths"].values() for o in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_gateway_serves_the_document(house: House, version: Version) -> None:
    base = {"v3": "/v3", "v1": "/api/v1"}[version]
    told = house.nobody().get(f"{base}/openapi.json")
    assert told.json == msgspec.json.decode(msgspec.json.encode(document(version)))
    assert told.json["openapi"] == "3.1.0"


@every_route
def test_every_example_answer_fits_its_schema(version: Version, operation: Operation) -> None:
    told = described(version, operation)["responses"][str(operation.status)]
    if operation.tells is None:
        assert set(told.get("content", ())) == set(operation.gives if operation.gives_bytes else ())
        return
    content = told["content"][operation.gives[0]]
    assert content["examples"]
    for example in content["examples"].values():
        fitting(version, content["schema"]).validate(example["value"])
        text = msgspec.json.encode(example["value"])
        assert any(reads_whole(text, struct) for struct in structs_of(operation))


def reads_whole(text: bytes, struct: type[msgspec.Struct]) -> bool:
    """Whether a text is exactly what the struct says: nothing missing, nothing unknown."""
    try:
        read = msgspec.json.decode(text, type=struct)
    except msgspec.ValidationError:
        return False
    return bool(msgspec.json.decode(msgspec.json.encode(read)) == msgspec.json.decode(text))


@every_route
def test_every_example_of_a_body_is_read(version: Version, operation: Operation) -> None:
    if operation.body:
        text = msgspec.json.encode(SENT[key_of(operation)])
        msgspec.json.decode(text, type=operation.body)
        for kind in operation.takes:
            content = described(version, operation)["requestBody"]["content"][kind]
            fitting(version, content["schema"]).validate(SENT[key_of(operation)])


def test_no_example_is_of_nothing() -> None:
    keys = {key_of(o) for _, o in ROUTES}
    assert set(ANSWERS) - {"text/csv"} <= keys
    assert set(SENT) <= keys


@every_route
def test_every_documented_request_is_answered_as_documented(
    version: Version, operation: Operation
) -> None:
    with open_house() as house:
        furnish(house)
        caller = house.caller("read", "write", "admin")
        known = caller.get("/v3/keys").json["data"][0]["key_id"]
        asked = sample(operation)
        asked["path"] = asked["path"].replace(PATH_VALUES["key_id"], known)
        if operation.path.endswith("{adjustment_id:int}"):
            words = asked["path"].rpartition("/")[0]
            said = caller("POST", words, body={"value": 3, "reason": "counted"}).json
            asked["path"] = f"{words}/{said['adjustment_id']}"
        told = caller(**asked)
        assert told.status == operation.status, told.body
        check(version, operation, told)


def test_the_table_of_the_example_is_the_table(house: House) -> None:
    asked = {**sample(OPERATIONS["v3"][0]), "accept": "text/csv"}
    assert house.caller()(**asked).body.decode() == ANSWERS["text/csv"]["table"]


def test_the_rows_of_the_example_are_the_rows(house: House) -> None:
    told = house.caller()(**sample(OPERATIONS["v3"][0])).json
    example = ANSWERS["GET /v3/data/count"]["hours"]
    assert told == example
    assert list(told) == list(example)
    assert [list(row) for row in told["data"]] == [list(row) for row in example["data"]]


def test_parameters_not_built_yet_are_not_documented() -> None:
    text = msgspec.json.encode([document(v) for v in VERSIONS]).decode()
    for absent in ("as_of_revision", "corrected", "trajectories/"):
        assert f'"{absent}"' not in text


# -- errors ---------------------------------------------------------------------------------------
@every_route
def test_every_route_refuses_in_one_shape(
    house: House, version: Version, operation: Operation
) -> None:
    asked = sample(operation)
    everything = house.caller("read", "write", "admin", quota=10_000)
    nothing = house.caller(*({"read", "write", "admin"} - {operation.scope}), quota=10_000)
    wrong = {**asked, "query": {"nonsense": "1", "nonsensf": "2"}}
    refusals = {
        401: house.nobody()(**asked),
        403: nothing(**asked),
        400: everything(**wrong),
    }
    for status, told in refusals.items():
        assert told.status == status, told.body
        check(version, operation, told)
        assert "ratelimit" in told.headers
    assert [e["field"] for e in refusals[400].problem["errors"]][:2] == ["nonsense", "nonsensf"]
    in_address = everything(**{**asked, "query": {"api_key": "x"}})
    assert in_address.problem["code"] == "key_in_query"
    check(version, operation, in_address)


@every_route
def test_every_route_names_the_methods_it_takes(
    house: House, version: Version, operation: Operation
) -> None:
    taken = {o.method for _, o in ROUTES if o.path == operation.path}
    path = sample(operation)["path"]
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
        if method in taken:
            continue
        told = house.caller()(method, path)
        assert (told.status, told.problem["code"]) == (405, "method_not_allowed")
        allowed = set(told.headers["allow"].split(", "))
        assert taken <= allowed
        assert ("HEAD" in allowed) == ("GET" in taken)
    options = house.nobody()("OPTIONS", path)
    assert (options.status, options.body) == (204, b"")
    assert set(options.headers["allow"].split(", ")) == allowed


@every_route
def test_head_is_get_without_a_body(house: House, version: Version, operation: Operation) -> None:
    if operation.method != "GET":
        return
    caller: Caller = house.caller("read", "write", "admin")
    told = caller(**sample(operation))
    head = caller(**sample(operation, method="HEAD"))
    assert (head.status, head.body) == (told.status, b"")
    length = told.headers.get("content-length")  # a stream has none
    assert head.headers.get("content-length") == length
    assert head.headers["content-type"] == told.headers["content-type"]


@every_route
def test_a_slash_at_the_end_changes_nothing(
    house: House, version: Version, operation: Operation
) -> None:
    if operation.method == "GET":
        caller: Caller = house.caller("read", "write", "admin")
        asked = sample(operation)
        told = caller(**{**asked, "path": asked["path"] + "/"})
        assert told.status == caller(**asked).status


def raised_codes() -> dict[str, str]:
    """Every code that engine, gateway or API raise, and where."""
    names = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, Exception)}
    found = {v.code: "errors.py" for n, v in vars(errors).items() if n in names - {"ConfigError"}}
    for folder in ("engine", "gateway", "api"):
        for path in (SOURCE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names:
                    told = [k.value for k in node.keywords if k.arg == "code"]
                    found |= {v.value: path.name for v in told if isinstance(v, ast.Constant)}
                if isinstance(node, ast.ClassDef):
                    for part in node.body:
                        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "code":
                            found[ast.literal_eval(part.value)] = path.name
    return found


def test_every_code_that_is_raised_has_a_row() -> None:
    missing = {code: where for code, where in raised_codes().items() if code not in CODES}
    assert not missing


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_that_says_how_to_mend_it(house: House, code: str) -> None:
    told = problem_example(code)
    fitting("v3", {"$ref": "#/components/schemas/Problem"}).validate(told)
    page = house.nobody().get(f"/errors/{code}")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for part in ("What happened", "How to mend it", CODES[code].title.partition("'")[0]):
        assert part in page.body.decode()
    assert f"/errors/{code}" in house.nobody().get("/errors").body.decode()


def test_the_type_of_a_problem_is_a_page(house: House) -> None:
    told = house.nobody().get("/v3/zones").problem
    assert house.nobody().get(told["type"]).status == 200


def test_types_are_whole_addresses_where_the_public_one_is_known() -> None:
    with open_house(public_url="https://counts.example") as house:
        told = house.nobody().get("/v3/zones").problem
        assert told["type"] == "https://counts.example/errors/key_missing"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v3", "/v3/", "/v3/nothing", "/api/v2/zones", "/errors/no"]
)
def test_what_is_not_there_is_a_problem_too(house: House, path: str) -> None:
    told = house.nobody().get(path)
    assert (told.status, told.problem["code"]) == (404, "path_not_found")
    assert msgspec.convert(told.json, Problem).detail


def test_a_fault_of_ours_tells_nothing_of_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("s3cret detail")

    monkeypatch.setattr(house.engine.watch, "system", fail)
    told = house.caller().get("/v3/health")
    assert (told.status, told.problem["code"]) == (500, "error")
    assert "s3cret" not in told.body.decode()


def test_a_store_that_fails_is_503_with_when_to_ask_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise errors.StoreError("The disk did not answer.")

    monkeypatch.setattr(house.engine.watch, "system", fail)
    told = house.caller().get("/v3/health")
    assert (told.status, told.problem["code"]) == (503, "store_error")
    assert int(told.headers["retry-after"]) > 0


# -- pages ----------------------------------------------------------------------------------------
PAGES = ("/docs/v3", "/docs/v1", "/errors", "/errors/bad_query", "/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_and_run_nothing(house: House, path: str) -> None:
    told = house.nobody().get(path, accept="text/html")
    text = told.body.decode()
    assert told.status == 200
    assert not re.search(r"<(script|img|link|iframe|object|embed)\b|@import|url\(", text)
    assert not re.search(r"\b(src|srcset)=", text)
    assert all(href.startswith(("/", "#")) for href in re.findall(r'href="([^"]*)"', text))
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert '<meta name="viewport"' in text
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("path", PAGES)
def test_links_of_pages_lead_somewhere(house: House, path: str) -> None:
    text = house.nobody().get(path, accept="text/html").body.decode()
    for href in set(re.findall(r'href="([^"]*)"', text)):
        address, _, mark = href.partition("#")
        if mark:
            assert f'id="{mark}"' in text
        if address:
            assert house.nobody().get(address).status in (200, 302), href


@every_route
def test_the_reference_shows_every_operation(
    house: House, version: Version, operation: Operation
) -> None:
    text = house.nobody().get(f"/docs/{version}").body.decode()
    assert f'id="{operation.name}"' in text
    for p in described(version, operation)["parameters"]:
        assert f"<code>{p['name']}</code>" in text


def test_the_documented_curl_is_on_the_page(house: House) -> None:
    text = house.nobody().get("/docs/v3").body.decode()
    assert (
        "curl &quot;http://127.0.0.1:8080/v3/data/count?".replace("&quot;", '"')
        + "sensor_id=SNSR_001&amp;start_ts=2023-10-01T00:00:00Z&amp;end_ts=2023-10-01T23:59:59Z"
        "&amp;granularity=1h" in text
    )


def test_the_root_lists_both_versions(house: House) -> None:
    told = house.nobody().get("/").json
    assert [v["version"] for v in told["versions"]] == ["v3", "v1"]
    for version in told["versions"]:
        assert house.nobody().get(version["openapi"]).status == 200
        assert house.nobody().get(version["docs"]).status == 200


def test_life_signs_need_no_key(house: House) -> None:
    assert house.nobody().get("/healthz").body == b"ok"
    assert house.nobody().get("/readyz").body == b"ready"
