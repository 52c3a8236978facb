"""What the station knows of a merged label, from a real book, ledger and key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samebag.core.bag.swaps import Swaps
from samebag.core.codes.merged import merged_code
from samebag.core.events import CodeScanned
from samebag.core.labels import Kind, Label
from samebag.core.parcel_checks import Checks, Level, Objection, ParcelCheck
from samebag.core.parcels import Parcel, Standing
from samebag.core.verdicts import GiveNotice, LabelRead, NoticeKind, ReadBy
from samebag.orders.taking.importer import import_file
from samebag.ports import StoreError
from samebag.station.lookup import KnownHere, normalised
from samebag.store.book.reader import BookReader
from samebag.store.key import load_key
from samebag.store.ledger.verify import Verified, verify
from samebag.store.ledger.writer import LedgerWriter

from .store.ledgers import Events, match, next_event, opened

KEY = bytes(range(32))
ROWS = "".join(f"p{n},LX{n:09}CN,O{n},{n}\n" for n in range(1, 8))
FIRST = merged_code("p1", 1, 1, KEY).upper()  # as codes are normalised


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BookReader]:
    (tmp_path / "orders.csv").write_text("parcel,tracking_number,orders,print_order\n" + ROWS)
    import_file(tmp_path / "orders.csv", tmp_path / "book.db")
    book = BookReader(tmp_path / "book.db")
    yield book
    book.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[tuple[LedgerWriter, Events]]:
    with opened(tmp_path / "ledger.db") as (ledger, events):
        ledger.record(match(1, "p1"))
        next_event(events)
        yield ledger, events


def seal(ledger: LedgerWriter, parcel: str, code: str) -> None:
    sealed = (LabelRead(Kind.MERGED, code, ReadBy.SCANNER),)
    ledger.notice(GiveNotice(NoticeKind.SEALED, 1, 5.0, parcels=(parcel,), labels=sealed), Swaps())


def until(done: Callable[[], object]) -> None:
    while not done():
        pass


def test_prose_that_is_no_label_is_masked_but_a_labels_own_code_never_is(
    tmp_path: Path, book: BookReader
) -> None:
    prose = "Rua da Silva"
    assert normalised(CodeScanned(prose, 1.0), book) == CodeScanned("R…D…S…", 1.0)
    (tmp_path / "more.csv").write_text(
        f"parcel,tracking_number,orders,list_codes\nq,LX9CN,O,{prose}\n"
    )
    import_file(tmp_path / "more.csv", tmp_path / "book.db")
    assert normalised(CodeScanned(prose, 1.0), book) == CodeScanned("RUADASILVA", 1.0)


def test_what_a_scanner_puts_around_a_code_goes_only_where_the_book_lacks_the_text(
    tmp_path: Path, book: BookReader
) -> None:
    (tmp_path / "more.csv").write_text(
        "parcel,tracking_number,orders\nq,444413758703,A444413758710A\nr,A444413758799A,"
        "444413758799\n"
    )
    import_file(tmp_path / "more.csv", tmp_path / "book.db")
    codes = {
        "A444413758703A": "444413758703",  # a scanner that sends Codabar's letters
        "444413758710": "A444413758710A",  # one that does not, and a book with them
        "A444413758799A": "A444413758799A",  # as it came
        "444413758799": "444413758799",
        "A444413758704A": "A444413758704A",
        "jLX000000001CN": "LX000000001CN",
        "jLX000000009CN": "JLX000000009CN",
        "jO1": "JO1",
    }
    assert {text: normalised(CodeScanned(text, 1.0), book) for text in codes} == {
        text: CodeScanned(code, 1.0) for text, code in codes.items()
    }


def test_what_is_found_against_a_parcel_is_thought_out_once_and_anew_on_another_day(
    book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    asked: list[str] = []

    class Asked(Checks):
        def gravest(self, parcel: Parcel, today: str) -> Objection | None:
            asked.append(f"{parcel.name} {today}")
            return Objection(ParcelCheck.NOTE, Level.WARN)

    days = iter(["2026-02-10", "2026-02-10", "2026-02-11"])
    known = KnownHere(
        book, station[0], None, Asked({ParcelCheck.NOTE: Level.WARN}), lambda: next(days)
    )
    record = book.parcel("p2")
    assert record
    assert {known.finding(record) for _ in range(3)} == {Objection(ParcelCheck.NOTE, Level.WARN)}
    assert asked == ["p2 2026-02-10", "p2 2026-02-11"]


def test_a_label_is_fresh_until_it_sealed_its_bag(
    tmp_path: Path, book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    ledger, _ = station
    known = KnownHere(book, ledger, KEY)
    assert known.label(FIRST) == Label(FIRST, merged_of=frozenset({"p1"}))
    assert known.standing("p1") is Standing.PASSED
    seal(ledger, "p1", FIRST)
    until(lambda: ledger.sealed_by("p1"))
    assert known.label(FIRST) == Label(FIRST, stale=frozenset({"p1"}), merged_of=frozenset({"p1"}))
    seal(ledger, "p1", "SB1|another")
    ledger.note("evidence", 1, {"path": "/e/1.jpg"})
    until(lambda: ledger.evidence_of(1))
    assert (ledger.sealed_by("p1"), ledger.evidence_of(1)) == (FIRST, "/e/1.jpg")
    assert isinstance(verify(tmp_path / "ledger.db"), Verified)


def test_a_newer_copy_makes_the_older_one_stale(
    book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    ledger, _ = station
    again = ledger.copy(1)
    known, second = KnownHere(book, ledger, KEY), merged_code("p1", again.number, 2, KEY).upper()
    old, new = known.label(FIRST), known.label(second)
    assert old is not None
    assert new is not None
    assert old.stale == {"p1"}
    assert not new.stale


@pytest.mark.parametrize(
    "code",
    [
        merged_code("p1", 1, 1, bytes(32)),  # another station's key
        merged_code("p1", 1, 2, KEY),  # a copy that was never printed
        merged_code("p2", 1, 1, KEY),  # that number was another parcel's
        merged_code("p1", 7, 1, KEY),  # no such number
        "SB1|p1|1|1|AAAAAAAA",
        "SB1|1|",
    ],
)
def test_a_label_that_this_station_never_printed_is_unknown(
    code: str, book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    assert KnownHere(book, station[0], KEY).label(code.upper()) is None


def test_without_a_key_no_merged_label_is_known(
    book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    assert KnownHere(book, station[0], None).label(FIRST) is None


def test_the_roll_goes_from_a_place_on_without_what_passed_and_stays_in_its_order_file(
    tmp_path: Path, book: BookReader, station: tuple[LedgerWriter, Events]
) -> None:
    (tmp_path / "other.csv").write_text(
        "parcel,tracking_number,orders,print_order\nq1,LX000000099CN,Q1,3\n"
    )
    import_file(tmp_path / "other.csv", tmp_path / "book.db")
    ledger, events = station
    ledger.record(match(2, "p5"))
    next_event(events)
    assert KnownHere(book, ledger, None).roll("p2", 4) == {"p4": 4, "p6": 6, "p7": 7}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_in_the_stations_folder_belongs_to_the_station(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    load_key(tmp_path / "key")
    with opened(tmp_path / "ledger.db") as (ledger, events):
        ledger.record(match(1, "p1"))
        next_event(events)
        assert {path.stat().st_uid for path in tmp_path.iterdir()} == {65534}
    (tmp_path / "orders.csv").write_text("parcel,tracking_number,orders,print_order\n" + ROWS)
    import_file(tmp_path / "orders.csv", tmp_path / "book.db")
    assert (tmp_path / "book.db").stat().st_uid == 65534


def test_a_key_is_made_once_read_again_and_a_torn_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = load_key(path)
    assert (len(key), load_key(path), path.stat().st_mode & 0o777) == (32, key, 0o600)
    path.write_text(key.hex()[:20])
    with pytest.raises(StoreError, match="has 10 bytes, must have 32: bring its copy back"):
        load_key(path)
    path.write_text("no key")
    with pytest.raises(StoreError, match="is no key"):
        load_key(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["key"]


def test_a_bag_that_passed_stays_passed_when_its_file_calls_it_open_again(
    tmp_path: Path, station: tuple[LedgerWriter, Events]
) -> None:
    """Packed after its label was bought: yesterday's bags stand in today's file as today's do."""
    ledger, _ = station
    path = tmp_path / "orders.csv"
    path.write_text("order_number,status,tracking_number\np1,completed,LX1CN\np2,completed,LX2CN\n")
    import_file(path, tmp_path / "book.db", awaiting="label-bought")
    book = BookReader(tmp_path / "book.db")
    known = KnownHere(book, ledger, KEY)
    assert [book.standing(name) for name in ("p1", "p2")] == [Standing.OPEN, Standing.OPEN]
    assert [known.standing(name) for name in ("p1", "p2")] == [Standing.PASSED, Standing.OPEN]
    book.close()
