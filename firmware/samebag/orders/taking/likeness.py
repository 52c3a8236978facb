"""What is taken only when a person accepts it: a file unlike those of its source before it, or of
bags never green."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from samebag.orders.meaning.states import Agreed
from samebag.orders.profile import AUTO, Layout
from samebag.orders.taking.fingerprint import Change, Fingerprint, absorbed, blank, changes, line_of
from samebag.orders.taking.never_green import NeverGreen
from samebag.ports import OrderFileError, StoreError
from samebag.store.book.reader import BOOK
from samebag.store.book.records import ParcelSaid
from samebag.store.book.writer import BookWriter
from samebag.store.database import open_reader, translated

# so many are looked at one by one, of those after them each fiftieth: enough to tell
WHOLE_PARTS = 1000
SAMPLED = 50
PROBATION = timedelta(days=1)
UNLIKE = "this file is not like those before it; nothing was taken."
NEVER = "most of its bags could never be green; nothing was taken."
ON_PROBATION = (
    f"Then only labels seen in one view are green for {PROBATION.days} day"
    " (stations with a camera)."
)
STILL_RED = "Then a mismatch of theirs turns red as ever, and somebody must look at every good bag."

_decoder = msgspec.json.Decoder(Fingerprint)


class NotAccepted(OrderFileError):
    """A file that a person must have looked at; nothing of it was taken."""


class SourceChanged(NotAccepted):
    """It is not like those of its source before it."""


class MostNeverGreen(NotAccepted):
    """The first of a source of which most bags can never be: heard at the import, not at the
    table."""


def told(path: Path, again: str, found: Sequence[Change], never_green: NeverGreen | None) -> str:
    """What a supervisor reads before accepting it. ``again`` is the command with which it was
    imported."""
    lines = [f"{path}: {UNLIKE if found else NEVER}"]
    for change in found:
        lines += [
            f"- {change.what}: was {change.was}, is {change.now}",
            f"  it means: {change.means}",
        ]
        lines += [f"  example: {change.example}"] if change.example else []
    if never_green:
        first, *rest = never_green.lines()
        lines += [f"- {first}", *rest]
    against = (
        "What it would have done to the last bags: samebag replay --against"
        f" {shlex.quote(str(path))}"
    )
    lines += [against] if found else []
    lines.append(f"If it is meant so: {again} --accept-change")
    lines.append(ON_PROBATION if found else STILL_RED)
    return "\n".join(lines)


def agreed_for(book_path: Path, source: str) -> Agreed:
    """What a person said once of the files of that source. Its reader is closed again: an import
    may fork."""
    db = open_reader(book_path, BOOK) if book_path.exists() else None
    if db is None:
        return Agreed()
    line = line_of(source)
    with closing(db), translated(book_path, BOOK):
        found = db.execute("SELECT looks FROM fingerprint WHERE line = ?", (line,)).fetchone()
    return _decoded(line, found[0]).agreed if found else Agreed()


def importing(path: Path, source: str, profile: str) -> str:
    """The command that imports it so, for a person who is to add something."""
    told = "" if profile == AUTO else f" --profile {shlex.quote(profile)}"
    return f"samebag import {shlex.quote(str(path))} --source {shlex.quote(source)}{told}"


class Likeness:
    """One import's look at its file; ``check`` at its end either lets it into the book or raises
    NotAccepted."""

    def __init__(
        self,
        book: BookWriter,
        source: str,
        profile: str,
        layout: Layout,
        *,
        agreed: Agreed,
        again: str,
    ) -> None:
        """``again`` imports the file once more as it is imported now."""
        self._book, self._source, self._agreed, self._again = book, source, agreed, again
        self._new = blank(profile, layout)
        self._looked_at = 0

    def look(self, parts: Sequence[ParcelSaid]) -> None:
        step = 1 if self._looked_at < WHOLE_PARTS else SAMPLED
        self._looked_at += len(parts)
        self._new.take(islice(parts, 0, None, step), self._book.form)

    def check(
        self, path: Path, never_green: NeverGreen | None, accepted_at: datetime | None
    ) -> tuple[str, ...]:
        """What a source that the book has not met has unlike all others: to be told, as it may be
        another shop.

        That most of its bags are never green is accepted once for all its files.
        """
        line = line_of(self._source)
        everything = {name: _decoded(name, text) for name, text in self._book.fingerprints()}
        own = everything.get(line)
        known, found = _nearest([own] if own else everything.values(), self._new)
        changed = found if own else ()
        most = (
            never_green
            if never_green and never_green.are_most and not (own and own.never_green)
            else None
        )
        if (changed or most) and accepted_at is None:
            raise (SourceChanged if changed else MostNeverGreen)(
                told(path, self._again, changed, most)
            )
        if changed and accepted_at:
            self._book.begin_probation(accepted_at + PROBATION)
        now = absorbed(known if known and not found else Fingerprint("", {}), self._new)
        now.agreed = self._agreed
        now.never_green = bool(most or (own and own.never_green))
        self._book.keep_fingerprint(line, msgspec.json.encode(now).decode())
        return () if own else tuple(change.what for change in found)


def _decoded(line: str, text: str) -> Fingerprint:
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError as err:
        raise StoreError(f"book: fingerprint of {line}: {err}: {BOOK.broken_cure}") from err


def _nearest(
    candidates: Iterable[Fingerprint], new: Fingerprint
) -> tuple[Fingerprint | None, tuple[Change, ...]]:
    """The most alike, and what differs."""
    compared = [(known, changes(known, new)) for known in candidates]
    return min(compared, key=lambda pair: len(pair[1]), default=(None, ()))
