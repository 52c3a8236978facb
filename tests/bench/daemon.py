"""Start and memory of ``samebag run``, beside a process that only imports the same device
libraries."""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

RUNS = 7
LIBRARIES = (
    "evdev, gpiozero, lgpio, serial, pyudev, PIL.Image, PIL.ImageDraw, PIL.ImageFont, zxingcpp"
)
BARE = (
    f"import {LIBRARIES}; from gpiozero.pins.mock import MockFactory; import os;"
    " os.write(1, b'READY'); os.read(0, 1)"
)
SETTINGS = """
[scanner]
address = "serial:/dev/samebag-bench"
[printer]
address = "tcp:127.0.0.1:9"
[storage]
directory = "{folder}"
"""


def measure() -> list[tuple[str, str, str, str]]:
    """Rows of (what, Samebag's figure, the peer's figure, ratio)."""
    with TemporaryDirectory() as folder:
        environment = _environment(folder)
        _run_once(folder, environment)  # compiles and fills caches
        pairs = [(_run_once(folder, environment), _bare_once(environment)) for _ in range(RUNS)]
    ours_s, bare_s = (statistics.median(run[side][0] for run in pairs) for side in (0, 1))
    ours_mb, bare_mb = (statistics.median(run[side][1] for run in pairs) for side in (0, 1))
    return [
        (
            "start of samebag run → READY",
            f"{ours_s * 1000:.0f} ms",
            f"{bare_s * 1000:.0f} ms (bare imports)",
            f"{ours_s / bare_s:.2f} x",
        ),
        (
            "memory of samebag run, 2 s after READY",
            f"{ours_mb:.0f} MB",
            f"{bare_mb:.0f} MB (bare imports)",
            f"{ours_mb / bare_mb:.2f} x",
        ),
    ]


def _environment(folder: str) -> dict[str, str]:
    extra = {"GPIOZERO_PIN_FACTORY": "mock", "LG_WD": folder}
    return os.environ | extra


def _run_once(folder: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds to READY and MB; fails if OpenCV or numpy came along."""
    settings, notify = Path(folder, "settings.toml"), Path(folder, "notify")
    settings.write_text(SETTINGS.format(folder=folder))
    notify.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(notify))
        systemd.settimeout(30)
        started = time.perf_counter()
        command = [sys.executable, "-m", "samebag", "run", "--settings", str(settings)]
        process = subprocess.Popen(
            command, env=environment | {"NOTIFY_SOCKET": str(notify)}, stderr=subprocess.DEVNULL
        )
        assert systemd.recv(100) == b"READY=1"
        seconds = time.perf_counter() - started
        time.sleep(2.0)  # the printer's thread loads its encoder meanwhile
        memory_mb = _rss_mb(process.pid)
        maps = Path(f"/proc/{process.pid}/maps").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not re.search(r"/(cv2|numpy)/", maps), "OpenCV or numpy in the daemon"
    return seconds, memory_mb


def _bare_once(environment: dict[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", BARE], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    assert process.stdout.read(5) == b"READY"
    seconds = time.perf_counter() - started
    memory_mb = _rss_mb(process.pid)
    process.stdin.close()
    process.wait()
    return seconds, memory_mb


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
