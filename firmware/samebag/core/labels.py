"""What a code on a label means, and how codes are written alike before they are compared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

import msgspec
from msgspec.structs import force_setattr

LIST_NAME = "配货单"  # what the cargo list is called in Chinese; store.list_name takes its place


class Kind(StrEnum):
    """The two labels of a bag, the one that joins them; UNKNOWN is a code that the book does not
    have."""

    WAYBILL = "waybill"
    CARGO_LIST = "cargo list"
    MERGED = "merged label"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeForm:
    """How a book writes its codes; set by the profile of its first import."""

    upper: bool = True
    drop_spaces: bool = True

    def normalise(self, text: str) -> str:
        """The code without surrounding space and control characters, written as the book writes it.

        ASCII 29 (GS) goes too: hand scanners in keyboard mode drop it from GS1 codes, cameras keep
        it.
        """
        if text.isalnum() and text.isascii():
            return text.upper() if self.upper else text
        code = (text if text.isprintable() else "".join(c for c in text if c.isprintable())).strip()
        if self.drop_spaces:
            code = "".join(code.split())
        return code.upper() if self.upper else code


class Label(msgspec.Struct, frozen=True, gc=False):
    """A code that the book has, and the parcels whose waybill or cargo list carries it.

    A code can be both: some ERPs print the tracking number on the list too. ``stale`` names the
    parcels for which the code belongs to an earlier printing, before the order changed; of a merged
    label, that a newer copy was printed or that it has sealed a bag already. ``doubtful``: its text
    has several readings, of different parcels.
    """

    code: str
    waybill_of: frozenset[str] = frozenset()
    list_of: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    merged_of: frozenset[str] = frozenset()
    doubtful: bool = False
    parcels: frozenset[str] = frozenset()  # all candidates: asked for very often

    def __post_init__(self) -> None:
        force_setattr(self, "parcels", self.waybill_of.union(self.list_of, self.merged_of))

    @property
    def kind(self) -> Kind:
        """What one box with this code counts as: a waybill, if it can be one."""
        if self.merged_of:
            return Kind.MERGED
        return Kind.WAYBILL if self.waybill_of else Kind.CARGO_LIST


class Command(Enum):
    """What a packer can say by scanning a command barcode; the value is the barcode's text."""

    CLEAR = "SAMEBAG-CLEAR"
    PRINT_AGAIN = "SAMEBAG-PRINT-AGAIN"
    LABEL_IS_THERE = "SAMEBAG-LABEL-IS-THERE"
    REPRINT = "SAMEBAG-REPRINT"
    END_WARNINGS = "SAMEBAG-END-WARNINGS"
    ACCEPT_LEDGER = "SAMEBAG-ACCEPT-LEDGER"


# How a packer answers for a label that may or may not have come out; Chinese in faults.py.
WHOLE_OR_NOT = (
    f"whole: scan {Command.LABEL_IS_THERE.value}, missing or torn: scan {Command.PRINT_AGAIN.value}"
)

# of these two no parcel can have the name by chance
PROOF, OTHER_PROOF = (
    "SAMEBAG-PROOF",
    "SAMEBAG-OTHER-PROOF",
)
PROOF_PARCELS = frozenset({PROOF, OTHER_PROOF})
PROOF_WAYBILL, PROOF_LIST, PROOF_WRONG_LIST = (
    "SAMEBAG-PROOF-WAYBILL",
    "SAMEBAG-PROOF-LIST",
    "SAMEBAG-PROOF-WRONG-LIST",
)
# on the cards of `samebag commands`: the waybill with its list, and with a wrong one
PROOF_LABELS = {
    PROOF_WAYBILL: Label(PROOF_WAYBILL, waybill_of=frozenset({PROOF})),
    PROOF_LIST: Label(PROOF_LIST, list_of=frozenset({PROOF})),
    PROOF_WRONG_LIST: Label(PROOF_WRONG_LIST, list_of=frozenset({OTHER_PROOF})),
}


def split_number(number: str) -> tuple[str, str, str]:
    """What stands before the last four digits, these, and what follows: ("LX12345", "6789",
    "CN")."""
    found = re.fullmatch(r"(.*?)(\d{4})(\D{0,3})", number)
    return (found[1], found[2], found[3]) if found else (number[:-4], number[-4:], "")
