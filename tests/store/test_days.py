"""Counts, traces and lists for the pages: what they say, and that none of them scans the ledger."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from samebag.core.labels import Kind
from samebag.core.verdicts import LabelRead, ReadBy, Verdict, VerdictKind
from samebag.ports import StoreError
from samebag.store.book.reader import BOOK
from samebag.store.glance import looking
from samebag.store.ledger import by_code, by_day
from samebag.store.ledger.chain import LEDGER
from samebag.store.ledger.verify import Broken, Verified, verify

from .ledgers import match, mismatch, next_event, opened
from .old_ledgers import write_old

DAY = date(2026, 2, 10)
# A view goes over the rows of its own two searches, and over the labels of one entry
OF_WHAT_WAS_FOUND = (
    r"(SCAN|SEARCH) (tally_now$|code_read_now$|\(subquery-\d\)$|json_each VIRTUAL TABLE)"
)
NOBODY, STATIONS_GROUP = 65534, 54321


def held(bag: int, *codes: str, packer: str = "") -> Verdict:
    labels = tuple(LabelRead(Kind.UNKNOWN, code, ReadBy.SCANNER) for code in codes)
    return Verdict(VerdictKind.UNKNOWN, bag, 1.0, labels, packer=packer)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "ledger.db"
    with opened(path) as (ledger, events):
        for bag, parcel in ((1, "123450260CN"), (2, "999990260CN")):
            ledger.record(match(bag, parcel))
            next_event(events)
        ledger.record(mismatch(3))
        ledger.record(held(4, "RR260", "ABC", packer="LI WEI"))
        ledger.record(held(4, "SF1234567890260"))
    yield path


def test_a_day_is_counted_by_hour_packer_and_kind(ledger: Path) -> None:
    with looking(ledger, LEDGER) as db:
        assert by_day.tally(db, DAY) == [
            by_day.Tally(12, "", "match", 2),
            by_day.Tally(12, "", "mismatch", 1),
            by_day.Tally(12, "", "unknown", 1),
            by_day.Tally(12, "LI WEI", "unknown", 1),
        ]
        assert by_day.tally(db, date(2026, 2, 9)) == []
        assert [(row.kind, row.verdicts) for row in by_day.days(db, date(2026, 1, 1), DAY)] == [
            ("match", 2),
            ("mismatch", 1),
            ("unknown", 2),
        ]
        assert [row.verdict.bag for row in by_day.verdicts(db, DAY)] == [1, 2, 3, 4, 4]
        assert [row.verdict.bag for row in by_day.held(db, DAY, 2)] == [4, 4]


@pytest.mark.parametrize(
    ("code", "bags"),
    [("LX123450260CN", [1]), ("80999990260CN", [2]), ("ABC", [4]), ("LX000000000CN", []), ("", [])],
)
def test_a_whole_code_is_traced(ledger: Path, code: str, bags: list[int]) -> None:
    with looking(ledger, LEDGER) as db:
        assert [row.verdict.bag for row in by_code.trace(db, code, 9)] == bags


@pytest.mark.parametrize(
    ("ending", "bags"),
    [("0260", [4, 2, 1]), ("50260", [1]), ("0260CN", [2, 1]), ("260", []), ("CN", [])],
)
def test_the_last_digits_are_enough_from_four_on(
    ledger: Path, ending: str, bags: list[int]
) -> None:
    with looking(ledger, LEDGER) as db:
        assert [row.verdict.bag for row in by_code.trace_ending(db, ending, 9)] == bags


def test_an_older_ledger_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write_old(path, 3)
    with (
        pytest.raises(StoreError, match="has version 3, not 11: start what writes it once"),
        looking(path, LEDGER),
    ):
        pass
    with opened(path):
        pass
    with looking(path, LEDGER) as db:
        assert db.execute("SELECT * FROM tally ORDER BY kind").fetchall() == [
            ("2026-02-09", 12, "LI", "match", 3),
            ("2026-02-09", 12, "LI", "mismatch", 1),
        ]
        assert db.execute("SELECT code, seq FROM code_read WHERE tail = '80P2'").fetchall() == [
            ("80P2", 7),
            ("80P2", 11),
        ]


def test_counts_that_the_entries_do_not_bear_out_are_found(ledger: Path) -> None:
    assert isinstance(verify(ledger), Verified)
    with sqlite3.connect(ledger) as db:
        db.execute("UPDATE tally SET verdicts = 0 WHERE kind = 'mismatch'")
    db.close()
    assert verify(ledger) == Broken(
        "tally of 2026-02-10 12 h, mismatch: is not what the entries say"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            "UPDATE counted SET seq = 99",
            "counted: names entry 99, must be one of the ledger's: 0 to 5",
        ),
        (
            "UPDATE counted SET seq = -1",
            "counted: names entry -1, must be one of the ledger's: 0 to 5",
        ),
        ("DELETE FROM counted", "counted: names entry none, must be one of the ledger's: 0 to 5"),
        ("UPDATE counted SET seq = 4", "counted: names entry 4, but entry 5 is counted too"),
    ],
)
def test_how_far_verdicts_are_counted_is_proven_too(ledger: Path, change: str, fault: str) -> None:
    with sqlite3.connect(ledger) as db:
        db.execute(change)
    db.close()
    assert verify(ledger) == Broken(fault)


def selects() -> Iterator[tuple[str, str, int]]:
    """Name, SQL and number of values of every query that the pages ask the ledger."""
    for module in (by_day, by_code):
        for name, text in vars(module).items():
            if (
                name.isupper()
                and isinstance(text, str)
                and text.lstrip().startswith("SELECT")
                and name != "ORIGINS"
            ):
                yield name, text, len(set(re.findall(r"\?\d", text))) or text.count("?")


@pytest.mark.parametrize(
    ("name", "select", "values"), [pytest.param(*s, id=s[0]) for s in selects()]
)
def test_every_query_of_the_pages_uses_an_index(
    ledger: Path, name: str, select: str, values: int
) -> None:
    with looking(ledger, LEDGER) as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {select}", (0,) * values)]
    searches = [
        step
        for step in plan
        if re.search(r"(SEARCH|SCAN)", step) and not re.match(OF_WHAT_WAS_FOUND, step)
    ]
    assert searches
    assert all(re.match(r"SEARCH \w+ USING .*(INDEX|PRIMARY KEY)", step) for step in searches), plan


def test_a_reader_changes_nothing_and_needs_no_right_to_write(ledger: Path) -> None:
    before = {path.name: path.read_bytes() for path in ledger.parent.iterdir()}
    with looking(ledger, LEDGER) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        by_day.tally(db, DAY)
        db.execute("DELETE FROM tally")
    assert {path.name: path.read_bytes() for path in ledger.parent.iterdir()} == before


def test_what_is_absent_or_something_else_is_said_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database" * 100)
    for name, said in (
        ("none.db", "is not there yet: start the station"),
        ("text.db", "file is not a database"),
    ):
        with pytest.raises(StoreError, match=said), looking(tmp_path / name, BOOK):
            pass


def test_the_ledger_cuts_a_codes_end_as_the_search_does() -> None:
    script = resources.files("samebag.store").joinpath("ledger-8.sql").read_text()
    (cut,) = set(re.findall(r"substr\(rtrim\(.*?, -4\)", script))
    with sqlite3.connect(":memory:") as db:
        for code in ("LX123450260CN", "ORD-7001", "A", "", "1234", "中文一二三四", "x12ab"):
            (tail,) = db.execute(
                f"SELECT {cut.replace(chr(39) + 'code' + chr(39), '?').replace('value ->> ', '')}",
                (code,),
            ).fetchone()
            assert tail == by_code.tail_of(code)


def asked_as_another_user(path: Path, group: int) -> int:
    """The exit code of a process that may read the file through its group and write nothing; 0: it
    counted the day."""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        os.setgroups([])
        os.setgid(group)
        os.setuid(NOBODY)
        with looking(path, LEDGER) as db:
            os._exit(0 if by_day.tally(db, DAY) else 3)
    except BaseException as err:
        os.write(2, f"{err!r}\n".encode())
        os._exit(4)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_the_pages_user_reads_while_the_station_writes_and_after_it_stopped() -> None:
    """As samebag-web.service does: another user, of the station's group, in a folder that it may
    not write."""
    with TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        os.chown(folder, 0, STATIONS_GROUP)
        folder.chmod(0o2750)
        before = os.umask(0o027)
        try:
            with opened(folder / "ledger.db") as (ledger, events):
                ledger.record(match(1, "A"))
                next_event(events)
                assert asked_as_another_user(folder / "ledger.db", STATIONS_GROUP) == 0
                ledger.record(match(2, "B"))
                next_event(events)
            assert asked_as_another_user(folder / "ledger.db", STATIONS_GROUP) == 0
            assert asked_as_another_user(folder / "ledger.db", STATIONS_GROUP + 1) == 4
        finally:
            os.umask(before)
