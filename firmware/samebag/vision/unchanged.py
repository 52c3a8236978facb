"""Tells whether a place in the frame still shows what it showed when its code was read. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from samebag.core.events import Box
from samebag.vision.geometry import Gray, lay_flat, sides_px

# One changed character is 11 modules, 14 to 30 px wide; in a window of that size it brings the
# correlation near 0. Noise of 10 levels on bars 60 levels apart leaves 0.9 of it.
WINDOW_PX = 21
LEAST_CORRELATION = 0.7
LEAST_LONG = 1.5  # longer boxes hold bars, shorter ones matrices
ROWS_PX = 12
FLAT_LEVELS = 8.0  # deviation in a window; less is paper
FLAT_SHARE = 0.2  # of the mean spread: paper in a dark and noisy frame


@dataclass(frozen=True, slots=True)
class Look:
    """The pixels of a box, to compare later frames with."""

    box: Box
    pixels: Gray

    @staticmethod
    def at(gray: Gray, box: Box) -> Look:
        return Look(box, _still_pixels(gray, box))

    def unchanged(self, gray: Gray) -> bool:
        """Whether every part of it shows the same pattern, be it brighter or darker."""
        return _least_correlation(self.pixels, _still_pixels(gray, self.box)) >= LEAST_CORRELATION


def _still_pixels(gray: Gray, box: Box) -> Gray:
    """Without noise as far as the finest modules allow; much along bars, which are long."""
    length_px, height_px = sides_px(box)
    flat = lay_flat(gray, box).pixels
    # where hands and neighbours may move
    beside = max(0, int((flat.shape[1] - max(length_px, 1.0)) / 2))
    flat = flat[:, beside : flat.shape[1] - beside]
    if length_px < LEAST_LONG * height_px:
        return np.asarray(cv2.blur(flat, (2, 2)), np.uint8)
    rows = max(1, round(height_px / ROWS_PX))
    return np.asarray(
        cv2.resize(flat, (flat.shape[1], rows), interpolation=cv2.INTER_AREA), np.uint8
    )


def _least_correlation(a: Gray, b: Gray) -> float:
    a, b = a.astype(np.float32), b.astype(np.float32)
    window = (min(WINDOW_PX, a.shape[1]), min(WINDOW_PX, a.shape[0]))
    mean_a, mean_b = cv2.blur(a, window), cv2.blur(b, window)
    spread_a, spread_b = cv2.blur(a * a, window) - mean_a**2, cv2.blur(b * b, window) - mean_b**2
    together = cv2.blur(a * b, window) - mean_a * mean_b
    spread = np.maximum(spread_a, spread_b)
    patterned = spread > max(FLAT_LEVELS**2, FLAT_SHARE * float(spread.mean()))
    correlation = together / np.sqrt(np.maximum(spread_a * spread_b, 1.0))
    return float(correlation[patterned].min()) if patterned.any() else 0.0
