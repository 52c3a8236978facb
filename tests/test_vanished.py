"""What a newer order file lacks, from the table to the door: a real station, book, ledger, door and
export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from samebag.core.bag.passed import SEAL_WITHIN_S
from samebag.core.codes.merged import merged_code
from samebag.core.events import TimePassed
from samebag.core.rules import Rules
from samebag.orders.taking.importer import import_file
from samebag.outbound.door import Door, Stop
from samebag.outbound.shipments import Held, Kept, sort_out
from samebag.ports import StationEvent
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.store.beside.dispatches import Dispatches
from samebag.store.book.reader import BookReader
from samebag.store.ledger.reader import LedgerReader

from .core.table import clear, scan
from .fakes import FakePrinter, FakeScanner, FakeSignals, FakeTeller
from .world.loop import NOON, UNSURE, CutLedger

KEY = bytes(32)
# a source of what awaits shipment, and one that also lists what does not
WAITING, ALL = (
    "waiting",
    "all",
)
VANISHED_WORDS = "Not in the newest order file: {}: do not ship; put the goods back"
CANCELLED_WORDS = "Cancelled: {}: do not ship; put the goods back"


class Warehouse:
    """Parcels A and B are of the source WAITING, C and D of ALL, whose first file also had a
    shipped one, S."""

    def __init__(self, folder: Path) -> None:
        self.labels: dict[str, str] = {}  # the merged labels printed, by parcel
        self._folder = folder
        self._ledger, self._book = folder / "ledger.db", folder / "book.db"
        self.book = BookReader(self._book)
        self.teller = FakeTeller([])
        self._at_s = 0.0
        self.orders(WAITING, A="open", B="open")
        self.orders(ALL, C="open", D="open", S="shipped")
        self.open()

    def open(self) -> None:
        ledger = CutLedger(
            self._ledger,
            station="table",
            wall_clock=lambda: NOON,
            clock=lambda: self._at_s,
            boot_id="boot",
        )
        self._station = Station(
            rules=Rules(confirm_label=True),
            book=BookReader(self._book),
            ledger=ledger,
            signals=FakeSignals(),
            scanners=[FakeScanner()],
            camera=None,
            printer=FakePrinter(),
            asks_about=UNSURE,
            tellers=[self.teller],
            key=KEY,
            people=People(logout_s=1800.0),
            clock=lambda: self._at_s,
        )
        self._station.start()
        self._run()

    def close(self) -> None:
        self._station.close()

    def orders(self, source: str, **parcels: str) -> None:
        rows = "".join(f"{name},W1{name},L{name},{status}\n" for name, status in parcels.items())
        path = self._folder / f"{source}.csv"
        path.write_text(f"parcel,tracking_number,orders,status\n{rows}")
        import_file(path, self._book)

    def scan(self, *codes: str) -> list[str]:
        """What the screen says to it, and to CLEAR after it."""
        self.teller.told_about.clear()
        for code in codes:
            self._at_s += 0.5
            self._put(scan(code, self._at_s))
        self._put(clear(self._at_s + 0.1))
        return [words.en for _, words in self.teller.told_about]

    def pack(self, parcel: str) -> None:
        said = self.scan(f"W1{parcel}", f"L{parcel}")
        assert any(words.startswith(f"Match: {parcel} ") for words in said)
        self.labels[parcel] = merged_code(parcel, len(self.labels) + 1, 1, KEY)

    def seal(self, parcel: str) -> list[str]:
        """The label is scanned on the bag that lies there still, or else comes back."""
        return self.scan(self.labels[parcel], f"W1{parcel}", f"L{parcel}")

    def at_the_door(self, parcel: str) -> Stop | None:
        """A door sees what is on the station's disk."""
        self.close()
        dispatches = Dispatches(
            self._folder / "dispatch.db",
            notes=self._folder / "note",
            wall_clock=lambda: NOON,
            clock=lambda: self._at_s,
            boot_id="boot",
        )
        with closing(LedgerReader(self._ledger)) as reader, closing(dispatches):
            door = Door(
                book=self.book,
                stations=lambda: nullcontext([reader]),
                dispatched=dispatches,
                key=KEY,
            )
            stop = door.scanned(self.labels[parcel], self._at_s).stop
        self.open()
        return stop

    def held(self) -> dict[str, Held]:
        """What an export of shipments keeps back."""
        with closing(LedgerReader(self._ledger)) as reader:
            packed = [(passed, self.book.parcel(passed.parcel)) for passed in reader.all_passed()]
            found = sort_out(packed, frozenset(), lambda parcel: True)
            return {kept.parcel: kept.why for kept in found if isinstance(kept, Kept)}

    def wait(self) -> None:
        """Until no bag is thought to lie on the table."""
        self._at_s += SEAL_WITHIN_S + 1.0
        self._put(TimePassed(self._at_s))

    def _put(self, event: StationEvent) -> None:
        self._station.put(event)
        self._run()

    def _run(self) -> None:
        for _ in range(3):
            self._station.stop()
            self._station.run()


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = Warehouse(tmp_path)
    yield warehouse
    warehouse.close()
    warehouse.book.close()


