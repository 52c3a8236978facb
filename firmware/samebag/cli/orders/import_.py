"""``samebag import``: an order file into the book, or every file that is dropped into the inbox."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import get_args

from samebag.cli.shared.output import add_json, complain, say_refused, speaker
from samebag.journal import Journal, JournalEvent
from samebag.orders.arriving.inbox import Inbox, PutAway, Take
from samebag.orders.meaning.states import Awaiting, NoStates
from samebag.orders.profile import AUTO, load_profiles
from samebag.orders.reading.apart import apart
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import StoreError
from samebag.settings import SettingsError, load

BAR_CHARS = 40
LOOK_S = 1.0  # ours: how soon a file that is still being written is looked at again
RETRY_S = 30.0  # ours: a full card or a book in use is nobody's matter of seconds


def add(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", help="CSV, XLSX or XLS")
    what.add_argument(
        "--inbox",
        type=Path,
        metavar="FOLDER",
        help="take every whole file there; ends when none is left",
    )
    command.add_argument(
        "--profile",
        default=AUTO,
        help="how the file is laid out: a name or a .toml file (default: told by its header)",
    )
    command.add_argument("--encoding", default="", help="of CSV that is not UTF-8, such as cp1252")
    command.add_argument(
        "--source", help="which line of files this one continues (default: its name)"
    )
    command.add_argument(
        "--reprinted", action="store_true", help="labels of changed parcels were printed anew"
    )
    command.add_argument(
        "--accept-change",
        action="store_true",
        help="take a file that is not like those before it, or whose bags are never"
        " green; see its report first",
    )
    command.add_argument(
        "--no-states",
        choices=get_args(NoStates),
        help="open: all parcels of files of this source that tell no state may leave;"
        " said once (default: such a file"
        " is refused)",
    )
    command.add_argument(
        "--awaiting",
        choices=get_args(Awaiting),
        help="label-bought: this source's bags are packed after their labels were"
        " bought, when the platform calls them"
        " shipped; said once",
    )
    command.add_argument("--book", type=Path, help="the book (default: the settings' one)")
    command.add_argument("--settings", type=Path, help="settings file")
    add_json(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    book = args.book or load(args.settings).book_path
    book.parent.mkdir(parents=True, exist_ok=True)
    take = partial(
        apart,
        import_file,
        book_path=book,
        profile=args.profile,
        encoding=args.encoding,
        source=args.source,
        reprinted=args.reprinted,
        today=date.today(),
    )
    if not args.inbox:
        accepted_at = datetime.now().astimezone() if args.accept_change else None
        return _one(
            args,
            partial(
                take, accepted_at=accepted_at, no_states=args.no_states, awaiting=args.awaiting
            ),
        )
    for name in ("accept_change", "no_states", "awaiting"):
        if getattr(args, name):
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(
                f"{flag}: is for one file that a person has looked at: name that file"
            )
    load_profiles(args.profile)  # a wrong one would refuse each file that comes
    empty(args.inbox, take, Journal(load(args.settings).station.name))
    return 0


def empty(folder: Path, take: Take, journal: Journal) -> None:
    """Until no file is left there. One that is still being written is waited for, and so is a book
    that cannot be."""
    inbox = Inbox(folder, take, now=time.time)
    fault = ""
    while inbox.waiting():
        try:
            put_away, fault = inbox.take_next(), ""
        except StoreError as err:
            if fault != str(err):
                fault = str(err)
                journal.say(JournalEvent.STORE_FAULT, fault)
            time.sleep(RETRY_S)
            continue
        if put_away:
            _tell(put_away, journal)
        else:
            time.sleep(LOOK_S)


def _tell(put_away: PutAway, journal: Journal) -> None:
    """Counts only: a refused cell may hold a buyer's name, which the journal must not."""
    taken = (
        f"{put_away.name}:"
        f" {_counts(_told(put_away.report)) if put_away.report else 'nothing taken'}"
    )
    if put_away.report and put_away.report.no_parcels:
        taken += "".join(f"; {line}" for line in put_away.report.no_parcels)
    if put_away.report and put_away.report.unlike:
        journal.say(JournalEvent.NEW_SOURCE, f"{put_away.name}: {_unlike(put_away.report)}")
    if put_away.report and put_away.report.never_green:
        told = (
            f"{put_away.name}: {put_away.report.never_green.told()}; why, and the"
            f" cure: {put_away.path}.txt"
        )
        journal.say(JournalEvent.NEVER_GREEN, told)
    taken = "; ".join((taken, *(put_away.report.notes() if put_away.report else ())))
    if put_away.reasons:
        journal.say(JournalEvent.ORDERS_REFUSED, f"{taken}; why: {put_away.path}.txt")
    else:
        journal.say(JournalEvent.ORDERS_TAKEN, taken)


def _one(args: argparse.Namespace, take: Callable[..., ImportReport]) -> int:
    bar = ProgressBar() if sys.stderr.isatty() else None
    try:
        report = take(args.file, progress=bar)
    finally:
        if bar:
            bar.clear()
    say_refused(args.file, report)
    if report.unlike:
        complain(f"{args.file}: {_unlike(report)}")
    for line in report.never_green.lines() if report.never_green else ():
        complain(f"{args.file}: {line.strip()}")
    for line in (*report.warnings(), *report.notes()):
        complain(f"{args.file}: {line.strip()}")
    speaker(args, partial(_lines, report))(
        file=str(args.file),
        profile=report.profile,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        cancelled=report.cancelled,
        vanished=report.vanished,
        vanished_parcels=report.vanished_names,
        shipped=report.shipped,
        items=report.items,
        passed_over=report.passed_over,
        no_number=report.no_number,
        may_leave=report.may_leave,
        states=[asdict(state) for state in report.states],
        read_as=report.read_as,
        no_parcels=report.no_parcels,
        sheets=report.sheets,
        no_states=report.no_states,
        refused_rows=report.refused_rows,
        unlike=report.unlike,
        never_green=report.never_green and asdict(report.never_green),
    )
    return 1 if report.refused_rows or not report.may_leave else 0


def _unlike(report: ImportReport) -> str:
    differs = ", ".join(report.unlike)
    return (
        f"a source that is new, and not like the others in {differs}: if it replaces"
        " one, import it with --source"
    )


def _lines(report: ImportReport, said: Mapping[str, object]) -> str:
    first = f"{said['file']} ({said['profile']}): {_counts(said)}; {said['items']} items"
    return "\n".join((first, *(report.counts() if report.may_leave else ())))


def _told(report: ImportReport) -> dict[str, object]:
    return {**asdict(report), "may_leave": report.may_leave}


def _counts(report: Mapping[str, object]) -> str:
    changes = (
        "new",
        "changed",
        "unchanged",
        "cancelled",
        "vanished",
        "shipped",
        "passed_over",
        "refused_rows",
    )
    names = ("may_leave", "no_number", *changes)
    return ", ".join(f"{report[name]} {name.replace('_', ' ')}" for name in names)


class ProgressBar:
    """A progress bar on the terminal of a person who waits."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, part: float) -> None:
        filled = int(part * BAR_CHARS)
        if filled != self._shown:
            self._shown = filled
            bar = "#" * filled + "." * (BAR_CHARS - filled)
            print(f"\r[{bar}] {part:4.0%}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
