"""Ledgers for tests: a ledger with its events in a queue, and verdicts to record."""

from __future__ import annotations

import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.ports import StationEvent
from samebag.store.keeper import Keeper
from samebag.store.ledger.writer import LedgerWriter

NOON = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
Events = SimpleQueue[StationEvent]


def match(bag: int, parcel: str) -> Verdict:
    labels = (
        LabelRead(Kind.WAYBILL, f"LX{parcel}", ReadBy.SCANNER),
        LabelRead(Kind.CARGO_LIST, f"80{parcel}", ReadBy.CAMERA),
    )
    return Verdict(
        VerdictKind.MATCH, bag, bag + 0.25, labels, parcel, (parcel,), Proof.SCANNER_CAMERA
    )


def mismatch(bag: int) -> Verdict:
    return Verdict(VerdictKind.MISMATCH, bag, bag + 0.5, (), None, ("A", "B"), Proof.ONE_FRAME)


def made(
    path: Path,
    kind: type[LedgerWriter] = LedgerWriter,
    now: datetime = NOON,
    keeper: Keeper | None = None,
) -> LedgerWriter:
    """Not started yet."""
    seconds = count(100.0, 0.125)
    return kind(
        path,
        station="bench 3",
        wall_clock=lambda: now,
        clock=lambda: next(seconds),
        boot_id="boot-1",
        keeper=keeper,
        retry_s=0.01,
    )


@contextmanager
def opened(path: Path, now: datetime = NOON) -> Iterator[tuple[LedgerWriter, Events]]:
    ledger = made(path, now=now)
    events: Events = SimpleQueue()
    ledger.start(events.put)
    try:
        yield ledger, events
    finally:
        ledger.close()


@contextmanager
def full_card() -> Iterator[None]:
    """No file of this process may grow beyond 64 KiB: writes fail as on a full card."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        signal.signal(signal.SIGXFSZ, before)


def entries(path: Path) -> list[tuple[str, int]]:
    """Kind and bag of each, in their order."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT kind, bag FROM entry ORDER BY seq").fetchall()


def next_event(events: Events) -> StationEvent:
    return events.get(timeout=10)
