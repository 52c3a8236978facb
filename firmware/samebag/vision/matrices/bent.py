"""Reads a QR code that lies on crumpled film: lays a grid of its modules over it that bends until
it fits. Pure.

zxing spans its grid between three finders and a guessed fourth corner, as if the film were flat.
Here the fourth corner is searched, or a fold (folds.py), and the grid is pulled along the slopes of
brightness (active contours, Kass et al. 1988) until the modules it samples are as black or white as
can be and those that every QR has are right. zxing then reads the straight picture of these
modules: the text is still protected by its Reed-Solomon code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.decoders import Decoder
from samebag.vision.geometry import Gray, sides_px
from samebag.vision.matrices.folds import likely_folds
from samebag.vision.matrices.function_modules import Floats, function_modules
from samebag.vision.matrices.grids import middles, sample, spread

# how far film bends the fourth corner away
CORNER_MODULES = np.arange(-2.0, 2.1, 0.5, dtype=np.float32)
KNOTS = 4  # a side: crumpled film bends once or twice within a label; 5 and 7 read less
PULLS = 24
LOOKS = 6  # the modules are told after each so many pulls
PULL_MODULES = 0.15  # of the knot pulled most, falling to a third
MODULE_PX = 3  # of the straight picture


def read_bent(evened: Gray, box: Box, modules: int, decoder: Decoder) -> str | None:
    """The text of a torn QR; ``evened`` holds it from 0 to 255, ``box`` starts at its own top
    left."""
    bright = evened.astype(np.float32) / 127.5 - 1
    wanted, module_px = function_modules(modules), sum(sides_px(box)) / 2 / modules
    for grid in _grids(bright, box, modules):
        for sampled in pulled(bright, grid, wanted, module_px):
            if text := read_modules(sampled > 0, decoder):
                return text
    return None


def _grids(bright: Floats, box: Box, modules: int) -> Iterator[Floats]:
    """Of flat film, which then bends, and of film that is folded."""
    yield _best_corner(bright, box, modules)
    yield from likely_folds(bright, box, modules)


def pulled(bright: Floats, grid: Floats, wanted: Floats, module_px: float) -> Iterator[Floats]:
    """How bright each module is on the grid as it is, and as it bends. ``wanted`` is what all such
    symbols have."""
    smooth = cv2.GaussianBlur(bright, (0, 0), max(0.6, 0.3 * module_px))
    slopes = [
        np.asarray(cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx, scale=1 / 8), np.float32)
        for dx in (1, 0)
    ]
    down, across = (_reach(modules) for modules in wanted.shape)
    weight = np.outer(down.sum(0), across.sum(0))
    moved = np.zeros((2, KNOTS, KNOTS), np.float32)
    for pull in range(PULLS):
        bent = grid + np.stack([down @ axis @ across.T for axis in moved])
        sampled = sample(bright, bent)
        if pull == 0 or pull % LOOKS == LOOKS - 1:
            yield sampled
        sought = np.where(wanted != 0, 1.5 * wanted, np.sign(sampled))
        force = np.stack(
            [down.T @ (sought * sample(slope, bent)) @ across / weight for slope in slopes]
        )
        step_px = PULL_MODULES * module_px * (1 - 0.7 * pull / PULLS)
        moved += force * (step_px / (float(np.abs(force).max()) + 1e-6))


def read_modules(light: npt.NDArray[np.bool_], decoder: Decoder) -> str | None:
    """The text of a symbol as it would be drawn."""
    # its quiet zone
    modules = np.pad(np.where(light, 255, 0).astype(np.uint8), 4, constant_values=255)
    found = decoder.read(np.kron(modules, np.ones((MODULE_PX, MODULE_PX), np.uint8)))
    return found[0].text if found else None


def _best_corner(bright: Floats, box: Box, modules: int) -> Floats:
    """The flat grid whose fourth corner lies where the modules are clearest."""
    corners = np.array(box, np.float32)
    right, down = (corners[1] - corners[0]) / modules, (corners[3] - corners[0]) / modules
    tried = np.repeat(corners[None], len(CORNER_MODULES) ** 2, 0)
    tried[:, 2] += [x * right + y * down for x in CORNER_MODULES for y in CORNER_MODULES]
    grids = spread(tried, middles(modules, modules))
    clearest = int(_clearness(bright, grids, modules).argmax())
    return grids[:, clearest].reshape(2, modules, modules)


def _clearness(bright: Floats, grids: Floats, modules: int) -> Floats:
    """Of each grid; all are sampled at once, for eighty small calls take longer."""
    wanted = function_modules(modules).ravel()
    sampled = sample(bright, grids)
    return np.asarray(np.where(wanted != 0, wanted * sampled, np.abs(sampled)).mean(1), np.float32)


@cache
def _reach(modules: int) -> Floats:
    """How much each knot moves each module: linearly less with distance."""
    places = (np.arange(modules) + 0.5) / modules * (KNOTS - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(places[:, None] - np.arange(KNOTS))), np.float32)
