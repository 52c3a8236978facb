"""A ledger that is not the one written last takes no match until a supervisor accepts it; stamps
prove what was."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from samebag.core.events import DeviceBack, DeviceLost, StoreFailed, VerdictStored
from samebag.core.heads import Head
from samebag.ports import StoreError
from samebag.store.doubts import CURE, JOURNAL, REPLACED, KnownHead
from samebag.store.keeper import Keeper, taken
from samebag.store.ledger.chain import Pen, entry_hash
from samebag.store.ledger.stamps import Key, Stamps, key_from, next_key, stamp
from samebag.store.ledger.verify import Broken, StampedSpan, Verified, verify
from samebag.store.ledger.writer import LedgerWriter
from samebag.words.faults import in_chinese
from tests.bench.web_ledger import write_ledger
from tests.store.ledgers import Events, made, match, mismatch, next_event
from tests.store.test_verify import tamper


class Shop:
    """A station's folder, and its note's beside it. ``knows`` is what book and journal say,
    ``printed`` the labels."""

    def __init__(self, folder: Path) -> None:
        self.path, self.note = folder / "state" / "ledger.db", folder / "note"
        for place in (self.path.parent, self.note):
            place.mkdir(parents=True)
        self.knows: list[KnownHead] = []
        self.printed = 0

    @contextmanager
    def open(self) -> Iterator[tuple[LedgerWriter, Events]]:
        keeper = Keeper(self.note, lambda is_bare: self.knows, lambda: self.printed)
        ledger, events = made(self.path, keeper=keeper), Events()
        ledger.start(events.put)
        try:
            yield ledger, events
        finally:
            ledger.close()

    def pack(self, *parcels: str) -> None:
        with self.open() as (ledger, events):
            for parcel in parcels:
                ledger.record(match(ledger.last_bag() + int(parcel[1:]), parcel))
                assert isinstance(next_event(events), VerdictStored)

    def keys(self) -> list[Key]:
        return [key_from(line) for line in (self.note / "first-key").read_text().splitlines()]

    def remove(self) -> None:
        for path in self.path.parent.glob("ledger.db*"):
            path.unlink()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.pack("P1", "P2")
    return shop


def kept(path: Path, copy: Path) -> None:
    shutil.copyfile(path, copy)


def doubted(shop: Shop, parcel: str = "P1") -> str:
    """What the station says; and that the parcel is not green, at this start and the next."""
    reasons = set()
    for _ in range(2):
        with shop.open() as (ledger, events):
            lost = next_event(events)
            assert isinstance(lost, DeviceLost)
            assert (lost.device, lost.cure) == ("ledger", CURE)
            assert not in_chinese(lost.reason).isascii()
            reasons.add(lost.reason)
            ledger.record(match(901, parcel))
            assert isinstance(next_event(events), StoreFailed)
    (reason,) = reasons
    return reason


def test_a_new_station_asks_nothing_and_stamps_from_its_first_entry(shop: Shop) -> None:
    found = verify(shop.path, shop.keys())
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(1, found.rows, proven=True),)
    assert verify(shop.path) == Verified(
        found.rows, found.head, (StampedSpan(1, found.rows, proven=False),)
    )


def test_a_ledger_that_is_gone_older_or_another_one_is_told_by_who_knows_better(
    shop: Shop, tmp_path: Path
) -> None:
    kept(shop.path, tmp_path / "old.db")
    shop.pack("P3")
    newest = verify(shop.path)
    assert isinstance(newest, Verified)
    kept(shop.path, tmp_path / "right.db")
    shop.remove()
    gone = f"the ledger is gone: the station's note knows of {newest.rows} entries, up to bag 5"
    assert doubted(shop) == gone
    shop.remove()
    kept(tmp_path / "old.db", shop.path)
    ends = newest.rows - 1
    assert doubted(shop, "P3").startswith(
        f"the ledger is an older one: it ends at entry {ends}, the station's note"
    )
    shop.remove()
    other = Shop(tmp_path / "x")
    other.pack("P8", "P9", "P10")
    kept(other.path, shop.path)
    assert "is another one: its entry" in doubted(shop)
    shop.remove()
    kept(tmp_path / "right.db", shop.path)
    shop.pack("P4")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda s: s.knows.append(KnownHead(JOURNAL, Head(99, b"x" * 32), 9)),
            "the journal knows of 99",
        ),
        (
            lambda s: s.knows.append(KnownHead(JOURNAL, Head(2, b"x" * 32), 9)),
            "entry 2 is not the one that the journal",
        ),
        (lambda s: setattr(s, "printed", 7), "it knows of 2 labels, but label 7 was printed"),
        (lambda s: (s.note / "ledger.note").unlink(), "the station's note of the ledger is gone"),
        (
            lambda s: tamper(s.path, "DELETE FROM entry WHERE seq = 3"),
            "the ledger was cut: it ends at entry 2",
        ),
    ],
)
def test_each_witness_is_heard(shop: Shop, spoil, says: str) -> None:  # type: ignore[no-untyped-def]
    spoil(shop)
    with shop.open() as (_, events):
        lost = next_event(events)
        assert isinstance(lost, DeviceLost)
        assert says in lost.reason or "ends at entry 2" in lost.reason


def test_a_supervisor_gives_up_what_is_lost_once_and_numbers_go_on(shop: Shop) -> None:
    shop.remove()
    shop.printed = 2
    with shop.open() as (ledger, events):
        assert isinstance(next_event(events), DeviceLost)
        assert ledger.last_bag() >= 3
        ledger.record(mismatch(ledger.last_bag() + 1))
        assert ledger.accept("MA")
        assert isinstance(next_event(events), DeviceBack)
        assert not ledger.accept("MA")
        ledger.record(match(ledger.last_bag() + 2, "P1"))
        assert isinstance(next_event(events), VerdictStored)
        job = ledger.job_of(ledger.last_bag() + 2)
        assert job
        assert job.number == 3, "no print number is given twice"
    found = verify(shop.path, shop.keys())
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(3, found.rows, proven=True),), (
        "entries before the acceptance bear no stamp"
    )
    with closing(sqlite3.connect(shop.path)) as db:
        ((body,),) = db.execute("SELECT body FROM entry WHERE kind = 'ledger accepted'").fetchall()
    told = json.loads(body)
    assert (told["supervisor"], told["lost"][0]["by"]) == ("MA", "the station's note")
    shop.pack("P5")


def test_a_ledger_replaced_under_a_running_station_takes_nothing_more(
    shop: Shop, tmp_path: Path
) -> None:
    kept(shop.path, tmp_path / "old.db")
    with shop.open() as (ledger, events):
        (tmp_path / "old.db").replace(shop.path)
        lost = next_event(events)
        assert isinstance(lost, DeviceLost)
        assert REPLACED in lost.reason
        assert "restart the station" in lost.cure
        ledger.record(match(901, "P9"))
        assert isinstance(next_event(events), StoreFailed)


def test_an_entry_written_behind_the_station_s_back_stops_it(shop: Shop) -> None:
    with shop.open() as (ledger, events):
        with closing(sqlite3.connect(shop.path, isolation_level=None)) as db:
            moment = ledger._moment(1.0)
            Pen(db).append("notice", 1, moment, "{}")
        ledger.record(match(901, "P9"))
        assert {type(next_event(events)) for _ in range(2)} == {DeviceLost, StoreFailed}


def rewritten(path: Path, seq: int, body: str, stamps: Stamps | None = None) -> None:
    """What who owns the file can do: an entry altered, and all hashes from it on made anew."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TRIGGER IF EXISTS entry_is_never_changed")
        (prev,) = db.execute("SELECT hash FROM entry WHERE seq = ?", (seq - 1,)).fetchone()
        db.execute("UPDATE entry SET body = ? WHERE seq = ?", (body, seq))
        select = (
            "SELECT seq, kind, bag, wall_time, boot_id, mono_s, body FROM entry"
            " WHERE seq >= ? ORDER BY seq"
        )
        for number, *fields in db.execute(select, (seq,)).fetchall():
            prev = entry_hash(prev, number, *fields)
            tag = stamps.of(number, prev) if stamps else None
            db.execute(
                "UPDATE entry SET hash = ?, stamp = ifnull(?, stamp) WHERE seq = ?",
                (prev, tag, number),
            )


