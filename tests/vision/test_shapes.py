from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.matrices.shapes import square_side_px
from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, code, noisy, put, table, turned

MARGIN_PX = 20
WORDS = (
    "PACKING LIST",
    "1. phone case x1",
    "2. USB cable 1m x2",
    "3. socks kids x3",
    "620000 Ekaterinburg RU",
)


def paper_with_words(height: float, thickness: int) -> Gray:
    """A label without a code."""
    paper = np.full((260, 420), 235, np.uint8)
    for row, words in enumerate(WORDS):
        cv2.putText(
            paper,
            words,
            (16, 50 + 44 * row),
            cv2.FONT_HERSHEY_SIMPLEX,
            height,
            30,
            thickness,
            cv2.LINE_AA,
        )
    return paper


def ruined(symbology: str, module_px: int) -> Gray:
    """A matrix of which so many modules are turned that no decoder can mend it."""
    drawn = code("DD1234567890", symbology, module_px)
    rows, columns = (side // module_px for side in drawn.shape)
    turn = np.random.default_rng(7).random((rows, columns)) < 0.2
    turn[: rows // 4] = turn[-rows // 4 :] = turn[:, : columns // 4] = turn[:, -columns // 4 :] = (
        False
    )
    matrix = drawn ^ np.kron(255 * turn.astype(np.uint8), np.ones((module_px, module_px), np.uint8))
    return np.pad(matrix, MARGIN_PX, constant_values=255)


@pytest.mark.parametrize(("height", "thickness"), [(0.6, 1), (0.8, 2), (1.2, 4)])
def test_words_are_no_unread_matrix(height: float, thickness: int) -> None:
    frame = put(table(), paper_with_words(height, thickness), 100, 40)
    for degrees in (0, 27):
        seen = Reader().still(noisy(turned(frame, degrees), degrees))
        assert not [r for r in seen.regions if r.symbology != "bars"]


@pytest.mark.parametrize(
    ("symbology", "module_px"), [("qr", 3), ("qr", 12), ("datamatrix", 4), ("datamatrix", 8)]
)
def test_a_matrix_that_nobody_can_read_is_told_of_however_it_lies(
    symbology: str, module_px: int
) -> None:
    frame = put(table(0, 640, 480), ruined(symbology, module_px), 120, 60)
    for degrees in (0, 40):
        seen = Reader().still(noisy(turned(frame, degrees), degrees))
        assert seen.sightings == ()
        assert seen.unread


@pytest.mark.parametrize("module_px", [4, 8])
def test_the_side_of_a_square_is_told_in_pixels_of_the_frame_also_of_a_large_one(
    module_px: int,
) -> None:
    drawn = code("DD1234567890", "datamatrix", module_px)
    frame = put(table(0, 640, 480), np.pad(drawn, MARGIN_PX, constant_values=255), 100, 60)
    left, top, side_px = 100.0 + MARGIN_PX, 60.0 + MARGIN_PX, float(len(drawn))
    box = (
        (left, top),
        (left + side_px, top),
        (left + side_px, top + side_px),
        (left, top + side_px),
    )
    assert square_side_px(frame, box) == pytest.approx(side_px - 2 * module_px, rel=0.1)
