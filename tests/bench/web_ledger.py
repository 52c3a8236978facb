"""A ledger of many bags, written the short way: entries first, counts by the migration that any old
ledger gets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

from samebag.store.database import open_writer
from samebag.store.ledger.chain import FIRST_PREV, LEDGER, entry_hash_before_11
from tests.bench.parcels import order_number, tracking_number

BAGS_A_DAY = 5000
LAST_DAY = date(2026, 11, 11)
MISMATCH_EVERY, UNKNOWN_EVERY = 97, 211
PACKERS = ("LI WEI", "CHEN JIE", "")
SCRIPTS_BEFORE = 3


def write_ledger(path: Path, bags: int) -> None:
    """The last BAGS_A_DAY of them on LAST_DAY, as many on each day before."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        for name in LEDGER.scripts[:SCRIPTS_BEFORE]:
            db.executescript(resources.files("samebag.store").joinpath(name).read_text("utf-8"))
        db.execute(f"PRAGMA application_id={LEDGER.application_id}")
        db.execute(f"PRAGMA user_version={SCRIPTS_BEFORE}")
        db.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?)", _entries(bags))
        db.execute(
            "INSERT INTO passed SELECT body ->> 'parcel', seq, bag, wall_time, 'bench' FROM entry"
            " WHERE body ->> 'kind' = 'match'"
        )
    db.close()
    open_writer(path, LEDGER, synchronous="OFF").close()


def _entries(bags: int) -> Iterator[tuple[object, ...]]:
    prev = FIRST_PREV
    for bag in range(1, bags + 1):
        body = json.dumps(_verdict(bag), separators=(",", ":"))
        fields = (bag, "verdict", bag, _wall_time(bag, bags), "boot", float(bag), body)
        mark = entry_hash_before_11(prev, *fields)
        yield *fields, prev, mark
        prev = mark


def _wall_time(bag: int, bags: int) -> str:
    day = LAST_DAY - timedelta(days=(bags - bag) // BAGS_A_DAY)
    second = 8 * 3600 + (bag * 7) % 36_000
    return (
        f"{day}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{bag % 1000:03}+08:00"
    )


def _verdict(bag: int) -> dict[str, object]:
    kind = (
        "mismatch"
        if bag % MISMATCH_EVERY == 0
        else "unknown"
        if bag % UNKNOWN_EVERY == 0
        else "match"
    )
    name, other = f"P{bag:08}", f"P{bag - 1:08}"
    labels = [
        {"kind": "waybill", "code": tracking_number(bag), "by": "scanner"},
        {
            "kind": "cargo list",
            "code": order_number(bag if kind == "match" else bag - 1),
            "by": "camera",
        },
    ]
    return {
        "kind": kind,
        "parcel": name if kind == "match" else None,
        "parcels": [name] if kind == "match" else [name, other],
        "labels": labels,
        "proof": "scanner+camera",
        "unread": 0,
        "station": "bench",
        "shadow": False,
        "packer": PACKERS[bag % len(PACKERS)],
    }
