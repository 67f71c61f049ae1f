"""Every known operation, asked of a device of each personality over its socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from copy import deepcopy

import httpx2
import pytest

from countline.emulator.v5 import Device, Release, listening
from countline.emulator.v5.operations import ROUTES
from countline.emulator.v5.personality import RELEASES
from countline.emulator.v5.routes import pattern
from tests.unit.emulator.v5.asking import fresh
from tests.unit.emulator.v5.reference import FURNISHED, OPERATIONS, PUSHED, Operation

ADMIN = ("admin", "pass")


def roots_of(release: Release) -> list[str]:
    old = ["/singlesensor", "/multisensor"]
    return old if release in ("5.0", "5.3") else [*old, "/multisensors/1"]


def device(release: Release) -> Device:
    has_many = release in ("5.6", "5.9")
    return fresh(release, multisensors=(1,) if has_many else ())


async def ask(client: httpx2.AsyncClient, method: str, path: str, body: object) -> httpx2.Response:
    return await client.request(method, f"/api/v5{path}", json=body)


async def furnish(client: httpx2.AsyncClient, release: Release, root: str) -> list[str]:
    """Add what operations are asked about; under no root, only what lies beside them."""
    here = RELEASES.index(release)
    complaints = []
    for path, body, since, until in (*FURNISHED, *PUSHED):
        there = RELEASES.index(since) <= here <= RELEASES.index(until)
        if there and path.startswith("{root}") == bool(root):
            at = f"{path.replace('{root}', root)}?id_mode=CLIENT"
            made = await ask(client, "POST", at, body)
            if made.status_code != 201:
                complaints.append(f"{release}: POST {at}: {made.status_code} {made.text}")
    return complaints


def complaint(release: Release, operation: Operation, answer: httpx2.Response) -> str:
    """What a device answers otherwise than the table says."""
    said = f"{release}: {operation.method} {answer.url.path}: {answer.status_code}"
    if not operation.there(release):
        html = "text/html" in answer.headers["content-type"]
        return "" if answer.status_code == 403 and html else f"{said}, but it has no such operation"
    if answer.status_code != operation.status:
        return f"{said}, not {operation.status}: {answer.text[:200]}"
    if answer.status_code >= 400 and not {"code", "info"} <= json.loads(answer.content).keys():
        return f"{said}: no error body"
    return ""


async def asked_in_turn(
    release: Release, operations: Sequence[Operation], root: str
) -> AsyncIterator[str]:
    """One device for all; before each operation it is configured as it was at first."""
    one = device(release)
    async with (
        listening(one, tls=False) as address,
        httpx2.AsyncClient(base_url=address, auth=ADMIN) as client,
    ):
        for failed in await furnish(client, release, root):
            yield failed
        furnished = deepcopy(one.config.kept)
        for operation in operations:
            one.config.load(furnished)
            one.running.downs.clear()
            for name, password in one.factory_passwords.items():
                one.accounts[name].password = password
            path = operation.path.replace("{root}", root)
            answer = await ask(client, operation.method, path, operation.body)
            yield complaint(release, operation, answer)


@pytest.mark.parametrize("release", RELEASES)
def test_every_operation_of_the_reference_answers_as_it_says(release: Release) -> None:
    shared = [row for row in OPERATIONS if row.path.startswith("{root}")]
    apart = [row for row in OPERATIONS if row not in shared]

    async def run() -> list[str]:
        found = [said async for said in asked_in_turn(release, apart, "")]
        for root in roots_of(release):
            found += [said async for said in asked_in_turn(release, shared, root)]
        return [said for said in found if said]

    found = asyncio.run(run())
    assert not found, "\n".join(found)


def test_there_is_no_operation_that_the_reference_does_not_list() -> None:
    listed = [(row.method, row.path.partition("?")[0]) for row in OPERATIONS]
    for row in ROUTES:
        filled = [path for method, path in listed if method == row.method]
        asked = [path.replace("{root}", "/singlesensor") for path in filled]
        assert any(pattern(row.path).match(path) for path in asked), f"{row.method} {row.path}"
