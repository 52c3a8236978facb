"""Memory that only the start needed goes back, and nothing that is needed is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from samebag.devices.camera.memory import _as_in_their_files

HERE = Path(__file__).parents[2]
FRAMES = """
import cv2, numpy, zxingcpp
from pathlib import Path
from samebag.devices.camera.memory import give_back
from samebag.vision.reader import Reader
from tests.vision.pictures import bag

def resident_kb():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

frame = bag("LX123456785CN", "A-1")
before = Reader().still(frame).sightings
full_kb = resident_kb()
give_back()
given_kb = resident_kb()
assert Reader().still(frame).sightings == before and len(before) == 2
print(full_kb, given_kb, resident_kb())
"""


def test_pages_of_libraries_are_given_back_and_come_back_as_they_were() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FRAMES], capture_output=True, text=True, cwd=HERE, check=False
    )
    assert done.returncode == 0, done.stderr
    full_kb, given_kb, after_kb = map(int, done.stdout.split())
    assert given_kb < 0.6 * full_kb
    assert after_kb < 0.85 * full_kb


def area(first: str, perms: str, path: str, own_kb: int = 0) -> list[str]:
    head = f"{first}-7f000000f000 {perms} 00000000 fe:00 42 {path}"
    return [head, "Rss: 8 kB", f"Private_Dirty: {own_kb} kB", "VmFlags: rd ex mr mw me"]


def test_only_what_is_as_in_its_file_is_given_back() -> None:
    maps = [
        *area("7f0000000000", "r-xp", "/lib/libcv2.so (deleted)"),
        *area("7f0000001000", "r--p", "/lib/libcv2.so", own_kb=4),  # relocated by the linker
        *area("7f0000002000", "rw-p", "/lib/libcv2.so"),
        *area("7f0000003000", "r--s", "/dev/video0"),
        *area("7f0000004000", "r-xp", "[vdso]"),
        *area("7f0000005000", "r--p", "")[:3],
    ]
    assert [hex(first) for first, _ in _as_in_their_files(maps)] == ["0x7f0000000000"]