# the bag left the table before its label is read
@pytest.mark.parametrize("is_back", [False, True])
def test_a_bag_whose_order_is_cancelled_after_its_match_is_never_sealed(
    warehouse: Warehouse, is_back: bool
) -> None:
    warehouse.pack("A")
    if is_back:
        warehouse.wait()
    warehouse.orders(WAITING, A="cancelled", B="open")
    for _ in range(2):
        said = warehouse.seal("A")
        assert CANCELLED_WORDS.format("A") in said
        assert "Sealed: A" not in said
    assert warehouse.at_the_door("A") is Stop.NOT_SEALED


def test_what_vanished_after_it_passed_may_be_shipped_unless_its_source_would_say_so(
    warehouse: Warehouse,
) -> None:
    for parcel in "ABCD":
        warehouse.pack(parcel)
        if parcel in "AC":
            assert "Sealed: " + parcel in warehouse.seal(parcel)
    warehouse.orders(WAITING, E="open")
    warehouse.orders(ALL, E2="open")
    assert "Sealed: B" in warehouse.seal("B")
    assert CANCELLED_WORDS.format("D") in warehouse.seal("D")
    stops = {parcel: warehouse.at_the_door(parcel) for parcel in "ABCD"}
    assert stops == {"A": None, "B": None, "C": Stop.CANCELLED, "D": Stop.NOT_SEALED}


def test_an_explicit_cancel_stops_what_vanished_before(warehouse: Warehouse) -> None:
    for parcel in "AB":
        warehouse.pack(parcel)
        warehouse.seal(parcel)
    warehouse.orders(WAITING, E="open")
    warehouse.orders("cancelled by hand", A="cancelled")
    assert (warehouse.at_the_door("A"), warehouse.at_the_door("B")) == (Stop.CANCELLED, None)


def test_what_vanished_before_it_passed_is_red_and_says_why_until_it_is_there_again(
    warehouse: Warehouse,
) -> None:
    warehouse.orders(WAITING, E="open")
    warehouse.orders(ALL, E2="open")
    assert VANISHED_WORDS.format("A") in warehouse.scan("W1A", "LA")
    assert CANCELLED_WORDS.format("C") in warehouse.scan("W1C", "LC")
    warehouse.orders(WAITING, A="open")
    warehouse.pack("A")


def test_what_vanished_is_told_to_no_platform(warehouse: Warehouse) -> None:
    for parcel in "AC":
        warehouse.pack(parcel)
    warehouse.orders(WAITING, E="open")
    warehouse.orders(ALL, E2="open")
    assert warehouse.held() == {"A": Held.VANISHED, "C": Held.NOT_OPEN}
