"""A packing house on disk: bags judged by the real rules, put into a real ledger at times of the
test's choice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import msgspec

from samebag.aftersales.sources import Sources, opened
from samebag.core.bag.bag import Bag
from samebag.core.bag.step import play
from samebag.core.events import (
    CodeScanned,
    CommandGiven,
    Event,
    Sighting,
    TimePassed,
    VerdictStored,
    ViewSeen,
)
from samebag.core.labels import Command
from samebag.core.rules import Rules
from samebag.core.verdicts import GiveNotice, RecordVerdict, VerdictKind
from samebag.orders.taking.importer import import_file
from samebag.ports import JobState, PrintJob, StationEvent
from samebag.station.lookup import KnownHere, normalised
from samebag.store.beside.dispatches import Dispatches
from samebag.store.beside.shipments import Shipments, Tells
from samebag.store.book.reader import BookReader
from samebag.store.ledger.writer import LedgerWriter

HEAD = "parcel,tracking_number,orders,country,print_order,sku,name,quantity"
PARCELS = "ABCDEFGH"
ORDERS = "\n".join(
    [
        HEAD,
        *(
            f"{p},LX00000100{n}CN,81430000000010{n:02},ES,{n},SKU-{p},商品 Thing {p},1"
            for n, p in enumerate(PARCELS, 1)
        ),
    ]
)
AWAY: list[Event] = [
    *(ViewSeen((), at_s, False) for at_s in (1.2, 3.1, 4.0)),
    CommandGiven(Command.CLEAR, 5.0),
    ViewSeen((), 7.0, False),
    TimePassed(9.0),
]
START = datetime.fromisoformat("2026-02-10T12:00:00+08:00")


def waybill(parcel: str) -> str:
    return f"LX00000100{PARCELS.index(parcel) + 1}CN"


def order(parcel: str) -> str:
    return f"81430000000010{PARCELS.index(parcel) + 1:02}"


def _view(codes: Sequence[str], at_s: float, unread: int = 0) -> Event:
    """A frame with those codes side by side, each read by two decoders."""
    boxes = [((x, 0.0), (x + 90.0, 0.0), (x + 90.0, 20.0), (x, 20.0)) for x in range(0, 1000, 100)]
    seen = (
        Sighting(code, "", box, ("zxing", "zbar")) for code, box in zip(codes, boxes, strict=False)
    )
    return ViewSeen(tuple(seen), at_s, True, unread)


class House:
    def __init__(self, folder: Path, orders: str = ORDERS) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.now = folder, START
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            f'[storage]\ndirectory = "{folder}"\n[store]\nname = "Good Store"\nchannel ='
            ' "AliExpress messages"\n'
        )
        (folder / "roll.csv").write_text(orders, encoding="utf-8")
        import_file(folder / "roll.csv", folder / "book.db")
        self._bag = Bag()
        with self._ledger():
            pass

    def seen(self, *codes: str, packer: str = "", shadow: bool = False, unread: int = 0) -> None:
        """All of them in one view, twice."""
        views = [_view(codes, at_s, unread) for at_s in (0.0, 0.1, 0.5, 0.6)]
        self._happens(views, packer, Rules(shadow=shadow))

    def scanned(self, *codes: str, packer: str = "") -> None:
        """By hand, one after the other; no camera."""
        self._happens(
            [CodeScanned(code, number / 10) for number, code in enumerate(codes)], packer, Rules()
        )

    def seen_beside(self, parcel: str, foreign: str) -> None:
        """A right bag is seen, and then for a moment another label on it."""
        own = waybill(parcel), order(parcel)
        views = [_view(own, at_s) for at_s in (0.0, 0.1, 0.5, 0.6)]
        self._happens([*views, *(_view((*own, foreign), at_s) for at_s in (1.0, 1.1))], "", Rules())

    def ended_warnings(self) -> None:
        """By a supervisor."""
        self._happens([CommandGiven(Command.END_WARNINGS, 0.0)], "", Rules())

    def _happens(self, events: list[Event], packer: str, rules: Rules) -> None:
        """A bag, a minute after the last: it comes, is acknowledged if it must be, and goes."""
        self.now += timedelta(minutes=1)
        from_s = (self.now - START).total_seconds()
        with (
            self._ledger() as (ledger, stored),
            closing(BookReader(self.folder / "book.db")) as book,
        ):
            known = KnownHere(book, ledger, None)
            todo = deque(
                msgspec.structs.replace(event, at_s=from_s + event.at_s)
                for event in [*events, *AWAY]
            )
            while todo:
                self._bag, actions = play(self._bag, normalised(todo.popleft(), book), rules, known)
                for action in actions:
                    if isinstance(action, RecordVerdict):
                        ledger.record(replace(action.verdict, packer=packer))
                        self._keep_picture(ledger, action.verdict.bag)
                        if action.verdict.kind is VerdictKind.MATCH:
                            stored.get(timeout=10)
                            todo.appendleft(VerdictStored(action.verdict.bag, self._bag.now_s))
                    elif isinstance(action, GiveNotice):
                        ledger.notice(action, self._bag.swaps)

    def _keep_picture(self, ledger: LedgerWriter, bag: int) -> None:
        ledger.note("evidence", bag, {"path": f"/evidence/bag-{bag}.jpg", "sha256": f"{bag:064}"})

    def dispatched(self, *parcels: str) -> None:
        door = Dispatches(
            self.folder / "dispatch.db",
            notes=self.folder / "note",
            wall_clock=lambda: self.now,
            clock=lambda: 1.0,
            boot_id="b",
        )
        for parcel in parcels:
            self.now += timedelta(minutes=1)
            door.leave(PrintJob(1, 1, parcel, 1, JobState.SENT, ""), f"SB1|{parcel}")
        door.close()

    def exported(self, *parcels: str) -> None:
        told = Shipments(
            self.folder / "shipments.db",
            notes=self.folder / "note",
            wall_clock=lambda: self.now,
            clock=lambda: 1.0,
            boot_id="b",
        )
        told.tell(
            lambda: [Tells(p, 1, waybill(p), (order(p),)) for p in parcels],
            lambda n: self.folder / f"x{n}",
            lambda _: "",
        )
        told.close()

    @contextmanager
    def sources(self) -> Iterator[Sources]:
        paths = {name: self.folder / f"{name}.db" for name in ("book", "dispatch", "shipments")}
        stations = [self.folder / "ledger.db"]
        with opened(
            stations, book=paths["book"], door=paths["dispatch"], told=paths["shipments"]
        ) as sources:
            yield sources

    @contextmanager
    def _ledger(self) -> Iterator[tuple[LedgerWriter, SimpleQueue[StationEvent]]]:
        ledger = LedgerWriter(
            self.folder / "ledger.db",
            station="bench 3",
            wall_clock=lambda: self.now,
            clock=lambda: 1.0,
            boot_id="boot",
        )
        stored: SimpleQueue[StationEvent] = SimpleQueue()
        ledger.start(stored.put)
        try:
            yield ledger, stored
        finally:
            ledger.close()
