"""The card and the files on it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from samebag.core.labels import CodeForm
from samebag.doctor import storage
from samebag.doctor.finding import CheckState
from samebag.orders.taking.importer import import_file
from samebag.store.book.purge import purge_book
from samebag.store.book.writer import writing
from samebag.store.leave import BY_PERSON
from samebag.store.ledger.writer import LedgerWriter

from .computer import LEDGER, NOW_S, Computer, by_thing

BOOK = "/var/lib/samebag/book.db"
STATE = "/var/lib/systemd/journal-upload/state"
WANTED = "/etc/systemd/system/multi-user.target.wants/systemd-journal-upload.service"


def test_the_stations_folder_must_be_its_users_own(computer: Computer) -> None:
    found = by_thing(storage.folder(computer.case()))["folder"]
    assert (found.state, found.cure) == (CheckState.BAD, "sudo samebag doctor --fix makes it")
    computer.put(LEDGER)
    assert by_thing(storage.folder(computer.case()))["folder"].state is CheckState.OK
    computer.owner = "root"
    found = by_thing(storage.folder(computer.case()))["folder"]
    assert found.value.endswith("/var/lib/samebag is root's")
    assert found.cure.startswith("sudo chown -R samebag: ")


def test_what_the_evidence_may_still_take_must_be_free(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.put("/var/lib/samebag/evidence/20261111/bag-000001.jpg", "x" * 1_000_000)
    case = computer.case("[storage]\nevidence_mb = 1001\n")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_500_000_000))
    assert by_thing(storage.card_space(case))["card space"].state is CheckState.OK
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_499_000_000))
    found = by_thing(storage.card_space(case))["card space"]
    assert (
        found.cure
        == "free space, or put in a larger card, or set storage.evidence_mb to 1000 at most"
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    assert (
        by_thing(storage.card_space(case))["card space"].cure
        == "free space, or put in a larger card"
    )


def test_one_slow_write_is_bad_and_nothing_is_left_of_the_writes(computer: Computer) -> None:
    folder = computer.put(LEDGER).parent
    computer.tick_s = 0.25
    found = by_thing(storage.card_speed(computer.case()))["card speed"]
    assert (found.state, found.value) == (CheckState.OK, "250.0 ms a write, 250 ms at worst of 30")
    computer.tick_s = 0.5
    assert by_thing(storage.card_speed(computer.case()))["card speed"].state is CheckState.BAD
    assert [path.name for path in folder.iterdir()] == ["ledger.db"]


def made_ledger(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now().astimezone
    with closing(LedgerWriter(path, station="s", wall_clock=now, clock=lambda: 0.0, boot_id="b")):
        pass


def test_files_that_are_not_there_yet_are_unknown(computer: Computer) -> None:
    found = by_thing([*storage.book(computer.case()), *storage.ledger(computer.case())])
    assert {name: finding.state for name, finding in found.items()} == {
        "book": CheckState.UNKNOWN,
        "ledger": CheckState.UNKNOWN,
    }


@pytest.mark.parametrize("camera", ["none", "auto"])
def test_parcels_whose_labels_no_code_tells_apart_are_bad_and_no_camera_is_advised(
    computer: Computer, camera: str
) -> None:
    orders, path = computer.put("/orders.csv"), computer.host().at("/var/lib/samebag/book.db")
    case = computer.case(f'[camera]\naddress = "{camera}"\n')
    path.parent.mkdir(parents=True)
    orders.write_text(
        "parcel,tracking_number,waybill_codes,list_codes\nP-1,LX1,LP1,ORD-1\nP-9,LX9,"
        "LP9,ORD-9;LX9\n"
    )
    import_file(orders, path)
    assert "labels" not in by_thing(storage.book(case))
    for name, rows in (
        ("orders", "P-1,LX1,LP1,ORD-1\nP-2,LX2,,LX2\nP-3,LX3,,ORD-3;LX3\nP-4,LX4,LP4,LP4"),
        *((f"shop-{n}", f"Q-{n},LY1{n},,LY1{n}") for n in "abc"),
    ):
        orders.write_text(f"parcel,tracking_number,waybill_codes,list_codes\n{rows}\n")
        import_file(orders, path, source=name)
    found = by_thing(storage.book(case))["labels"]
    assert found.state is CheckState.BAD
    assert found.value == (
        "parcels with one code on both labels, never green: 6: 3 of orders, such as"
        " P-2; 1 of shop-a, such as Q-a;"
        " 1 of shop-b, such as Q-b; and of 1 more sources"
    )
    assert "let the ERP print the order number" in found.cure
    assert "camera" not in found.cure


def test_labels_printed_anew_with_another_code_are_no_proof_while_the_old_list_may_be_about(
    computer: Computer,
) -> None:
    orders, path = computer.put("/orders.csv"), computer.host().at("/var/lib/samebag/book.db")
    path.parent.mkdir(parents=True)
    for code in ("LX1", "ORD-1"):
        orders.write_text(f"parcel,tracking_number,list_codes\nP-1,LX1,{code}\n")
        import_file(orders, path, reprinted=True)
        assert by_thing(storage.book(computer.case()))["labels"].state is CheckState.BAD


def test_a_damaged_ledger_is_bad_and_its_cure_keeps_the_evidence(computer: Computer) -> None:
    path = computer.root / LEDGER.lstrip("/")
    made_ledger(path)
    assert by_thing(storage.ledger(computer.case()))["ledger"].state is CheckState.OK
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA writable_schema=ON")
        db.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'passed')"
        )
        db.commit()
    found = by_thing(storage.ledger(computer.case()))["ledger"]
    assert found.state is CheckState.BAD
    assert "they are the evidence" in found.cure
    path.write_text("not a database, but something longer than its header of a hundred bytes" * 3)
    assert by_thing(storage.ledger(computer.case()))["ledger"].state is CheckState.BAD


@pytest.mark.parametrize(
    ("age_s", "state", "value"),
    [
        (3600, CheckState.OK, "the far side has all up to 3600 s ago"),
        (3700, CheckState.BAD, "the far side has nothing newer than 1.0 h"),
        (-5, CheckState.OK, "the far side has all up to 0 s ago"),
    ],
)
def test_the_age_of_the_remote_logs_cursor(
    computer: Computer, age_s: float, state: CheckState, value: str
) -> None:
    assert by_thing(storage.remote_log(computer.case()))["remote log"].value == "not set up"
    computer.put(WANTED)
    assert by_thing(storage.remote_log(computer.case()))["remote log"].state is CheckState.UNKNOWN
    micros = int((NOW_S - age_s) * 1e6)
    computer.put(STATE, f"# private\nLAST_CURSOR=s=e1;i=5;b=f0;m=1;t={micros:x};x=9\n")
    found = by_thing(storage.remote_log(computer.case()))["remote log"]
    assert (found.state, found.value) == (state, value)


def test_fix_makes_missing_folders_for_the_stations_user_and_nothing_else(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned: list[tuple[Path, str, str]] = []
    monkeypatch.setattr(
        shutil, "chown", lambda path, user, group: owned.append((path, user, group))
    )
    folder = computer.root / "var/lib/samebag"
    assert storage.made(computer.case()) == [folder, folder / "evidence"]
    assert owned == [(folder, "samebag", "samebag"), (folder / "evidence", "samebag", "samebag")]
    assert folder.stat().st_mode & 0o777 == 0o750
    assert storage.made(computer.case()) == []


def test_a_changed_order_file_is_on_probation_for_a_day(computer: Computer) -> None:
    assert not list(storage.order_file(computer.case()))  # no book, nothing to say
    path = computer.put("/var/lib/samebag/book.db")
    path.unlink()
    with writing(path, CodeForm()) as book:
        book.begin_probation(datetime.fromtimestamp(NOW_S, UTC) + timedelta(days=1))
    found = by_thing(storage.order_file(computer.case()))["order file"]
    assert found.value.startswith("changed and accepted: one-frame proof only until ")
    with writing(path, CodeForm()) as book:
        book.begin_probation(datetime.fromtimestamp(NOW_S, UTC))
    assert by_thing(storage.order_file(computer.case()))["order file"].value == "as ever"


def test_a_purge_that_no_longer_runs_is_bad(computer: Computer) -> None:
    case = computer.case()
    assert list(storage.privacy(case)) == []
    book, today = computer.put(BOOK), datetime.fromtimestamp(NOW_S).date()
    book.unlink()
    with writing(book, CodeForm()):
        pass
    assert by_thing(storage.privacy(case))["privacy"].state is CheckState.UNKNOWN
    for days, state in ((8, CheckState.BAD), (7, CheckState.OK)):
        last = today - timedelta(days=days)
        purge_book(book, last, last, lambda _: False, BY_PERSON)
        found = by_thing(storage.privacy(case))["privacy"]
        assert (found.state, str(last) in found.value) == (state, True)
