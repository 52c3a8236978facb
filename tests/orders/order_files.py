"""Order files for tests: rows as dicts of the columns that matter, and the import of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from samebag.orders.profile import COLUMNS
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport

Row = dict[str, str]


def row(parcel: str = "P1", **cells: str) -> Row:
    """A good row of that parcel, with other cells where they are given."""
    tail = parcel.removeprefix("P")
    return {
        "parcel": parcel,
        "tracking_number": f"LX{tail}CN",
        "orders": f"80{tail}",
        "sku": "S1",
        **cells,
    }


def write_csv(
    path: Path, rows: list[Row], delimiter: str = ",", encoding: str = "utf-8-sig"
) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


class Desk:
    """One book and one order file that is written anew for each import."""

    def __init__(self, folder: Path) -> None:
        self.order_file = folder / "orders.csv"
        self.book_path = folder / "book.db"

    def bring(self, *rows: Row, reprinted: bool = False, source: str | None = None) -> ImportReport:
        write_csv(self.order_file, list(rows))
        return import_file(self.order_file, self.book_path, reprinted=reprinted, source=source)

    def bring_text(self, text: str) -> ImportReport:
        self.order_file.write_text(text, "utf-8")
        return import_file(self.order_file, self.book_path)
