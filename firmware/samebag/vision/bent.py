"""Reads a QR code that lies on crumpled film: lays a grid of its modules over it that bends until it fits. Pure.

zxing spans its grid between three finders and a guessed fourth corner, as if the film were flat. Here the fourth
corner is searched and the grid is pulled along the slopes of brightness (active contours, Kass et al. 1988) until the
modules it samples are as black or white as can be and those that every QR has are right. zxing then reads the straight
picture of these modules: the text is still protected by its Reed-Solomon code.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.boxes import Gray, sides_px
from samebag.vision.decoders import Decoder
from samebag.vision.function_modules import Floats, function_modules

CORNER_MODULES = np.arange(-2.0, 2.1, 0.5, dtype=np.float32)  # how far film bends the fourth corner away
SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
KNOTS = 4  # a side: crumpled film bends once or twice within a label; 5 and 7 read less
PULLS = 24
LOOKS = 6  # zxing is asked after each so many pulls
PULL_MODULES = 0.15  # of the knot pulled most, falling to a third
MODULE_PX = 3  # of the straight picture


def read_bent(evened: Gray, box: Box, modules: int, decoder: Decoder) -> str | None:
    """The text of a torn QR; ``evened`` holds it from 0 to 255, ``box`` starts at its own top left."""
    bright = evened.astype(np.float32) / 127.5 - 1
    grid = _best_corner(bright, box, modules)
    if text := _text(_sample(bright, grid), decoder):
        return text
    return _pulled_text(bright, grid, sum(sides_px(box)) / 2 / modules, decoder)


def _pulled_text(bright: Floats, grid: Floats, module_px: float, decoder: Decoder) -> str | None:
    smooth = cv2.GaussianBlur(bright, (0, 0), max(0.6, 0.3 * module_px))
    slopes = [cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx, scale=1 / 8) for dx in (1, 0)]
    modules = len(grid)
    reach, wanted = _reach(modules), function_modules(modules)
    weight = np.outer(reach.sum(0), reach.sum(0))
    moved = np.zeros((2, KNOTS, KNOTS), np.float32)
    for pull in range(PULLS):
        bent = grid + np.stack([reach @ axis @ reach.T for axis in moved], -1)
        sampled = _sample(bright, bent)
        if pull % LOOKS == LOOKS - 1 and (text := _text(sampled, decoder)):
            return text
        sought = np.where(wanted != 0, 1.5 * wanted, np.sign(sampled))
        force = np.stack([reach.T @ (sought * _sample(slope, bent)) @ reach / weight for slope in slopes])
        step_px = PULL_MODULES * module_px * (1 - 0.7 * pull / PULLS)
        moved += force * (step_px / (float(np.abs(force).max()) + 1e-6))
    return None


def _best_corner(bright: Floats, box: Box, modules: int) -> Floats:
    """The flat grid whose fourth corner lies where the modules are clearest."""
    corners = np.array(box, np.float32)
    right, down = (corners[1] - corners[0]) / modules, (corners[3] - corners[0]) / modules
    tried = []
    for x in CORNER_MODULES:
        for y in CORNER_MODULES:
            moved = corners.copy()
            moved[2] += x * right + y * down
            tried.append(_flat_grid(moved, modules))
    return tried[int(_clearness(bright, np.stack(tried)).argmax())]


def _clearness(bright: Floats, grids: Floats) -> Floats:
    """Of each grid; all are sampled at once, for eighty small calls take longer."""
    count, modules = grids.shape[:2]
    wanted = function_modules(modules)
    sampled = _sample(bright, grids.reshape(count * modules, modules, 2)).reshape(count, modules, modules)
    return np.asarray(np.where(wanted != 0, wanted * sampled, np.abs(sampled)).mean((1, 2)), np.float32)


def _flat_grid(corners: Floats, modules: int) -> Floats:
    """The middle of each module in a symbol with these corners."""
    spread = cv2.perspectiveTransform(_places(modules), cv2.getPerspectiveTransform(SQUARE, corners))
    return np.asarray(spread, np.float32).reshape(modules, modules, 2)


@cache
def _places(modules: int) -> Floats:
    """The middle of each module in a symbol of length 1."""
    middles = ((np.arange(modules) + 0.5) / modules).astype(np.float32)
    return np.stack(np.meshgrid(middles, middles), -1).reshape(-1, 1, 2)


def _sample(field: npt.NDArray[np.generic], grid: Floats) -> Floats:
    across, down = np.ascontiguousarray(grid[..., 0]), np.ascontiguousarray(grid[..., 1])
    sampled = cv2.remap(np.asarray(field), across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32)


def _text(sampled: Floats, decoder: Decoder) -> str | None:
    modules = np.pad(np.where(sampled > 0, 255, 0).astype(np.uint8), 4, constant_values=255)  # its quiet zone
    found = decoder.read(np.kron(modules, np.ones((MODULE_PX, MODULE_PX), np.uint8)))
    return found[0].text if found else None


@cache
def _reach(modules: int) -> Floats:
    """How much each knot moves each module: linearly less with distance."""
    places = (np.arange(modules) + 0.5) / modules * (KNOTS - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(places[:, None] - np.arange(KNOTS))), np.float32)
