"""``samebag export shipments``: the shipping notices of what was packed, for the platform; told once, ever."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from math import inf
from pathlib import Path

from samebag.cli import export_ledger
from samebag.cli.clocks import clocks
from samebag.cli.ledgers import add_ledgers, opened
from samebag.cli.output import add_json, in_either, local, speaker
from samebag.orders.shipping import Sheet, load_sheet, to_rows
from samebag.ports import Passed, StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.sheets import to_csv
from samebag.shipments import WORDS, Sorted, again, sort_out, untold
from samebag.store import whole
from samebag.store.book import BOOK, Book
from samebag.store.chain import LEDGER
from samebag.store.dispatches import left
from samebag.store.ledger_reader import LedgerReader
from samebag.store.looking import looking
from samebag.store.orders_known import parcels_of
from samebag.store.shipments import Shipments, Tells, told_before

SHEET = "shipments.csv"


def add(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(required=True, metavar="WHAT")
    export_ledger.add(what.add_parser("ledger", help="every entry as it is, with its hash"))
    shipments = what.add_parser(
        "shipments", help="the shipping notice of every parcel that was packed with a match and not told before"
    )
    shipments.description = (
        "Lists the parcels whose shipment was not told to the platform yet; with --commit writes them into a folder of"
        " its own (shipments.csv, CONTENTS.txt), which can be done once for each parcel. shipments.db beside the"
        " settings' ledger keeps what was told: samebag verify proves it."
    )
    shipments.add_argument("codes", nargs="*", metavar="CODE", help="only these: parcel, order or tracking number")
    shipments.add_argument(
        "--profile", required=True, help="aliexpress, woocommerce, csv, a store's own, or a .toml file"
    )
    shipments.add_argument("--commit", action="store_true", help="write them, once and for all")
    shipments.add_argument("--correct", action="store_true", help="tell those CODEs again, in a file of its own")
    shipments.add_argument("--reason", default="", help="why --correct")
    shipments.add_argument("--dispatched", action="store_true", help="only what left through the door")
    shipments.add_argument("--out", type=Path, help="where folders are made (default: exports/ beside the ledger)")
    add_ledgers(shipments)
    shipments.add_argument("--settings", type=Path, help="settings file")
    add_json(shipments)
    shipments.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """1 where a parcel asked for by its code is not told, or there is nothing to commit."""
    if args.correct and not (args.codes and args.reason.strip()):
        raise SettingsError("--correct: needs the parcels' codes and --reason: say which and why")
    settings, sheet = load(args.settings), load_sheet(args.profile)
    say = speaker(args, _line)
    with (
        opened(args.ledger or [settings.ledger_path]) as stations,
        closing(Book(settings.book_path)) as book,
        closing(Shipments(settings.shipments_path, **clocks())) as told,
    ):
        if finished := told.finish():
            say(finished=str(finished))
        export = _Export(args, settings, sheet, stations, book, told)
        found = export.sorted_out()
        for parcel, why in found.held:
            say(parcel=parcel, held=why, zh=WORDS[why].zh, en=WORDS[why].en)
        rows = export.rows(found)
        about = {"rows": len(rows) - 1, "profile": args.profile, "contains": sheet.contains}
        if args.commit:
            say(**about, committed=True, folder=str(export.commit(found, rows)))
        else:
            for row in rows[1:]:
                say(row=dict(zip(rows[0], row, strict=True)))
            say(**about, committed=False)
    return 1 if args.codes and found.held else 0


@dataclass(frozen=True, slots=True)
class _Export:
    args: argparse.Namespace
    settings: Settings
    sheet: Sheet
    stations: Sequence[LedgerReader]
    book: Book
    told: Shipments

    def sorted_out(self) -> Sorted:
        packed = self._asked_for() if self.args.codes else self._untold()
        if self.args.correct:
            return again(packed, self.book)
        recalled = frozenset(recall.parcel for station in self.stations for recall in station.swaps().recalls)
        if not (self.args.dispatched or self.settings.store.export == "dispatched"):
            return sort_out(packed, self.book, recalled, lambda parcel: True)
        path = self.settings.dispatch_path
        if not path.exists():
            raise StoreError(f"{path}: is not there yet: let samebag dispatch run, or export what is matched")
        with looking(path, LEDGER, most_s=inf) as door:
            return sort_out(packed, self.book, recalled, partial(left, door))

    def rows(self, found: Sorted) -> list[list[str]]:
        """The titles first."""
        to_tell: dict[str, frozenset[str]] = {}
        if found.ready:
            orders = (order for shipment in found.ready for order in shipment.parcel.orders)
            with looking(self.settings.book_path, BOOK, most_s=inf) as book:
                to_tell = parcels_of(book, orders, but_cancelled=True)
        rest = {order: frozenset(p for p in parcels if not self.told.told(p)) for order, parcels in to_tell.items()}
        return list(to_rows(found.ready, self.sheet, rest))

    def commit(self, found: Sorted, rows: list[list[str]]) -> Path:
        if not found.ready:
            raise StoreError("nothing to export: all that may be told was exported before; nothing was written")
        parcels = [Tells(s.parcel.name, s.passed.bag, s.parcel.tracking_number, s.parcel.orders) for s in found.ready]
        draft = partial(_draft, table=to_csv(rows, mark=""), says=self._says(len(rows) - 1))
        return self.told.tell(parcels, self._folder, draft, self.args.reason.strip() if self.args.correct else "")

    def _untold(self) -> list[Passed]:
        new = (untold(station.all_passed(), self.told.all_told()) for station in self.stations)
        return _each_once(chain.from_iterable(new))

    def _asked_for(self) -> list[Passed]:
        """Raises StoreError for what cannot be told, or not again."""
        names = {name for code in self.args.codes for name in _parcels(self.book, code)}
        packed = _each_once(passed for name in sorted(names) for s in self.stations if (passed := s.passed(name)))
        if missing := names - {passed.parcel for passed in packed}:
            raise StoreError(f"parcel {', '.join(sorted(missing))}: has not passed here: nothing was written")
        for passed in packed:
            if not self.args.correct and (told := self.told.told(passed.parcel)):
                raise StoreError(told_before(told))
        return packed

    def _folder(self, number: int) -> Path:
        out = self.args.out or self.settings.ledger_path.with_name("exports")
        correction = "-correction" if self.args.correct else ""
        return Path(out).resolve() / f"shipments-{number}-{Path(self.args.profile).stem}{correction}"

    def _says(self, rows: int) -> str:
        what = f"{SHEET}: {rows} shipments for {self.args.profile}: {self.sheet.contains}."
        correction = f" A correction: {self.args.reason.strip()}." if self.args.correct else ""
        rounds = "Upload it as it is: a spreadsheet that saves it rounds order numbers of 16 digits."
        return local(f"{what}{correction}\n{rounds}")


def _each_once(packed: Iterable[Passed]) -> list[Passed]:
    """Two stations that were apart may both have passed a parcel."""
    return list({passed.parcel: passed for passed in packed}.values())


def _parcels(book: Book, code: str) -> frozenset[str]:
    label = book.label_in(code)
    if label is None and book.parcel(code) is None:
        raise StoreError(f"{code}: is no parcel, order or tracking number of the book: correct it; nothing was written")
    return label.parcels if label else frozenset([code])


def _draft(folder: Path, table: bytes, says: str) -> str:
    whole.draft(folder, {SHEET: table}, says)
    return hashlib.sha256(table).hexdigest()


def _line(told: Mapping[str, object]) -> str:
    if "finished" in told:
        return f"{told['finished']}: an export that was interrupted is finished"
    if "held" in told:
        return f"{told['parcel']} {in_either(told)}"
    if isinstance(row := told.get("row"), dict):
        return "  ".join(row.values())
    counts = f"{told['rows']} shipments for {told['profile']} ({told['contains']})"
    if told["committed"]:
        return f"{counts}: {told['folder']}"
    return f"{counts}: nothing is written; --commit writes them, once and for all"
