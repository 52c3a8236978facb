"""What memory the reader takes, each figure from a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LIBRARIES = "import cv2, numpy, zxingcpp"
READING = """
import sys
import cv2
from samebag.vision.reader import Reader
cv2.setNumThreads(1)
count, paths = int(sys.argv[1]), sys.argv[2:]
reader = Reader()
for k in range(count):
    reader.frame(cv2.imread(paths[k // 15 % len(paths)], cv2.IMREAD_GRAYSCALE), k / 15)
"""  # each picture rests for a second, as a bag does
RESIDENT = """
from pathlib import Path
print(next(line for line in Path("/proc/self/status").open() if line.startswith("VmRSS")).split()[1])
"""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as the camera worker is started


def resident_mb(paths: Sequence[Path], counts: Sequence[int]) -> tuple[float, list[float]]:
    """Resident megabytes of the bare libraries, and after each count of frames."""
    bare = _run(LIBRARIES + RESIDENT)
    return bare, [_run(READING + RESIDENT, str(count), *map(str, paths)) for count in counts]


def _run(program: str, *arguments: str) -> float:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    return int(done.stdout) / 1024
