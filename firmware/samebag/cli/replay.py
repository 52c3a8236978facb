"""``samebag replay``: judges a recording with the station's own rules, without devices or wall clock."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from math import inf
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from samebag.cli.output import add_json, say_refused, speaker
from samebag.core.bag.bag import Bag
from samebag.core.bag.deadlines import due_s
from samebag.core.bag.step import play
from samebag.core.checks import Checks
from samebag.core.events import CodeScanned, CommandGiven, Event, Sighting, TimePassed, VerdictStored, ViewSeen
from samebag.core.labels import Command, Label
from samebag.core.parcels import Parcel, Standing
from samebag.core.rules import Rules
from samebag.core.sealing import print_number
from samebag.core.verdicts import GiveNotice, RecordVerdict, VerdictKind
from samebag.devices.scanner_frame import whole_scan
from samebag.known import NO_CHECKS, normalised, since_match
from samebag.orders.importer import import_file
from samebag.ports import Book as BookPort
from samebag.ports import DeviceError
from samebag.settings import SettingsError, load
from samebag.store.book import Book

BOM = b"\xef\xbb\xbf"
MOST_S = 4e9  # ours: past it a clock in seconds, also one since 1970, cannot be; and deadlines need the digits
SHOWN_BYTES = 60


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
    command.add_argument("--day", type=date.fromisoformat, help="of --against: YYYY-MM-DD (default: the ledger's last)")
    command.add_argument("--fps", type=float, help="frame rate of a folder of images")
    command.add_argument("--settings", type=Path, help="settings file, for its [rules] and [checks]")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.against and not args.path:
        from samebag.cli import against

        return against.run(args)
    if args.against or not args.path or not args.book:
        raise SettingsError("replay: give PATH with --book, or --against FILE without them")
    settings = load(args.settings)
    rules, checks = settings.rules.rules(), settings.checks.checks()
    say = speaker(args, _line)
    with tempfile.TemporaryDirectory(prefix="samebag-replay-") as folder:
        book = Book(book_path(args.book, Path(folder)))
        try:
            for action in judged(events(args.path, args.fps), rules, book, checks):
                say(**as_object(action))
        finally:
            book.close()
    return 0


def book_path(source: Path, folder: Path) -> Path:
    """A book is used as it is; an order file becomes one for this replay."""
    try:
        with source.open("rb") as file:
            is_book = file.read(16) == b"SQLite format 3\0"  # sqlite.org/fileformat.html, the header string
    except OSError as err:
        raise DeviceError(f"{source}: {err.strerror}: give an order file or a book with --book") from err
    if is_book:
        return source
    path = folder / "book.db"
    say_refused(source, import_file(source, path))
    return path


class _Remembering:
    """The book, and what has passed in this replay. Nothing is late in it: it has no calendar."""

    def __init__(self, book: BookPort, checks: Checks) -> None:
        self.parcel: Callable[[str], Parcel | None] = book.parcel
        self._book, self._checks = book, checks
        self.passed: dict[str, Parcel | None] = {}  # with what their matches found

    def label(self, code: str) -> Label | None:
        """A merged label is taken at its word, and as fresh: a replay has neither key nor print jobs."""
        if print_number(code) is None:
            return self._book.label(code)
        normalise = self._book.form.normalise
        return Label(code, merged_of=frozenset(p for p in self.passed if f"|{normalise(p)}|" in code))

    def standing(self, parcel: str) -> Standing:
        if parcel in self.passed:
            return Standing.PASSED
        return self._checks.standing(self._book.standing(parcel), lambda: self.parcel(parcel), "")

    def is_cancelled(self, parcel: str) -> bool:
        return self._book.standing(parcel) is Standing.CANCELLED

    def meanwhile(self, parcel: str) -> Standing:
        return since_match(self._book, parcel, self.passed.get(parcel))

    def noted(self, action: RecordVerdict) -> RecordVerdict:
        """With what is found against its parcel."""
        record = self.parcel(str(action.verdict.parcel)) if action.verdict.is_checked else None
        found = self._checks.gravest(record, "") if record else None
        return RecordVerdict(replace(action.verdict, check=found.check)) if found else action

    def roll(self, parcel: str, first: int) -> Mapping[str, int]:
        return {p: place for p, place in self._book.roll(parcel, first).items() if p not in self.passed}


def judged(
    happened: Iterable[Event], rules: Rules, book: BookPort, checks: Checks = NO_CHECKS
) -> Iterator[RecordVerdict | GiveNotice]:
    """Verdicts and notices as they fall; the disk of a replay is never slow.

    What only waits for time when the recording ends, a match that settles or a bag in a hand, is judged as if the bag
    had gone on lying there.
    """
    bag, known = Bag(), _Remembering(book, checks)
    for event in chain(happened, [None]):
        if event is None and bag.settle_from_s is None and not bag.in_hand:
            return
        todo = [normalised(event, book) if event else TimePassed(due_s(bag, rules))]
        while todo:
            bag, actions = play(bag, todo.pop(), rules, known)
            yield from (
                known.noted(a) if isinstance(a, RecordVerdict) else a
                for a in actions
                if isinstance(a, RecordVerdict | GiveNotice)
            )
            for action in actions:
                if isinstance(action, RecordVerdict) and action.verdict.kind is VerdictKind.MATCH:
                    parcel = str(action.verdict.parcel)
                    known.passed[parcel] = known.parcel(parcel)
                    todo.append(VerdictStored(action.verdict.bag, bag.now_s))


def as_object(action: RecordVerdict | GiveNotice) -> dict[str, object]:
    """The contract's object for one line of output."""
    if isinstance(action, GiveNotice):
        about = {name: value for name, value in msgspec.to_builtins(action).items() if value and name != "at_s"}
        return {"at": round(action.at_s, 3), **about}
    verdict = action.verdict
    check = {"check": verdict.check} if verdict.check else {}
    return {
        "at": round(verdict.at_s, 3),
        "verdict": verdict.kind,
        "parcel": verdict.parcel,
        "labels": [{"kind": label.kind, "code": label.code, "by": label.by} for label in verdict.labels],
        "proof": verdict.proof,
        "print": verdict.prints,
        "parcels": verdict.parcels,
        "unread": verdict.unread,
        "bag": verdict.bag,
        **check,
    }


