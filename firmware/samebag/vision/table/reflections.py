"""Tells a label's reflection on a shiny table from a second print of its code. Pure.

In a mirror bars read the same, from start to stop, and zxing reads matrices too. But what stands
below the bars, the number in letters first of all, stands above them there, and a matrix is turned
over. So two places of one code are laid alike, once as they lie and once turned over: only a
reflection fits better turned over. Of the two it is the paler one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box, Sighting
from samebag.vision.decoders import BARS
from samebag.vision.geometry import Gray, higher, lay_whole, sides_px

# to which both codes are brought: a letter of a number below bars is seven wide then
LENGTH_PX = 160
AROUND_PX = 34  # then, above and below: the number in letters, seldom more
BARS_GO_ON, RIM_PX = 0.6, 3  # least correlation of a row with the bars; then, where they end
SHIFTS_PX = (6, 12)  # then, along and across, by which boxes of one label are off
DETAIL_PX = 21  # then; print is finer, shade is wider
# Correlation turned over, and by how much it exceeds that of the codes as they lie: tells 20 of 22
# reflections on rendered tables, on which both were chosen.
LEAST_ALIKE, LEAST_LEAD = 0.2, 0.12

Detail = npt.NDArray[np.float32]


def reflections(gray: Gray, seen: Sequence[Sighting]) -> frozenset[int]:
    """Which of them, by number, are reflections of others."""
    found: set[int] = set()
    for a, b in combinations(range(len(seen)), 2):
        if not {a, b} & found and _is_turned_over(gray, seen[a], seen[b]):
            found.add(min(a, b, key=lambda k: _contrast(gray, seen[k].box)))
    return frozenset(found)


def _is_turned_over(gray: Gray, one: Sighting, other: Sighting) -> bool:
    if (one.code, one.symbology) != (other.code, other.symbology):
        return False
    is_bars = one.symbology in BARS
    seen, sought = _detail(gray, one.box, is_bars), _detail(gray, other.box, is_bars)
    turned = [sought[::-1]] if is_bars else [sought[::-1], sought.T]
    over = max(_likeness(seen, t) for t in turned)
    return over >= max(LEAST_ALIKE, _likeness(seen, sought) + LEAST_LEAD)


def _detail(gray: Gray, box: Box, is_bars: bool) -> Detail:
    """A square about the code, of one size for all, without shade; of bars only what is above and
    below them."""
    scale = LENGTH_PX / max(sides_px(box)[0], 1.0)
    laid = lay_whole(gray, _square(box), AROUND_PX / scale, scale).pixels.astype(np.float32)
    detail = np.asarray(laid - cv2.blur(laid, (DETAIL_PX, DETAIL_PX)), np.float32)
    if is_bars:
        top, bottom = _bar_rows(laid[:, AROUND_PX:-AROUND_PX])
        detail[max(0, top - RIM_PX) : bottom + RIM_PX] = 0
        detail[: max(0, top - AROUND_PX)] = detail[bottom + AROUND_PX :] = 0
    return detail


def _bar_rows(laid: Detail) -> tuple[int, int]:
    """From where to where rows show the bars that the middle shows; boxes end before them, or
    after."""
    middle = len(laid) // 2
    rows = laid - laid.mean(1, keepdims=True)
    bars = rows[middle - 3 : middle + 4].mean(0)
    alike = rows @ bars / np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(bars), 1.0)
    others = np.flatnonzero(alike < BARS_GO_ON)
    return int(others[others < middle].max(initial=-1)) + 1, int(
        others[others > middle].min(initial=len(laid))
    )


def _square(box: Box) -> Box:
    """As long as the code, and as high, about its middle."""
    length_px, height_px = sides_px(box)
    return higher(box, (length_px - height_px) / 2)


def _likeness(seen: Detail, sought: Detail) -> float:
    """The best correlation of the two over all shifts."""
    x, y = SHIFTS_PX
    inner = np.ascontiguousarray(sought[y:-y, x:-x])
    return float(cv2.matchTemplate(seen, inner, cv2.TM_CCORR_NORMED).max())


def _contrast(gray: Gray, box: Box) -> float:
    pixels = np.sort(lay_whole(gray, box, 0.0, 1.0).pixels, axis=None)
    return float(pixels[int(0.9 * pixels.size)]) - float(pixels[int(0.1 * pixels.size)])
