"""Knows MaxiCode and DotCode by their looks: nothing here reads them, but they count as unread.
Pure.

zxing reads a MaxiCode only when it is alone on the picture. On a parcel both say what the bar code
beside them says.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from samebag.core.events import Box
from samebag.vision.geometry import Gray
from samebag.vision.matrices.squares import MOST_OBLONG, dark_share

WIDTH_PX = 96  # to which a blob is brought: a ring of a MaxiCode is 2.3 px wide then
MIDDLE = 0.28  # of it are left out on each side
LEAST_PX = 60  # a side of a blob; the smallest MaxiCode that scanners must read is 25 mm wide
# shares of such blobs; of print most are between
DARK_MAXICODE, MOST_DARK_DOTCODE = (
    (0.22, 0.7),
    0.2,
)
NEARBY_PX, DARKER = 33, 0.8  # than what is near
# ISO/IEC 16023, 4.11: middles of the three dark rings, and their width, as shares of the symbol's
# width
RINGS, RING = (0.032, 0.083, 0.133), 0.024
# of that size: the blob may have a rim, or lie askew in its upright box
BULLSEYES = (
    0.65,
    0.75,
    0.86,
    1.0,
)
LEAST_ALIKE = 0.45  # drawn ones and photographs 0.45 to 0.87, print on rendered bags 0.3 at most
# DotCode has single round dots of one size (AIM DotCode 4.0, 4.1)
LEAST_DOTS, LEAST_DOT_PX = 40, 2
LIKE_MEDIAN, LEAST_ROUND, LEAST_SHARE = 1.6, 0.6, 0.8


def unreadable(gray: Gray, box: Box) -> str | None:
    """maxicode or dotcode where a blob, an upright box, looks like one."""
    (left, top), _, (right, bottom), _ = box
    width, height = right - left, bottom - top
    if min(width, height) < LEAST_PX:
        return None
    part, dark = gray[int(top) : int(bottom), int(left) : int(right)], dark_share(gray, box)
    if (
        DARK_MAXICODE[0] <= dark <= DARK_MAXICODE[1]
        and 1 / MOST_OBLONG < width / height < MOST_OBLONG
    ):
        return "maxicode" if _has_rings(part) else None
    return "dotcode" if dark <= MOST_DARK_DOTCODE and _has_dots(part) else None


def _has_rings(part: Gray) -> bool:
    scale = WIDTH_PX / max(part.shape)
    small = np.asarray(
        cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    down, across = (int(MIDDLE * side) for side in small.shape)
    middle = small[down:-down, across:-across]
    return any(_likeness(middle, _bullseye(size)) >= LEAST_ALIKE for size in BULLSEYES)


def _likeness(middle: Gray, bullseye: Gray) -> float:
    if min(middle.shape) < len(bullseye):
        return 0.0
    return float(cv2.matchTemplate(middle, bullseye, cv2.TM_CCOEFF_NORMED).max())


@cache
def _bullseye(size: float) -> Gray:
    half = int((RINGS[-1] + RING) * size * WIDTH_PX)
    y, x = np.indices((2 * half + 1, 2 * half + 1)) - half
    away = np.hypot(x, y)
    ink = [
        np.clip(0.5 + RING / 2 * size * WIDTH_PX - np.abs(away - r * size * WIDTH_PX), 0, 1)
        for r in RINGS
    ]
    return np.asarray(255 * (1 - np.max(ink, axis=0)), np.uint8)


def _has_dots(part: Gray) -> bool:
    dark = (part < DARKER * cv2.blur(part, (NEARBY_PX, NEARBY_PX))).astype(np.uint8)
    _, _, blobs, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    width, height, area = (
        blobs[1:, cv2.CC_STAT_WIDTH],
        blobs[1:, cv2.CC_STAT_HEIGHT],
        blobs[1:, cv2.CC_STAT_AREA],
    )
    ink = area >= LEAST_DOT_PX**2
    if np.count_nonzero(ink) < LEAST_DOTS:
        return False
    usual = np.median(area[ink])
    alike = (area < LIKE_MEDIAN * usual) & (area > usual / LIKE_MEDIAN)
    is_round = np.minimum(width, height) > LEAST_ROUND * np.maximum(width, height)
    return bool((alike & is_round & ink).sum() > LEAST_SHARE * ink.sum())
