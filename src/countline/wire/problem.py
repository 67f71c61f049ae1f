"""An answer that says what went wrong: RFC 9457 problem details."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from countline.wire import Told

MEDIA_TYPE = "application/problem+json"


class FieldProblem(Told, frozen=True, kw_only=True):
    """What is wrong with one parameter or field, and how to mend it."""

    field: Annotated[str, Meta(description="Name of the parameter, or path of the field.")]
    code: Annotated[
        str,
        Meta(
            description="`missing`, `unknown`, `repeated`, `naive_time`, `conflicting`, `invalid`."
        ),
    ]
    detail: Annotated[str, Meta(description="What was found, and what to write instead.")]


class Problem(Told, frozen=True, kw_only=True, rename={"violated_policies": "violated-policies"}):
    """What went wrong, why, and how to mend it."""

    type: Annotated[str, Meta(description="A page about this kind of error, for people.")]
    title: Annotated[str, Meta(description="The kind of error in a few words; always the same.")]
    status: Annotated[int, Meta(description="The HTTP status, again.", ge=400, le=599)]
    detail: Annotated[str, Meta(description="What happened this time.")]
    code: Annotated[str, Meta(description="The kind of error, for programs. Never changes.")]
    errors: Annotated[
        list[FieldProblem], Meta(description="One for each parameter or field that is wrong.")
    ] = msgspec.field(default_factory=list)
    finest: Annotated[
        str | UnsetType,
        Meta(description="With `granularity_too_fine`: the finest granularity that works."),
    ] = UNSET
    fits: Annotated[
        str | UnsetType,
        Meta(description="With `too_many_rows`: the finest granularity whose rows fit."),
    ] = UNSET
    found: Annotated[
        str | UnsetType, Meta(description="With `firmware_unsupported`: the sensor's firmware.")
    ] = UNSET
    needed: Annotated[
        str | UnsetType, Meta(description="With `firmware_unsupported`: the firmware that can.")
    ] = UNSET
    violated_policies: Annotated[
        list[str] | UnsetType, Meta(description="With 429: the rate limits that were passed.")
    ] = UNSET
