from __future__ import annotations

import numpy as np
import pytest

from samebag.vision.decode import read_frame
from tests.vision.pictures import Gray, code, noisy, put, table, turned

WAYBILL = "LP00593760983992"


def faded(drawn: Gray, left: float, *, down: bool) -> Gray:
    """With a band in the middle, down the bars or across them, that holds but such a share of the
    ink."""
    length = drawn.shape[1] if down else drawn.shape[0]
    band = 1 - (1 - left) * np.exp(-(((np.arange(length) - 0.6 * length) / (0.15 * length)) ** 4))
    return np.asarray(255 - (255 - drawn) * (band if down else band[:, None]), np.uint8)


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("degrees", [0, 35])
@pytest.mark.parametrize("left", [0.45, 0.6])
def test_bars_are_read_where_their_print_fades(degrees: float, down: bool, left: float) -> None:
    pale = np.asarray(230 - (255 - faded(code(WAYBILL), left, down=down)) * 0.25, np.uint8)
    busy = put(put(table(), pale, 60, 60), code("DD1234567890", "qr", 8), 400, 60)
    assert WAYBILL in {s.code for s in read_frame(noisy(turned(busy, degrees), 2))}
