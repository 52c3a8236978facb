"""Lays grids over a QR code on the edge of a parcel: beyond the fold its modules are narrower.
Pure.

zxing finds the three finders and takes the code for flat between them. Here folds of all
directions, places and depths compete, each laid so that its finders are where zxing found them, for
the clearest modules.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from samebag.core.events import Box
from samebag.vision.matrices.function_modules import Floats, function_modules
from samebag.vision.matrices.grids import middles, sample, spread

MOST_LIKELY = 3  # are tried; of seven codes that folds hid on rendered bags all were read in these
# which side is narrow, radians besides
QUARTERS, TURNS = (
    np.arange(4) * np.pi / 2,
    (-0.35, -0.18, 0.0, 0.18, 0.35),
)
PLACES = np.arange(-0.4, 0.41, 0.1)  # of the fold from the middle, in sides
NARROW = (0.5, 0.65, 0.8)  # of a module: a side that falls away by 35 to 60 degrees
ROUND = 0.08  # half of what the fold takes, in sides
MOST_LOOKED_AT = 450  # modules: more tell no more
FINDER_MIDDLE = 3  # module


def likely_folds(bright: Floats, box: Box, modules: int) -> list[Floats]:
    """Grids, 2 x modules x modules, the clearest first. ``bright`` is from -1 to 1, ``box`` starts
    at its top left."""
    places, step, folds = middles(modules, modules), -(-(modules**2) // MOST_LOOKED_AT), _folds()
    grids = _laid(_folded(places[:, ::step], folds), folds, box, modules)
    wanted = function_modules(modules).ravel()[::step]
    sampled = sample(bright, grids)
    clearness = np.where(wanted != 0, wanted * sampled, np.abs(sampled)).mean(1)
    best = folds[np.argsort(-clearness)[:MOST_LIKELY]]
    whole = _laid(_folded(places, best), best, box, modules)
    return [
        np.ascontiguousarray(grid.reshape(2, modules, modules)) for grid in whole.transpose(1, 0, 2)
    ]


@cache
def _folds() -> Floats:
    """Direction, place and narrowness of each."""
    directions = [quarter + turn for quarter, turn in product(QUARTERS, TURNS)]
    return np.array([*product(directions, PLACES, NARROW)], np.float32)


def _folded(places: Floats, folds: Floats) -> Floats:
    """2 x folds x places: where those of the flat unit square lie when it is folded and seen from
    above."""
    direction, at, narrow = folds.T[:, :, None]
    along = np.stack([np.cos(direction), np.sin(direction)])
    beyond = along[0] * (places[0] - 0.5) + along[1] * (places[1] - 0.5) - at
    bent = np.where(beyond < 2 * ROUND, np.maximum(beyond, 0) ** 2 / (4 * ROUND), beyond - ROUND)
    return np.asarray(places[:, None] - along * (1 - narrow) * bent, np.float32)


def _laid(folded: Floats, folds: Floats, box: Box, modules: int) -> Floats:
    """The same in the picture, moved and turned so that the middles of the finders lie where
    ``box`` has them."""
    near, far = (FINDER_MIDDLE + 0.5) / modules, 1 - (FINDER_MIDDLE + 0.5) / modules
    finders = np.array([(near, far, near), (near, near, far)], np.float32)
    found = spread(np.array([box], np.float32), finders)[:, 0]
    onto = found @ np.linalg.inv(_with_ones(_folded(finders, folds)))
    return np.ascontiguousarray((onto @ _with_ones(folded)).transpose(1, 0, 2), np.float32)


def _with_ones(places: Floats) -> Floats:
    """folds x 3 x places."""
    ones = np.ones((1, *places.shape[1:]), np.float32)
    return np.concatenate([places, ones]).transpose(1, 0, 2)
