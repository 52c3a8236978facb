"""How many parcels of an order file can never be green since no code tells their labels apart.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from samebag.orders.profile import Layout, Profile
from samebag.store.book.records import AWAITING, ParcelSaid
from samebag.words.alike import CURE, WHY, are_alike

# ours: what fewer parcels have may be a slip of the ERP's; of more than half it is how it prints
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class NeverGreen:
    """``parcels`` of the ``of`` that await shipment; ``code`` is on both labels of ``example``.

    ``read_from`` are the file's columns that are said to be on the list.
    """

    parcels: int
    of: int
    example: str
    code: str
    read_from: str
    why: str = WHY.en
    cure: str = CURE.en

    @property
    def are_most(self) -> bool:
        return self.parcels >= ENOUGH and 2 * self.parcels > self.of

    def told(self) -> str:
        """In one line, for a log."""
        return (
            f"{self.parcels} of {self.of} parcels to be shipped can never be green, such"
            f" as {self.example}:"
            f" {self.code} is on both its labels"
        )

    def lines(self) -> tuple[str, ...]:
        """For whoever can have it mended."""
        return (
            self.told(),
            f"  why: {self.why}",
            f"  the list's codes are read from {self.read_from}",
            f"  cure: {self.cure}",
        )


class LabelTally:
    """Counts what a file says of its parcels; what it said before of one and takes back is counted
    off."""

    def __init__(self, layout: Layout, profile: Profile) -> None:
        self._read_from = _read_from(layout, profile)
        self._open = self._alike = 0
        self._example: ParcelSaid | None = None

    def count(self, said: Iterable[ParcelSaid], times: int = 1) -> None:
        """Written for speed: of nearly every parcel one look tells."""
        awaiting = [one for one in said if one.standing in AWAITING and one.tracking_number]
        alike = [
            one
            for one in awaiting
            if (one.further or one.tracking_number in one.list_codes) and _is_alike(one)
        ]
        self._open += times * len(awaiting)
        self._alike += times * len(alike)
        self._example = self._example or next(iter(alike), None)

    def found(self) -> NeverGreen | None:
        if not self._alike or not self._example:
            return None
        code = next(code for code in _on_waybill(self._example) if code in self._example.list_codes)
        return NeverGreen(self._alike, self._open, self._example.name, code, self._read_from)


def _is_alike(said: ParcelSaid) -> bool:
    return are_alike(_on_waybill(said), said.list_codes)


def _on_waybill(said: ParcelSaid) -> Sequence[str]:
    return (said.tracking_number, *said.further)


def _read_from(layout: Layout, profile: Profile) -> str:
    """The columns by their titles, and whether one of them is the waybill's."""
    mapped, fallback = (
        [column for column in columns if column in layout.titles]
        for columns in (("list_codes",), profile.on_list)
    )
    titles = [
        " and ".join(repr(layout.titles[column]) for column in columns)
        for columns in (mapped, fallback)
    ]
    told = ", where empty from ".join(filter(None, titles))
    waybills = {layout.places[column] for column in ("tracking_number", "waybill_codes")}
    wrong = [column for column in (*mapped, *fallback) if layout.places[column] in waybills]
    if not wrong:
        return told
    return (
        f"{told}; {layout.titles[wrong[0]]!r} is the waybill's: map another column if"
        " the list bears another number"
    )
