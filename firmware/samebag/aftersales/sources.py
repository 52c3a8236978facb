"""All that can be asked about a parcel, open for reading: the book, stations' ledgers, the door's,
the shipments'."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path

from samebag.core.codes.rules import Rule
from samebag.core.labels import CodeForm
from samebag.core.parcels import Parcel
from samebag.ports import Passed
from samebag.store.beside.dispatches import left
from samebag.store.book.reader import BOOK, read_form, read_rules
from samebag.store.book.records import decode
from samebag.store.database import Schema
from samebag.store.glance import looking, parcel_of
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.reader import PASSED

CONTENT = "SELECT content FROM parcel WHERE name = ?"
PASSED_HERE = f"{PASSED} WHERE p.parcel = ?"
SEALED = "SELECT wall_time FROM sealed WHERE parcel = ?"
TOLD = "SELECT wall_time FROM entry WHERE kind = 'shipment' AND body ->> 'parcel' = ?"


class Stage(StrEnum):
    """How far a parcel has come, the last that is known."""

    HERE = "here"  # not packed with a match, so it has not left through any station
    PASSED = "passed"
    SEALED = "sealed"
    EXPORTED = "exported"  # told to the platform: it is about to leave, or has left
    DISPATCHED = "dispatched"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """When a parcel came to each stage, as ISO 8601 with zone; empty where it has not."""

    passed: Passed | None = None
    sealed: str = ""
    exported: str = ""
    dispatched: str = ""

    @property
    def stage(self) -> Stage:
        if self.dispatched:
            return Stage.DISPATCHED
        if self.exported:
            return Stage.EXPORTED
        if self.sealed:
            return Stage.SEALED
        return Stage.PASSED if self.passed else Stage.HERE


@dataclass(frozen=True, slots=True)
class OpenLedger:
    path: Path
    db: sqlite3.Connection


@dataclass(frozen=True, slots=True)
class Sources:
    """Each absent one is None: a store may have no door, or have told no platform anything."""

    stations: tuple[OpenLedger, ...]
    book: OpenLedger | None
    door: OpenLedger | None
    told: OpenLedger | None
    form: CodeForm
    rules: tuple[Rule, ...]

    def parcel(self, name: str) -> Parcel | None:
        return parcel_of(self.book.db, name, self.book.path) if self.book else None

    def codes(self, parcel: str) -> frozenset[str]:
        """What stands on its labels; empty where the book lacks it."""
        row = self.book.db.execute(CONTENT, (parcel,)).fetchone() if self.book else None
        content = decode(row[0]) if row else None
        return content.on_waybill.union(content.list_codes) if content else frozenset()

    def where(self, parcel: str) -> Whereabouts:
        passed = next(
            (
                found
                for s in self.stations
                if (found := s.db.execute(PASSED_HERE, (parcel,)).fetchone())
            ),
            None,
        )
        return Whereabouts(
            Passed(*passed[:4]) if passed else None,
            max((_when(station, SEALED, parcel) for station in self.stations), default=""),
            _when(self.told, TOLD, parcel),
            (left(self.door.db, parcel) if self.door else None) or "",
        )


def _when(ledger: OpenLedger | None, select: str, parcel: str) -> str:
    row = ledger.db.execute(select, (parcel,)).fetchone() if ledger else None
    return str(row[0]) if row else ""


@contextmanager
def opened(stations: Sequence[Path], *, book: Path, door: Path, told: Path) -> Iterator[Sources]:
    """Raises StoreError for a station's ledger that is absent."""
    with ExitStack() as closed:

        def look(path: Path, schema: Schema) -> OpenLedger:
            return OpenLedger(path, closed.enter_context(looking(path, schema, most_s=inf)))

        records = look(book, BOOK) if book.exists() else None
        yield Sources(
            tuple(look(path, LEDGER) for path in stations),
            records,
            look(door, LEDGER) if door.exists() else None,
            look(told, LEDGER) if told.exists() else None,
            (read_form(records.db) if records else None) or CodeForm(),
            read_rules(records.db) if records else (),
        )
