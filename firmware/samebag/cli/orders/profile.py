"""``samebag profile new FILE``: a profile for a store's own order file, guessed, shown on ten
parcels, and written."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import get_args

from msgspec import structs

from samebag.cli.shared.output import add_json, complain, local, speaker
from samebag.core.labels import CodeForm
from samebag.orders.guessing.guess import SAMPLE_ROWS, Guess, guess, missing, to_toml, unknown_words
from samebag.orders.meaning.refusals import RowRefusal
from samebag.orders.meaning.states import Agreed, settled, tells_state
from samebag.orders.profile import (
    ANY_WORD,
    AUTO,
    PRODUCTS,
    STORES_OWN,
    Column,
    Profile,
    lay_out,
    load_profiles,
    title_of,
)
from samebag.orders.reading.rows import Part, PartReader
from samebag.orders.reading.tables import open_table
from samebag.orders.taking.never_green import LabelTally, NeverGreen
from samebag.orders.taking.outcome import CALLED
from samebag.ports import OrderFileError

SHOWN = 10
TO_TELL = {  # what is asked, of whom can be asked
    "parcel": "Which column names the parcel (or the order, if each is a parcel)?",
    "tracking_number": "Which column has the tracking number?",
    "orders": "Which column is on the cargo list as a barcode?",
    "quantity": "Which column says how many pieces (0: none does)?",
    "products": "Which column lists the goods (0: none does)?",
    "state": "Which column tells whether a parcel may leave?",
}
ASKED: tuple[Column, ...] = ("parcel", "tracking_number", "orders", "quantity", "products")
NO_STATE = (
    "no column looks like a state, and none is taken for one: files of this profile"
    " are refused until a person says"
    " once that all their parcels may leave: samebag import --profile {} FILE --no-states open"
)
ONLY_IF_SAID = "may leave once that is said"


def add(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="guess one from an order file")
    new.add_argument("file", type=Path, help="CSV, XLSX or XLS")
    new.add_argument("--encoding", default="", help="of CSV that is not UTF-8, such as cp1252")
    new.add_argument(
        "--out", type=Path, help="where it goes (default: FILE's name with .toml, here)"
    )
    new.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="COLUMN=TITLE",
        help="what the guess has wrong",
    )
    new.add_argument(
        "--open",
        action="append",
        default=[],
        metavar="WORD",
        help="a state that means: awaits shipment; no other does",
    )
    new.add_argument(
        "--state",
        action="append",
        default=[],
        metavar="TITLE",
        help="a column that tells whether a parcel may leave",
    )
    add_json(new)
    new.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 if a row shown would be refused: then the profile is to be corrected."""
    out = args.out or Path(f"{args.file.stem}.toml")
    with open_table(args.file, load_profiles(AUTO), args.encoding) as table:
        rows = [
            row
            for _, row in islice(table.rows, SAMPLE_ROWS)
            if len(row) == len(table.header) and any(row)
        ]
        found = _ask(args, table.header, rows)
    profile = structs.replace(found.profile, encoding=args.encoding)
    trial = _try(args.file, profile, args.encoding)
    _write(
        out,
        to_toml(profile, f"Order files like {args.file.name}, as samebag profile new saw them."),
    )
    trial.show(speaker(args, _line))
    unknown = unknown_words(profile, table.header, rows)
    for line in (*_told(found, out), *trial.faults()):
        complain(f"{args.file}: {line}")
    for word in unknown:
        complain(f"{out}: state {word!r} is refused until it is in open or closed of [[awaits]]")
    if unknown:
        complain(f"{out}: or write it anew with --open WORD for each state that may leave")
    complain(f"{out} is written: check the rows above, then samebag import --profile {out} FILE")
    complain(f"in {STORES_OWN} it is found by a file's header")
    return 1 if trial.refused else 0


