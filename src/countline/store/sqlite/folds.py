"""Stored occupancy: the folds of a subject's UTC quarters and civil days."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from countline.model.claim import Fold
from countline.store.sqlite.cells import pack, unpack
from countline.store.sqlite.disk import Disk

SUBJECT_BITS = 24


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of the two tables of folds: a row holds those of a subject that start in one slot."""

    slot_s: int
    walk: str
    ends: str
    get: str
    save: str
    drop: str


QUARTERS = Shelf(3_600, "fold_walk", "fold_ends", "fold_get", "fold_save", "fold_drop")
DAYS = Shelf(
    43_200, "day_fold_walk", "day_fold_ends", "day_fold_get", "day_fold_save", "day_fold_drop"
)


def read(disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int) -> list[Fold]:
    """Folds of a subject that start in `[start_s, end_s)`, ascending."""
    return [
        fold
        for _, folds in _slots(disk, shelf, subject, start_s, end_s)
        for fold in folds
        if start_s <= fold.start_s < end_s
    ]


def last_before(disk: Disk, subject: str, before_s: int) -> Fold | None:
    """The newest quarter of a subject that starts before `before_s`."""
    number = _number(disk, subject)
    first, last = disk.row(QUARTERS.ends) or (None, None)
    if number is None or first is None:
        return None
    slot = min((before_s - 1) // QUARTERS.slot_s, last)
    found = disk.rows("fold_last", slot << SUBJECT_BITS | number, first << SUBJECT_BITS)
    earlier = [f for (body,) in found for f in _unpack(body) if f.start_s < before_s]
    return max(earlier, default=None)


def first_from(disk: Disk, subject: str, from_s: int) -> Fold | None:
    """The oldest quarter of a subject that starts at `from_s` or later."""
    number = _number(disk, subject)
    first, last = disk.row(QUARTERS.ends) or (None, None)
    if number is None or first is None:
        return None
    slot = max(from_s // QUARTERS.slot_s, first)
    found = disk.rows("fold_first", slot << SUBJECT_BITS | number, last + 1 << SUBJECT_BITS)
    later = [f for (body,) in found for f in _unpack(body) if f.start_s >= from_s]
    return min(later, default=None)


def put(disk: Disk, shelf: Shelf, subject: str, folds: Sequence[Fold]) -> None:
    """Replace folds by their start. One that differs in nothing but its commit stays as it is."""
    if not folds:
        return
    number = _number(disk, subject)
    if number is None:
        number = disk.rows("subject_insert", subject)[0][0]
    ordered = sorted(folds, key=lambda fold: fold.start_s)
    for slot, group in groupby(ordered, key=lambda fold: fold.start_s // shelf.slot_s):
        key = slot << SUBJECT_BITS | number
        row = disk.row(shelf.get, key)
        known = {fold.start_s: fold for fold in _unpack(row[0])} if row else {}
        merged = dict(known)
        for fold in group:
            was = merged.get(fold.start_s)
            if was is None or was[:-1] != fold[:-1]:
                merged[fold.start_s] = fold._replace(commit=disk.take_commit())
        if merged != known:
            disk.run(shelf.save, key, _pack(merged.values()))


def drop(disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int) -> None:
    """Remove folds that start in `[start_s, end_s)`."""
    for key, folds in list(_slots(disk, shelf, subject, start_s, end_s)):
        left = [fold for fold in folds if not start_s <= fold.start_s < end_s]
        if left:
            disk.run(shelf.save, key, _pack(left))
        else:
            disk.run(shelf.drop, key)


def _slots(
    disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int
) -> Iterator[tuple[int, list[Fold]]]:
    """Rows (key, folds) whose slots overlap `[start_s, end_s)`, ascending."""
    number = _number(disk, subject)
    first, last = disk.row(shelf.ends) or (None, None)
    if number is None or first is None:
        return
    first = max(start_s // shelf.slot_s, first)
    last = min((end_s - 1) // shelf.slot_s, last)
    if first <= last:
        walk = disk.rows(shelf.walk, first << SUBJECT_BITS | number, last + 1 << SUBJECT_BITS)
        for key, body in walk:
            yield key, _unpack(body)


def _number(disk: Disk, subject: str) -> int | None:
    row = disk.row("subject_get", subject)
    return None if row is None else row[0]


def _pack(folds: Iterable[Fold]) -> bytes:
    return pack(sorted(folds, key=lambda fold: fold.start_s))


def _unpack(body: bytes) -> list[Fold]:
    return [Fold(*fields) for fields in unpack(body)]
