"""``samebag export shipments``: what was packed with a match is told to the platform once, whole,
and provably."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from samebag.cli import main
from samebag.core.bag.swaps import Recall, Swaps
from samebag.core.verdicts import GiveNotice, NoticeKind
from samebag.files import whole
from samebag.files.csv_out import csv_lines, plain
from samebag.orders.taking.importer import import_file
from samebag.ports import JobState, PrintJob, StoreError
from samebag.station.clocks import clocks
from samebag.store.beside.dispatches import Dispatches
from samebag.store.beside.shipments import Shipments
from samebag.store.ledger.verify import Verified, verify
from tests.store.ledgers import NOON, match, next_event, opened

ORDERS = """parcel,tracking_number,orders,list_codes,service,country,status,sku,quantity
A,RB885882760CN,8143812362060033,PA,China Post registered packet,ES,open,T1,1
B,LX744888898CN,8143812362060034;8143812362060035,PB,ePacket,FR,open,T2,1
C,LX931824333CN,8143812362060036,PC,,DE,open,T3,1
D,YT2012345678901234,8143812362060036,PD,,DE,open,T3,1
"""
KILLED = 9


class Store:
    """A, B and C were packed, in this order; D shares C's order and was not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "settings.toml"
        self.settings.write_text(f'[storage]\ndirectory = "{folder}"\n')
        self.import_orders(ORDERS)
        for bag, parcel in enumerate("ABC", 1):
            self.pack(bag, parcel)

    def import_orders(self, text: str) -> None:
        path = self.folder / "orders.csv"
        path.write_text(text, encoding="utf-8")
        assert not import_file(path, self.folder / "book.db").refused

    def pack(self, bag: int, parcel: str) -> None:
        with opened(self.folder / "ledger.db") as (ledger, events):
            ledger.record(match(bag, parcel))
            next_event(events)

    def export(self, *arguments: str, profile: str = "csv") -> int:
        given = [
            "export",
            "shipments",
            "--profile",
            profile,
            "--settings",
            str(self.settings),
            "--json",
            *arguments,
        ]
        return main(given)

    def sheets(self) -> dict[str, list[dict[str, str]]]:
        return {
            path.parent.name: list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
            for path in sorted((self.folder / "exports").glob("[!.]*/shipments.csv"))
        }

    def told(self) -> list[str]:
        with sqlite3.connect(self.folder / "shipments.db") as db:
            rows = db.execute(
                "SELECT body ->> 'parcel' FROM entry WHERE kind = 'shipment' ORDER BY seq"
            )
            return [row[0] for row in rows]


