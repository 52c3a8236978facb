from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.decode import read_frame
from samebag.vision.decoders import MATRICES, ZXing
from tests.vision.pictures import Gray, code, noisy, put, table, turned

TEXT = "ORD-94421708"


def folded(frame: Gray, at: tuple[int, int], degrees: float, narrow: float) -> Gray:
    """What lies beyond a line through that point seen so much narrower, and darker."""
    y, x = np.indices(frame.shape, np.float32)
    across, down = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    beyond = np.maximum(0, (x - at[0]) * across + (y - at[1]) * down)
    further = beyond * (1 / narrow - 1)
    x, y = (axis.astype(np.float32) for axis in (x + further * across, y + further * down))
    bent = cv2.remap(frame, x, y, cv2.INTER_LINEAR)
    return np.asarray(bent * (1 - 0.3 * np.clip(beyond / 8, 0, 1)), np.uint8)


@pytest.mark.parametrize("degrees", [0, 90, 190, 280])
@pytest.mark.parametrize("narrow", [0.5, 0.65])
def test_a_qr_over_an_edge_is_read(degrees: float, narrow: float) -> None:
    sheet = put(table(), code(TEXT, "qr", 4), 300, 120)
    frame = folded(sheet, (358, 178), degrees, narrow)  # its middle
    small = cv2.resize(turned(frame, 20), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    frame = noisy(np.asarray(small, np.uint8), 1)
    assert not ZXing(MATRICES).read(frame)
    assert [s.code for s in read_frame(frame)] == [TEXT]
