"""Tables as CSV in UTF-8, with no cell that a spreadsheet would run. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what spreadsheets run (OWASP, "CSV Injection")
MARK = "\ufeff"  # without it a spreadsheet shows Chinese as rubbish; shops' own imports trip over it


def plain(cell: object) -> object:
    """An import takes the apostrophe off again."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def to_csv(rows: Iterable[Iterable[object]], *, mark: str = MARK) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(map(plain, row) for row in rows)
    return (mark + out.getvalue()).encode()
