"""Bodies: those understood, compressed by commit group, and those kept with a reason."""

from collections.abc import Iterator, Mapping, Sequence

import zstandard

from countline.store.seam import Accepted, KeptPush, PushState
from countline.store.sqlite.cells import pack, unpack
from countline.store.sqlite.disk import Disk

BODY_LEVEL = 1  # the bodies of a group are much alike: more effort gains a tenth and costs double
KEPT_LEVEL = 3


def pack_bodies(group: Sequence[Accepted]) -> tuple[int, int, bytes] | None:
    """The bodies of a group as one row: first and last `received_ms`, and all of them."""
    kept = [(a.received_ms, a.driver, a.sensor, a.body) for a in group if a.body is not None]
    if not kept:
        return None
    times = [received_ms for received_ms, *_ in kept]
    return min(times), max(times), zstandard.compress(pack(kept), BODY_LEVEL)


def read_bodies(
    disk: Disk, start_ms: int, end_ms: int
) -> Iterator[tuple[int, str, int | None, bytes]]:
    """Understood bodies received in `[start_ms, end_ms)`."""
    return (
        (received_ms, driver, sensor, body)
        for (packed,) in disk.each("bodies_between", start_ms, end_ms)
        for received_ms, driver, sensor, body in unpack(zstandard.decompress(packed))
        if start_ms <= received_ms < end_ms
    )


def keep(disk: Disk, push: KeptPush) -> int:
    """Keep a body with its reason; gives its id."""
    push_id = push.push_id
    if not push_id:
        row = disk.row("counter_next", "push")
        assert row is not None
        push_id = row[0]
    disk.run(
        "push_save", push_id, push.state, push.driver, push.received_ms, push.code, push.detail,
        push.device_id, push.sensor, len(push.body), zstandard.compress(push.body, KEPT_LEVEL),
    )  # fmt: skip
    return push_id


def read_kept(disk: Disk, state: PushState | None, after: int, limit: int) -> list[KeptPush]:
    """Kept pushes with `push_id > after`, ascending; `state` None gives all."""
    if state is None:
        rows = disk.rows("pushes_all", after, limit)
    else:
        rows = disk.rows("pushes_in_state", after, state, limit)
    return [
        KeptPush(
            push_id=push_id, state=state, driver=driver, received_ms=received_ms, code=code,
            detail=detail, device_id=device_id, sensor=sensor, body=zstandard.decompress(body),
        )
        for push_id, state, driver, received_ms, code, detail, device_id, sensor, body in rows
    ]  # fmt: skip


def kept_bytes(disk: Disk, state: PushState) -> Mapping[int | None, int]:
    """Bytes kept in a state, by device."""
    return dict(disk.rows("push_bytes", state))


def keep_bodies(disk: Disk, bodies: tuple[int, int, bytes] | None) -> None:
    """Keep what `pack_bodies` made."""
    if bodies is not None:
        disk.run("body_insert", *bodies)
