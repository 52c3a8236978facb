"""Which parcel somebody means who gives one of its codes."""

from __future__ import annotations

from dataclasses import dataclass

from samebag.ports import Book, Records, StoreError


@dataclass(frozen=True, slots=True)
class Meant:
    """``bag`` is 0 where the parcel never passed."""

    parcel: str
    bag: int = 0


def parcel_meant(said: str, book: Book, records: Records | None) -> Meant:
    """``said`` is a parcel's name, or any code of its labels. Raises StoreError where it is none's or several's."""
    names = _candidates(said, book)
    if not names and records and records.passed(said):
        names = frozenset({said})  # the book may be newer than the ledger
    if len(names) != 1:
        found = f"is {len(names)} parcels' ({', '.join(sorted(names))}): give one" if names else "is no parcel's"
        cure = "" if names else ": import its order file, or give the tracking number"
        raise StoreError(f"{said}: {found}{cure}")
    (name,) = names
    passed = records.passed(name) if records else None
    return Meant(name, passed.bag if passed else 0)


def _candidates(said: str, book: Book) -> frozenset[str]:
    if book.parcel(said):
        return frozenset({said})
    label = book.label(book.form.normalise(said))
    return label.waybill_of | label.list_of if label else frozenset()
