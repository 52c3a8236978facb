"""What types into a pipe from a process of its own, as a scanner and its host do: it takes no turn
from the station."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

# USB 2.0: full speed has a frame a millisecond, and a keyboard sends one key down, or up, in a
# report
REPORT_S = 0.001
# no hand scans the next label sooner, and the lamp is lit before anybody is told of the time
REST_S = 0.01


class Hand:
    """Writes to any of these file descriptors."""

    def __init__(self, *fds: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=fds,
        )

    def types(self, fd: int, reports: Sequence[bytes], last: int = -1) -> int:
        """Nanoseconds of time.perf_counter just before that one of the reports became readable."""
        assert self._process.stdin
        assert self._process.stdout
        print(
            fd,
            last % len(reports),
            *(report.hex() for report in reports),
            file=self._process.stdin,
            flush=True,
        )
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    for line in sys.stdin:
        fd, last, *reports = line.split()
        sent_ns = []
        time.sleep(REST_S)
        for report in map(bytes.fromhex, reports):
            sent_ns.append(time.perf_counter_ns())  # CLOCK_MONOTONIC, the same in every process
            os.write(int(fd), report)
            time.sleep(REPORT_S)
        time.sleep(REST_S)
        print(sent_ns[int(last)], flush=True)


if __name__ == "__main__":
    main()