def copy_of(store: Store, folder: Path) -> Store:
    again = copy(store)
    folder.mkdir()
    for name in ("ledger.db", "book.db", "shipments.db"):
        shutil.copy(store.folder / name, folder)
    again.folder, again.settings = folder, folder / "settings.toml"
    again.settings.write_text(f'[storage]\ndirectory = "{folder}"\n')
    return again


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_preview_writes_nothing_the_commit_writes_once_and_a_second_is_refused(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store.export() == 0
    *rows, summary = said(capsys)
    assert [row["row"]["parcel"] for row in rows] == ["A", "B", "B", "C"]
    assert (summary["rows"], summary["committed"]) == (4, False)
    assert (store.sheets(), (store.folder / "shipments.db").exists()) == ({}, False)

    assert store.export("--commit") == 0
    assert [row["parcel"] for row in store.sheets()["shipments-1-csv"]] == ["A", "B", "B", "C"]
    assert store.told() == ["A", "B", "C"]
    assert isinstance(verify(store.folder / "shipments.db"), Verified)

    assert store.export("--commit") == 1
    assert "nothing to export: all that may be told was exported before" in capsys.readouterr().err
    assert store.export("--commit", "RB885882760CN") == 1
    refused = capsys.readouterr().err
    assert (
        "parcel A: was exported" in refused
        and "shipments-1-csv" in refused
        and "--correct" in refused
    )
    assert list(store.sheets()) == ["shipments-1-csv"]

    store.pack(4, "D")
    assert store.export("--commit") == 0
    assert [row["parcel"] for row in store.sheets()["shipments-2-csv"]] == ["D"]


def test_an_order_is_whole_only_with_the_last_of_its_parcels(store: Store) -> None:
    assert store.export("--commit") == 0
    store.pack(4, "D")
    assert store.export("--commit") == 0
    first, second = store.sheets().values()
    assert [row["sent"] for row in first] == ["all", "all", "all", "part"]
    assert [row["sent"] for row in second] == ["all"]


def test_what_two_stations_packed_is_one_sheet_in_the_order_of_packing_each_parcel_once(
    store: Store,
) -> None:
    second = store.folder / "second.db"
    for bag, parcel, minutes in ((1, "D", -2), (2, "A", 5)):
        with opened(second, now=NOON + timedelta(minutes=minutes)) as (ledger, events):
            ledger.record(match(bag, parcel))
            next_event(events)
    assert (
        store.export(
            "--commit", "--ledger", str(store.folder / "ledger.db"), "--ledger", str(second)
        )
        == 0
    )
    (rows,) = store.sheets().values()
    assert [(row["parcel"], row["sent"]) for row in rows] == [
        ("D", "part"),
        ("B", "all"),
        ("B", "all"),
        ("C", "all"),
        ("A", "all"),
    ]


@pytest.mark.parametrize(
    ("profile", "first"),
    [
        (
            "aliexpress",
            "outRef,logisticsNo,serviceName,sendType,trackingWebsite\r\n"
            "8143812362060033,RB885882760CN,China Post registered packet,all,"
            "https://www.ems.com.cn/queryList?mailNum=RB885882760CN\r\n",
        ),
        (
            "woocommerce",
            "order_id,tracking_provider,tracking_number,date_shipped,status_shipped\r\n"
            "8143812362060033,China Post registered packet,RB885882760CN,10-02-2026,1\r\n",
        ),
    ],
)
def test_each_platform_gets_its_own_columns_and_the_folder_says_what_it_holds(
    store: Store, profile: str, first: str
) -> None:
    assert store.export("--commit", "A", profile=profile) == 0
    folder = store.folder / "exports" / f"shipments-1-{profile}"
    sheet = (folder / "shipments.csv").read_bytes()
    assert sheet.decode() == first
    contents = (folder / "CONTENTS.txt").read_text("utf-8")
    assert "1 shipments" in contents and "no name or address" in contents
    assert hashlib.sha256(sheet).hexdigest() in contents
    with sqlite3.connect(store.folder / "shipments.db") as db:
        (mark,) = db.execute("SELECT body ->> 'sha256' FROM entry WHERE kind = 'export'").fetchone()
    assert mark == hashlib.sha256(sheet).hexdigest()


def test_a_correction_is_a_file_of_its_own_with_its_reason(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store.export("--correct", "A", "--commit") == 2
    assert store.export("--correct", "A", "--reason", "torn", "--commit") == 1
    assert "parcel A: was never exported" in capsys.readouterr().err
    assert store.export("--commit", "A") == 0
    store.import_orders(
        ORDERS.replace("RB885882760CN", "RB734521375CN").replace("ES,open", "ES,cancelled")
    )
    for reason in ("the carrier gave it another number", "and again"):
        assert store.export("--correct", "A", "--reason", reason, "--commit") == 0
    sheets = store.sheets()
    assert list(sheets) == [
        "shipments-1-csv",
        "shipments-2-csv-correction",
        "shipments-3-csv-correction",
    ]
    assert sheets["shipments-3-csv-correction"][0]["tracking_number"] == "RB734521375CN"
    assert "A correction: and again." in (
        store.folder / "exports" / "shipments-3-csv-correction" / "CONTENTS.txt"
    ).read_text("utf-8")
    assert store.told() == ["A"]
    assert isinstance(verify(store.folder / "shipments.db"), Verified)


def test_what_is_recalled_cancelled_changed_unknown_or_still_in_the_house_is_held_back_and_named(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(store.folder / "ledger.db") as (ledger, _):
        ledger.notice(
            GiveNotice(NoticeKind.RECALL, 4, 4.5, parcels=("A",)), Swaps(recalls=(Recall("A"),))
        )
    store.import_orders(ORDERS.replace("FR,open", "FR,cancelled"))
    store.pack(5, "X")
    with_door = Dispatches(
        store.folder / "dispatch.db",
        notes=store.folder / "note",
        wall_clock=lambda: NOON,
        clock=lambda: 1.0,
        boot_id="boot",
    )
    assert store.export("--commit", "--dispatched") == 1
    held = {line["parcel"]: line["held"] for line in said(capsys)}
    assert held == {"A": "recalled", "B": "not-open", "C": "not-dispatched", "X": "no-record"}
    with_door.leave(PrintJob(1, 3, "C", 1, JobState.SENT, ""), "SB1|C|1|1|X")
    with_door.close()
    assert store.export("--commit", "--dispatched") == 0
    assert store.told() == ["C"]


def test_without_a_door_nothing_is_said_to_have_left(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with store.settings.open("a") as settings:
        settings.write('[store]\nexport = "dispatched"\n')
    assert store.export("--commit") == 1
    assert "dispatch.db: is not there yet" in capsys.readouterr().err
    assert not (store.folder / "dispatch.db").exists()


def test_a_stop_at_any_step_leaves_an_export_that_never_was_or_is_finished(
    store: Store, tmp_path: Path
) -> None:
    """Each step that touches the disk is once the last one."""
    Shipments(store.folder / "shipments.db", notes=store.folder / "note", **clocks()).close()
    for stop in range(1, 200):
        again = copy_of(store, tmp_path / f"stop-{stop}")
        was_killed = _killed_at(stop, partial(again.export, "--commit"))
        visible, told = _sheets_and_entries(again)
        assert visible <= told, f"stop {stop}: a sheet that the ledger does not know"
        again.export("--commit")
        sheets = again.sheets()
        assert list(sheets) == ["shipments-1-csv"], f"stop {stop}"
        assert [row["parcel"] for row in sheets["shipments-1-csv"]] == ["A", "B", "B", "C"]
        assert again.told() == ["A", "B", "C"]
        assert _sheets_and_entries(again)[0] == _sheets_and_entries(again)[1]
        if not was_killed:
            assert stop > 20
            return
    pytest.fail("never came to its end")


def _sheets_and_entries(store: Store) -> tuple[set[str], set[str]]:
    """The hashes of the sheets that can be seen, and of those that the ledger has."""
    sheets = (store.folder / "exports").glob("[!.]*/shipments.csv")
    with sqlite3.connect(store.folder / "shipments.db") as db:
        rows = db.execute("SELECT body ->> 'sha256' FROM entry WHERE kind = 'export'").fetchall()
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in sheets}, {
        row[0] for row in rows
    }


def _killed_at(stop: int, job: Callable[[], int]) -> bool:
    """Whether the job, in a process of its own, came so far as its step number ``stop``, where it
    dies."""
    pid = os.fork()
    if pid == 0:
        _die_at(stop)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(job())
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == KILLED


def _die_at(stop: int) -> None:
    steps = iter(range(1, stop))

    def step(*_: object) -> None:
        if next(steps, None) is None:
            os._exit(KILLED)

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            step()
            return work(*given, **named)

        return stepped

    for owner, name in (
        (os, "fsync"),
        (os, "open"),
        (Path, "rename"),
        (Path, "mkdir"),
        (Path, "open"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def traced(path: object, *given: Any, **named: Any) -> sqlite3.Connection:
        db = connect(path, *given, **named)
        if "shipments.db" in str(path):
            db.set_trace_callback(step)
        return db

    setattr(sqlite3, "connect", traced)  # noqa: B010  mypy knows its overloads too well


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("contains = 1", "Expected `str`, got `int`"),
        (
            'contains = "x"\nwhole = "1"\npart = "2"\ndate = "%d"\n[columns]\nBuyer = "name"',
            "Invalid enum value 'name'",
        ),
        ("[", "correct that line"),
        (b"\xff", "save the file as UTF-8"),
    ],
)
def test_a_store_s_own_sheet_that_is_wrong_is_refused_with_its_path(
    store: Store, capsys: pytest.CaptureFixture[str], text: str | bytes, fault: str
) -> None:
    path = store.folder / "own.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert store.export("--commit", profile=str(path)) == 1
    said = capsys.readouterr().err
    assert str(path) in said and fault in said
    assert store.export(profile="nothing") == 1
    assert "must be one of aliexpress, csv, woocommerce, or a .toml file" in capsys.readouterr().err


def test_a_folder_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    whole.write_whole(tmp_path / "out", {"a/b.txt": b"1"}, "one")
    with pytest.raises(StoreError, match="is there already"):
        whole.write_whole(tmp_path / "out", {"a/b.txt": b"2"}, "two")
    assert (tmp_path / "out" / "a" / "b.txt").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_the_ledger_s_lines_prove_themselves_without_samebag(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "ledger", "--settings", str(store.settings)]) == 0
    entries, mark = said(capsys), bytes(32)
    for entry in entries:
        fields = [entry[name] for name in ("seq", "kind", "bag", "wall_time", "boot_id", "mono_s")]
        told = json.dumps(fields, separators=(",", ":"), ensure_ascii=False) + entry["body"]
        mark = hashlib.sha256(mark + told.encode()).digest()
        assert "is_old" not in entry
        assert mark.hex() == entry["hash"]
    assert verify(store.folder / "ledger.db") == Verified(len(entries), mark.hex())
    assert (
        main(
            [
                "export",
                "ledger",
                "--settings",
                str(store.settings),
                "--after",
                str(len(entries) - 1),
            ]
        )
        == 0
    )
    assert said(capsys) == entries[-1:]


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    ((back,),) = csv.reader(io.StringIO(b"".join(csv_lines([[cell]])).decode(), newline=""))
    assert back == f"'{cell}"
    assert plain("LX1") == "LX1"
