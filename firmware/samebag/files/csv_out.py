"""Tables as CSV in UTF-8, with no cell that a spreadsheet would run. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

# what spreadsheets run (OWASP, "CSV Injection")
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
)
# without it a spreadsheet shows Chinese as rubbish; shops' own imports trip over it
MARK = "\ufeff"


def plain(cell: object) -> object:
    """An import takes the apostrophe off again."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


class _Echo:
    """A file that gives back what is written into it: writerow returns what that does."""

    def write(self, line: str) -> bytes:
        return line.encode()


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """One for each row, without the mark."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(map(plain, row))


def to_csv(rows: Iterable[Iterable[object]]) -> bytes:
    return MARK.encode() + b"".join(csv_lines(rows))
