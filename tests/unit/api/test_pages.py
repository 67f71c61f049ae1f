"""The requests of the reference page can be pasted into a shell as they stand."""

import shlex
from typing import Any

import msgspec

from countline.api.openapi import document
from countline.api.pages.reference import curl_of


def words_of(body: dict[str, Any]) -> list[str]:
    """What a shell makes of the request with a body."""
    content = {"application/json": {"example": body}}
    told = curl_of("/v3/x", "POST", {"parameters": [], "requestBody": {"content": content}})
    return shlex.split(told.replace("\\\n", " "))


def test_a_body_with_an_apostrophe_is_one_word() -> None:
    body = {"what": "call it 'North door'"}
    words = words_of(body)
    assert msgspec.json.decode(words[words.index("-d") + 1]) == body


def test_every_request_of_the_page_is_words_for_a_shell() -> None:
    for path, methods in document("v3")["paths"].items():
        for method, operation in methods.items():
            words = shlex.split(curl_of(path, method.upper(), operation).replace("\\\n", " "))
            assert words[0] == "curl"
            if "-d" in words:
                (content,) = list(operation["requestBody"]["content"].values())[:1]
                assert msgspec.json.decode(words[words.index("-d") + 1]) == content["example"]
