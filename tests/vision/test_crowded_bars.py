from __future__ import annotations

import numpy as np

from samebag.vision.geometry import centre
from samebag.vision.reader import Reader
from tests.vision.pictures import code, noisy, put, table


def test_of_a_table_full_of_labels_every_code_is_read_or_told() -> None:
    frame = table(0, 1280, 900)
    places = [(40 + 420 * column, 30 + 95 * row) for row in range(9) for column in range(3)]
    for k, (x, y) in enumerate(places):
        drawn = code(f"LX{k:09d}CN")
        frame = put(frame, np.asarray(255 - (255 - drawn) * (1 - 0.02 * k), np.uint8), x, y)
    seen = Reader().still(noisy(frame, 1))
    told = [centre(region.box) for region in seen.regions]
    assert all(
        any(abs(mx - x - 175) < 60 and abs(my - y - 25) < 20 for mx, my in told) for x, y in places
    )
    assert len(seen.sightings) >= 20
