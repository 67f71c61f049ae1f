"""What is told of one kind of error."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error. `type_uri` is set where a registered problem type exists."""

    status: int
    title: str
    why: str
    mend: str
    type_uri: str | None = None