def _ask(args: argparse.Namespace, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Guess:
    """Only what cannot be seen or is seen twice, and only a person at a terminal."""
    said: dict[Column, str] = dict(args.column)
    states, known = list(args.state), load_profiles(AUTO)
    _check(args.file, header, rows, [*said.values(), *states], args.open)
    while True:
        found = guess(header, rows, known, said, args.open, states)
        if found.states.unsure:
            states.append(_chosen(args.file, "state", found.states.unsure, "--state TITLE"))
            continue
        column = next((c for c in ASKED if c in missing(found.profile) or c in found.doubts), None)
        if column is None:
            return found
        said[column] = _asked(args.file, column, found, header)


def _asked(path: Path, column: Column, found: Guess, header: Sequence[str]) -> str:
    """Empty where a person says that the file has no such column, which not all can lack."""
    titles, least = found.doubts.get(column, ()), 1 if column in missing(found.profile) else 0
    flag = f"--column {column}=TITLE" + ("" if least else f", or --column {column}= for none")
    return _chosen(path, column, titles or tuple(header), flag, is_one_of=bool(titles), least=least)


def _check(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    titles: Sequence[str],
    words: Sequence[str],
) -> None:
    known = set(map(title_of, header))
    for title in filter(None, titles):
        if title_of(title) not in known:
            raise OrderFileError(
                f"{path}: has no column {title}, it has {', '.join(header)}: name one of these"
            )
    cells = {cell.strip().casefold() for row in rows for cell in row}
    for word in words:
        if word.casefold() not in cells:
            raise OrderFileError(
                f"{path}: --open {word}: no cell says so: give a word as the file writes it"
            )


def _chosen(
    path: Path,
    what: str,
    titles: Sequence[str],
    flag: str,
    *,
    is_one_of: bool = True,
    least: int = 1,
) -> str:
    if not sys.stdin.isatty():
        names = ", ".join(titles)
        unclear = (
            f"{what} may be any of {names}"
            if is_one_of
            else f"no column looks like {what}, it has {names}"
        )
        raise OrderFileError(f"{path}: {unclear}: say which one is with {flag}")
    for number, title in enumerate(titles, 1):
        print(f"{number:3} {' '.join(title.split())}", file=sys.stderr)
    number = _number(TO_TELL[what], least, len(titles))
    return titles[number - 1] if number else ""


def _number(question: str, least: int, most: int) -> int:
    while True:
        print(f"{local(question)} [{least}-{most}] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            raise OrderFileError("no answer: nothing was written")
        if answer.strip().isdecimal() and least <= int(answer) <= most:
            return int(answer)


def _told(found: Guess, out: Path) -> Iterator[str]:
    """How sure the guess is, and what it does not look at."""
    for column, titles in found.profile.columns.items():
        yield f"{column}: {titles[0]} ({found.how[column]})"
    for awaits in found.states.awaits:
        lists = {
            "may leave": awaits.open,
            "shipped": awaits.shipped,
            "not to leave": awaits.closed or (),
        }
        words = (f"{name}: {', '.join(map(_shown, some))}" for name, some in lists.items() if some)
        yield f"state: {awaits.column[0]} ({local('; '.join(words) or 'no word of it is known')})"
    if not any(not awaits.narrows for awaits in found.states.awaits):
        yield NO_STATE.format(out)
    if not {"sku", "name", PRODUCTS} & found.profile.columns.keys():
        yield (
            "no column names the goods, so that lists are empty: --column name=TITLE,"
            " --column sku=TITLE"
        )
    for title in found.states.aside:
        yield (
            f"{title} looks like a state too and is not looked at: --state"
            f" {shlex.quote(title)} if it is one"
        )


def _shown(word: str) -> str:
    return {"": "blank", ANY_WORD: "anything"}.get(word, repr(word))


@dataclass(frozen=True, slots=True)
class _Trial:
    """The first parcels as an import would take them, what it would refuse on the way, and what it
    would warn of."""

    profile: Profile
    header: Sequence[str]
    rows: Mapping[int, Sequence[str]]
    parts: Sequence[Part]
    refused: Sequence[RowRefusal]
    never_green: NeverGreen | None

    def why(self, part: Part) -> str:
        """Whether it may leave, and which cells say so."""
        places = {title_of(title): place for place, title in enumerate(self.header)}
        cells = [
            (a.column[0], self.rows[part.row][places[a.column[0]]].strip())
            for a in self.profile.awaits
        ]
        says = ", ".join(f"{title} = {cell}" for title, cell in cells if cell)
        what = CALLED[part.head.standing.value if part.head.standing else ""]
        if part.head.awaits:
            is_said = tells_state(self.profile, self.header)
            what = "may leave" if is_said else ONLY_IF_SAID
            what = what if part.head.tracking_number else "has no tracking number yet"
        return f"{what} ({says})" if says else what

    def show(self, say: Callable[..., None]) -> None:
        for part in self.parts:
            say(
                parcel=part.name,
                tracking_number=part.head.tracking_number,
                list_codes=part.head.list_codes,
                awaits_shipment=part.head.awaits,
                why=self.why(part),
                items=[
                    f"{item.quantity} x {item.sku} {item.name} {item.attributes}".strip()
                    for item in part.items
                ],
            )

    def faults(self) -> Iterator[str]:
        yield from map(str, self.refused)
        yield from self.never_green.lines() if self.never_green else ()


def _try(path: Path, profile: Profile, encoding: str) -> _Trial:
    refused: list[RowRefusal] = []
    seen: dict[int, Sequence[str]] = {}
    with open_table(path, {"": profile}, encoding) as table:
        strict = settled(path, profile, table.header, Agreed(no_states_open=True), "")
        layout = lay_out(path, strict, table.header, table.row)
        watched = replace(table, rows=_kept(table.rows, seen))
        reader = PartReader(
            path, watched, layout, strict, CodeForm(), lambda refusal, _: refused.append(refusal)
        )
        parts, labels = list(islice(reader.parts(), SHOWN)), LabelTally(layout, strict)
        labels.count(part.said() for part in parts)
        return _Trial(strict, table.header, seen, parts, refused[:SHOWN], labels.found())


def _kept(
    rows: Iterable[tuple[int, list[str]]], seen: dict[int, Sequence[str]]
) -> Iterator[tuple[int, list[str]]]:
    for number, row in rows:
        seen[number] = row
        yield number, row


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as err:
        raise OrderFileError(f"{path}: {err.strerror}: name another file with --out") from err


def _column(text: str) -> tuple[Column, str]:
    column, is_told, title = text.partition("=")
    for known in get_args(Column):
        if known == column and is_told:
            return known, title
    raise argparse.ArgumentTypeError(
        f"{text!r}: must be COLUMN=TITLE with one of {', '.join(get_args(Column))}"
    )


def _line(part: Mapping[str, object]) -> str:
    codes, items = part["list_codes"], part["items"]
    assert isinstance(codes, tuple)
    assert isinstance(items, list)
    return (
        f"{part['parcel']}  {part['tracking_number']}  {' '.join(codes)} "
        f" {local(str(part['why']))}  {'; '.join(items)}"
    )
