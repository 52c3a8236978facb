"""``samebag export shipments``: the shipping notices of what was packed, for the platform; told
once, ever."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import chain, groupby, islice
from math import inf
from operator import attrgetter
from pathlib import Path

from samebag.cli.office import export_ledger
from samebag.cli.shared.ledgers import add_ledgers, opened
from samebag.cli.shared.output import add_json, in_either, local, speaker
from samebag.files import whole
from samebag.files.csv_out import csv_lines
from samebag.outbound.sheet import Sheet, Shipment, load_sheet, to_rows
from samebag.outbound.shipments import WORDS, Kept, Packed, again, sort_out, untold
from samebag.outbound.to_tell import ToTell
from samebag.ports import Passed, StoreError
from samebag.settings import Settings, SettingsError, load
from samebag.station.clocks import clocks
from samebag.store.beside.dispatches import left
from samebag.store.beside.shipments import Shipments, ShipmentTold, Tells, told_before
from samebag.store.book.reader import BOOK, BookReader
from samebag.store.book.shared_orders import parcels_of, shared_orders
from samebag.store.glance import looking
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.reader import LedgerReader

SHEET = "shipments.csv"
AT_ONCE = 500  # ours: parcels that are looked up together, some hundred kilobytes


def add(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(required=True, metavar="WHAT")
    export_ledger.add(what.add_parser("ledger", help="every entry as it is, with its hash"))
    shipments = what.add_parser(
        "shipments",
        help="the shipping notice of every parcel that was packed with a match and not told before",
    )
    shipments.description = (
        "Lists the parcels whose shipment was not told to the platform yet; with"
        " --commit writes them into a folder of"
        " its own (shipments.csv, CONTENTS.txt), which can be done once for each"
        " parcel. shipments.db beside the"
        " settings' ledger keeps what was told: samebag verify proves it."
    )
    shipments.add_argument(
        "codes", nargs="*", metavar="CODE", help="only these: parcel, order or tracking number"
    )
    shipments.add_argument(
        "--profile",
        required=True,
        help="aliexpress, woocommerce, csv, a store's own, or a .toml file",
    )
    shipments.add_argument("--commit", action="store_true", help="write them, once and for all")
    shipments.add_argument(
        "--correct", action="store_true", help="tell those CODEs again, in a file of its own"
    )
    shipments.add_argument("--reason", default="", help="why --correct")
    shipments.add_argument(
        "--dispatched", action="store_true", help="only what left through the door"
    )
    shipments.add_argument(
        "--out", type=Path, help="where folders are made (default: exports/ beside the ledger)"
    )
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
        closing(BookReader(settings.book_path)) as book,
        _told_before(settings, commits=args.commit) as told,
        closing(ToTell(by_time=not args.correct)) as to_tell,
    ):
        if told and (finished := told.finish()):
            say(finished=str(finished))
        export = _Export(args, settings, sheet, stations, book, told, to_tell)
        held = export.sort_out(say)
        about = {"rows": to_tell.rows, "profile": args.profile, "contains": sheet.contains}
        if args.commit:
            say(**about, committed=True, folder=str(export.commit()))
        else:
            for row in export.rows():
                say(row=dict(zip(sheet.columns, row, strict=True)))
            say(**about, committed=False)
    return 1 if args.codes and held else 0


@dataclass(frozen=True, slots=True)
class _Export:
    args: argparse.Namespace
    settings: Settings
    sheet: Sheet
    stations: Sequence[LedgerReader]
    book: BookReader
    told: Shipments | None  # nothing yet
    to_tell: ToTell

    def sort_out(self, say: Callable[..., None]) -> int:
        """Says of each parcel that is held why, and returns how many they are."""
        held = 0

        def ready(found: Iterable[Shipment | Kept]) -> Iterator[Shipment]:
            nonlocal held
            for each in found:
                if isinstance(each, Shipment):
                    yield each
                else:
                    held += 1
                    say(
                        parcel=each.parcel,
                        held=each.why,
                        zh=WORDS[each.why].zh,
                        en=WORDS[each.why].en,
                    )

        with self._door() as door:
            self.to_tell.add(
                ready(self._found(partial(left, door) if door else lambda parcel: True))
            )
        return held

    def rows(self) -> Iterator[list[str]]:
        self.to_tell.wait_for(part for part in self._parts() if not self._told(part[1]))
        return to_rows(self.to_tell, self.sheet, self.to_tell.is_last)

    def commit(self) -> Path:
        if not len(self.to_tell):
            raise StoreError(
                "nothing to export: all that may be told was exported before; nothing was written"
            )
        reason = self.args.reason.strip() if self.args.correct else ""
        assert self.told
        return self.told.tell(self._tells, self._folder, self._draft, reason)

    def _found(self, has_left: Callable[[str], object]) -> Iterator[Shipment | Kept]:
        packed = self._in_book(self._asked_for() if self.args.codes else self._untold())
        if self.args.correct:
            return again(packed)
        recalled = frozenset(
            recall.parcel for station in self.stations for recall in station.swaps().recalls
        )
        return sort_out(packed, recalled, has_left)

    def _in_book(self, packed: Iterable[Passed]) -> Iterator[Packed]:
        all_packed = iter(packed)
        while some := [*islice(all_packed, AT_ONCE)]:
            known = self.book.parcels([passed.parcel for passed in some])
            yield from ((passed, known.get(passed.parcel)) for passed in some)

    def _door(self) -> AbstractContextManager[sqlite3.Connection | None]:
        """The ledger of what left, where only that is told."""
        if self.args.correct or not (
            self.args.dispatched or self.settings.store.export == "dispatched"
        ):
            return nullcontext()
        path = self.settings.dispatch_path
        if not path.exists():
            raise StoreError(
                f"{path}: is not there yet: let samebag dispatch run, or export what is matched"
            )
        return looking(path, LEDGER, most_s=inf)

    def _parts(self) -> Iterator[tuple[str, str]]:
        """Orders that the sheet has, each with a parcel; those of one parcel may be left out."""
        if not len(self.to_tell):
            return
        with looking(self.settings.book_path, BOOK, most_s=inf) as book:
            if not self.args.codes:
                yield from shared_orders(book)
                return
            orders = (order for shipment in self.to_tell for order in shipment.orders)
            for order, parcels in parcels_of(book, orders, but_cancelled=True).items():
                yield from ((order, parcel) for parcel in parcels)

    def _tells(self) -> Iterator[Tells]:
        for shipment in self.to_tell:
            yield Tells(shipment.parcel, shipment.bag, shipment.tracking_number, shipment.orders)

    def _draft(self, folder: Path) -> str:
        table = chain(csv_lines([self.sheet.columns]), csv_lines(self.rows()))
        return whole.draft(folder, {SHEET: table}, self._says(self.to_tell.rows))[SHEET]

    def _untold(self) -> Iterator[Passed]:
        packed = merge(
            *(station.all_passed() for station in self.stations), key=attrgetter("parcel")
        )
        return untold(_each_once(packed), self.told.all_told() if self.told else iter(()))

    def _told(self, parcel: str) -> ShipmentTold | None:
        return self.told.told(parcel) if self.told else None

    def _asked_for(self) -> Iterable[Passed]:
        """Raises StoreError for what cannot be told, or not again."""
        names = {name for code in self.args.codes for name in _parcels(self.book, code)}
        packed = [
            *_each_once(p for name in sorted(names) for s in self.stations if (p := s.passed(name)))
        ]
        if missing := names - {passed.parcel for passed in packed}:
            raise StoreError(
                f"parcel {', '.join(sorted(missing))}: has not passed here: nothing was written"
            )
        for passed in packed:
            if not self.args.correct and (told := self._told(passed.parcel)):
                raise StoreError(told_before(told))
        return packed

    def _folder(self, number: int) -> Path:
        out = self.args.out or self.settings.ledger_path.with_name("exports")
        correction = "-correction" if self.args.correct else ""
        return (
            Path(out).resolve() / f"shipments-{number}-{Path(self.args.profile).stem}{correction}"
        )

    def _says(self, rows: int) -> str:
        what = f"{SHEET}: {rows} shipments for {self.args.profile}: {self.sheet.contains}."
        correction = f" A correction: {self.args.reason.strip()}." if self.args.correct else ""
        rounds = (
            "Upload it as it is: a spreadsheet that saves it rounds order numbers of 16 digits."
        )
        return local(f"{what}{correction}\n{rounds}")


def _told_before(settings: Settings, *, commits: bool) -> AbstractContextManager[Shipments | None]:
    """Who only asks makes no ledger."""
    path = settings.shipments_path
    return (
        closing(Shipments(path, notes=settings.note_dir, **clocks()))
        if commits or path.exists()
        else nullcontext()
    )


def _each_once(packed: Iterable[Passed]) -> Iterator[Passed]:
    """By name. Two stations that were apart may both have passed a parcel: the last one's
    counts."""
    for _, same in groupby(packed, attrgetter("parcel")):
        *_, last = same
        yield last


def _parcels(book: BookReader, code: str) -> frozenset[str]:
    label = book.label_in(code)
    if label is None and book.parcel(code) is None:
        raise StoreError(
            f"{code}: is no parcel, order or tracking number of the book: correct it;"
            " nothing was written"
        )
    return label.parcels if label else frozenset([code])


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