def _line(fields: Mapping[str, object]) -> str:
    what = fields.get("verdict") or f"({fields.get('notice')})"
    labels = fields.get("labels") or ()
    assert isinstance(labels, Iterable)
    read = ", ".join(f"{label['kind']} {label['code']} by {label['by']}" for label in labels)
    parcel = f" {fields['parcel']}" if fields.get("parcel") else ""
    proof = f" [{fields['proof']}]" if fields.get("proof") else ""
    return f"{fields['at']:9.3f} s  bag {fields['bag']}: {what}{parcel}{proof}  {read}".rstrip()


# ---- recordings


class _Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    symbology: str = ""
    box: tuple[tuple[float, float], ...] = ()
    by: Annotated[tuple[str, ...], Meta(min_length=1)] = ("zxing",)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an events file, as DESIGN §5 has it."""

    at: float
    scan: str | None = None
    symbology: str = ""
    view: tuple[_Seen, ...] | None = None
    occupied: bool = True
    unread: Annotated[int, Meta(ge=0)] = 0
    command: str | None = None

    def event(self) -> Event:
        """Raises ValueError with the rule that is broken."""
        if abs(self.at) > MOST_S:
            raise ValueError(f"at = {self.at:g}: must be seconds, {MOST_S:g} at most")
        if (self.scan is not None) + (self.view is not None) + (self.command is not None) > 1:
            raise ValueError("more than one of scan, view, command: give each a line of its own")
        if self.scan is not None:
            return self._scan(self.scan)
        if self.view is not None:
            if any(len(seen.box) not in (0, 4) for seen in self.view):
                raise ValueError("box: must have 4 corners, or be left out")
            seen = tuple(Sighting(s.code, s.symbology, s.box, tuple(dict.fromkeys(s.by))) for s in self.view)
            return ViewSeen(seen, self.at, self.occupied, self.unread)
        if self.command is None:
            return TimePassed(self.at)
        commands = {command.name.lower().replace("_", "-"): command for command in Command}
        if self.command not in commands:
            raise ValueError(f"command = {self.command!r}: must be one of {', '.join(commands)}")
        return CommandGiven(commands[self.command], self.at)

    def _scan(self, text: str) -> Event:
        """As the hand scanner's own reader takes it: a command barcode is a command, an AIM prefix a symbology."""
        scan = whole_scan(text, self.at)
        if scan is None:
            raise ValueError(f"scan = {text!r}: must have a code")
        return replace(scan, symbology=scan.symbology or self.symbology) if isinstance(scan, CodeScanned) else scan


def events(path: Path, fps: float | None) -> Iterator[Event]:
    """Raises DeviceError where the recording cannot be read; what came before is judged by then."""
    if path.is_dir() or not _is_text(path):
        from samebag.devices.recording import views  # brings OpenCV

        yield from views(path, fps)
        return
    last_s = -inf
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if text := text.removeprefix(BOM).strip():
                event = _event(path, number, text)
                if event.at_s < last_s:
                    raise DeviceError(
                        f"{path}: line {number}: at = {event.at_s:g}: must not be before {last_s:g}: sort the file"
                    )
                last_s = event.at_s
                yield event
    if last_s == -inf:
        raise DeviceError(f"{path}: has no events: give a recording")


def _event(path: Path, number: int, text: bytes) -> Event:
    try:
        return msgspec.json.decode(text, type=_Line).event()
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as err:
        shown = text[:SHOWN_BYTES].decode(errors="backslashreplace")
        raise DeviceError(f"{path}: line {number}: {shown!r}: {err}: correct that line") from err


def _is_text(path: Path) -> bool:
    """Videos and pictures have zero bytes in their first header fields; JSON has none anywhere."""
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(64)
    except OSError as err:
        raise DeviceError(f"{path}: {err.strerror}: give a recording") from err
