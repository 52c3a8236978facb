from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.decode import read_frame
from samebag.vision.decoders import BARS, ZBar, ZXing
from tests.vision.pictures import Gray, code, noisy, put, table

TRACKING = "LX123456785CN"


def shaken(text: str, seed: int, *, backwards: bool = False) -> Gray:
    """Bars of 1.45 px that a hand moved by 2 px while the picture was taken."""
    drawn = code(text, module_px=10)
    small = cv2.resize(drawn, None, fx=0.145, fy=1, interpolation=cv2.INTER_AREA)
    frame = put(table(), np.asarray(small, np.uint8), 150, 120)
    moved = cv2.filter2D(frame.astype(np.float32), -1, np.array([[0.5, 1, 0.5]]) / 2)
    soft = np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.5), np.uint8)
    return noisy(np.rot90(soft, 2) if backwards else soft, seed)


def peers(frame: Gray) -> list[str]:
    return [
        r.text
        for decoder in (ZXing(BARS), ZBar(BARS))
        for r in decoder.read(np.ascontiguousarray(frame))
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("backwards", [False, True])
def test_bars_that_motion_has_merged_are_read_where_no_library_reads_them(
    seed: int, backwards: bool
) -> None:
    text = f"LX{seed * 7654321 + 12345678:09d}CN"
    frame = shaken(text, seed, backwards=backwards)
    assert peers(frame) == []
    (seen,) = read_frame(frame)
    assert (seen.code, seen.symbology, seen.by) == (text, "code128", ("zxing",))
    (left, _), (right, _) = seen.box[0], seen.box[1]
    assert (left > right) == backwards
    inked = np.flatnonzero((code(text, module_px=1) < 128).any(0))
    assert abs(abs(left - right) - (inked[-1] + 1 - inked[0]) * 1.45) < 3


@pytest.mark.parametrize("seed", range(12))
def test_merged_bars_with_a_symbol_torn_out_are_never_read_wrong(seed: int) -> None:
    frame = shaken(TRACKING, seed)
    torn = 165 + int(np.random.default_rng(seed).integers(20, 170))
    frame[:, torn : torn + 12] = np.roll(frame, 5 + seed, axis=1)[:, torn : torn + 12]
    assert {s.code for s in read_frame(frame)} <= {TRACKING}
