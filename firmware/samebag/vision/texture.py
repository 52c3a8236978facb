"""Finds what may be a code by its texture: bars run one way for the length of a label, matrices run
both ways. Pure.

The structure tensor (Bigun and Granlund 1987; for barcodes Yoon et al. 2019) averages the gradients
of a cell: its strength says how busy the cell is, its coherence how much of that runs in one
direction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.bars.boxes import Bars, Cells
from samebag.vision.geometry import LEAST_BARS_PX, Gray, alike, centre, inside, sides_px

Means = npt.NDArray[np.float32]  # of cells
Mask = npt.NDArray[np.uint8]

CELL_PX = (6, 8)  # for frames up to and above WIDE_PX: half of the lowest bars, three modules
WIDE_PX = 1500
SAMPLED = 2  # every second pixel of the gradient: a cell has enough of them
BAND_CELLS = 20  # at once: the gradients of a whole frame would fill seven times its memory
NOISE_CELLS = 0.3  # of all: so much of any frame is table or film, and shows the sensor's noise
STRONGEST_CELLS = 0.98  # of all are less busy than the strongest
LEAST_STRENGTH = 1500.0  # of squared Sobel steps: bars with a contrast of 20 levels give 2000
# bars in shade have a third of the contrast of those in light, so a tenth of the strength
SHARE_OF_STRONGEST = 0.10
PALE = 400.0, 0.02  # likewise, of bars in print that fades, and of much beside them
# Coherence falls with blur and glare; print next to bars joins them where it is set too low. So
# each of (cells eaten, coherence) is tried: bars found at several count once.
LEVELS = ((4, 0.86), (3, 0.7), (2, 0.5), (2, 0.86))
# cosine of twice the angle to the neighbourhood: bars bend less than 18 degrees over five cells
SAME_WAY = 0.8
LEAST_CELLS = 12
MOST_BARS, MOST_TOLD = 8, 40  # that are worth every effort, and on a table full of labels
# of the height: one of two codes is off by a quarter, what glare left of one at its ends is not
OFF_MIDDLE = 0.15
SQUARE_CELLS = 16  # a matrix of 12 modules of 2 px
SQUARE_STRENGTH, SQUARE_SHARE, SQUARE_FULL = 2500.0, 0.15, 0.4
# Of 48 matrices in print that fades 45 lie in such blobs; of print there are three a frame.
PALE_SQUARE = 200.0, 0.01
PALE_SIDE_PX, PALE_LONG, PALE_FULL = (30.0, 160.0), 1.45, 0.7


@dataclass(frozen=True, slots=True)
class Texture:
    """Per cell: strength of the gradients and their double-angle direction (cosine and sine
    parts)."""

    strength: Means
    cosine: Means
    sine: Means
    cell_px: int
    floor: float  # the strength of the sensor's noise
    strongest: float

    @staticmethod
    def of(gray: Gray) -> Texture:
        cell = CELL_PX[gray.shape[1] > WIDE_PX]
        bands = range(0, gray.shape[0] // cell, BAND_CELLS)
        xx, yy, xy = (
            np.vstack(parts)
            for parts in zip(*(_products(gray, cell, top) for top in bands), strict=True)
        )
        xx, yy, xy = (np.asarray(cv2.blur(p, (3, 3)), np.float32) for p in (xx, yy, xy))
        return Texture(
            xx + yy, xx - yy, 2 * xy, cell, *_ranked(xx + yy, NOISE_CELLS, STRONGEST_CELLS)
        )

    def bars(self, least: float = LEAST_STRENGTH, share: float = SHARE_OF_STRONGEST) -> list[Bars]:
        """Where bars may lie, the strongest first, but last what may be two codes above each other,
        and then what has no box but perhaps a slanted one; the direction of reading is not known
        yet. ``least`` and ``share`` of the strongest are how busy a cell has to be."""
        strong = self._stronger_than(least, share)
        coherence = cv2.magnitude(self.cosine, self.sine) / (
            np.maximum(self.strength - self.floor, 0) + 200
        )
        found: list[tuple[float, Box, Bars]] = []
        askew: list[Bars] = []
        for eaten, coherent in LEVELS:
            mask = self._one_way((strong & (coherence > coherent)).astype(np.uint8))
            for strength, bars in self._bar_blobs(_opened(mask, eaten)):
                if bars.box is None:
                    askew.append(bars)
                elif not any(alike(bars.box, known) for _, known, _ in found):
                    found.append((strength, bars.box, bars))
        by_strength = sorted(found, key=lambda f: -f[0])
        strongest, rest = by_strength[:MOST_BARS], by_strength[MOST_BARS:MOST_TOLD]
        boxes = [box for _, box, _ in strongest]
        upright = [bars for _, box, bars in sorted(strongest, key=lambda f: _stacked(f[1], boxes))]
        upright += [bars for _, _, bars in rest]
        return upright + sorted(askew, key=lambda bars: -len(bars.cells.along))[:MOST_BARS]

    def squares(self) -> list[Box]:
        """Busy blobs that run no one way: matrices and print; upright boxes, the strongest
        first."""
        return [
            box
            for box, cells in self._busy_blobs(SQUARE_STRENGTH, SQUARE_SHARE)
            if cells.mean() > SQUARE_FULL
        ]

    def pale_squares(self) -> list[Box]:
        """Those in print that fades, and of these only such as are squares, for there are many."""
        return [
            box for box, cells in self._busy_blobs(*PALE_SQUARE) if _is_square(cells, self.cell_px)
        ]

    def _busy_blobs(self, least: float, share: float) -> list[tuple[Box, Mask]]:
        """Boxes not too oblong, and which cells in each are the blob's."""
        strong = self._stronger_than(least, share)
        coherence = cv2.magnitude(self.cosine, self.sine) / (self.strength + 1e-3)
        mask = _opened((strong & (coherence < 0.6)).astype(np.uint8), 3)
        _, labels, blobs, _ = cv2.connectedComponentsWithStats(mask)
        found = []
        for k, (x, y, w, h, area) in enumerate(blobs.tolist()):
            if k and area >= SQUARE_CELLS and 0.5 < w / h < 2:  # 0 is the rest of the frame
                part = np.s_[y : y + h, x : x + w]
                cells = (labels[part] == k).astype(np.uint8)
                left, top, right, bottom = (v * float(self.cell_px) for v in (x, y, x + w, y + h))
                box = (left, top), (right, top), (right, bottom), (left, bottom)
                found.append((float((self.strength[part] * cells).sum()), box, cells))
        return [(box, cells) for _, box, cells in sorted(found, key=lambda one: -one[0])]

    def _stronger_than(self, least: float, share: float) -> npt.NDArray[np.bool_]:
        return np.asarray(self.strength > max(least + self.floor, share * self.strongest))

    def _one_way(self, mask: Mask) -> Mask:
        """Without cells that run otherwise than their neighbourhood."""
        around_cosine, around_sine = (
            cv2.blur(self.cosine * mask, (5, 5)),
            cv2.blur(self.sine * mask, (5, 5)),
        )
        along = self.cosine * around_cosine + self.sine * around_sine
        lengths = cv2.magnitude(self.cosine, self.sine) * cv2.magnitude(around_cosine, around_sine)
        return mask & (along > SAME_WAY * lengths).astype(np.uint8)

    def _bar_blobs(self, mask: Mask) -> Iterator[tuple[float, Bars]]:
        """Cells are sorted by blob once: to look for each blob's in its part of the mask takes
        twice as long."""
        _, labels, blobs, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        cells = np.flatnonzero(mask)
        cells = cells[np.argsort(labels.ravel()[cells], kind="stable")]
        strength, cosine, sine = (part.ravel() for part in (self.strength, self.cosine, self.sine))
        end = 0
        for _, _, w, h, area in blobs[1:].tolist():  # 0 is the rest of the frame
            start, end = end, end + area
            if area < LEAST_CELLS or math.hypot(w, h) * self.cell_px < LEAST_BARS_PX[0]:
                continue
            blob = cells[start:end]
            angle = 0.5 * math.atan2(sine[blob].sum(), cosine[blob].sum())
            ys, xs = np.divmod(blob, mask.shape[1])
            places = Cells.at(xs, ys, angle, self.cell_px)
            box = places.box()
            yield float(strength[blob].sum()) if box else 0.0, Bars(box, places)


