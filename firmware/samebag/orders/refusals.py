"""Why a row of an order file is not taken, in words that let its writer correct it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One row not taken, nor anything else of its parcel. ``parcel`` is empty where the row does not tell it."""

    row: int
    column: str
    value: str
    rule: str
    cure: str
    parcel: str = ""

    def __str__(self) -> str:
        kept = f"parcel {_shown(self.parcel)} is kept out or left as it was" if self.parcel else "the row is left out"
        return f"row {self.row}: {self.column} = {_shown(self.value)}: {self.rule}: {self.cure}; {kept}"


class BadCell(Exception):
    """A cell breaks a rule; caught where the row's number is known."""

    def __init__(self, column: str, value: str, rule: str, cure: str = "correct the cell and import again") -> None:
        super().__init__(column, value, rule, cure)
        self.column, self.rule, self.cure = column, rule, cure
        self.value = value[: SHOWN_CHARS + 1]  # a listing of a thousand long cells must not fill the memory

    def at(self, row: int, parcel: str) -> Refusal:
        return Refusal(row, self.column, self.value, self.rule, self.cure, parcel)


def _shown(value: str) -> str:
    return repr(value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…")
