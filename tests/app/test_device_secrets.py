"""No secret of a device is ever shown: not in a log, an answer, an error, or in what is kept."""

import asyncio
import io
import zlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from countline import log
from countline.devices.xovis_v5 import Login
from countline.devices.xovis_v5.documents import BLANKED, blank, unblanked
from countline.engine.adopting import AdoptionAsked
from countline.engine.configuring import ChangeAsked
from countline.errors import CountlineError
from countline.model.adoption import Adoption, ConfigurationChange
from countline.vault import Secret
from tests.app.emulated_devices import NOW_MS, sensor
from tests.app.wired_devices import WiredHouse, wired_house

HOST = "10.0.0.17"
PASSWORD, SMK = "admins-own-word", "SMK-7777-8888"
THEIRS = ("their-password", "their-token", "their-header", "their-word", "their-key")
CONNECTION = {
    "name": "theirs",
    "protocol": "HTTP",
    "config": {
        "uri": "http://them:their-word@10.0.0.9/push?api_key=their-key",
        "auth_method": "BASIC",
        "user": "them",
        "password": "their-password",
        "auth_data": "their-token",
        "custom_header_fields": [{"name": "X-Key", "value": "their-header"}],
    },
}


async def gathered(house: WiredHouse) -> str:
    """Everything that somebody could read of it, as text."""
    told: list[Any] = []
    for kind in (Adoption, ConfigurationChange):
        told += await house.engine.store.read(lambda view, k=kind: view.records(k))  # type: ignore[misc]
    packed = [a.contents for a in told if isinstance(a, Adoption) and a.contents]
    return "\n".join([*map(repr, told), *(zlib.decompress(p).decode() for p in packed)])


def test_nothing_that_is_told_or_kept_holds_a_secret(tmp_path: Path) -> None:
    said = io.StringIO()
    log.set_up(level="debug", stream=said)
    push_secrets: list[str] = []

    async def story() -> str:
        device = sensor("5.6", installed_s=NOW_MS // 1000 - 3_600, password=PASSWORD)
        device.smk = SMK
        asked = AdoptionAsked(
            address=f"http://{HOST}", password=Secret(PASSWORD), sensor_id="S1", location_id="H"
        )
        async with wired_house(tmp_path, {HOST: device}, now_ms=lambda: NOW_MS) as house:
            client = house.adoptions.devices.client(
                f"http://{HOST}", login=Login("admin", Secret(PASSWORD))
            )
            async with client:
                made = await client.at().push.create_connection(CONNECTION)
                said.write(repr(made) + repr(await client.at().push.connections()))
            said.write(repr(await house.desk.adopt(asked)))
            (adoption,) = await house.adoptions.book.every()
            push_secrets.append(house.adoptions.push_secret(adoption).reveal())
            async with house.adoptions.devices.client(
                f"http://{HOST}", login=Login("admin", Secret(PASSWORD))
            ) as client:
                changed = {**CONNECTION, "name": "still theirs"}
                await client.at().push.write_connection(made.read.id, changed)
            told = await house.desk.configuration("S1")
            assert told.drift
            said.write(repr(told) + repr(await house.rounds.facts(adoption)))
            now = told.configuration
            for mode, key in ((2, ""), (0, "SMK-wrong-key"), (0, SMK)):
                try:
                    wanted = ChangeAsked(
                        change=partial(replace, privacy_mode=mode), etag=now.etag, who="me",
                        master_key=Secret(key),
                    )  # fmt: skip
                    done = await house.desk.configure("S1", wanted)
                    now = done.configuration
                except CountlineError as error:
                    said.write(repr(error) + repr(vars(error)))
            said.write(repr(await house.desk.changes("S1")))
            for wrong in ("wrong-password-1",):
                with pytest.raises(CountlineError) as caught:
                    await house.desk.log_in("S1", "admin", Secret(wrong))
                said.write(repr(caught.value) + repr(vars(caught.value)))
        async with wired_house(tmp_path, {HOST: device}, now_ms=lambda: NOW_MS) as house:
            return await gathered(house)

    whole = asyncio.run(story()) + said.getvalue()
    whole += "".join(f.read_bytes().decode("latin-1") for f in tmp_path.iterdir() if f.is_file())
    assert "still theirs" in whole
    for secret in (PASSWORD, SMK, *THEIRS, *push_secrets, "wrong-password-1", "SMK-wrong-key"):
        assert secret not in whole, secret


def test_what_was_blanked_comes_back_as_it_was() -> None:
    known = {
        "uri": "http://a:b@h/x?token=1", "port": 80, "token": "t", "code": {"password": 12},
        "custom_header_fields": [{"name": "X", "value": "v"}], "list": [{"smk": "k"}, 1],
    }  # fmt: skip
    shown = blank(known)
    assert shown == {
        "uri": f"http://{BLANKED}@h/x?token={BLANKED}", "port": 80, "token": BLANKED,
        "code": {"password": BLANKED}, "list": [{"smk": BLANKED}, 1],
        "custom_header_fields": [{"name": "X", "value": BLANKED}],
    }  # fmt: skip
    assert unblanked(shown, known) == known
    assert unblanked({**shown, "port": 81}, known) == {**known, "port": 81}
