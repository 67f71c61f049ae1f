"""Keys, sessions and push secrets: shown once, kept as digests, withdrawn at once."""

import pytest

from countline.engine.engine import make_engine
from countline.errors import BadQuery, NotAllowed, NotFound
from tests.engine_house import DAY_S, LOCATION, House, at, in_memory

NOW = at("2026-06-02")


async def refused(house: House, secret: str) -> str:
    with pytest.raises(NotAllowed) as caught:
        await house.engine.access.authenticate(secret)
    return caught.value.error_code


def test_a_key_opens_until_it_expires_or_is_withdrawn() -> None:
    async def story(house: House) -> None:
        access = house.engine.access
        key, secret = await access.create_key(name="a script", expires_s=NOW + DAY_S)
        assert secret not in repr(key)
        assert (await access.authenticate(secret)).key_id == key.key_id
        assert await refused(house, "") == "key_missing"
        assert await refused(house, secret + "x") == "key_wrong"
        house.clock.set(NOW + DAY_S)
        assert await refused(house, secret) == "key_expired"
        key, secret = await access.create_key(name="another")
        withdrawn = await access.withdraw_key(key.key_id)
        assert withdrawn.withdrawn_s == NOW + DAY_S
        assert await access.withdraw_key(key.key_id) == withdrawn
        assert await refused(house, secret) == "key_withdrawn"
        with pytest.raises(NotFound):
            await access.withdraw_key("k_nobody")

    in_memory(story, NOW)


def test_a_key_sees_the_locations_that_it_names_or_all() -> None:
    async def story(house: House) -> None:
        await house.location()
        access = house.engine.access
        everything, _ = await access.create_key(name="all")
        one, _ = await access.create_key(name="one", locations=[LOCATION], scopes=["write", "read"])
        assert access.sight(everything) is None
        assert access.sight(one) == frozenset({LOCATION})
        assert one.scopes == ("read", "write")
        with pytest.raises(NotFound):
            await access.create_key(name="none", locations=["NOWHERE"])
        with pytest.raises(BadQuery):
            await access.create_key(name="none", scopes=["everything"])

    in_memory(story, NOW)


def test_a_session_ends_with_its_time_its_key_or_when_it_is_closed() -> None:
    async def story(house: House) -> None:
        access = house.engine.access
        key, _ = await access.create_key(name="a browser")
        cookies = [(await access.open_session(key))[0] for _ in range(2)]
        for cookie in cookies:
            assert (await access.session_key(cookie)).key_id == key.key_id
        await access.close_session(cookies[0])
        await access.close_session(cookies[0])
        with pytest.raises(NotAllowed):
            await access.session_key(cookies[0])
        await access.withdraw_key(key.key_id)
        with pytest.raises(NotAllowed) as caught:
            await access.session_key(cookies[1])
        assert caught.value.error_code == "key_withdrawn"
        other, _ = await access.create_key(name="another")
        cookie, ends_s = await access.open_session(other)
        house.clock.set(ends_s)
        with pytest.raises(NotAllowed) as caught:
            await access.session_key(cookie)
        assert caught.value.error_code == "session_ended"

    in_memory(story, NOW)


def test_a_sensor_has_one_push_secret_at_a_time() -> None:
    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        old = await house.secret("S1")
        enrolment = await house.secret(None)
        new = await house.engine.access.create_push_secret(sensor_id="S1")
        assert (await house.engine.access.admit(new)).sensor == 1
        assert (await house.engine.access.admit(enrolment)).sensor is None
        with pytest.raises(NotAllowed):
            await house.engine.access.admit(old)
        with pytest.raises(NotFound):
            await house.engine.access.create_push_secret(sensor_id="S9")

    in_memory(story, NOW)


def test_a_push_secret_that_another_process_made_admits_at_once() -> None:
    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        beside = make_engine(house.engine.store, now_ms=house.clock.now_ms)
        await beside.desk.fresh()
        old = await house.secret("S1")
        await house.engine.access.admit(old)
        new = await beside.access.create_push_secret(sensor_id="S1")
        assert (await house.engine.access.admit(new)).sensor == 1

    in_memory(story, NOW)
