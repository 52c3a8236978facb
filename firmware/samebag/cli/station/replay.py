"""``samebag replay``: judges a recording with the station's own rules, without devices or wall
clock."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from samebag.cli.shared.arguments import day
from samebag.cli.shared.books import book_path
from samebag.cli.shared.output import add_json, in_either, local, say_refused, speaker
from samebag.core.codes.rules import needed
from samebag.core.verdicts import Proof, RecordVerdict
from samebag.orders.taking.importer import import_file
from samebag.ports import DeviceError, OrderFileError, StoreError
from samebag.replay.events import OrdersCame, events
from samebag.replay.judging import Told, judged
from samebag.settings import SettingsError, load
from samebag.store.book.reader import BookReader
from samebag.words.screen import PROOF_WORDS


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path", type=Path, nargs="?", help="events (JSON lines), a video, or a folder of images"
    )
    command.add_argument("--book", type=Path, help="an order file (CSV, XLSX) or a book, for PATH")
    command.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="in place of PATH: the last day's bags, had this order file been there",
    )
    command.add_argument(
        "--ledger", type=Path, help="of --against: the ledger (default: the settings' one)"
    )
    command.add_argument(
        "--day", type=day, help="of --against: YYYY-MM-DD (default: the ledger's last)"
    )
    command.add_argument("--fps", type=float, help="frame rate of a folder of images")
    command.add_argument(
        "--settings", type=Path, help="settings file, for its [rules], [checks] and [camera]"
    )
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
        book = BookReader(path)
        try:
            happenings = events(
                args.path, args.fps, settings.camera.all_symbologies(needed(book.rules))
            )
            for told in judged(happenings, rules, book, checks, take=partial(_import, path)):
                say(**as_object(told))
        finally:
            book.close()
    return 0


def _import(book: Path, orders: OrdersCame) -> None:
    """As ``samebag import`` does."""
    try:
        say_refused(orders.path, import_file(orders.path, book))
    except (OrderFileError, StoreError) as err:
        raise DeviceError(f"{orders.said}: {err}") from err


def as_object(told: Told) -> dict[str, object]:
    """The contract's object for one line of output."""
    if not isinstance(told, RecordVerdict):
        about = {
            name: value
            for name, value in msgspec.to_builtins(told).items()
            if value and name != "at_s"
        }
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
    return (
        f"{fields['at']:9.3f} s  bag {fields['bag']}:"
        f" {what}{parcel}{proof}{f'; {read}' if read else ''}"
    )
