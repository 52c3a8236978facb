"""A label shows what its match recorded, whatever an import made of the parcel since: a real book,
ledger and door."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from samebag.core.codes.badges import supervisor_code
from samebag.core.codes.merged import merged_code
from samebag.core.events import CommandGiven
from samebag.core.labels import Command
from samebag.core.parcels import Standing
from samebag.core.rules import Rules
from samebag.core.verdicts import Verdict
from samebag.orders.taking.importer import import_file
from samebag.outbound.door import Door, Stop
from samebag.ports import JobState
from samebag.station.lookup import KnownHere
from samebag.station.loop import Station
from samebag.station.people import People
from samebag.store.beside.dispatches import Dispatches
from samebag.store.book.reader import BookReader
from samebag.store.ledger.reader import LedgerReader
from samebag.store.ledger.verify import Broken, Verified, verify

from .core.table import scan
from .fakes import FakePrinter, FakeScanner, FakeSignals, FakeTeller
from .world.loop import NOON, UNSURE, CutLedger

KEY = bytes(32)
HEADER = (
    "parcel,tracking_number,orders,status,print_order,weight_g,ship_by,sku,name,"
    "attributes,quantity\n"
)
ROW = (
    "{parcel},{number},L{parcel},{status},{place},{weight},{ship_by},MUG-1,Mug,"
    "{attributes},{quantity}\n"
)
AS_MATCHED = {
    "parcel": "A",
    "number": "W1A",
    "status": "open",
    "place": 1,
    "weight": 300,
    "ship_by": "2026-11-20",
    "attributes": "white",
    "quantity": 2,
}
GONE = (
    "its order was cancelled after its bag passed: do not ship; take the bag out and"
    " put the goods back"
)
OTHER = (
    "its order changed after its bag passed: do not ship; take the bag out and"
    " print its labels again in the ERP"
)

SAME = {
    "nothing": {},
    "weight and date": {"weight": 450, "ship_by": "2026-11-12"},
    "shipped": {"status": "shipped"},
}
NOT_THE_SAME = {
    "cancelled": ({"status": "cancelled"}, GONE),
    "goods": ({"attributes": "black"}, OTHER),
    "quantity": ({"quantity": 3}, OTHER),
    "waybill": ({"number": "W1A2"}, OTHER),
    # the book calls it open
    "goods, with labels printed anew": (
        {"attributes": "black", "place": 9},
        OTHER,
    ),
    "goods, and shipped": ({"attributes": "black", "status": "shipped"}, OTHER),
}
same = pytest.mark.parametrize("facts", SAME.values(), ids=SAME)
not_the_same = pytest.mark.parametrize(("facts", "why"), NOT_THE_SAME.values(), ids=NOT_THE_SAME)


class Packing:
    """Parcel A on a station that may be started again; its printer keeps ``drawn`` over that."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ledger_path, self.book_path = (
            folder,
            folder / "ledger.db",
            folder / "book.db",
        )
        self.drawn: list[tuple[int, str]] = []  # copy, attributes of its goods
        self.now_s = 0.0
        self.before_disk: Callable[[], None] = lambda: None
        self.orders()
        self.start()

    def start(self) -> None:
        self.book, self.printer, self.teller = (
            BookReader(self.book_path),
            FakePrinter(),
            FakeTeller([]),
        )
        self.ledger = WatchedLedger(
            self.ledger_path,
            station="table",
            wall_clock=lambda: NOON,
            clock=lambda: self.now_s,
            boot_id="boot",
        )
        self.ledger.before = lambda: self.before_disk()
        self.station = Station(
            rules=Rules(confirm_label=True),
            book=self.book,
            ledger=self.ledger,
            signals=FakeSignals(),
            scanners=[FakeScanner()],
            camera=None,
            printer=self.printer,
            asks_about=UNSURE,
            tellers=[self.teller],
            key=KEY,
            people=People(logout_s=1800.0),
            clock=lambda: self.now_s,
        )
        self.station.start()
        self.run()

    def close(self) -> None:
        self.station.close()
        self.drawn += [
            (copy, parcel.items[0].attributes)
            for (_, copy), parcel in zip(self.printer.printed, self.printer.drawn, strict=True)
        ]

    def restart(self) -> None:
        self.close()
        self.start()

    def orders(self, **facts: object) -> None:
        path = self.folder / "orders.csv"
        path.write_text(HEADER + ROW.format(**(AS_MATCHED | facts)))
        import_file(path, self.book_path)

    def pack(self, stops_at: JobState | None = None) -> None:
        self.printer.stops_at = stops_at
        self.scan("W1A", "LA")
        self.printer.stops_at = None

    def scan(self, *codes: str) -> None:
        for code in codes:
            self.now_s += 0.5
            self.station.put(scan(code, self.now_s))
            self.run()

    def say(self, given: Command) -> None:
        self.station.put(CommandGiven(given, self.now_s))
        self.run()

    def reprint(self) -> None:
        self.scan(supervisor_code("MA", KEY))
        self.say(Command.REPRINT)

    def run(self) -> None:
        for _ in range(4):
            self.station.stop()
            self.station.run()

    @property
    def said(self) -> list[str]:
        return [words.en for _, words in self.teller.told_about]

    def states(self) -> list[str]:
        """Of the print jobs on disk, once the station stopped."""
        with closing(sqlite3.connect(self.ledger_path)) as db:
            return [state for (state,) in db.execute("SELECT state FROM print_job ORDER BY number")]


