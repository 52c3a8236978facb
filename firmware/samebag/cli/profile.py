"""``samebag profile new FILE``: a profile for a store's own order file, guessed, shown on ten parcels, and written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import get_args

from samebag.cli.output import add_json, speaker
from samebag.core.labels import CodeForm
from samebag.orders.guess import SAMPLE_ROWS, guess, missing, to_toml, unknown_words
from samebag.orders.never_green import LabelTally, NeverGreen
from samebag.orders.profile import AUTO, STORES_OWN, Column, Profile, lay_out, load_profiles
from samebag.orders.refusals import Refusal
from samebag.orders.rows import Part, PartReader
from samebag.orders.tables import Table, open_table
from samebag.ports import OrderFileError

SHOWN = 10
TO_TELL = {  # what is asked, of whom can be asked
    "parcel": "Which column names the parcel (or the order, if each is a parcel)? 哪一列是包裹号",
    "tracking_number": "Which column has the tracking number? 哪一列是运单号",
    "orders": "Which column is on the cargo list as a barcode? 配货单条码是哪一列",
}


def add(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="guess one from an order file")
    new.add_argument("file", type=Path, help="CSV or XLSX")
    new.add_argument("--encoding", default="", help="of CSV that is not UTF-8, such as cp1252")
    new.add_argument("--out", type=Path, help="where it goes (default: FILE's name with .toml, here)")
    new.add_argument(
        "--column", action="append", default=[], type=_column, metavar="COLUMN=TITLE", help="what the guess has wrong"
    )
    new.add_argument(
        "--open", action="append", default=[], metavar="WORD", help="a state that means: awaits shipment; no other does"
    )
    add_json(new)
    new.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a row shown would be refused: then the profile is to be corrected."""
    out = args.out or Path(f"{args.file.stem}.toml")
    with open_table(args.file, load_profiles(AUTO), args.encoding) as table:
        rows = [row for _, row in islice(table.rows, SAMPLE_ROWS) if len(row) == len(table.header) and any(row)]
        profile = _ask(guess(table.header, rows, load_profiles(AUTO), dict(args.column), args.open), args, table, rows)
    parts, refused, never_green = _try(args.file, profile, args.encoding)
    _write(out, to_toml(profile, f"Order files like {args.file.name}, as samebag profile new saw them."))
    say = speaker(args, _line)
    for part in parts:
        say(
            parcel=part.name,
            tracking_number=part.head.tracking_number,
            list_codes=part.head.list_codes,
            awaits_shipment=part.head.awaits,
            items=[f"{item.quantity} x {item.sku} {item.name} {item.attributes}".strip() for item in part.items],
        )
    for refusal in refused:
        print(f"samebag: {args.file}: {refusal}", file=sys.stderr)
    for line in never_green.lines() if never_green else ():
        print(f"samebag: {args.file}: {line}", file=sys.stderr)
    for word in unknown_words(profile, table.header, rows):
        print(f"samebag: {out}: state {word!r} is refused until it is in open or closed of [[awaits]]", file=sys.stderr)
    print(f"samebag: {out} is written: check the rows above, then samebag import --profile {out} FILE", file=sys.stderr)
    print(f"samebag: in {STORES_OWN} it is found by a file's header", file=sys.stderr)
    return 1 if refused else 0


def _ask(profile: Profile, args: argparse.Namespace, table: Table, rows: Sequence[Sequence[str]]) -> Profile:
    """Only what cannot be seen, and only a person at a terminal."""
    said: dict[Column, str] = dict(args.column)
    for column in missing(profile):
        if not sys.stdin.isatty():
            raise OrderFileError(
                f"{args.file}: no column looks like {column}, it has {', '.join(table.header)}: "
                f"say which one is with --column {column}=TITLE"
            )
        for number, title in enumerate(table.header, 1):
            print(f"{number:3} {' '.join(title.split())}", file=sys.stderr)
        said[column] = table.header[_number(TO_TELL[column], len(table.header)) - 1]
    return guess(table.header, rows, load_profiles(AUTO), said, args.open)


def _number(question: str, most: int) -> int:
    while True:
        print(f"{question} [1-{most}] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            raise OrderFileError("no answer: nothing was written")
        if answer.strip().isdecimal() and 1 <= int(answer) <= most:
            return int(answer)


def _try(path: Path, profile: Profile, encoding: str) -> tuple[list[Part], list[Refusal], NeverGreen | None]:
    """The first parcels as an import would take them, what it would refuse on the way, and what it would warn of."""
    refused: list[Refusal] = []
    with open_table(path, {"": profile}, encoding) as table:
        layout = lay_out(path, profile, table.header, table.row)
        reader = PartReader(path, table, layout, profile, CodeForm(), lambda refusal, _: refused.append(refusal))
        parts, labels = list(islice(reader.parts(), SHOWN)), LabelTally(layout, profile)
        labels.count(part.said() for part in parts)
        return parts, refused[:SHOWN], labels.found()


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as err:
        raise OrderFileError(f"{path}: {err.strerror}: name another file with --out") from err


def _column(text: str) -> tuple[Column, str]:
    column, _, title = text.partition("=")
    for known in get_args(Column):
        if known == column and title:
            return known, title
    raise argparse.ArgumentTypeError(f"{text!r}: must be COLUMN=TITLE with one of {', '.join(get_args(Column))}")


def _line(part: Mapping[str, object]) -> str:
    codes, items = part["list_codes"], part["items"]
    assert isinstance(codes, tuple)
    assert isinstance(items, list)
    state = "open" if part["awaits_shipment"] else "not open"
    return f"{part['parcel']}  {part['tracking_number']}  {' '.join(codes)}  {state}  {'; '.join(items)}"
