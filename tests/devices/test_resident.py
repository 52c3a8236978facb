"""Memory that only the start needed goes back, and nothing that is needed is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
FRAMES = """
import cv2, numpy, zxingcpp
from pathlib import Path
from samebag.devices.resident import give_back
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
    done = subprocess.run([sys.executable, "-c", FRAMES], capture_output=True, text=True, cwd=HERE, check=False)
    assert done.returncode == 0, done.stderr
    full_kb, given_kb, after_kb = map(int, done.stdout.split())
    assert given_kb < 0.6 * full_kb
    assert after_kb < 0.85 * full_kb
