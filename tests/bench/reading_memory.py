"""What memory the camera worker takes, as the station starts it, and the bare libraries in a
process of their own.

Both are the kernel's VmRSS: also pages of libraries that others share or that it may drop, as it
read them ahead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from samebag.devices.camera import messages as wire
from samebag.devices.camera.port import ENVIRONMENT

LIBRARIES = "import cv2, numpy, zxingcpp; print(1, flush=True); input()"
RESTING = 15  # frames of each picture: a second, as a bag rests
FPS = 60  # quicker than any camera, so that five thousand frames take not much more than a minute
# frames before each count, of which the median is taken: a frame being decoded comes and goes
SAMPLES = 30


def resident_mb(paths: Sequence[Path], counts: Sequence[int]) -> tuple[float, list[float]]:
    """Resident megabytes of the bare libraries, and of the worker after each count of frames; it
    keeps evidence too."""
    with TemporaryDirectory() as folder:
        pictures = Path(folder, "pictures")
        pictures.mkdir()
        for k in range(max(counts)):
            (pictures / f"{k:06d}.jpg").symlink_to(paths[k // RESTING % len(paths)].resolve())
        return _bare_mb(), _worker_mb(
            f"file:{pictures}?every=1&fps={FPS}", Path(folder, "evidence"), counts
        )


def _bare_mb() -> float:
    with _process(["-c", LIBRARIES]) as bare:
        assert bare.stdout
        bare.stdout.readline()
        return _resident_mb(bare)


def _worker_mb(address: str, evidence: Path, counts: Sequence[int]) -> list[float]:
    arguments = [address, str(evidence), "10000000", "1280", "720", str(FPS), "labels"]
    arguments.append(str(evidence.with_name("live")))
    frames, taken = 0, list[float]()
    with _process(["-P", "-m", "samebag.devices.camera.worker", *arguments]) as worker:
        assert worker.stdin and worker.stdout
        for text in worker.stdout:
            if isinstance(wire.message(text), wire.ViewMessage):
                frames += 1
                taken.append(_resident_mb(worker))
                if frames % RESTING == 0:
                    os.write(worker.stdin.fileno(), wire.line(wire.Keep(frames, "bench", ())))
            if frames == max(counts):
                break
    return [median(taken[max(0, count - SAMPLES) : count]) for count in counts]


@contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **ENVIRONMENT}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _resident_mb(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
