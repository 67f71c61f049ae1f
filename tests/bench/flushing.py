"""How long the disk takes to promise that something will not be lost."""

import os
from pathlib import Path
from statistics import median
from time import perf_counter

import apsw

ROUNDS = 200
BLOCK = b"x" * 4_096


def flush_ms(folder: Path) -> float:
    """Median of appending 4 kB and `fdatasync`: what the disk itself takes."""
    path = folder / "flush.tmp"
    times: list[float] = []
    with path.open("wb", buffering=0) as file:
        for _ in range(ROUNDS):
            began_s = perf_counter()
            file.write(BLOCK)
            os.fdatasync(file.fileno())
            times.append(perf_counter() - began_s)
    path.unlink()
    return 1000 * median(times)


def commit_ms(folder: Path) -> float:
    """Median of committing one row to SQLite as the store does: WAL, `synchronous=FULL`."""
    path = folder / "commit.tmp"
    conn = apsw.Connection(str(path))
    conn.pragma("journal_mode", "wal")
    conn.pragma("synchronous", "full")
    conn.execute("CREATE TABLE one (k INTEGER PRIMARY KEY, body BLOB)")
    times: list[float] = []
    for _ in range(ROUNDS):
        began_s = perf_counter()
        conn.execute("INSERT INTO one (body) VALUES (?)", (BLOCK,))
        times.append(perf_counter() - began_s)
    conn.close()
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    return 1000 * median(times)
