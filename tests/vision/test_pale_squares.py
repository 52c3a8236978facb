from __future__ import annotations

import cv2
import numpy as np
import pytest

from samebag.vision.decode import read_frame
from tests.vision.pictures import Gray, code, noisy, put, table, turned

TEXT = "8107400452194738"


def fading(drawn: Gray, *, down: bool) -> Gray:
    """From a third of the ink to a fifteenth, from one side to the other."""
    left = np.linspace(0.33, 0.07, drawn.shape[0])
    return np.asarray(240 - (255 - drawn) * (left[:, None] if down else left), np.uint8)


@pytest.mark.parametrize("symbology", ["qr", "datamatrix"])
@pytest.mark.parametrize("down", [True, False])
def test_matrices_are_read_where_their_print_fades_beside_print_that_does_not(
    symbology: str, down: bool
) -> None:
    sheet = np.full((400, 640), 240, np.uint8)
    cv2.putText(sheet, "PACKING LIST", (40, 60), cv2.FONT_HERSHEY_DUPLEX, 1.5, 20, 4)
    sheet = put(sheet, fading(code(TEXT, symbology, 5), down=down), 400, 150)
    frame = cv2.resize(turned(put(table(0, 1000, 600), sheet, 100, 80), 25), None, fx=0.6, fy=0.6)
    grainless = noisy(np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.5), np.uint8), 1)
    assert [s.code for s in read_frame(grainless)] == [TEXT]
