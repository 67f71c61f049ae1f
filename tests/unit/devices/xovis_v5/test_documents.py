"""What a sensor said stays whole for the PUT, and is shown without its secrets."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from countline.devices.xovis_v5.documents import Document, blank, merge, scrub, secrets_in

CONNECTION: dict[str, Any] = {
    "id": 1000,
    "name": "to gateway",
    "protocol": "HTTP",
    "config": {
        "uri": "http://192.0.2.1/push",
        "user": "sensor",
        "password": "hunter2",
        "auth_data": "bearer-token",
        "custom_header_fields": [{"name": "X-Push-Key", "value": "push-key"}],
        "new_in_7": {"kept": [1, {"token": "deep"}]},
    },
}
SECRETS = ("hunter2", "bearer-token", "push-key", "deep")
TREES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


class Named(Struct, frozen=True):
    """A document's typed part."""

    name: str


def test_an_amended_document_keeps_what_we_do_not_know() -> None:
    document = Document(Named("to gateway"), CONNECTION)
    amended = document.amended({"name": "new", "config": {"uri": "http://192.0.2.9"}})
    assert amended["name"] == "new"
    assert amended["config"] == CONNECTION["config"] | {"uri": "http://192.0.2.9"}
    assert CONNECTION["name"] == "to gateway", "the document itself stays as it was"


def test_lists_are_replaced() -> None:
    assert merge({"a": [1, 2], "b": {"c": 1}}, {"a": [3], "b": 2}) == {"a": [3], "b": 2}


def test_nothing_secret_is_shown() -> None:
    shown = repr(Document(Named("x"), CONNECTION)) + repr(blank(CONNECTION))
    assert not any(secret in shown for secret in SECRETS)
    assert "new_in_7" in shown
    assert "X-Push-Key" in shown


def test_secrets_are_found_to_be_scrubbed() -> None:
    assert secrets_in(CONNECTION) == set(SECRETS)
    assert (
        scrub("no: hunter2, deeper deep", {"deep", "deeper", "", "hunter2"}) == "no: ***, *** ***"
    )


@given(TREES)
def test_what_has_no_secret_is_shown_as_it_is(tree: Any) -> None:
    assert blank(tree) == tree or secrets_in(tree)
    assert merge({"a": tree}, {}) == {"a": tree}
