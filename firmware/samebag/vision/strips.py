"""Confirms a code's text by strips across its bars: a text counts when separate strips say it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np

from samebag.core.events import Box
from samebag.vision.boxes import Gray, lay_flat
from samebag.vision.decoders import Decoder

ENLARGED = 2.0  # along the text: narrow bars of 1.1 px are read from two pixels on
STRIP_ROWS_PX = (3, 7)  # averaging few rows follows crumpled bars, averaging many beats noise and dead dots
MOST_STRIPS = 10
AGREEING = 2  # strips; the text must also lead any other text two to one


def agreed_text(gray: Gray, box: Box, decoder: Decoder) -> str | None:
    """The text that at least two separate strips of the box agree on, None if there is no clear one."""
    flat = lay_flat(gray, box, ENLARGED)
    for rows_px in STRIP_ROWS_PX:
        votes = Counter(r.text for strip in strips(flat, rows_px) for r in decoder.read(strip))
        ranked = votes.most_common(2)
        second = ranked[1][1] if len(ranked) == 2 else 0
        if ranked and ranked[0][1] >= max(AGREEING, 2 * second):
            return ranked[0][0]
    return None


def strips(flat: Gray, rows_px: int) -> Iterator[Gray]:
    """Averages of ``rows_px`` rows each, evenly spread over the bars, thick enough to be scanned."""
    count = max(AGREEING, flat.shape[0] // rows_px)
    means = cv2.resize(flat, (flat.shape[1], count), interpolation=cv2.INTER_AREA)
    for k in np.linspace(0, count - 1, min(count, MOST_STRIPS)).round().astype(int):
        yield np.repeat(means[k : k + 1], 6, axis=0)
