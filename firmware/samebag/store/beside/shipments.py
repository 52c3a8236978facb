"""The ledger of shipments told to the platforms: each parcel's once, ever; what is told anew is a
correction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from samebag.files import whole
from samebag.ports import StoreError
from samebag.store.beside.side_ledger import SideLedger
from samebag.store.database import translated
from samebag.store.ledger.chain import LEDGER

TOLD = """
SELECT e.body ->> 'parcel', e.wall_time, x.body ->> 'folder' FROM entry e
  JOIN entry x ON x.seq = e.body ->> 'export'
WHERE e.kind = 'shipment' AND e.body ->> 'parcel' = ?"""
ALL_TOLD = (
    "SELECT body ->> 'parcel' AS parcel FROM entry WHERE kind = 'shipment' ORDER"
    " BY body ->> 'parcel'"
)
LAST = "SELECT body ->> 'folder' FROM entry WHERE kind = 'export' ORDER BY seq DESC LIMIT 1"
EXPORTS = "SELECT count(*) FROM entry WHERE kind = 'export'"


@dataclass(frozen=True, slots=True)
class ShipmentTold:
    """When a parcel's shipment was told, and in which folder's file."""

    parcel: str
    wall_time: str
    folder: str


@dataclass(frozen=True, slots=True)
class Tells:
    """One parcel of an export, as its entry says."""

    parcel: str
    bag: int
    tracking_number: str
    orders: tuple[str, ...]


class Shipments(SideLedger):
    """Calls raise StoreError. A stop at any moment leaves an export that either never was or that
    ``finish`` shows:

    1. the files are drafted, unseen, and synced; 2. the entries are committed, which is the export;
    3. the draft gets its name. A draft without entries is overwritten by the next export of that
    number.
    """

    def told(self, parcel: str) -> ShipmentTold | None:
        with translated(self._path, LEDGER):
            row = self._db.execute(TOLD, (parcel,)).fetchone()
        return ShipmentTold(*row) if row else None

    def all_told(self) -> Iterator[str]:
        """By name."""
        with translated(self._path, LEDGER):
            for (parcel,) in self._db.execute(ALL_TOLD):
                yield parcel

    def finish(self) -> Path | None:
        """Show the export that a stop kept from being shown, and say which."""
        with translated(self._path, LEDGER):
            row = self._db.execute(LAST).fetchone()
        return Path(row[0]) if row and whole.appear(Path(row[0])) else None

    def tell(
        self,
        parcels: Callable[[], Iterable[Tells]],
        folder: Callable[[int], Path],
        draft: Callable[[Path], str],
        reason: str = "",
    ) -> Path:
        """``parcels`` gives them as often as it is asked. ``draft`` writes the files of the folder
        it is given and returns the sheet's SHA-256. With a ``reason`` it is a correction: of
        parcels told before, as often as need be."""
        with self._writing():
            count = self._checked(parcels(), is_correction=bool(reason))
            number = self._db.execute(EXPORTS).fetchone()[0] + 1
            path = folder(number)
            about = {"number": number, "folder": str(path), "sha256": draft(path), "parcels": count}
            export = self._append("export", 0, about | ({"reason": reason} if reason else {}))
            for told in parcels():
                body = {
                    "parcel": told.parcel,
                    "tracking_number": told.tracking_number,
                    "orders": told.orders,
                }
                self._append(
                    "correction" if reason else "shipment", told.bag, {**body, "export": export}
                )
        whole.appear(path)
        return path

    def _checked(self, parcels: Iterable[Tells], *, is_correction: bool) -> int:
        """How many they are."""
        count = 0
        for parcel in parcels:
            count += 1
            told = self.told(parcel.parcel)
            if told and not is_correction:
                raise StoreError(told_before(told))
            if is_correction and not told:
                raise StoreError(
                    f"parcel {parcel.parcel}: was never exported: export it without --correct"
                )
        return count


def told_before(told: ShipmentTold) -> str:
    when = told.wall_time[:19].replace("T", " ")
    return (
        f"parcel {told.parcel}: was exported {when} in {told.folder}, and that is done"
        " once: correct it with --correct"
        " and --reason; nothing was written"
    )