def test_who_owns_the_file_cannot_rewrite_what_others_keep_the_head_or_the_first_key_of(
    shop: Shop,
) -> None:
    with shop.open() as (ledger, _):
        ledger.note("evidence", 1, {"sha256": "00"})
    before = verify(shop.path)
    assert isinstance(before, Verified)
    head = Head(before.rows, bytes.fromhex(before.head))
    (first,) = shop.keys()
    rewritten(shop.path, before.rows, '{"sha256":"11"}')
    assert isinstance(verify(shop.path), Verified), "its own hashes prove it against mistakes only"
    anew = (
        f"entry {before.rows}: is not the one that the journal knows: it, or one"
        " before, was written anew"
    )
    assert verify(shop.path, known=[KnownHead(JOURNAL, head)]) == Broken(anew)
    altered = (
        f"entry {before.rows}: altered: its stamp was not made with the first key that was given"
    )
    assert verify(shop.path, [first]) == Broken(altered)
    own = Key(before.rows, b"\x05" * 32)
    rewritten(shop.path, before.rows, '{"sha256":"12"}', Stamps(own))
    assert verify(shop.path, [first]) == Broken(altered)
    assert "another one" in doubted(shop)


def test_the_key_kept_here_is_never_that_of_an_entry_that_is_on_disk(shop: Shop) -> None:
    (first,) = shop.keys()
    found = verify(shop.path)
    assert isinstance(found, Verified)
    note = (shop.note / "ledger.note").read_bytes().decode()
    assert first.at(found.rows + 1).key.hex() in note
    assert all(first.at(seq).key.hex() not in note for seq in range(first.seq, found.rows + 1))


