"""``samebag replay``: judges a recording with the station's own rules, without devices or wall clock."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from samebag.cli.shared.arguments import day
from samebag.cli.shared.output import add_json, in_either, local, say_refused, speaker
from samebag.core.bag.bag import Bag
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import play
from samebag.core.codes.merged import print_number
from samebag.core.codes.rules import needed
from samebag.core.events import Event, TimePassed, VerdictStored
from samebag.core.labels import Label
from samebag.core.parcel_checks import Checks
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import GiveNotice, Proof, RecordVerdict, TellWait, VerdictKind
from samebag.orders.reading.apart import apart
from samebag.orders.taking.importer import import_file
from samebag.ports import Book as BookPort
from samebag.ports import DeviceError, OrderFileError, StoreError
from samebag.replay.events import Happening, Late, OrdersCame, events
from samebag.settings import SettingsError, load
from samebag.station.lookup import NO_CHECKS, Texts, normalised, since_match
from samebag.store.book.reader import BOOK, Book, read_form
from samebag.store.database import open_reader, quick_check, translated
from samebag.words.screen import PROOF_WORDS

Told = RecordVerdict | GiveNotice | TellWait


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", type=Path, nargs="?", help="events (JSON lines), a video, or a folder of images")
    command.add_argument("--book", type=Path, help="an order file (CSV, XLSX) or a book, for PATH")
    command.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="in place of PATH: the last day's bags, had this order file been there",
    )
    command.add_argument("--ledger", type=Path, help="of --against: the ledger (default: the settings' one)")
    command.add_argument("--day", type=day, help="of --against: YYYY-MM-DD (default: the ledger's last)")
    command.add_argument("--fps", type=float, help="frame rate of a folder of images")
    command.add_argument("--settings", type=Path, help="settings file, for its [rules], [checks] and [camera]")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.against and not args.path:
        from samebag.cli.station import against

        return against.run(args)
    if args.against or not args.path or not args.book:
        raise SettingsError("replay: give PATH with --book, or --against FILE without them")
    settings = load(args.settings)
    rules, checks = settings.rules.rules(), settings.checks.checks()
    say = speaker(args, _line)
    with tempfile.TemporaryDirectory(prefix="samebag-replay-") as folder:
        path = book_path(args.book, Path(folder))
        book = Book(path)
        try:
            happenings = events(args.path, args.fps, settings.camera.all_symbologies(needed(book.rules)))
            for told in judged(happenings, rules, book, checks, take=partial(_import, path)):
                say(**as_object(told))
        finally:
            book.close()
    return 0


def book_path(source: Path, folder: Path) -> Path:
    """A book of this replay's own: what the recording imports goes nowhere else."""
    try:
        with source.open("rb") as file:
            is_book = file.read(16) == b"SQLite format 3\0"  # sqlite.org/fileformat.html, the header string
    except OSError as err:
        raise DeviceError(f"{source}: {err.strerror}: name an order file or a book that can be read") from err
    path = folder / "book.db"
    if is_book:
        _copy(source, path)
    else:
        say_refused(
            source, apart(import_file, source, book_path=path, no_states="open")
        )  # a trial: nothing leaves by it
    return path


def _copy(source: Path, path: Path) -> None:
    """With what lies in its write-ahead log. Raises StoreError before anything is judged by a book that is broken."""
    with translated(source, BOOK), ExitStack() as closed_at_end:
        book = open_reader(source, BOOK)
        closed_at_end.callback(book.close if book else int)
        if book is None or read_form(book) is None:
            raise StoreError(f"{source}: has no orders: import an order file into it, or give one with --book")
        if fault := quick_check(source, BOOK):
            raise StoreError(f"{source}: {' '.join(fault.split())}: {BOOK.broken_cure}")
        book.backup(closed_at_end.enter_context(closing(sqlite3.connect(path))))


def _import(book: Path, orders: OrdersCame) -> None:
    """As ``samebag import`` does."""
    try:
        say_refused(orders.path, import_file(orders.path, book))
    except (OrderFileError, StoreError) as err:
        raise DeviceError(f"{orders.said}: {err}") from err


def _no_imports(orders: OrdersCame) -> None:
    raise DeviceError(f"{orders.said}: nothing is imported here: leave that line out")


