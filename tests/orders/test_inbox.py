"""The inbox: whole files only, none lost, and a reason beside every one that was not taken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samebag.orders.arriving.inbox import AGAIN, DONE, QUIET_S, REFUSED, UNDER_WAY, Inbox, Take
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import StoreError
from samebag.store.book.reader import BookReader

HEADER = "parcel,tracking_number,orders\n"
GOOD = f"{HEADER}A,LX000000001CN,OA\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def taking(folder: Path) -> Take:
    return lambda path: import_file(path, folder.parent / "book.db")


def opened(folder: Path, take: Take | None = None, now: Callable[[], float] = time.time) -> Inbox:
    return Inbox(folder, take or taking(folder), now=now)


def dropped(folder: Path, name: str, text: str = GOOD, changed_s: float = 1.7e9) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed_s, changed_s))
    return path


def lying(folder: Path, *names: str) -> list[str]:
    return sorted(path.name[16:] for path in folder.joinpath(*names).iterdir())


def test_taken_files_go_to_done_and_refused_ones_beside_their_reasons(folder: Path) -> None:
    dropped(folder, "good.csv")
    dropped(folder, "rows.csv", GOOD + "B,1.23E+15,OB\nC,LX000000003CN,OC\n", 1.7e9 + 1)
    dropped(folder, "letter.doc", "Dear Sir", 1.7e9 + 2)
    inbox = opened(folder)
    taken = [inbox.take_next() for _ in range(3)]
    assert [(put.name, bool(put.report), len(put.reasons)) for put in taken if put] == [
        ("good.csv", True, 0),
        ("rows.csv", True, 2),
        ("letter.doc", False, 1),
    ]
    assert not inbox.waiting()
    assert lying(folder, DONE) == ["good.csv"]
    assert lying(folder, REFUSED) == ["letter.doc", "letter.doc.txt", "rows.csv", "rows.csv.txt"]
    text = next((folder / REFUSED).glob("*rows.csv.txt")).read_text()
    assert text.startswith(
        "rows.csv: 1 rows were not taken, all others were: correct these and drop the"
        " file again\nrow 3"
    )
    text = next((folder / REFUSED).glob("*letter.doc.txt")).read_text()
    assert text.startswith("nothing of letter.doc was taken: row 1 has no column parcel")
    book = BookReader(folder.parent / "book.db")
    assert [bool(book.parcel(name)) for name in "ABC"] == [True, False, True]
    book.close()


def test_what_is_no_file_is_said_once_never_read_and_out_of_the_way(folder: Path) -> None:
    secret = dropped(folder.parent, "secret.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "link.csv").symlink_to(secret)
    (folder / "folder.csv").mkdir()
    (folder / "folder.csv" / "orders.csv").write_text(GOOD)
    now_s = [(folder / "folder.csv").stat().st_ctime + 1]
    inbox = opened(folder, now=lambda: now_s[0])
    # somebody may be filling the folder
    assert (inbox.waiting(), inbox.take_next()) == (
        True,
        None,
    )
    now_s[0] += QUIET_S
    dropped(folder, "orders.csv")
    said = [put.reasons for _ in range(4) if (put := inbox.take_next())]
    assert said == [
        (),
        *(
            (f"nothing of {name}.csv was taken: is {kind}: only files are taken: drop the file",)
            for name, kind in (
                ("folder", "a folder"),
                ("link", "a link"),
                ("pipe", "a pipe or device"),
            )
        ),
    ]
    assert (inbox.waiting(), secret.read_text()) == (False, GOOD)
    assert len(list((folder / REFUSED).glob("*.csv.txt"))) == 3


def test_a_name_as_chinese_windows_writes_it_is_the_same_source_and_can_be_read(
    folder: Path,
) -> None:
    dropped(folder, "订单.csv")
    inbox = opened(folder)
    assert (put := inbox.take_next())
    dropped(
        folder,
        os.fsdecode("订单.csv".encode("gbk")),
        GOOD.replace("A,", "B,").replace("1CN", "2CN"),
    )
    dropped(folder, os.fsdecode(b"\xff\xfe.csv"), GOOD, 1.8e9)
    assert (put := inbox.take_next())
    assert put.report
    assert (put.name, put.report.new, put.report.vanished) == ("订单.csv", 1, 1)
    assert (put := inbox.take_next())
    assert (put.name, put.path.name.endswith("-\\xff\\xfe.csv"), inbox.waiting()) == (
        "\\xff\\xfe.csv",
        True,
        False,
    )


def test_a_file_waits_until_its_writer_closes_it_and_unfinished_names_are_never_taken(
    folder: Path,
) -> None:
    for name in ("later.csv.part", "later.filepart", ".hidden.csv"):
        dropped(folder, name)
    inbox = opened(folder)
    assert not inbox.waiting()
    with (folder / "slow.csv").open("w") as writer:
        writer.write(GOOD)
        writer.flush()
        assert inbox.waiting()
        assert inbox.take_next() is None
        dropped(folder, "quick.csv")
        assert (put := inbox.take_next())
        assert put.name == "quick.csv"
    assert (put := inbox.take_next())
    assert (put.name, put.reasons) == ("slow.csv", ())
    assert not inbox.waiting()


def test_a_writer_that_had_it_open_when_it_was_moved_is_waited_for(folder: Path) -> None:
    inbox = opened(folder)
    path = dropped(folder / UNDER_WAY, "orders.csv")
    with path.open("a") as writer:
        assert inbox.take_next() is None
        writer.write("B,LX000000002CN,OB\n")
    assert (put := inbox.take_next())
    assert put.report
    assert put.report.new == 2


def test_where_the_kernel_cannot_tell_a_file_must_be_quiet_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_leases(*_: object) -> int:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("fcntl.fcntl", no_leases)
    now_s = [dropped(folder, "orders.csv").stat().st_ctime + QUIET_S - 1]
    inbox = opened(folder, now=lambda: now_s[0])
    assert inbox.take_next() is None
    now_s[0] += 2
    assert inbox.take_next()
    dropped(folder, "late.csv")
    now_s[0] -= 9e8  # the clock was set back by years
    assert inbox.take_next()


def test_the_oldest_goes_first_so_that_the_newest_has_the_last_word(folder: Path) -> None:
    dropped(folder, "b.csv", changed_s=1.7e9)
    dropped(folder, "a.csv", changed_s=1.7e9 + 5)
    inbox = opened(folder)
    assert [put.name for _ in range(2) if (put := inbox.take_next())] == ["b.csv", "a.csv"]


def test_a_store_that_cannot_take_it_keeps_the_file_for_the_next_call(folder: Path) -> None:
    path = dropped(folder, "orders.csv")
    answers = iter([StoreError("full"), None])

    def take(path: Path) -> ImportReport:
        if error := next(answers):
            raise error
        return taking(folder)(path)

    inbox = opened(folder, take)
    with pytest.raises(StoreError):
        inbox.take_next()
    assert inbox.waiting()
    assert not path.exists()
    assert inbox.take_next()
    assert lying(folder, DONE) == ["orders.csv"]


KILLED = """
import os, signal, sys, time
from pathlib import Path
from samebag.orders.taking.importer import import_file
from samebag.orders.arriving.inbox import Inbox
def take(path):
    report = import_file(path, Path(sys.argv[1]).parent / "book.db")
    os.kill(os.getpid(), signal.SIGKILL)
