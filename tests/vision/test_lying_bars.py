"""Bars as they lie: slanted, with dead dots, faded, many."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.decode import read_frame
from samebag.vision.reader import Reader
from tests.vision.pictures import Gray, code, noisy, put, table, turned

WAYBILL = "LP00593760983992"


def askew(frame: Gray, slant: float, degrees: float) -> Gray:
    """As a camera sees a label from one side: what runs right also runs down; then turned."""
    height, width = frame.shape
    leaning = np.array([[1, 0, 0], [slant, 1, max(0, -slant) * width]])
    leant = cv2.warpAffine(
        frame, leaning, (width, height + round(abs(slant) * width)), borderValue=110
    )
    return turned(np.asarray(leant, np.uint8), degrees)


@pytest.mark.parametrize("slant", [-0.55, -0.35, 0.35, 0.55])
@pytest.mark.parametrize("degrees", [0, 50])
def test_bars_of_a_label_seen_askew_are_read(slant: float, degrees: float) -> None:
    frame = noisy(askew(put(table(), code(WAYBILL), 60, 60), slant, degrees), 1)
    assert [s.code for s in read_frame(frame)] == [WAYBILL]


@pytest.mark.parametrize("slant", [-0.5, 0.5])
def test_bars_seen_askew_that_stay_unread_are_told(slant: float) -> None:
    frame = put(table(), code(WAYBILL), 60, 60)
    frame[:, 150:180] = 200  # glare
    seen = Reader().still(noisy(askew(frame, slant, 20), 1))
    assert seen.sightings == ()
    assert seen.unread
