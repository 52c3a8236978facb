"""Ledgers for tests: a ledger with its events in a queue, and verdicts to record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, Proof, ReadBy, Verdict, VerdictKind
from samebag.ports import StationEvent
from samebag.store.ledger import Ledger

NOON = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
Events = SimpleQueue[StationEvent]


def match(bag: int, parcel: str) -> Verdict:
    labels = (
        LabelRead(Kind.WAYBILL, f"LX{parcel}", ReadBy.SCANNER),
        LabelRead(Kind.CARGO_LIST, f"80{parcel}", ReadBy.CAMERA),
    )
    return Verdict(VerdictKind.MATCH, bag, bag + 0.25, labels, parcel, (parcel,), Proof.SCANNER_CAMERA)


def mismatch(bag: int) -> Verdict:
    return Verdict(VerdictKind.MISMATCH, bag, bag + 0.5, (), None, ("A", "B"), Proof.ONE_FRAME)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Ledger, Events]]:
    seconds = count(100.0, 0.125)
    ledger = Ledger(
        path,
        station="bench 3",
        wall_clock=lambda: NOON,
        clock=lambda: next(seconds),
        boot_id="boot-1",
        retry_s=0.01,
    )
    events: Events = SimpleQueue()
    ledger.start(events.put)
    try:
        yield ledger, events
    finally:
        ledger.close()


def next_event(events: Events) -> StationEvent:
    return events.get(timeout=10)