Inbox(Path(sys.argv[1]), take, now=time.time).take_next()
"""


def test_a_kill_between_book_and_done_takes_the_file_again_and_twice_gives_it_up_with_a_reason(
    folder: Path,
) -> None:
    dropped(folder, "orders.csv")
    killed = [sys.executable, "-c", KILLED, str(folder)]
    assert subprocess.run(killed, check=False).returncode == -signal.SIGKILL
    assert [path.name for path in (folder / UNDER_WAY).iterdir()] == ["orders.csv"]
    inbox = opened(folder)
    assert (put := inbox.take_next())
    assert put.report
    assert (put.report.new, put.report.unchanged) == (0, 1)

    dropped(folder, "bad.csv")
    assert [subprocess.run(killed, check=False).returncode for _ in range(2)] == [
        -signal.SIGKILL
    ] * 2
    assert [path.name for path in (folder / AGAIN).iterdir()] == ["bad.csv"]
    dropped(folder, "next.csv", changed_s=1.0)
    inbox = opened(folder)
    assert [(put.name, bool(put.reasons)) for _ in range(2) if (put := inbox.take_next())] == [
        ("bad.csv", True),
        ("next.csv", False),
    ]
    assert (
        "ended in the middle of this file twice"
        in next((folder / REFUSED).glob("*bad.csv.txt")).read_text()
    )


@pytest.mark.parametrize("changed_s", [-1e9, 0.0, 9e12])
def test_any_name_and_any_time_can_be_put_away(folder: Path, changed_s: float) -> None:
    names = ["单" * 83 + ".csv", "a\n\x1b[31mb.csv", os.fsdecode(b"\xff\xfe.csv"), "no ending"]
    for name in names:
        dropped(folder, name, "x", changed_s)
    inbox = opened(folder)
    for _ in names:
        assert inbox.take_next()
    assert not inbox.waiting()
    assert len(lying(folder, REFUSED)) == 2 * len(names)
