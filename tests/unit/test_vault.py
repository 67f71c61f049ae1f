"""Sealed secrets: bound to what they are about, useless without the key, silent when shown."""

import copy
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.errors import ConfigError
from countline.vault import Secret, Vault, new_key

VAULT = Vault({1: new_key()})


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_again(text: str, about: str) -> None:
    sealed = VAULT.seal(Secret(text), about=about)
    assert VAULT.open(sealed, about=about).reveal() == text


def test_two_seals_of_one_secret_differ() -> None:
    secret = Secret("pass")
    assert VAULT.seal(secret, about="a") != VAULT.seal(secret, about="a")


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    sealed = bytearray(VAULT.seal(Secret("p" * 40), about="sensor:1"))
    sealed[place] ^= change
    with pytest.raises(ConfigError) as caught:
        VAULT.open(bytes(sealed), about="sensor:1")
    assert caught.value.error_code == "secret_lost"


@pytest.mark.parametrize("about", ["sensor:2", "", "sensor:1:"])
def test_a_secret_does_not_open_in_anothers_place(about: str) -> None:
    with pytest.raises(ConfigError):
        VAULT.open(VAULT.seal(Secret("pass"), about="sensor:1"), about=about)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x00\x01" + b"0" * 12, b"\x02" + b"0" * 40])
def test_what_was_never_sealed_is_told(sealed: bytes) -> None:
    with pytest.raises(ConfigError, match=r"secrets\.key"):
        VAULT.open(sealed, about="sensor:1")


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("hunter2")
    shown = [repr(secret), str(secret), f"{secret}", repr({"a": [secret]}), repr(VAULT)]
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown += traceback.format_exception(error)
    assert not any("hunter2" in text for text in shown)
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(secret)
    assert secret == Secret("hunter2")
    assert secret != "hunter2"
    assert hash(secret) == hash(Secret("hunter2"))
    assert not Secret("")
