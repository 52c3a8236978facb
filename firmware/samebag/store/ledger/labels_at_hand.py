"""What a merged label proves of the ledger: its print number names a match, eight characters stand
for its hash."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from samebag.core.heads import short
from samebag.ports import StoreError

WRITTEN = re.compile(r"#?\s*(\d{1,18})[\s:]+([A-Z2-7]{8})")  # as the foot of a label has it
MATCH = "SELECT e.seq, e.hash FROM print_job j JOIN entry e ON e.seq = j.match WHERE j.number = ?"


@dataclass(frozen=True, slots=True)
class LabelHead:
    """``head`` is what core.heads.short makes of its match's hash."""

    number: int
    head: str


def label_in(text: str) -> LabelHead:
    """Raises StoreError for what is on no label."""
    found = WRITTEN.fullmatch(text.strip().upper())
    if not found:
        raise StoreError(
            f"--label {text!r}: must be like '#17 K7Q2M4XA', as it stands at the label's"
            " foot: correct it"
        )
    return LabelHead(int(found[1]), found[2])


def fault_of(db: sqlite3.Connection, label: LabelHead) -> str:
    """Of a ledger that is whole; empty where it has what that label was printed for."""
    row = db.execute(MATCH, (label.number,)).fetchone()
    if row is None:
        return f"label {label.number}: the ledger knows of no such label"
    seq, mark = row
    return (
        ""
        if short(mark) == label.head
        else f"entry {seq}: is not the one that label {label.number} was printed for"
    )
