"""What an import did, for the supervisor who reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from samebag.core.parcels import Standing
from samebag.orders.meaning.refusals import RowRefusal
from samebag.orders.taking.never_green import NeverGreen

OPEN = ("", Standing.OPEN.value)
CALLED = {
    "": "to be shipped",
    Standing.OPEN.value: "to be shipped",
    Standing.SHIPPED.value: "shipped",
    Standing.CANCELLED.value: "cancelled, not paid or kept back",
}
NOTHING_LEAVES = "nothing of this file may leave: every bag of it will be red"
EXPORT_OTHERS = "  cure: export the orders that are to be packed"
EXPORT_LATER = "  cure: export them again once they have tracking numbers"
CORRECT = "  cure: correct the refused rows"
LABEL_BOUGHT = (
    "  or, if its bags are packed after their labels were bought, say so"
    " once: {} --awaiting label-bought"
)
NO_STATES = "this file tells no state: all {} may leave, as was said for this source"


@dataclass(frozen=True, slots=True)
class StateCount:
    """So many parcels the file calls so (empty: it does not say, and they may leave), by these
    cells."""

    standing: str
    said: str
    parcels: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts of parcels, but for ``items`` and ``refused_rows``.

    ``cancelled`` are those that the file calls so, ``vanished`` those that an earlier file of the
    same source had and this one lacks: none of them is green. Of these and of the refusals the
    first are kept. ``passed_over`` await no shipment, have no tracking number, and were never in
    the book; ``shipped`` are called so since the last import. ``unlike``: in what a source that the
    book has not met is not like those that it has. ``never_green``: taken all the same, for their
    labels must still turn a mismatch red. ``no_number`` await shipment and have no tracking number
    yet. ``states`` are what the file says now, not what is new in it; ``read_as``: how codes were
    got from cells in which they do not stand alone, and how often. ``no_parcels``: rows that are
    none, such as totals, a line each. ``sheets``: what was taken of a workbook and what was not,
    where a person might think otherwise. ``no_states``: the file tells none, and a person said that
    all may leave then. ``if_label_bought``: how to import it where what it calls shipped may be
    still to be packed; empty if that is said or never so.
    """

    new: int
    changed: int
    unchanged: int
    cancelled: int
    vanished: int
    vanished_names: tuple[str, ...]
    items: int
    refused_rows: int
    refused: tuple[RowRefusal, ...]
    passed_over: int = 0
    shipped: int = 0
    profile: str = field(default="", compare=False)
    unlike: tuple[str, ...] = ()
    never_green: NeverGreen | None = None
    no_number: int = 0
    states: tuple[StateCount, ...] = field(default=(), compare=False)
    read_as: dict[str, int] = field(default_factory=dict, compare=False)
    no_parcels: tuple[str, ...] = field(default=(), compare=False)
    sheets: tuple[str, ...] = field(default=(), compare=False)
    no_states: bool = False
    if_label_bought: str = field(default="", compare=False)

    @property
    def saw_nothing(self) -> bool:
        taken = (self.new, self.changed, self.unchanged, self.cancelled, self.shipped)
        return not any((*taken, self.refused_rows, self.passed_over, self.no_number))

    @property
    def may_leave(self) -> int:
        """Of the file's parcels, those that it calls so and that have a number; refused ones among
        them."""
        return (
            sum(state.parcels for state in self.states if state.standing in OPEN) - self.no_number
        )

    def counts(self) -> tuple[str, ...]:
        """What the file says now, a line each: so many are to be shipped, are shipped, and by which
        word."""
        of_states = [
            f"  {state.parcels} {CALLED[state.standing]}: {state.said or 'no column tells'}"
            for state in self.states
        ]
        of_codes = [f"  {count} times {how}" for how, count in self.read_as.items()]
        return (*of_states, *of_codes, *(f"  {line}" for line in self.no_parcels))

    def warnings(self) -> tuple[str, ...]:
        """A line each; none if the file is as it should be."""
        if self.may_leave:
            return self.sheets
        return (*self.sheets, NOTHING_LEAVES, *self.counts(), *self._cures())

    def notes(self) -> tuple[str, ...]:
        """A line each, of what is as somebody wanted it and is told all the same."""
        return (NO_STATES.format(self.may_leave),) if self.no_states else ()

    def _cures(self) -> tuple[str, ...]:
        are_shipped = any(state.standing == Standing.SHIPPED for state in self.states)
        suggested = (
            [LABEL_BOUGHT.format(self.if_label_bought)]
            if are_shipped and self.if_label_bought
            else []
        )
        cure = EXPORT_LATER if self.no_number else EXPORT_OTHERS if self.states else CORRECT
        return (cure, *suggested)
