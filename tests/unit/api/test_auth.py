"""Where a key is looked for, and where it must not be."""

import pytest

from countline.api.auth import find_cookie, find_secret, refuse_key_in_query, set_cookie
from countline.errors import BadQuery, NotAllowed


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-api-key", b"cl_1")],
        [(b"authorization", b"Apikey cl_1")],
        [(b"authorization", b"apikey   cl_1")],
        [(b"authorization", b"Bearer cl_1")],
        [(b"authorization", b"bearer cl_1")],
        [(b"x-api-key", b"cl_1"), (b"authorization", b"Bearer cl_1")],
    ],
)
def test_every_form_of_one_key(headers: list[tuple[bytes, bytes]]) -> None:
    assert find_secret(headers) == "cl_1"


def test_no_key_is_none() -> None:
    assert find_secret([(b"accept", b"*/*")]) is None


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-api-key", b"cl_1"), (b"authorization", b"Bearer cl_2")],
        [(b"x-api-key", b"cl_1"), (b"x-api-key", b"cl_2")],
    ],
)
def test_two_keys_are_nobody(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadQuery) as caught:
        find_secret(headers)
    assert caught.value.error_code == "two_keys"


def test_another_scheme_is_told_which_there_are() -> None:
    with pytest.raises(NotAllowed, match="Bearer KEY") as caught:
        find_secret([(b"authorization", b"Basic YTpi")])
    assert caught.value.error_code == "key_missing"
    assert "YTpi" not in caught.value.detail


@pytest.mark.parametrize("name", ["api_key", "apikey", "X-API-Key", "token", "access_token", "key"])
def test_a_key_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(BadQuery) as caught:
        refuse_key_in_query(["sensor_id", name])
    assert caught.value.error_code == "key_in_query"
    assert [e.field for e in caught.value.errors] == [name]


def test_other_parameters_pass() -> None:
    refuse_key_in_query(["sensor_id", "cursor", "key_id"])


def test_the_cookie_among_others() -> None:
    assert find_cookie([(b"cookie", b"a=1; countline_session=abc; b=2")]) == "abc"
    assert find_cookie([(b"cookie", b"not_countline_session=abc")]) is None


def test_a_cookie_is_kept_from_scripts_and_other_sites() -> None:
    told = set_cookie("abc", age_s=60, secure=True)
    for part in ("HttpOnly", "SameSite=Strict", "Path=/v3", "Max-Age=60", "Secure"):
        assert part in told
    assert "Secure" not in set_cookie("abc", age_s=60, secure=False)
