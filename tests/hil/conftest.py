"""A station for each scenario, resumed from the saved one; what failed is kept in .hil/failures.
Run by `make hil`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from .guest import Guest
from .lamps import lit
from .machine import Image

IMAGE = os.environ.get("HIL_IMAGE")
collect_ignore_glob = [] if IMAGE else ["test_*.py"]
FAILURES = Path(".hil/failures")
REPORT = pytest.StashKey[pytest.TestReport]()
LONGEST = ("test_scans.py", "test_upload.py")  # some minutes each
TIMEOUT_S = 1200  # a hang of the harness itself


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))
    # first, so that both machines end together
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture
def off(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guest]:
    """A station that nobody has switched on yet."""
    yield from watched(request, tmp_path)


@pytest.fixture
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guest]:
    """A station with a scanner only, and the orders of the demo in its book."""
    yield from resumed("scanner", request, tmp_path)


@pytest.fixture
def hands(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guest]:
    """The same with a printer."""
    yield from resumed("hands", request, tmp_path)


@pytest.fixture
def guest(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guest]:
    """The same with a camera, and an empty table under it."""
    yield from resumed("ready", request, tmp_path)


def resumed(moment: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Guest]:
    for guest in watched(request, folder):
        guest.resume(moment)
        yield guest


def watched(request: pytest.FixtureRequest, folder: Path) -> Iterator[Guest]:
    """One whose remains are kept when the scenario fails."""
    assert IMAGE
    guest = Guest(Image(Path(IMAGE).resolve()), folder)
    try:
        yield guest
        if REPORT not in request.node.stash or request.node.stash[REPORT].failed:
            keep(guest, FAILURES / request.node.name)
    finally:
        guest.close()


def keep(guest: Guest, folder: Path) -> None:
    """What somebody needs who was not there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(guest.machine.serial, folder)
    with suppress(Exception):  # the machine may be the one that failed
        (folder / "journal.txt").write_text(
            guest.run("journalctl --no-pager -b -o short-monotonic -x")
        )
        (folder / "lamps.txt").write_text("".join(f"{state}\n" for state in lit(guest.pins())))
        guest.run(
            "tar -C / -cf /run/pictures.tar var/lib/samebag/evidence run/hil/labels", ok=(0, 1, 2)
        )
        (folder / "pictures.tar").write_bytes(guest.fetch("/run/pictures.tar"))
    print(f"kept: {folder}")
