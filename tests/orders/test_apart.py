"""Whatever a reader comes to, it is one file refused in words, and the inbox goes on with the
next."""

from __future__ import annotations

import faulthandler
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from samebag.cli import main
from samebag.orders.arriving.inbox import Inbox
from samebag.orders.reading import ahead, apart, tables
from samebag.orders.reading.rows import Part, PartReader
from samebag.orders.taking.importer import import_file
from samebag.orders.taking.outcome import ImportReport
from samebag.ports import OrderFileError, StoreError
from samebag.store.book.reader import BookReader
from tests.orders.order_files import row, write_csv

pytestmark = pytest.mark.usefixtures("no_child_left")
BAD = "P9"
CURE = "save it anew as CSV or in parts and import it again"


class PanicException(BaseException):
    """As PyO3 raises for a Rust library."""


def panics() -> NoReturn:
    raise PanicException("a buyer's name")


def aborts() -> NoReturn:
    faulthandler.disable()  # pytest's, which would write a page
    os.abort()


def balloons() -> None:
    held = [bytearray(1 << 20)]
    while True:
        held.append(bytearray(1 << 20))


def spins() -> NoReturn:
    while True:
        pass


@pytest.fixture
def no_child_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is soon full."""
    held = int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(apart, "MOST_DATA_BYTES", held + (64 << 20))


def breaking(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], object]) -> None:
    """A reader that comes to ``fault`` at the second row of a file that has such a parcel."""

    def parts(self: PartReader) -> Iterator[Part]:
        for part in whole(self):
            if part.name == BAD:
                fault()
            yield part

    whole = PartReader.parts
    monkeypatch.setattr(PartReader, "parts", parts)


@pytest.mark.parametrize("large", [1 << 30, 0], ids=["one process", "a second one reads"])
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (panics, r"its reader broke down \(PanicException at test_apart.py:\d+\)"),
        (aborts, r"its reader broke down \(SIGABRT\)"),
        (lambda: os._exit(0), "its reader ended without a word"),
        (balloons, r"takes more memory than \d+ MB"),
    ],
)
def test_a_reader_that_breaks_is_one_line_and_the_inbox_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    large: int,
    fault: Callable[[], object],
    rule: str,
) -> None:
    breaking(monkeypatch, fault)
    monkeypatch.setattr(ahead, "LARGE_BYTES", large)
    (folder := tmp_path / "inbox").mkdir()
    for changed_s, names in enumerate((("P1", BAD), ("P2", "P3"))):
        os.utime(
            write_csv(folder / f"{names[-1]}.csv", [row(name) for name in names]),
            (changed_s, changed_s),
        )
    inbox = Inbox(
        folder,
        lambda path: apart.apart(import_file, path, book_path=tmp_path / "book.db"),
        now=time.time,
    )
    bad = inbox.take_next()
    assert bad
    assert not bad.report
    (reason,) = bad.reasons
    assert re.fullmatch(f"nothing of {BAD}.csv was taken: {rule}: {CURE}", reason)
    good = inbox.take_next()
    assert good
    assert good.report
    assert good.report.new == 2
    assert BookReader(tmp_path / "book.db").parcel("P1") is None
    capfd.readouterr()
    assert main(["import", str(bad.path), "--book", str(tmp_path / "book.db")]) == 1
    assert re.fullmatch(f"samebag: {bad.path}: {rule}: {CURE}\n", capfd.readouterr().err)


@pytest.mark.parametrize(
    ("fault", "wall_s"), [(spins, 50.0), (lambda: time.sleep(50), 0.3)], ids=["spins", "sleeps"]
)
def test_a_reader_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], object], wall_s: float
) -> None:
    breaking(monkeypatch, fault)
    monkeypatch.setattr(apart, "CPU_S", 1.0)
    monkeypatch.setattr(apart, "WALL_TIMES", wall_s)
    path = write_csv(tmp_path / "orders.csv", [row(BAD)])
    with pytest.raises(
        OrderFileError,
        match=f"is not read within 1 s of computing or {wall_s:.0f} s by the clock: {CURE}",
    ):
        apart.apart(import_file, path, book_path=tmp_path / "book.db")


def test_a_file_of_rows_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_CSV_ROWS", 3)
    path = write_csv(tmp_path / "orders.csv", [row("P1"), row("P2")])
    assert import_file(path, tmp_path / "book.db").new == 2
    with path.open("a") as file:
        file.write("\n")
    with pytest.raises(
        OrderFileError, match="has more than 3 rows: import it in parts; nothing was taken"
    ):
        import_file(path, tmp_path / "book.db")


def test_what_an_import_says_and_refuses_comes_through_unchanged(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [row("P1"), row("P2", quantity="x")])
    heard: list[float] = []
    told = apart.apart(import_file, path, book_path=tmp_path / "one.db", progress=heard.append)
    assert told == import_file(path, tmp_path / "two.db")
    assert told.refused_rows == 1
    assert heard
    path.write_text("a,b\n1,2\n")
    for broken in (OrderFileError, StoreError):
        with pytest.raises(broken) as ours:
            apart.apart(_raising, path, error=broken("words"))
        assert str(ours.value) == "words"


def _raising(path: Path, *, error: Exception, progress: object) -> ImportReport:
    raise error


def test_no_import_goes_on_for_a_command_that_was_killed(tmp_path: Path) -> None:
    """Its reader waits for a pipe's other end, which closes when it dies."""
    ours, theirs = os.pipe()
    code = """
import os, signal
from pathlib import Path
from samebag.orders.reading.apart import apart
def take(path, progress):
    os.kill(os.getppid(), signal.SIGKILL)
    signal.pause()
apart(take, Path("x"))
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False, pass_fds=[theirs])
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        assert pipe.read() == b""
    assert killed.returncode < 0
