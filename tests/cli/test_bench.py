"""The virtual station on a terminal: it stays after its recording, takes typed bags, and ends with
its children."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pytest

from samebag.bench.packer import RecordedTime
from tests.vision.pictures import noisy, table

from .daemon import ORDERS

WAIT_S = 40.0


class Seat:
    """A person at the terminal of a bench that was started there."""

    def __init__(self, bench: subprocess.Popen[bytes], terminal: int) -> None:
        self.bench, self._terminal, self._said = bench, terminal, ""

    def type(self, line: str) -> None:
        os.write(self._terminal, f"{line}\n".encode())

    def waits_for(self, words: str) -> None:
        """What was said before is forgotten."""
        until_s = time.monotonic() + WAIT_S
        while words not in self._said:
            assert select.select([self._terminal], [], [], until_s - time.monotonic())[0], (
                self._said
            )
            self._said += os.read(self._terminal, 65536).decode(errors="replace")
        self._said = self._said.partition(words)[2]

    def children(self) -> list[Path]:
        """As folders of /proc."""
        threads = Path(f"/proc/{self.bench.pid}/task").glob("*/children")
        return [Path("/proc", child) for thread in threads for child in thread.read_text().split()]


@contextmanager
def seated(tmp_path: Path, frames: int, *more: str) -> Iterator[Seat]:
    (tmp_path / "bags").mkdir()
    for k in range(frames):
        cv2.imwrite(str(tmp_path / "bags" / f"{k:04}.png"), noisy(table(), k))
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    files = [
        str(tmp_path / "bags"),
        "--book",
        str(tmp_path / "orders.csv"),
        "--out",
        str(tmp_path / "out"),
        *more,
    ]
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "samebag", "bench", *files],
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
    ) as bench:
        os.close(end)
        try:
            yield Seat(bench, terminal)
        finally:
            bench.kill()
            os.close(terminal)


@pytest.mark.timeout(120)
def test_the_bench_stays_takes_typed_bags_and_ends_with_its_children_when_told(
    tmp_path: Path,
) -> None:
    with seated(tmp_path, 8) as seat:
        seat.waits_for("LX000000001CN + OA ")
        seat.type("LX000000001CN + OA")
        seat.waits_for("Match: A")
        seat.waits_for("confirmed")
        seat.type("LX000000002CN + OC")
        seat.waits_for("MISMATCH: waybill LX000000002CN, cargo list OC")
        children = seat.children()
        assert len(children) == 2, "the camera's worker and the pages"
        seat.bench.send_signal(signal.SIGTERM)
        seat.waits_for("1 match, 1 mismatch")
        assert seat.bench.wait(WAIT_S) == 0
        assert not any(child.exists() for child in children)


@pytest.mark.timeout(120)
def test_ctrl_c_ends_the_bench_in_mid_recording(tmp_path: Path) -> None:
    with seated(tmp_path, 200) as seat:
        seat.waits_for("Type what a hand scanner would send")
        children = seat.children()
        # as a terminal does, to all that was started from it
        os.killpg(seat.bench.pid, signal.SIGINT)
        seat.waits_for("no bags")
        assert seat.bench.wait(WAIT_S) == 0
        assert not any(child.exists() for child in children)


def test_a_recordings_time_waits_for_a_late_machine_and_never_leaps() -> None:
    clock_s = 100.0
    time_of = RecordedTime(lambda: clock_s, fps=8.0)
    seen = []
    for frame, taken_s in (
        (1, 0.5),
        (2, 0.125),
        (3, 5.0),
        (4, 0.125),
    ):  # the first and the third take long to read
        clock_s += taken_s
        seen.append(time_of.of(frame) - time_of.from_s)
        assert time_of() >= time_of.from_s + seen[-1]
    assert seen == [0.125, 0.25, 0.375, 0.5]
    clock_s += 60.0
    assert time_of() - time_of.from_s == 0.875
    time_of.end()
    clock_s += 60.0
    assert time_of() - time_of.from_s == 60.875
