"""Stored occupancy: the folds of a subject's UTC quarters and civil days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import msgspec

from countline.model.claim import Fold
from countline.store.sqlite.cells import pack
from countline.store.sqlite.disk import Disk

SUBJECT_BITS = 24

_unpack = msgspec.msgpack.Decoder(list[Fold]).decode


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of the two tables of folds: a row holds those of a subject that start in one slot."""

    slot_s: int
    walk: str
    get: str
    save: str
    drop: str


QUARTERS = Shelf(3_600, "fold_walk", "fold_get", "fold_save", "fold_drop")
DAYS = Shelf(43_200, "day_fold_walk", "day_fold_get", "day_fold_save", "day_fold_drop")


class Subject(NamedTuple):
    """A subject's number, and between which instants all its folds start, wherever some were."""

    number: int
    first_s: int
    last_s: int


def read(disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int) -> list[Fold]:
    """Folds of a subject that start in `[start_s, end_s)`, ascending."""
    folds = [f for _, in_slot in _slots(disk, shelf, subject, start_s, end_s) for f in in_slot]
    if folds and not start_s <= folds[0].start_s <= folds[-1].start_s < end_s:
        folds = [fold for fold in folds if start_s <= fold.start_s < end_s]
    return folds


def last_before(disk: Disk, subject: str, before_s: int) -> Fold | None:
    """The newest quarter of a subject that starts before `before_s`."""
    known = _known(disk, subject)
    if known is None:
        return None
    found = disk.rows("fold_last", *_keys(QUARTERS, known, known.first_s, before_s))
    earlier = [f for (body,) in found for f in _unpack(body) if f.start_s < before_s]
    return max(earlier, default=None)


def first_from(disk: Disk, subject: str, from_s: int) -> Fold | None:
    """The oldest quarter of a subject that starts at `from_s` or later."""
    known = _known(disk, subject)
    if known is None:
        return None
    found = disk.rows("fold_first", *_keys(QUARTERS, known, from_s, known.last_s + 1))
    later = [f for (body,) in found for f in _unpack(body) if f.start_s >= from_s]
    return min(later, default=None)


def put(disk: Disk, shelf: Shelf, subject: str, folds: Sequence[Fold]) -> None:
    """Replace folds by their start. One that differs in nothing but its commit stays as it is."""
    if not folds:
        return
    ordered = sorted(folds, key=lambda fold: fold.start_s)
    known = _known(disk, subject)
    first_s, last_s = ordered[0].start_s, ordered[-1].start_s
    if known is None:
        known = Subject(*disk.rows("subject_insert", subject, first_s, last_s)[0])
    elif first_s < known.first_s or last_s > known.last_s:
        disk.run("subject_widen", first_s, last_s, known.number)
    for slot, group in groupby(ordered, key=lambda fold: fold.start_s // shelf.slot_s):
        _put_slot(disk, shelf, slot << SUBJECT_BITS | known.number, group)


def _put_slot(disk: Disk, shelf: Shelf, key: int, folds: Iterable[Fold]) -> None:
    row = disk.row(shelf.get, key)
    known = {fold.start_s: fold for fold in _unpack(row[0])} if row else {}
    merged = dict(known)
    for fold in folds:
        was = merged.get(fold.start_s)
        if was is None or was[:-1] != fold[:-1]:
            merged[fold.start_s] = fold._replace(commit=disk.take_commit())
    if merged != known:
        disk.run(shelf.save, key, pack(sorted(merged.values())))


def drop(disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int) -> None:
    """Remove folds that start in `[start_s, end_s)`."""
    for key, folds in _slots(disk, shelf, subject, start_s, end_s):
        left = [fold for fold in folds if not start_s <= fold.start_s < end_s]
        if left:
            disk.run(shelf.save, key, pack(left))
        else:
            disk.run(shelf.drop, key)


def _slots(
    disk: Disk, shelf: Shelf, subject: str, start_s: int, end_s: int
) -> list[tuple[int, list[Fold]]]:
    """Rows (key, folds) whose slots overlap `[start_s, end_s)`, ascending."""
    known = _known(disk, subject)
    if known is None:
        return []
    rows = disk.rows(shelf.walk, *_keys(shelf, known, start_s, end_s))
    return [(key, _unpack(body)) for key, body in rows]


def _keys(shelf: Shelf, known: Subject, start_s: int, end_s: int) -> tuple[int, int]:
    """First and last key of a subject's rows that may hold folds of a stretch."""
    first = max(start_s, known.first_s) // shelf.slot_s
    last = (min(end_s - 1, known.last_s)) // shelf.slot_s
    return first << SUBJECT_BITS | known.number, last << SUBJECT_BITS | known.number


def _known(disk: Disk, subject: str) -> Subject | None:
    row = disk.row("subject_get", subject)
    return None if row is None else Subject(*row)
