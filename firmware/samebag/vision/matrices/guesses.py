"""Guesses where in a patch a QR or Data Matrix may lie whose finders are torn. Pure.

The patch is laid upright, as most of its edges run, and its modules are taken for one size after
the other. Of a QR any three of four corners that look like finders will do; of a Data Matrix all
lines of its finder count at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np

from samebag.vision.matrices.function_modules import Floats
from samebag.vision.matrices.grids import GridGuess, MatrixKind, kinds_of, weights

LEAST_MODULE_PX, MOST_MODULE_PX = 2.0, 12.0  # of the frame
FINDER = 7  # modules
SCAN_PX = 2  # a module in the picture that finders are looked for in
# of one module from the next: a finder's seven differ by half of one
SIZE_STEPS = {
    "qr": 1.06,
    "datamatrix": 1.1,
}
# of the blob, part of which may be ink, or whose rim may be eaten
LEAST_SHARE, MOST_SHARE = (
    0.6,
    1.15,
)
ROOM = 1.1  # times the blob
LEAST_LIKE_FINDERS = 0.2  # of QR under ink, tape or gloss it was 0.26 and more, of print up to 0.14
LEAST_EDGE = 1e-6
# of the latter one of each kind: it looks a little like one of another size
MOST_QR, MOST_DATA_MATRIX = (
    2,
    6,
)


@dataclass(frozen=True, slots=True)
class _Upright:
    """The patch laid upright, with modules of SCAN_PX, the way back, and what may lie there if they
    are so large."""

    bright: Floats
    back: Floats
    module_px: float
    kinds: list[MatrixKind]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A symbol whose ring of light starts there, turned so often clockwise."""

    upright: _Upright
    kind: MatrixKind
    turn: int
    x: int
    y: int
    likeness: float

    @property
    def guess(self) -> GridGuess:
        rows, columns = self.kind.wanted.shape[:: -1 if self.turn % 2 else 1]
        left, top, back = self.x + SCAN_PX - 0.5, self.y + SCAN_PX - 0.5, self.upright.back
        right, bottom = left + columns * SCAN_PX, top + rows * SCAN_PX
        upright = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
        corners = np.roll(upright @ back[:, :2].T + back[:, 2], -self.turn, 0)
        return GridGuess(
            self.kind, corners.astype(np.float32), self.upright.module_px, self.likeness
        )


def qr_guesses(bright: Floats, blob_px: float, scale: float) -> list[GridGuess]:
    """The likest first. ``bright`` has the patch from -1 to 1, with the blob in its middle,
    enlarged by ``scale``."""
    spots = [
        spot
        for upright in _uprights(bright, blob_px, scale, "qr")
        for spot in _of_qr(upright)
        if spot.likeness >= LEAST_LIKE_FINDERS
    ]
    return [spot.guess for spot in sorted(spots, key=lambda spot: -spot.likeness)[:MOST_QR]]


def data_matrix_guesses(bright: Floats, blob_px: float, scale: float) -> list[GridGuess]:
    """The likest of each size, as one looks a little like another; see ``qr_guesses``."""
    likest: dict[MatrixKind, _Spot] = {}
    for upright in _uprights(bright, blob_px, scale, "datamatrix"):
        for spot in _of_data_matrix(upright):
            if spot.kind not in likest or spot.likeness > likest[spot.kind].likeness:
                likest[spot.kind] = spot
    return [
        spot.guess
        for spot in sorted(likest.values(), key=lambda spot: -spot.likeness)[:MOST_DATA_MATRIX]
    ]


def _uprights(bright: Floats, blob_px: float, scale: float, symbology: str) -> Iterator[_Upright]:
    """For each size of modules that the blob may have."""
    turn, module_px = _edges_turn(bright), LEAST_MODULE_PX * scale
    laid, back = _laid(bright, turn, int(ROOM * blob_px))
    while module_px <= MOST_MODULE_PX * scale:
        kinds = [kind for kind in kinds_of(symbology) if _may_be(kind, turn, blob_px / module_px)]
        if not kinds:
            return
        yield _upright(laid, back, module_px, kinds)
        module_px *= SIZE_STEPS[symbology]


