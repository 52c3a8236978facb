"""The camera port with real worker processes."""

from __future__ import annotations

import hashlib
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import cv2
import pytest

from samebag.core.events import DeviceBack, DeviceLost, ViewSeen
from samebag.core.symbologies import DEFAULT, switched_on
from samebag.devices.camera.port import WorkerCamera
from samebag.ports import CameraEnded, EvidenceSaved, StationEvent, SymbologyOff
from tests.vision.pictures import code, noisy, put, save_bags, table

PATIENCE_S = 15.0
Kind = TypeVar("Kind")


class Station:
    """What came from the camera, in order."""

    def __init__(self) -> None:
        self._events: queue.Queue[StationEvent] = queue.Queue()
        self.put: Callable[[StationEvent], None] = self._events.put

    def next(self, kind: type[Kind]) -> Kind:
        """The next event of that kind; views on the way are passed over, anything else is not
        expected."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            event = self._events.get(timeout=max(0.01, deadline_s - time.monotonic()))
            if isinstance(event, kind):
                return event
            assert isinstance(event, ViewSeen), event

    def rest(self) -> list[StationEvent]:
        return [self._events.get() for _ in range(self._events.qsize())]


@pytest.fixture(scope="module")
def bags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bags(tmp_path_factory.mktemp("recording") / "bags", 12)


@contextmanager
def camera(
    address: str,
    folder: Path,
    *,
    beat_timeout_s: float = 1.0,
    symbologies: frozenset[str] = DEFAULT,
) -> Iterator[tuple[WorkerCamera, Station]]:
    port = WorkerCamera(
        address,
        evidence_dir=folder,
        quota_bytes=10**6,
        symbologies=symbologies,
        live_path=folder / "live",
        beat_timeout_s=beat_timeout_s,
        retries_s=(0.05,),
    )
    station = Station()
    port.start(station.put)
    try:
        yield port, station
    finally:
        started_s = time.monotonic()
        port.close()
        assert time.monotonic() - started_s < 1.5


def worker_of(port: WorkerCamera) -> int:
    assert port._worker
    return port._worker.pid


def test_a_recording_is_played_to_its_end_and_evidence_of_its_last_frame_is_still_kept(
    bags: Path, tmp_path: Path
) -> None:
    with camera(f"file:{bags}?fps=30&every=1", tmp_path) as (port, station):
        seen = [station.next(ViewSeen) for _ in range(12)]
        ended = station.next(CameraEnded)
        port.keep(7, "bag 7 mismatch", ("DD1234567890",))
        saved = station.next(EvidenceSaved)
    assert [v.frame for v in seen] == list(range(1, 13))
    assert [{s.code for s in v.sightings} for v in seen] == [
        {f"LX{k:09d}CN", "DD1234567890"} for k in range(12)
    ]
    assert all(a.at_s < b.at_s < ended.at_s for a, b in pairwise(seen))
    assert saved.bag == 7
    assert saved.sha256 == hashlib.sha256(saved.path.read_bytes()).hexdigest()
    assert station.rest() == []


def test_a_symbology_that_is_switched_off_is_said_and_one_switched_on_is_read(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "codabar"
    folder.mkdir()
    for k in range(12):
        cv2.imwrite(
            str(folder / f"{k}.png"),
            noisy(put(table(), code("A444413758703A", "codabar"), 40, 60), k),
        )
    with camera(f"file:{folder}?every=1", tmp_path / "off") as (_, station):
        assert station.next(SymbologyOff).symbology == "codabar"
    with camera(
        f"file:{folder}?every=1", tmp_path / "on", symbologies=switched_on(["codabar"])
    ) as (_, station):
        seen = [station.next(ViewSeen) for _ in range(3)][-1]
        assert [(s.code, s.symbology) for s in seen.sightings] == [("A444413758703A", "codabar")]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (signal.SIGKILL, "camera worker was ended by signal 9 (Killed)"),
        (signal.SIGABRT, "camera worker was ended by signal 6 (Aborted)"),
        (signal.SIGSTOP, "camera worker hangs: silent for 1 s"),
    ],
)
def test_a_worker_that_dies_or_hangs_is_replaced_and_each_change_is_said_once(
    bags: Path, tmp_path: Path, sent: signal.Signals, reason: str
) -> None:
    with camera(f"file:{bags}?fps=5", tmp_path) as (port, station):
        station.next(ViewSeen)
        first = worker_of(port)
        os.kill(first, sent)
        lost = station.next(DeviceLost)
        back = station.next(DeviceBack)
        second = worker_of(port)
    assert (lost.device, lost.reason) == ("camera", reason)
    assert back.device == "camera"
    assert second != first
    for pid in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("v4l2:/dev/v4l/by-id/none", "camera v4l2:/dev/v4l/by-id/none: no such device"),
        ("picamera:0", "camera picamera:0: No module named 'picamera2'"),
        ("usb:1", "camera = usb:1: must be auto, v4l2:DEVICE, picamera:NUMBER or file:PATH"),
    ],
)
def test_an_absent_camera_is_said_once_with_its_cure_however_often_it_is_tried(
    tmp_path: Path, address: str, reason: str
) -> None:
    with camera(address, tmp_path) as (port, station):
        lost = station.next(DeviceLost)
        first = worker_of(port)
        deadline_s = time.monotonic() + PATIENCE_S
        while worker_of(port) == first and time.monotonic() < deadline_s:
            time.sleep(0.02)
        assert worker_of(port) != first
    assert (lost.reason, bool(lost.cure)) == (reason, True)
    assert station.rest() == []


def test_a_camera_that_comes_later_is_back(bags: Path, tmp_path: Path) -> None:
    late = tmp_path / "late"
    with camera(f"file:{late}?fps=5", tmp_path) as (_, station):
        station.next(DeviceLost)
        late.symlink_to(bags)
        assert station.next(DeviceBack).device == "camera"


@pytest.mark.parametrize(
    ("spoken", "reason"),
    [
        ('print(\'{"type":"view"}\'); time.sleep(9)', "camera worker talks nonsense"),
        ("print('\\xff\\x00 [1]'); time.sleep(9)", "camera worker talks nonsense"),
        (
            '[print(\'{"type":"beat"}\') for _ in range(9999)]; time.sleep(9)',
            "camera worker floods",
        ),
        ("print('x' * 2000000); time.sleep(9)", "camera worker floods"),
        ("os.close(1); time.sleep(9)", "camera worker closed its output"),
        ("sys.exit(3)", "camera worker ended by itself with status 3"),
        (
            'print(\'{"type":"saved","bag":7,"path":"/none.jpg","at_s":1.0}\'); time.sleep(9)',
            "evidence /none.jpg: cannot be read back: No such file or directory",
        ),
    ],
)
def test_whatever_a_worker_says_the_station_lives(tmp_path: Path, spoken: str, reason: str) -> None:
    port = WorkerCamera(
        "file:none",
        evidence_dir=tmp_path,
        quota_bytes=1,
        live_path=tmp_path / "live",
        beat_timeout_s=1.0,
    )
    port._command = [
        sys.executable,
        "-c",
        f"import os, sys, time\nsys.stdout.reconfigure(newline='\\n')\n{spoken}",
    ]
    station = Station()
    port.start(station.put)
    try:
        port.keep(1, "caption " * 1000, ("code",) * 1000)
        assert station.next(DeviceLost).reason.startswith(reason)
    finally:
        port.close()


def test_the_worker_ends_when_the_station_is_killed(bags: Path, tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from samebag.core.symbologies import DEFAULT, switched_on
from samebag.devices.camera.port import WorkerCamera
folder = Path("{tmp_path}")
port = WorkerCamera(
    "file:{bags}?fps=1", evidence_dir=folder, quota_bytes=1, live_path=folder / "live"
)
port.start(lambda event: print(port._worker.pid, flush=True))
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as station:
        assert station.stdout
        worker = int(station.stdout.readline())
        station.kill()
    deadline_s = time.monotonic() + PATIENCE_S
    while runs(worker) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert not runs(worker)


def runs(pid: int) -> bool:
    """Whether the process is there and is not a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_stations_process_loads_neither_opencv_nor_a_decoder() -> None:
    script = (
        "import sys, samebag.devices.camera.port; print({'cv2', 'numpy',"
        " 'zxingcpp', 'pyzbar'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", script]) == b"set()\n"