def _ranked(strength: Means, *shares: float) -> list[float]:
    """What so large a share of the cells is weaker than; np.percentile takes twice as long."""
    places = [int(share * (strength.size - 1)) for share in shares]
    ordered = np.partition(strength, places, axis=None)
    return [float(ordered[place]) for place in places]


def _products(gray: Gray, cell_px: int, top: int) -> tuple[Means, Means, Means]:
    """Means over cells of the gradients' products, in the band of cell rows that starts at
    ``top``."""
    rows, columns = min(BAND_CELLS, gray.shape[0] // cell_px - top), gray.shape[1] // cell_px
    first = max(0, top * cell_px - 1)  # one line more than the band, for the gradient at its rim
    lines = gray[first : (top + rows) * cell_px + 1]
    skipped = top * cell_px - first
    band = np.s_[skipped : skipped + rows * cell_px : SAMPLED, : columns * cell_px : SAMPLED]
    across, down = (np.ascontiguousarray(g[band], np.float32) for g in cv2.spatialGradient(lines))
    xx, yy, xy = (
        np.asarray(cv2.resize(p, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
        for p in (across * across, down * down, across * down)
    )
    return xx, yy, xy


def _opened(mask: Mask, cells: int) -> Mask:
    """Without what is narrower than ``cells``; cv2.morphologyEx moves the rest by a cell if they
    are even."""
    square = np.ones((cells, cells), np.uint8)
    anchor, mirrored = cells // 2, cells - 1 - cells // 2
    eroded = cv2.erode(mask, square, anchor=(anchor, anchor))
    return np.asarray(cv2.dilate(eroded, square, anchor=(mirrored, mirrored)), np.uint8)


def _stacked(box: Box, others: list[Box]) -> bool:
    """Whether another lies in it, but nearer to its upper or lower edge."""
    x, y = centre(box)
    height_px = sides_px(box)[1]
    below = (box[3][0] - box[0][0]) / height_px, (box[3][1] - box[0][1]) / height_px
    return any(
        inside((ox, oy), box)
        and abs((ox - x) * below[0] + (oy - y) * below[1]) > OFF_MIDDLE * height_px
        for ox, oy in map(centre, others)
    )


def _is_square(cells: Mask, cell_px: int) -> bool:
    """Whether they fill their tightest box, and that is as large and as square as a matrix."""
    contours, _ = cv2.findContours(cells, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    _, sides, _ = cv2.minAreaRect(contours[0])
    shorter, longer = min(sides) + 1, max(sides) + 1
    large = PALE_SIDE_PX[0] <= shorter * cell_px and longer * cell_px <= PALE_SIDE_PX[1]
    return bool(
        large and longer <= PALE_LONG * shorter and cells.sum() >= PALE_FULL * longer * shorter
    )
