"""Evens out shade, gloss and blur, so that one threshold fits a whole label. Pure.

Decoders compare a row or block with its mean, and lose codes on crumpled film. Here each place is
measured against the brightest and the darkest near it, and then sharpened by as much as a lens and
a moving hand blur.
"""

from __future__ import annotations

import cv2
import numpy as np

from samebag.vision.geometry import Gray

FAINTEST_LEVELS = 12  # between the brightest and darkest nearby; less is paper and its noise


def evened(gray: Gray, nearby_px: tuple[int, int], faintest: int = FAINTEST_LEVELS) -> Gray:
    """0 where it is darkest within ``nearby_px`` (columns, rows; odd), 255 where it is
    brightest."""
    window = np.ones(nearby_px[::-1], np.uint8)
    low = cv2.blur(cv2.erode(gray, window), nearby_px)
    span = np.maximum(cv2.subtract(cv2.blur(cv2.dilate(gray, window), nearby_px), low), faintest)
    return np.asarray(cv2.divide(cv2.subtract(gray, low), span, scale=255), np.uint8)


def sharpened(gray: Gray, share: float, blur_px: tuple[float, float]) -> Gray:
    """With ``share`` of its difference to a blur added (unsharp mask)."""
    blurred = cv2.GaussianBlur(gray, (0, 0), sigmaX=blur_px[0], sigmaY=blur_px[1])
    return np.asarray(cv2.addWeighted(gray, 1 + share, blurred, -share, 0), np.uint8)
