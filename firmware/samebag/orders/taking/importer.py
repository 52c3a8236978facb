"""Order files into the book: reads a file once, writes the book in one transaction, lists what it
refused."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from samebag.orders.meaning.states import (
    Awaiting,
    NoStates,
    may_be_label_bought,
    settled,
    tells_state,
)
from samebag.orders.profile import AUTO, choose, lay_out, load_profiles
from samebag.orders.reading.ahead import reading
from samebag.orders.reading.file_names import text_of
from samebag.orders.reading.tables import open_table
from samebag.orders.taking.likeness import Likeness, agreed_for, importing
from samebag.orders.taking.merger import Merger
from samebag.orders.taking.outcome import ImportReport
from samebag.orders.taking.same_file import SameFile
from samebag.ports import OrderFileError
from samebag.store.book.writer import writing

Progress = Callable[[float], None]


def import_file(
    path: Path,
    book_path: Path,
    *,
    profile: str = AUTO,
    encoding: str = "",
    source: str | None = None,
    reprinted: bool = False,
    no_states: NoStates | None = None,
    awaiting: Awaiting | None = None,
    accepted_at: datetime | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Raises OrderFileError or StoreError, and has then changed nothing; NotAccepted unless
    ``accepted_at`` is given.

    ``profile`` is a name, the path of a .toml file, or AUTO: told by the file's header.
    ``encoding`` is of CSV that is not UTF-8, where its words do not tell. ``source`` names the line
    of files whose newer file closes what it no longer has, by default the file's name;
    ``reprinted`` says that the labels of every changed parcel were printed anew; ``accepted_at`` is
    when a person accepted what is changed about the file itself; ``no_states`` and ``awaiting`` are
    what states.Agreed keeps of the source from now on, None for what was said before (that no state
    means open: until a file of it tells one); a tracking number used by another parcel may be used
    again a year before ``today``; ``progress`` hears 0 to 1.
    """
    source = text_of(source or path.name)
    again = importing(path, source, profile)
    profiles = load_profiles(profile)
    with ExitStack() as closed_at_end:
        closed_at_end.enter_context(_no_garbage())
        table = closed_at_end.enter_context(open_table(path, profiles, encoding))
        name = choose(profiles, table.header)
        agreed = agreed_for(book_path, source).now(no_states, awaiting)
        chosen = settled(path, profiles[name], table.header, agreed, again)
        layout = lay_out(path, chosen, table.header, table.row)
        batches = closed_at_end.enter_context(reading(path, table, layout, chosen))
        book = closed_at_end.enter_context(writing(book_path, chosen.codes, today))
        if_label_bought = again if may_be_label_bought(chosen) else ""
        same = (
            None
            if reprinted or no_states or awaiting
            else SameFile(path, source, name, chosen, encoding)
        )
        if same and (known := same.report(book)):
            same.keep(book, known)
            return replace(known, if_label_bought=if_label_bought)
        is_stateless = not (chosen.by_contract or tells_state(profiles[name], table.header))
        kept = agreed if is_stateless or no_states else agreed.now("refuse", None)
        guard = Likeness(
            book, source, name, layout, agreed=kept, again=again + _said(no_states, awaiting)
        )
        merger = Merger(book, source, layout, chosen, reprinted=reprinted)
        for parts, part in batches(book.form, merger.refuse, merger.tell):
            guard.look(parts)
            merger.take(parts)
            if progress:
                progress(part)
        report = merger.finish()
        if report.saw_nothing:
            raise OrderFileError(f"{path}: has no rows under its header: export the orders again")
        book.keep_rules(name, chosen.rules)
        report = replace(
            report,
            profile=name,
            no_states=is_stateless,
            if_label_bought=if_label_bought,
            unlike=guard.check(path, report.never_green, accepted_at),
        )
        if same:
            same.keep(book, report)
        return report


def _said(no_states: NoStates | None, awaiting: Awaiting | None) -> str:
    """As arguments."""
    said = (
        f" --no-states {no_states}" if no_states else "",
        f" --awaiting {awaiting}" if awaiting else "",
    )
    return "".join(said)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """An import leaves some tens of cycles, however large it is; looking for more takes a twentieth
    of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