class _Remembering:
    """The book, and what has passed in this replay. Nothing is late in it: it has no calendar."""

    def __init__(self, book: BookPort, checks: Checks) -> None:
        self.parcel: Callable[[str], Parcel | None] = book.parcel
        self._book, self._checks = book, checks
        self._passed: dict[str, Parcel | None] = {}  # with their records, as they were then

    def label(self, code: str) -> Label | None:
        """A merged label is taken at its word, and as fresh: a replay has neither key nor print jobs."""
        if print_number(code) is None:
            return self._book.label_in(code)
        normalise = self._book.form.normalise
        return Label(code, merged_of=frozenset(p for p in self._passed if f"|{normalise(p)}|" in code))

    def standing(self, parcel: str) -> Standing:
        if parcel in self._passed:
            return Standing.PASSED
        return self._checks.standing(self._book.standing(parcel), lambda: self.parcel(parcel), "")

    def meanwhile(self, parcel: str) -> Standing:
        return since_match(self._book, parcel, self._passed.get(parcel))

    def passes(self, parcel: str) -> None:
        self._passed[parcel] = self.parcel(parcel)

    def noted(self, told: RecordVerdict) -> RecordVerdict:
        """A verdict with what is found against its parcel."""
        if not told.verdict.is_checked:
            return told
        record = self.parcel(str(told.verdict.parcel))
        found = self._checks.gravest(record, "") if record else None
        return RecordVerdict(replace(told.verdict, check=found.check)) if found else told

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        return {p: place for p, place in self._book.roll(parcel, first).items() if p not in self._passed}


def judged(
    happened: Iterable[Happening],
    rules: Rules,
    book: BookPort,
    checks: Checks = NO_CHECKS,
    *,
    take: Callable[[OrdersCame], None] = _no_imports,
) -> Iterator[Told]:
    """What is decided and told, as it falls; the disk of a replay is never slow. ``take`` imports an order file.

    What only waits for time when the recording ends, a match that settles or a bag in a hand, is judged as if the bag
    had gone on lying there.
    """
    table = _Table(rules, book, checks)
    for happening in happened:
        yield from table.until(happening.at_s)
        if isinstance(happening, OrdersCame):
            take(happening)
        else:
            yield from table.taken(happening.event if isinstance(happening, Late) else happening)
    yield from table.rest()


class _Table:
    """The bag on it, under the same rules as at a station."""

    def __init__(self, rules: Rules, book: BookPort, checks: Checks) -> None:
        self._rules, self._book, self._known = rules, book, _Remembering(book, checks)
        self._texts, self._bag = Texts(), Bag()

    def until(self, at_s: float) -> Iterator[Told]:
        """As the station's loop does, which wakes for each deadline however late the next frame comes."""
        while (due := due_s(self._bag, self._rules)) < at_s:
            yield from self.taken(TimePassed(due))

    def taken(self, event: Event) -> Iterator[Told]:
        written = normalised(event, self._book, self._texts)
        self._bag, actions = play(self._bag, written, self._rules, self._known)
        for action in actions:
            if isinstance(action, RecordVerdict):
                yield self._known.noted(RecordVerdict(self._texts.told(action.verdict)))
            elif isinstance(action, Told):
                yield action
        for action in actions:
            if isinstance(action, RecordVerdict) and action.verdict.kind is VerdictKind.MATCH:
                self._known.passes(str(action.verdict.parcel))
                yield from self.taken(VerdictStored(action.verdict.bag, self._bag.now_s))

    def rest(self) -> Iterator[Told]:
        if self._bag.settle_from_s is not None or self._bag.in_hand:
            yield from self.taken(TimePassed(due_s(self._bag, self._rules)))


def as_object(told: Told) -> dict[str, object]:
    """The contract's object for one line of output."""
    if not isinstance(told, RecordVerdict):
        about = {name: value for name, value in msgspec.to_builtins(told).items() if value and name != "at_s"}
        return {"at": round(told.at_s, 3), **about}
    verdict = told.verdict
    check = {"check": verdict.check} if verdict.check else {}
    return {
        "at": round(verdict.at_s, 3),
        "verdict": verdict.kind,
        "parcel": verdict.parcel,
        "labels": msgspec.to_builtins(verdict.labels),
        "proof": verdict.proof,
        "print": verdict.prints,
        "parcels": verdict.parcels,
        "unread": verdict.unread,
        "bag": verdict.bag,
        **check,
    }


def _line(fields: Mapping[str, object]) -> str:
    beside = f"… {fields['waits']}" if "waits" in fields else f"({fields.get('notice')})"
    what = fields.get("verdict") or local(beside)
    labels = fields.get("labels") or ()
    assert isinstance(labels, Iterable)
    read = ", ".join(f"{label['kind']} {label['code']} by {label['by']}" for label in labels)
    parcel = f" {fields['parcel']}" if fields.get("parcel") else ""
    words = PROOF_WORDS[Proof(str(fields["proof"]))] if fields.get("proof") else None
    proof = f" [{in_either({'zh': words.zh, 'en': words.en})}]" if words else ""
    return f"{fields['at']:9.3f} s  bag {fields['bag']}: {what}{parcel}{proof}{f'; {read}' if read else ''}"
