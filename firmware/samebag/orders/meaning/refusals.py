"""Why a row of an order file is not taken, in words that let its writer correct it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from samebag.core.masks import masked

SHOWN_CHARS = 60
# words; all others hold codes
TERMS = (
    "status",
    "service",
    "country",
    "products",
    "sku",
    "name",
    "attributes",
)


@dataclass(frozen=True, slots=True, order=True)
class RowRefusal:
    """One row not taken, nor anything else of its parcel. ``parcel`` is empty where the row does
    not tell it.

    ``sheet`` is where it stands in a workbook of which several sheets are taken.
    """

    row: int
    column: str
    value: str
    rule: str
    cure: str
    parcel: str = ""
    sheet: str = ""

    def __str__(self) -> str:
        kept = (
            f"parcel {_shown(self.parcel)} is kept out or left as it was"
            if self.parcel
            else "the row is left out"
        )
        return (
            f"row {self.row}{self.sheet}: {self.column} = {_shown(self.value)}:"
            f" {self.rule}: {self.cure}; {kept}"
        )


class BadCell(Exception):
    """A cell breaks a rule; caught where the row's number is known.

    Where a row's cells are shifted, a buyer's name may stand where a code should: no more than its
    initials are told.
    """

    def __init__(
        self, column: str, value: str, rule: str, cure: str = "correct the cell and import again"
    ) -> None:
        super().__init__(column, value, rule, cure)
        self.column, self.rule, self.cure = column, rule, cure
        # a thousand long cells must not fill the memory
        self.value = told(column, value[: SHOWN_CHARS + 1])

    def at(self, row: int, parcel: str) -> RowRefusal:
        return RowRefusal(row, self.column, self.value, self.rule, self.cure, parcel)


def sheet_of(sheets: Sequence[tuple[int, str]], row: int) -> int:
    """Which of them the row is on."""
    return max(0, bisect_left(sheets, (row, "")) - 1)


def place_in(sheets: Sequence[tuple[int, str]], row: int) -> str:
    """Of ``sheets``, whose rows are numbered through, each with the row before its first; empty if
    there is one."""
    if len(sheets) < 2:
        return ""
    before, name = sheets[sheet_of(sheets, row)]
    return f" (row {row - before} of sheet {name!r})"


def told(column: str, value: str) -> str:
    return value if column.partition(" ")[0] in TERMS else masked(value)


def _shown(value: str) -> str:
    return repr(value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…")