def _may_be(kind: MatrixKind, turn: float, blob_modules: float) -> bool:
    """Whether it is about as large as the upright box around the blob."""
    cosine, sine, (rows, columns) = abs(math.cos(turn)), abs(math.sin(turn)), kind.wanted.shape
    box = max(rows * cosine + columns * sine, columns * cosine + rows * sine)
    return bool(LEAST_SHARE <= box / blob_modules <= MOST_SHARE)


def _edges_turn(bright: Floats) -> float:
    """How far edges are turned from upright, in radians within an eighth of a circle; four
    directions count as one."""
    soft = cv2.GaussianBlur(bright, (0, 0), 1.5)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, dx, 1 - dx)[::2, ::2] for dx in (1, 0))
    slope = across + 1j * down
    return float(np.angle((slope**4 / (np.abs(slope) ** 2 + LEAST_EDGE)).sum()) / 4)


def _laid(bright: Floats, turn: float, side: int) -> tuple[Floats, Floats]:
    """The middle of the patch laid upright, and the way back."""
    cosine, sine = math.cos(turn), math.sin(turn)
    turned = np.array([[cosine, -sine], [sine, cosine]])
    middle = (np.array(bright.shape[::-1]) - 1) / 2
    back = np.column_stack([turned, middle - turned @ np.full(2, (side - 1) / 2)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(bright, back, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.float32), back.astype(np.float32)


def _upright(laid: Floats, back: Floats, module_px: float, kinds: list[MatrixKind]) -> _Upright:
    """Means of what shrinks into each pixel: to blur and turn the patch for each size takes three
    times as long."""
    side = max(1, int(len(laid) * SCAN_PX / module_px))
    times = len(laid) / side
    small = cv2.resize(laid, (side, side), interpolation=cv2.INTER_AREA)
    # cv2.resize maps pixel middles
    first = back @ np.array([times / 2 - 0.5, times / 2 - 0.5, 1.0], np.float32)
    return _Upright(
        np.asarray(small, np.float32),
        np.column_stack([back[:, :2] * times, first]),
        times * SCAN_PX,
        kinds,
    )


def _of_qr(upright: _Upright) -> Iterator[_Spot]:
    like_finder = np.asarray(cv2.matchTemplate(upright.bright, _finder(), cv2.TM_CCORR), np.float32)
    for kind in upright.kinds:
        apart = (len(kind.wanted) - FINDER) * SCAN_PX
        if apart < len(like_finder):
            for x, y, free, likeness in _three_finders(like_finder, apart):
                yield _Spot(upright, kind, (free + 2) % 4, x, y, likeness)


def _of_data_matrix(upright: _Upright) -> Iterator[_Spot]:
    for kind, turn in product(upright.kinds, range(4)):
        template = _template(kind, turn)
        if min(np.subtract(upright.bright.shape, template.shape)) >= 0:
            alike = cv2.matchTemplate(upright.bright, template, cv2.TM_CCORR)
            y, x = divmod(int(alike.argmax()), alike.shape[1])
            yield _Spot(upright, kind, turn, x, y, float(alike[y, x]))


def _three_finders(like_finder: Floats, apart: int) -> Iterator[tuple[int, int, int, float]]:
    """Where three lie so far apart, and which corner of their square they leave free, from the
    upper left clockwise."""
    near, far = slice(None, -apart), slice(apart, None)
    corners = [
        like_finder[rows, columns]
        for rows, columns in ((near, near), (near, far), (far, far), (far, near))
    ]
    all_four = np.sum(corners, axis=0)
    for free, corner in enumerate(corners):
        three = all_four - corner
        y, x = divmod(int(three.argmax()), three.shape[1])
        yield x, y, free, float(three[y, x]) / 3


@cache
def _finder() -> Floats:
    """With the light around it, dark and light in balance."""
    light = np.ones((FINDER + 2, FINDER + 2), np.float32)
    light[1:-1, 1:-1], light[2:-2, 2:-2], light[3:-3, 3:-3] = 0, 1, 0
    return _scanned(np.where(light > 0, 0.5 / light.sum(), -0.5 / (1 - light).sum()))


@cache
def _template(kind: MatrixKind, turn: int) -> Floats:
    return _scanned(np.rot90(weights(kind), -turn))


def _scanned(modules: Floats) -> Floats:
    return np.kron(modules, np.full((SCAN_PX, SCAN_PX), 1 / SCAN_PX**2)).astype(np.float32)
