"""The book that a recording is judged by: one that is there, or an order file taken into a new
one."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from samebag.cli.shared.output import say_refused
from samebag.orders.reading.apart import apart
from samebag.orders.taking.importer import import_file
from samebag.ports import DeviceError, StoreError
from samebag.store.book.reader import BOOK, read_form
from samebag.store.database import open_reader, quick_check, translated


def book_path(source: Path, folder: Path) -> Path:
    """A book of this replay's own: what the recording imports goes nowhere else."""
    try:
        with source.open("rb") as file:
            # sqlite.org/fileformat.html, the header string
            is_book = file.read(16) == b"SQLite format 3\0"
    except OSError as err:
        raise DeviceError(
            f"{source}: {err.strerror}: name an order file or a book that can be read"
        ) from err
    path = folder / "book.db"
    if is_book:
        _copy(source, path)
    else:
        # a trial: nothing leaves by it
        say_refused(source, apart(import_file, source, book_path=path, no_states="open"))
    return path


def _copy(source: Path, path: Path) -> None:
    """With what lies in its write-ahead log. Raises StoreError before anything is judged by a book
    that is broken."""
    with translated(source, BOOK), ExitStack() as closed_at_end:
        book = open_reader(source, BOOK)
        closed_at_end.callback(book.close if book else int)
        if book is None or read_form(book) is None:
            raise StoreError(
                f"{source}: has no orders: import an order file into it, or give one with --book"
            )
        if fault := quick_check(source, BOOK):
            raise StoreError(f"{source}: {' '.join(fault.split())}: {BOOK.broken_cure}")
        book.backup(closed_at_end.enter_context(closing(sqlite3.connect(path))))
