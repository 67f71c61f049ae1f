"""Batches and numbers: what goes into one body."""

import json

import pytest

from countline import limits
from countline.engine.marks import Mark
from countline.model.webhook import DeadLetter
from countline.outlets.webhooks.choosing import Memory
from countline.outlets.webhooks.drafts import Draft, compose, numbered
from tests.told_house import NOON_S


def draft(number: int, *, filler: str = "", letter: DeadLetter | None = None) -> Draft:
    body = json.dumps(
        {"type": "zone.empty", "timestamp": "...", "data": {"n": number, "f": filler}}
    )
    return Draft(
        id=f"msg_{number}", type="zone.empty", body=body.encode(), mark=Mark.at(number),
        memory=Memory(), letter=letter,
    )  # fmt: skip


def letter() -> DeadLetter:
    return DeadLetter(
        letter_id=1, webhook_id="wh_1", message_id="msg_9", type="zone.empty", detail="",
        attempts=10, first_attempt_s=0, given_up_s=0, body=b"{}",
    )  # fmt: skip


def test_a_number_is_in_the_document_itself() -> None:
    whole = json.loads(numbered(draft(1).body, 12))
    assert whole == {**json.loads(draft(1).body), "sequence": 12}


def test_without_batches_each_goes_as_it_is() -> None:
    made = compose([draft(1), draft(2)], items_max=1, now_s=NOON_S)
    assert (made.id, made.type, made.body) == ("msg_1", "zone.empty", draft(1).body)
    assert made.drafts == (draft(1),)


def test_a_batch_holds_documents_with_their_ids_in_order() -> None:
    made = compose([draft(n) for n in range(5)], items_max=3, now_s=NOON_S)
    told = json.loads(numbered(made.body, 7))
    assert (told["type"], told["sequence"]) == ("batch", 7)
    assert told["timestamp"] == "2023-11-15T12:00:00Z"
    items = told["data"]["items"]
    assert [one["id"] for one in items] == ["msg_0", "msg_1", "msg_2"]
    assert [one["data"]["n"] for one in items] == [0, 1, 2]
    assert compose([draft(n) for n in range(3)], items_max=3, now_s=NOON_S + 9).id == made.id


def test_what_comes_alone_is_a_batch_too() -> None:
    made = compose([draft(1)], items_max=3, now_s=NOON_S)
    assert json.loads(made.body)["data"]["items"][0]["id"] == "msg_1"


def test_a_batch_is_no_larger_than_it_may_be() -> None:
    filler = "x" * 15_000
    made = compose([draft(n, filler=filler) for n in range(50)], items_max=50, now_s=NOON_S)
    assert len(made.body) <= limits.WEBHOOK_BATCH_BYTES_MAX
    assert len(made.drafts) == 13


@pytest.mark.parametrize("place", [0, 1])
def test_a_dead_letter_goes_alone_as_it_was(place: int) -> None:
    drafts = [draft(1), draft(2)]
    drafts[place] = draft(9, letter=letter())
    made = compose(drafts, items_max=5, now_s=NOON_S)
    assert len(made.drafts) == 1
    assert made.type == ("zone.empty" if place == 0 else "batch")