class WatchedLedger(CutLedger):
    before: Callable[[], None]

    def record(self, verdict: Verdict, *parcel: object) -> None:
        super().record(verdict, *parcel)  # type: ignore[arg-type]
        self.before()


@pytest.fixture
def packing(tmp_path: Path) -> Iterator[Packing]:
    packing = Packing(tmp_path)
    yield packing
    packing.close()
    assert isinstance(verify(packing.ledger_path), Verified)


def queued(packing: Packing) -> None:
    """The power went with the label still to be printed."""
    packing.pack(JobState.SENDING)
    packing.close()
    with (
        closing(sqlite3.connect(packing.ledger_path)) as db,
        db,
    ):  # no byte was accepted: as the printer's thread has it
        db.execute(
            "UPDATE print_job SET state = 'queued', seq = (SELECT min(seq) FROM entry"
            " WHERE kind = 'verdict')"
        )


@same
def test_after_a_restart_the_label_shows_what_the_match_recorded(
    packing: Packing, facts: dict[str, object]
) -> None:
    packing.pack(JobState.ASKED)
    packing.orders(**facts)
    packing.restart()
    packing.say(Command.PRINT_AGAIN)
    packing.reprint()
    packing.close()
    assert packing.drawn == [(2, "white"), (3, "white")]
    packing.start()


