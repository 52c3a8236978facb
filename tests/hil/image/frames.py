"""Cuts the pictures that the virtual camera shows out of the demo recording: frames.py FOLDER.

``empty`` is the table; for each bag ``bag-N`` is the bag at rest, ``bag-N-list`` the same with its
waybill covered.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

import samebag
from samebag.core.events import Sighting
from samebag.devices.camera.evidence import Image
from samebag.devices.camera.recording import Recording
from samebag.vision.reader import Reader

DEMO = Path(samebag.__file__).parent / "bench/demo"
BAGS = {1, 2, 3, 4, 7}  # three good ones, a swapped one, one whose order lies in two bags
REST_S = 0.5  # after it came to rest
COVER = 128  # gray
SIZE_PX = 960, 540  # all codes can still be read, with half the work


def main(folder: Path) -> None:
    recording = Recording(DEMO / "bags.mp4")
    bags = [json.loads(line) for line in (DEMO / "expected.jsonl").read_text().splitlines()]
    wanted = {0: ("empty", "")} | {
        round((bag["rest_at"] + REST_S) * recording.fps): (f"bag-{bag['bag']}", bag["waybill"])
        for bag in bags
        if bag["bag"] in BAGS
    }
    for number in range(max(wanted) + 1):
        image = recording.read()
        assert image is not None
        if number in wanted:
            name, waybill = wanted[number]
            write(folder / f"{name}.yuyv", image)
            if waybill:
                write(folder / f"{name}-list.yuyv", covered(image, waybill))


def covered(image: Image, code: str) -> Image:
    """The picture without that code."""
    seen = Reader().still(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8))
    without = image.copy()
    for sighting in seen.sightings:
        if sighting.code == code:
            cv2.fillPoly(without, [corners(sighting)], (COVER,) * 3)
    return without


def corners(sighting: Sighting) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """The code's box, wider than any quiet zone and as high as the bars beside what was read."""
    box = np.array(sighting.box, np.float32)
    centre = box.mean(axis=0)
    return np.array(centre + (box - centre) * 1.3, np.int32)


def write(path: Path, image: Image) -> None:
    """As a camera gives it: Y U Y V, two pixels share their colour."""
    yuv = cv2.cvtColor(cv2.resize(image, SIZE_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2YUV)
    packed = np.empty((*yuv.shape[:2], 2), np.uint8)
    packed[..., 0] = yuv[..., 0]
    packed[:, 0::2, 1], packed[:, 1::2, 1] = yuv[:, 0::2, 1], yuv[:, 0::2, 2]
    path.write_bytes(packed.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
