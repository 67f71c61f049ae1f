"""An operator's word on how many people are in: checked, written down, told to followers, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countline.counting.anchors import whole_minute
from countline.engine.catalogue import Catalogue
from countline.engine.changes import bad_field, changed
from countline.engine.subject import Plan, plan_of
from countline.errors import Conflict, Impossible, NotFound
from countline.limits import PEOPLE_OF_ZONE_MAX, SKEW_S_MAX
from countline.model.interval import DAY_S
from countline.model.place import Anchor
from countline.model.query import Asked
from countline.store.seam import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """So many people are in (`value`), or so many more than was counted (`delta`): one of both."""

    value: int | None = None
    delta: int | None = None
    at_s: int | None = None  # None: now
    reason: str = ""
    who: str = ""
    token: str = ""  # said again with the same one, it is the same word


def adjust(tx: Transaction, catalogue: Catalogue, asked: Asked, said: Said, now_s: int) -> Anchor:
    """Write down what was said of a zone or a whole location; occupancy follows from its minute on.

    A value said again within one minute replaces the first; every delta counts. Raises `BadQuery`,
    `NotFound`, `Conflict` where `token` stood for another word, and `Impossible` where a sensor sees
    the people: there the next count would overrule it.
    """
    plan = plan_of(catalogue, asked)
    people, is_delta = _people(said)
    minute_s = _minute(plan, said, now_s)
    if plan.present:
        where = "location" if plan.zone_id is None else f"zone {plan.zone_id}"
        raise Impossible(f"The people in {where} are seen by a sensor: there is nothing to set.")
    made = Anchor(
        anchor_id=0,
        location_id=plan.location.location_id,
        at_s=minute_s,
        value=people,
        cause="operator",
        zone_id=plan.zone_id,
        told_s=now_s,
        reason=said.reason,
        is_delta=is_delta,
        who=said.who,
        token=said.token,
    )
    if (again := _said_before(plan, made, said)) is not None:
        return again
    known = next((a for a in plan.anchors if _stands_for(a, made)), None)
    number = tx.next_number("anchor") if known is None else known.anchor_id
    made = replace(made, anchor_id=number)
    tx.save(made)
    tx.emit(changed(made.location_id, made.at_s))
    return made


def adjustments_of(catalogue: Catalogue, asked: Asked) -> Sequence[Anchor]:
    """What was said of a zone or a whole location, by number."""
    return plan_of(catalogue, asked).anchors


def withdraw(tx: Transaction, catalogue: Catalogue, asked: Asked, anchor_id: int) -> None:
    """Take a word back: occupancy is as if nobody had said it. Raises `NotFound`."""
    known = next((a for a in adjustments_of(catalogue, asked) if a.anchor_id == anchor_id), None)
    if known is None:
        raise NotFound(f"There is no adjustment {anchor_id} here.", code="adjustment_not_found")
    tx.delete(known)
    tx.emit(changed(known.location_id, known.at_s))


def _people(said: Said) -> tuple[int, bool]:
    if (said.value is None) == (said.delta is None):
        raise bad_field("value", "give either `value`, how many are in, or `delta`, how many more")
    if said.value is not None:
        if not 0 <= said.value <= PEOPLE_OF_ZONE_MAX:
            raise bad_field("value", f"must be a whole number from 0 to {PEOPLE_OF_ZONE_MAX}")
        return said.value, False
    assert said.delta is not None
    if not 1 <= abs(said.delta) <= PEOPLE_OF_ZONE_MAX:
        raise bad_field("delta", f"must be from 1 to {PEOPLE_OF_ZONE_MAX}, or the same below 0")
    return said.delta, True


def _minute(plan: Plan, said: Said, now_s: int) -> int:
    at_s = now_s if said.at_s is None else said.at_s
    if at_s > now_s + SKEW_S_MAX:
        raise bad_field("at", "lies in the future")
    window_s = plan.location.late_window_s
    if at_s < now_s - window_s:
        raise bad_field(
            "at", f"lies more than {window_s // DAY_S} days back, when numbers no longer change"
        )
    return whole_minute(at_s)


def _said_before(plan: Plan, made: Anchor, said: Said) -> Anchor | None:
    """The same word under the same token, sent again since its answer was lost."""
    known = next((a for a in plan.anchors if said.token and a.token == said.token), None)
    if known is None:
        return None
    same = (known.value, known.is_delta, known.reason) == (made.value, made.is_delta, made.reason)
    if not same or (said.at_s is not None and known.at_s != made.at_s):
        raise Conflict(
            f"Idempotency-Key {said.token!r} stood for another adjustment.", code="token_reused"
        )
    return known


def _stands_for(known: Anchor, made: Anchor) -> bool:
    is_value = not (known.is_delta or made.is_delta)
    return is_value and (known.at_s, known.cause) == (made.at_s, made.cause)