def test_after_a_power_cut_the_note_may_be_behind_and_stamps_go_on(shop: Shop) -> None:
    old = (shop.note / "ledger.note").read_bytes()
    shop.pack("P3")
    (shop.note / "ledger.note").write_bytes(old)
    shop.pack("P4")
    torn = (shop.note / "ledger.note").read_bytes()
    (shop.note / "ledger.note").write_bytes(torn[:300] + b"\0" * 100 + torn[400:])
    shop.pack("P5")
    found = verify(shop.path, shop.keys())
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(1, found.rows, proven=True),)


def test_an_old_ledger_keeps_its_hashes_and_says_from_where_it_is_stamped(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    write_ledger(shop.path, 20)
    before = verify(shop.path)
    assert isinstance(before, Verified)
    shop.pack("P1")
    found = verify(
        shop.path, shop.keys(), [KnownHead("who kept it", Head(20, bytes.fromhex(before.head)))]
    )
    assert isinstance(found, Verified)
    assert found.stamped == (StampedSpan(21, found.rows, proven=True),)


def test_the_first_key_is_taken_once(shop: Shop) -> None:
    (first,) = shop.keys()
    assert key_from(taken(shop.note / "first-key")) == first
    with pytest.raises(StoreError, match="was taken before"):
        taken(shop.note / "first-key")
    with pytest.raises(StoreError, match="must be samebag-stamps:NUMBER:64 hex digits"):
        key_from("samebag-stamps:1:abc")


def test_a_rolled_back_entry_s_number_is_stamped_with_its_own_key_again() -> None:
    stamps = Stamps(Key(5, bytes(32)))
    key6 = next_key(bytes(32))
    assert stamps.of(5, b"a") == stamp(bytes(32), b"a")
    assert stamps.of(6, b"b") == stamp(key6, b"b")
    assert stamps.of(5, b"c") == stamp(bytes(32), b"c")
    assert stamps.committed(5) == Key(6, key6)
