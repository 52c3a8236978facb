"""How fast an order file comes into the book, beside a bare ``executemany``, and what memory it
takes.

In CPU seconds of all processes: the import's second one hides what it costs while another core is
idle.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from samebag.store.book.reader import BOOK
from samebag.store.book.records import decode
from samebag.store.book.writer import CACHE_KIB, COLUMNS
from samebag.store.database import open_reader, open_writer
from tests.bench.parcels import write_order_file

CHUNK = 10_000
MARKS = ",".join("?" for _ in COLUMNS.split(","))
IMPORT = """
import json, os, resource, sys
from pathlib import Path
from samebag.orders.taking.importer import import_file
before = os.times()
import_file(Path(sys.argv[1]), Path(sys.argv[2]))
seconds = sum(os.times()[:4]) - sum(before[:4])
whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
memory_kb = [resource.getrusage(who).ru_maxrss for who in whose]
print(json.dumps([seconds, sum(memory_kb) / 1024]))
"""

Chunk = tuple[list[tuple[object, ...]], list[tuple[str, int]], list[tuple[str, int]]]


def measure(folder: Path, parcels: int) -> list[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio). Leaves ``book.db`` in the
    folder."""
    orders, book, bare = (folder / name for name in ("orders.csv", "book.db", "bare.db"))
    write_order_file(orders, parcels)
    first_s, memory_mb = _import(orders, book)
    again_s, _ = _import(orders, book)
    bare_s = _bare_insert_s(book, bare)
    bare.unlink()
    what = f"import of {parcels:,} parcels with 3 items, CSV"
    peer = f"{bare_s:.1f} s (executemany)"
    return [
        (what, f"{first_s:.1f} s of CPU", peer, f"{first_s / bare_s:.2f} x"),
        ("the same file again", f"{again_s:.1f} s of CPU", peer, f"{again_s / bare_s:.2f} x"),
        (
            "peak memory of the import",
            f"{memory_mb:.0f} MB",
            "150 MB at most",
            f"{memory_mb / 150:.2f} x",
        ),
    ]


def _import(orders: Path, book: Path) -> tuple[float, float]:
    """CPU seconds and peak MB, of an own process and of the one that it reads the file with."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command: list[str | Path] = [sys.executable, "-c", IMPORT, orders, book]
    seconds, megabytes = json.loads(subprocess.check_output(command, env=environment))
    return seconds, megabytes


def _bare_insert_s(book: Path, target: Path) -> float:
    """Only the inserts, the commit and the checkpoint are timed; rows come in the order of the
    order file."""
    db = open_writer(target, BOOK, synchronous="NORMAL")
    db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    db.execute("BEGIN IMMEDIATE")
    seconds = 0.0
    for parcels, waybills, lists in _chunks(book):
        started = time.process_time()
        db.executemany(f"INSERT INTO parcel ({COLUMNS}) VALUES ({MARKS})", parcels)
        db.executemany("INSERT INTO waybill_code (code, parcel) VALUES (?, ?)", waybills)
        db.executemany("INSERT INTO list_code (code, parcel) VALUES (?, ?)", lists)
        seconds += time.process_time() - started
    started = time.process_time()
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return seconds + time.process_time() - started


def _chunks(book: Path) -> Iterator[Chunk]:
    db = open_reader(book, BOOK)
    assert db is not None
    rows = db.execute(f"SELECT {COLUMNS} FROM parcel ORDER BY id")
    while parcels := rows.fetchmany(CHUNK):
        contents = [(row[0], decode(row[2])) for row in parcels]
        waybills = [(code, number) for number, content in contents for code in content.on_waybill]
        lists = [(code, number) for number, content in contents for code in content.list_codes]
        yield parcels, waybills, lists
    db.close()
