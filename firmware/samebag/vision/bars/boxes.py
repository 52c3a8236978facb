"""Lays boxes around cells whose bars run one way: upright to their bars, or slanted as labels seen
askew. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.geometry import LEAST_BARS_PX

Places = npt.NDArray[np.float64]  # in cells

LEAST_SHAPE = 0.8  # length to height: the shortest code beside the tallest bars, broken by glare
LEAST_FILL = 0.5  # of its box: bars are straight
DENSE = 0.35  # least share of the fullest row's cells in any row of bars
# of the line of text to the bars' right angle: less is a cell, more is seen all but edgewise
SLANTS = (
    0.08,
    0.8,
)
SLENDER = 2.0  # variance along to down: of squarer blobs the noise of their rim makes a slant


@dataclass(frozen=True, slots=True)
class Bars:
    """Where bars may lie: ``box`` as that of a label seen from above, None if its bars are never
    shaped so."""

    box: Box | None
    cells: Cells

    @property
    def slanted(self) -> Box | None:
        """As that of a label seen askew, whose line of text is at no right angle to its bars. Takes
        as long as the other did, so it is laid when asked for."""
        return self.cells.slanted_box()


@dataclass(frozen=True, slots=True)
class Cells:
    """How far each lies ``along`` the direction across the bars and ``down`` the bars."""

    along: Places
    down: Places
    right: Places  # where along leads
    cell_px: int

    @staticmethod
    def at(
        xs: npt.NDArray[np.int64], ys: npt.NDArray[np.int64], angle: float, cell_px: int
    ) -> Cells:
        right = np.array([np.cos(angle), np.sin(angle)])
        return Cells(xs * right[0] + ys * right[1], ys * right[0] - xs * right[1], right, cell_px)

    def slanted_box(self) -> Box | None:
        off = self.along - self.along.mean()
        slant = float(off @ self.down / max(off @ off, 1.0))
        slender = self.along.var() > SLENDER * self.down.var()
        return self.box(slant) if slender and SLANTS[0] < abs(slant) < SLANTS[1] else None

    def box(self, slant: float = 0.0) -> Box | None:
        """None if bars are never shaped so."""
        if (float(np.ptp(self.along)) + 1) * self.cell_px < LEAST_BARS_PX[0]:
            return None
        along, down = self.along, self.down - slant * self.along
        dense = _dense(down)
        along = along[dense]
        left, end = _between(along, 0.01)
        length = end - left + 1
        if length * self.cell_px < LEAST_BARS_PX[0]:
            return None
        top, bottom = _between(down[dense], 0.06)
        height = bottom - top + 1
        length_px, height_px = length * self.cell_px, height * self.cell_px
        full = len(along) >= LEAST_FILL * length * height
        if height_px < LEAST_BARS_PX[1] or length < LEAST_SHAPE * height or not full:
            return None
        below = np.array([-self.right[1], self.right[0]])
        line = self.right + slant * below
        middle = ((left + end) / 2 * line + (top + bottom) / 2 * below + 0.5) * self.cell_px
        x, y = length_px / 2 * line, height_px / 2 * below
        return tuple(
            (float(px), float(py))
            for px, py in (middle - x - y, middle + x - y, middle + x + y, middle - x + y)
        )


def _dense(down: Places) -> npt.NDArray[np.bool_]:
    """Those in the rows about the fullest one: the frame of a label may run on from its bars, but
    is thin."""
    row = (down - (down.min() - 0.5)).astype(np.intp)
    cells = np.bincount(row)
    thin, fullest = np.flatnonzero(cells < DENSE * cells.max()), cells.argmax()
    above = int(np.searchsorted(thin, fullest))
    first = thin[above - 1] if above else -1
    last = thin[above] if above < len(thin) else len(cells)
    return np.asarray((row > first) & (row < last))


def _between(places: Places, share: float) -> tuple[float, float]:
    """The ends, without that share of outliers at each; np.percentile takes ten times as long."""
    ordered = np.sort(places)
    skipped = int(share * (len(ordered) - 1) + 0.5)
    return float(ordered[skipped]), float(ordered[-1 - skipped])
