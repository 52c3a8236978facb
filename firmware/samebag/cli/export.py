"""``samebag export shipments``: the shipping notices of what was packed, for the platform; told once, ever."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from math import inf
from pathlib import Path

from samebag.cli.clocks import clocks
from samebag.cli.ledgers import add_ledgers, opened
from samebag.cli.output import add_json, speaker
from samebag.orders.shipping import Sheet, Shipment, load_sheet, to_rows
from samebag.ports import Passed, StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.sheets import to_csv
from samebag.shipments import WORDS, Sorted, again, sort_out, untold
from samebag.store import whole
from samebag.store.book import BOOK, Book
from samebag.store.dispatches import Dispatches
from samebag.store.ledger_reader import LedgerReader
from samebag.store.looking import looking
from samebag.store.orders_known import parcels_of
from samebag.store.shipments import Shipments, Tells, told_before

SHEET = "shipments.csv"


def add(command: argparse.ArgumentParser) -> None:
    shipments = command.add_subparsers(required=True, metavar="WHAT").add_parser(
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


@dataclass(frozen=True, slots=True)
class _Stores:
    settings: Settings
    stations: Sequence[LedgerReader]
    book: Book
    told: Shipments


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
        stores = _Stores(settings, stations, book, told)
        found = _sort_out(args, stores, _packed(args, stores))
        for parcel, why in found.held:
            say(parcel=parcel, held=why, zh=WORDS[why].zh, en=WORDS[why].en)
        rows = list(to_rows(found.ready, sheet, _left(stores, found.ready, is_correction=args.correct)))
        if not args.commit:
            return _preview(args, rows, sheet, say) or bool(args.codes and found.held)
        return _commit(args, stores, found, rows, sheet, say)


def _packed(args: argparse.Namespace, stores: _Stores) -> list[Passed]:
    """What was packed and is not told yet, or what was asked for. Raises StoreError where that cannot be told."""
    if not args.codes:
        new = (untold(station.all_passed(), stores.told.all_told()) for station in stores.stations)
        return _each_once(chain.from_iterable(new))
    names = {name for code in args.codes for name in _parcels(stores.book, code)}
    packed = _each_once(passed for name in sorted(names) for s in stores.stations if (passed := s.passed(name)))
    if missing := names - {passed.parcel for passed in packed}:
        raise StoreError(f"parcel {', '.join(sorted(missing))}: has not passed here: nothing was written")
    for passed in packed:
        if not args.correct and (told := stores.told.told(passed.parcel)):
            raise StoreError(told_before(told))
    return packed


def _each_once(packed: Iterable[Passed]) -> list[Passed]:
    """Two stations that were apart may both have passed a parcel."""
    return list({passed.parcel: passed for passed in packed}.values())


def _parcels(book: Book, code: str) -> frozenset[str]:
    label = book.label(book.form.normalise(code))
    if label is None and book.parcel(code) is None:
        raise StoreError(f"{code}: is no parcel, order or tracking number of the book: correct it; nothing was written")
    return label.parcels if label else frozenset([code])


def _sort_out(args: argparse.Namespace, stores: _Stores, packed: Sequence[Passed]) -> Sorted:
    if args.correct:
        return again(packed, stores.book)
    recalled = frozenset(recall.parcel for station in stores.stations for recall in station.swaps().recalls)
    if not (args.dispatched or stores.settings.store.export == "dispatched"):
        return sort_out(packed, stores.book, recalled, lambda parcel: True)
    with closing(Dispatches(stores.settings.dispatch_path, **clocks())) as door:
        return sort_out(packed, stores.book, recalled, door.left)


def _left(stores: _Stores, ready: Sequence[Shipment], *, is_correction: bool) -> Mapping[str, frozenset[str]]:
    """Of each order the parcels that are not told yet."""
    if not ready:
        return {}
    with looking(stores.settings.book_path, BOOK, most_s=inf) as book:
        found = parcels_of(book, (order for shipment in ready for order in shipment.parcel.orders))
    return {order: frozenset(p for p in parcels if not stores.told.told(p)) for order, parcels in found.items()}


def _preview(args: argparse.Namespace, rows: list[list[str]], sheet: Sheet, say: Callable[..., None]) -> int:
    for row in rows[1:]:
        say(row=dict(zip(rows[0], row, strict=True)))
    say(rows=len(rows) - 1, profile=args.profile, contains=sheet.contains, committed=False)
    return 0


def _commit(
    args: argparse.Namespace,
    stores: _Stores,
    found: Sorted,
    rows: list[list[str]],
    sheet: Sheet,
    say: Callable[..., None],
) -> int:
    if not found.ready:
        raise StoreError("nothing to export: every parcel that may be told was exported before; nothing was written")
    table = to_csv(rows, mark="")
    out = (args.out or stores.settings.ledger_path.with_name("exports")).resolve()
    says = _says(args, rows, sheet)
    parcels = [Tells(s.parcel.name, s.passed.bag, s.parcel.tracking_number, s.parcel.orders) for s in found.ready]
    folder = stores.told.tell(
        parcels,
        lambda number: out / f"shipments-{number}-{Path(args.profile).stem}{'-correction' if args.correct else ''}",
        partial(_draft, table=table, says=says),
        args.reason.strip() if args.correct else "",
    )
    say(rows=len(rows) - 1, profile=args.profile, contains=sheet.contains, committed=True, folder=str(folder))
    return 1 if args.codes and found.held else 0


def _draft(folder: Path, table: bytes, says: str) -> str:
    whole.draft(folder, {SHEET: table}, says)
    return hashlib.sha256(table).hexdigest()


def _says(args: argparse.Namespace, rows: Sequence[object], sheet: Sheet) -> str:
    what = f"{SHEET}: {len(rows) - 1} shipments for {args.profile}: {sheet.contains}."
    correction = f" A correction: {args.reason.strip()}." if args.correct else ""
    return f"{what}{correction}\nUpload it as it is: a spreadsheet that saves it rounds order numbers of 16 digits."


def _line(told: Mapping[str, object]) -> str:
    if "finished" in told:
        return f"{told['finished']}: an export that was interrupted is finished"
    if "held" in told:
        return f"{told['parcel']} {told['zh']} / {told['en']}"
    if isinstance(row := told.get("row"), dict):
        return "  ".join(row.values())
    counts = f"{told['rows']} shipments for {told['profile']} ({told['contains']})"
    if told["committed"]:
        return f"{counts}: {told['folder']}"
    return f"{counts}: nothing is written; --commit writes them, once and for all"
