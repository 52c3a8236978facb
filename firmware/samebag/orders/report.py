"""What an import did, for the supervisor who reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from samebag.orders.never_green import NeverGreen
from samebag.orders.refusals import Refusal


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts of parcels, but for ``items`` and ``refused_rows``.

    ``cancelled`` are those that the file calls so, ``vanished`` those that an earlier file of the same source had
    and this one lacks: none of them is green. Of these and of the refusals the first are kept. ``passed_over`` await
    no shipment, have no tracking number, and were never in the book; ``shipped`` are called so since the last import.
    ``unlike``: in what a source that the book has not met is not like those that it has. ``never_green``: taken all the
    same, for their labels must still turn a mismatch red.
    """

    new: int
    changed: int
    unchanged: int
    cancelled: int
    vanished: int
    vanished_names: tuple[str, ...]
    items: int
    refused_rows: int
    refused: tuple[Refusal, ...]
    passed_over: int = 0
    shipped: int = 0
    profile: str = field(default="", compare=False)
    unlike: tuple[str, ...] = ()
    never_green: NeverGreen | None = None

    @property
    def saw_nothing(self) -> bool:
        taken = (self.new, self.changed, self.unchanged, self.cancelled, self.shipped)
        return not any((*taken, self.refused_rows, self.passed_over))