@not_the_same
def test_what_changed_meanwhile_is_withdrawn_at_the_start_and_never_asked_about(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    packing.pack(JobState.ASKED)
    packing.close()
    packing.orders(**facts)
    packing.start()
    assert packing.said == [f"Label 1 (A) is not printed: {why}"]
    packing.restart()
    assert packing.said == []
    packing.say(Command.PRINT_AGAIN)
    assert packing.said == ["No label is asked about"]
    assert (packing.states(), packing.drawn) == (["withdrawn"], [])


@not_the_same
def test_print_again_of_what_changed_meanwhile_prints_nothing(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    packing.pack(JobState.ASKED)
    packing.orders(**facts)
    packing.say(Command.PRINT_AGAIN)
    assert packing.said[-1] == f"Label 1 (A) is not printed: {why}"
    packing.restart()
    assert (packing.states(), packing.drawn) == (["withdrawn"], [])


@not_the_same
def test_a_supervisors_reprint_of_what_changed_is_refused_until_the_order_is_as_it_was(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    packing.pack()
    packing.orders(**facts)
    packing.reprint()
    assert packing.said[-1] == f"Label A is not printed: {why}"
    packing.orders()
    packing.reprint()
    packing.restart()
    assert packing.drawn == [(1, "white"), (2, "white")]
    assert packing.states() == ["replaced", "confirmed"]


@not_the_same
def test_an_import_between_match_and_print_keeps_the_label_back(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    packing.before_disk = lambda: packing.orders(**facts)
    packing.pack()
    assert f"Label 1 (A) is not printed: {why}" in packing.said
    assert any(words.startswith("Match: A , 2 items") for words in packing.said), (
        "what was matched is what is told"
    )
    packing.restart()
    assert (packing.states(), packing.drawn) == (["withdrawn"], [])


def test_a_queued_label_is_printed_after_the_start_or_withdrawn(packing: Packing) -> None:
    queued(packing)
    packing.orders(attributes="black")
    packing.start()
    assert packing.said == [f"Label 1 (A) is not printed: {OTHER}"]
    packing.orders()
    packing.reprint()  # of a label that never was
    packing.restart()
    assert (packing.states(), packing.drawn) == (["replaced", "confirmed"], [(2, "white")])


def test_what_vanished_is_the_same(packing: Packing) -> None:
    packing.pack(JobState.ASKED)
    packing.orders(parcel="B", number="W1B")
    packing.say(Command.PRINT_AGAIN)
    packing.restart()
    assert packing.drawn == [(2, "white")]


def test_without_a_record_nothing_is_drawn_and_the_packer_is_asked(packing: Packing) -> None:
    """Of an older ledger, or purged."""
    packing.pack(JobState.ASKED)
    with closing(sqlite3.connect(packing.ledger_path)) as db, db:
        db.execute("DELETE FROM aside")
    packing.say(Command.PRINT_AGAIN)
    assert (
        "what its bag was matched with is not kept any more: whole: scan SAMEBAG-LABEL-IS-THERE"
        in packing.said[-1]
    )
    packing.reprint()
    assert packing.said[-1] == "No label to print again"
    packing.say(Command.LABEL_IS_THERE)
    packing.restart()
    assert (packing.states(), packing.drawn) == (["confirmed"], [])


@not_the_same
def test_the_rules_hear_of_it_and_the_door_stops_it(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    known = KnownHere(packing.book, packing.ledger, KEY)
    packing.pack()
    label = merged_code("A", 1, 1, KEY)
    packing.scan(label)
    assert "Sealed: A" in packing.said
    assert known.meanwhile("A") is Standing.OPEN
    packing.orders(**facts)
    standing, stop = (
        (Standing.CANCELLED, Stop.CANCELLED) if why is GONE else (Standing.CHANGED, Stop.CHANGED)
    )
    assert known.meanwhile("A") is standing
    dispatches = Dispatches(
        packing.folder / "door.db",
        notes=packing.folder / "note",
        wall_clock=lambda: NOON,
        clock=lambda: 1.0,
        boot_id="boot",
    )
    with closing(LedgerReader(packing.ledger_path)) as reader, closing(dispatches):
        door = Door(
            book=packing.book,
            stations=lambda: nullcontext([reader]),
            dispatched=dispatches,
            key=KEY,
        )
        assert door.scanned(label, 2.0).stop is stop
        packing.orders()
        assert door.scanned(label, 9.0).stop is None


@not_the_same
def test_what_changed_meanwhile_is_not_sealed(
    packing: Packing, facts: dict[str, object], why: str
) -> None:
    packing.pack()
    packing.orders(**facts)
    packing.scan(merged_code("A", 1, 1, KEY))
    assert "Sealed: A" not in packing.said
    assert packing.ledger.sealed_by("A") is None
    assert packing.said[-1].startswith("Cancelled: A" if why is GONE else "Changed: A")


def test_a_record_that_was_altered_is_found_out_and_on_no_label(tmp_path: Path) -> None:
    packing = Packing(tmp_path)
    packing.pack(JobState.ASKED)
    assert isinstance(verify(packing.ledger_path), Verified)
    with closing(sqlite3.connect(packing.ledger_path)) as db, db:
        db.execute("UPDATE aside SET words = replace(words, 'white', 'black')")
    assert verify(packing.ledger_path) == Broken(
        "entry 1: the words beside it are not those that it has the hash of"
    )
    packing.say(Command.PRINT_AGAIN)
    packing.close()
    assert packing.drawn == []
