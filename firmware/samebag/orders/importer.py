"""Order files into the book: reads a file once, writes the book in one transaction, lists what it refused."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from samebag.orders.ahead import reading
from samebag.orders.guard import Guard
from samebag.orders.merger import Merger
from samebag.orders.profile import AUTO, choose, lay_out, load_profiles
from samebag.orders.report import ImportReport
from samebag.orders.tables import open_table
from samebag.ports import OrderFileError
from samebag.store.book_writer import writing

Progress = Callable[[float], None]


def import_file(
    path: Path,
    book_path: Path,
    *,
    profile: str = AUTO,
    encoding: str = "",
    source: str | None = None,
    reprinted: bool = False,
    accepted_at: datetime | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Raises OrderFileError or StoreError, and has then changed nothing; NotAccepted unless ``accepted_at`` is given.

    ``profile`` is a name, the path of a .toml file, or AUTO: told by the file's header. ``encoding`` is of CSV that is
    not UTF-8, where its words do not tell.
    ``source`` names the line of files whose newer file closes what it no longer has, by default the file's name;
    ``reprinted`` says that the labels of every changed parcel were printed anew; ``accepted_at`` is when a person
    accepted what is changed about the file itself; a tracking number used by another parcel may be used again a year
    before ``today``; ``progress`` hears 0 to 1.
    """
    profiles = load_profiles(profile)
    with ExitStack() as closed_at_end:
        closed_at_end.enter_context(_no_garbage())
        table = closed_at_end.enter_context(open_table(path, profiles, encoding))
        name = choose(profiles, table.header)
        layout = lay_out(path, profiles[name], table.header, table.row)
        batches = closed_at_end.enter_context(reading(path, table, layout, profiles[name]))
        book = closed_at_end.enter_context(writing(book_path, profiles[name].codes, today))
        guard = Guard(book, source or path.name, name, layout, told_profile=profile)
        merger = Merger(book, source or path.name, layout, profiles[name], reprinted=reprinted)
        for parts, part in batches(book.form, merger.refuse, merger.tell):
            guard.look(parts)
            merger.take(parts)
            if progress:
                progress(part)
        book.keep_rules(name, profiles[name].rules)
        report = replace(merger.finish(), profile=name)
        if report.saw_nothing:
            raise OrderFileError(f"{path}: has no rows under its header: export the orders again")
        return replace(report, unlike=guard.check(path, report.never_green, accepted_at))


@contextmanager
def _no_garbage() -> Iterator[None]:
    """An import leaves some tens of cycles, however large it is; looking for more takes a twentieth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
