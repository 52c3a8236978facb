"""The camera port: keeps a camera worker running and passes on what it sees. Imports neither OpenCV
nor a decoder."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from samebag.core.events import Device
from samebag.core.symbologies import DEFAULT
from samebag.devices.camera import messages as wire
from samebag.devices.condition import Condition
from samebag.ports import CameraEnded, DeviceError, EvidenceSaved, Put, SymbologyOff

# OpenCV, numpy and the decoders take about 10 s to load on a Zero 2 W with a cold card
START_TIMEOUT_S = 30.0
CLOSE_S = 0.5  # asked to end; then killed
# between one worker's end and the next one's start, the last for ever
RETRIES_S = (
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
)
CAPTION_LETTERS = 200
MOST_LINE_BYTES = 1 << 20  # a view with a thousand codes
MOST_LINES_A_SECOND = 500  # a camera gives 60 frames at most
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_LOG_LEVEL": "ERROR",
    "OPENCV_IPP": "disabled",  # x86 only; without it the reader takes 2 MB less and no more time
    # a frame goes back to the kernel as soon as it is not needed, what is smaller stays for the
    # next frame
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": f"{1 << 19}",
    "MALLOC_TRIM_THRESHOLD_": f"{1 << 20}",
}
RESTARTED = "none needed, the worker is started again; if this comes back, restart the station"


class WorkerLost(DeviceError):
    """The worker is of no use any more."""

    def __init__(self, reason: str, cure: str = RESTARTED) -> None:
        super().__init__(reason, cure)


class WorkerCamera:
    """One camera by its address, read by a process that may hang, crash or talk nonsense and is
    then replaced."""

    def __init__(
        self,
        address: str,
        *,
        evidence_dir: Path,
        quota_bytes: int,
        live_path: Path,
        size: tuple[int, int] = (1280, 720),
        fps: float = 15.0,
        exposure: str = "camera",
        symbologies: frozenset[str] = DEFAULT,
        clock: Callable[[], float] = time.monotonic,
        beat_timeout_s: float = 3.0,
        retries_s: tuple[float, ...] = RETRIES_S,
    ) -> None:
        arguments = [
            address,
            str(evidence_dir),
            str(quota_bytes),
            str(size[0]),
            str(size[1]),
            str(fps),
        ]
        arguments += [exposure, str(live_path)]
        arguments += sorted(symbologies)
        self._command = [sys.executable, "-P", "-m", "samebag.devices.camera.worker", *arguments]
        self._clock, self._beat_timeout_s, self._retries_s = clock, beat_timeout_s, retries_s
        self._closing = threading.Event()
        self._failures = 0
        self._ended = False  # the recording is over: a worker that dies now is not missed
        self._worker: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        # no worker starts after close(), no pipe closes while it is written
        self._lock = threading.Lock()

    def start(self, put: Put) -> None:
        self._put = put
        self._pictures = Condition(Device.CAMERA, put, self._clock)
        self._evidence = Condition(Device.EVIDENCE, put, self._clock)
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def keep(self, bag: int, caption: str, bad_codes: tuple[str, ...]) -> None:
        """Asks the worker; a worker that is dead or does not listen keeps nothing, and the bag has
        no picture."""
        asked = wire.line(wire.Keep(bag, caption, bad_codes))
        if len(asked) > select.PIPE_BUF:  # up to here a pipe takes all or nothing
            asked = wire.line(wire.Keep(bag, caption[:CAPTION_LETTERS], ()))
        with self._lock, suppress(OSError):
            if self._worker and self._worker.stdin and not self._worker.stdin.closed:
                os.write(self._worker.stdin.fileno(), asked)

    def close(self) -> None:
        with self._lock:
            self._closing.set()
            worker = self._worker
        if worker:
            _end(worker)
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._over():
            try:
                self._serve()
            except WorkerLost as lost:
                if self._over():
                    return
                self._pictures.lost(lost.reason, lost.cure)
                # what waited for the disk is gone; the next picture finds out anew
                self._evidence.back()
            self._closing.wait(self._retries_s[min(self._failures, len(self._retries_s) - 1)])
            self._failures += 1

    def _over(self) -> bool:
        return self._ended or self._closing.is_set()

    def _serve(self) -> None:
        """One worker's life, which ends in WorkerLost."""
        worker = self._spawn()
        if worker is None:
            return
        try:
            for text in self._lines(worker):
                self._heard(text)
            raise WorkerLost(_death(worker))
        finally:
            _end(worker)
            with self._lock:
                for pipe in (worker.stdin, worker.stdout):
                    if pipe:
                        pipe.close()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closing.is_set():
                return None
            try:
                self._worker = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    env={**os.environ, **ENVIRONMENT},
                )
            except OSError as err:
                raise WorkerLost(f"camera worker cannot start: {err.strerror}") from err
            assert self._worker.stdin
            os.set_blocking(self._worker.stdin.fileno(), False)
            return self._worker

    def _lines(self, worker: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert worker.stdout
        heard = select.poll()
        heard.register(worker.stdout, select.POLLIN)
        rest, timeout_s = b"", START_TIMEOUT_S
        second_s, count = self._clock(), 0
        while True:
            if not heard.poll(timeout_s * 1000):
                raise WorkerLost(f"camera worker hangs: silent for {timeout_s:g} s")
            chunk = worker.stdout.read(1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            if self._clock() - second_s >= 1:
                second_s, count = self._clock(), 0
            count += len(lines)
            if count > MOST_LINES_A_SECOND or len(rest) > MOST_LINE_BYTES:
                raise WorkerLost(
                    f"camera worker floods: more than {MOST_LINES_A_SECOND} lines a"
                    " second or no line end"
                )
            yield from lines
            timeout_s = self._beat_timeout_s

    def _heard(self, text: bytes) -> None:
        """Passes one message on."""
        try:
            message = wire.message(text)
        except msgspec.DecodeError as err:
            raise WorkerLost(f"camera worker talks nonsense: {text[:60]!r}: {err}") from err
        match message:
            case wire.ViewMessage(seen):
                self._failures = 0
                self._pictures.back()
                self._put(seen)
            case wire.Saved(bag, path, at_s):
                self._saved(bag, Path(path), at_s)
            case wire.Unsaved(reason, cure):
                self._evidence.lost(reason, cure)
            case wire.WorkerFault(reason, cure):
                raise WorkerLost(reason, cure)
            case wire.SwitchedOff(symbology, at_s):
                self._put(SymbologyOff(symbology, at_s))
            case wire.Ended(at_s):
                self._ended = True
                self._put(CameraEnded(at_s))

    def _saved(self, bag: int, path: Path, at_s: float) -> None:
        """The digest is taken here, of what is on disk: OpenSSL would take 3 MB of the worker's
        memory."""
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as err:
            self._evidence.lost(
                f"evidence {path}: cannot be read back: {err.strerror}", "replace the card"
            )
            return
        self._evidence.back()
        self._put(EvidenceSaved(bag, path, sha256, at_s))


def _death(worker: subprocess.Popen[bytes]) -> str:
    """Why a worker that closed its output is gone."""
    try:
        status = worker.wait(CLOSE_S)
    except subprocess.TimeoutExpired:
        return "camera worker closed its output"
    if status < 0:
        return f"camera worker was ended by signal {-status} ({signal.strsignal(-status)})"
    return f"camera worker ended by itself with status {status}"


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Asked first, then killed: also a stopped process is gone afterwards."""
    worker.terminate()
    try:
        worker.wait(CLOSE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
