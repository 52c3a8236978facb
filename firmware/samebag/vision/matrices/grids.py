"""Lays the grid of modules over a QR or Data Matrix by all modules that every symbol of its size
has at once. Pure.

A stamp on one finder or dead dots through it hide a symbol from whoever looks for finders first.
Here quadrangles near a first guess compete (an evolution strategy) for how like what lies under
finders, timing and light around is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from samebag.vision.matrices.datamatrix_words import SIZES, Size, finders
from samebag.vision.matrices.function_modules import Floats, function_modules
from samebag.vision.matrices.qr_words import VERSIONS

# how much the light around a symbol counts beside its own modules: ink and glare lie there as well
AROUND = 0.5
PARENTS, CHILDREN = 6, 60
# of one generation after the other, in modules
SPREADS = (
    0.7,
    0.5,
    0.4,
    0.3,
    0.2,
    0.15,
    0.1,
    0.07,
)
TOGETHER = 0.7  # how much of that a quadrangle moves as a whole besides
# the first ones see a softer picture, which draws from further away
SOFT_GENERATIONS, SOFT_MODULES = (
    3,
    0.25,
)


@dataclass(frozen=True, eq=False, slots=True)
class MatrixKind:
    """A symbology and size, and its modules that are dark (-1) and light (1) in all symbols."""

    symbology: str
    wanted: Floats
    size: Size | None = None  # of a Data Matrix


@dataclass(frozen=True, slots=True)
class GridGuess:
    """A symbol that may lie there; corners start at its own top left, clockwise."""

    kind: MatrixKind
    corners: Floats  # 4 x 2
    module_px: float
    likeness: float  # to its kind, up to 1


@cache
def kinds_of(symbology: str) -> tuple[MatrixKind, ...]:
    if symbology == "qr":
        return tuple(
            MatrixKind(symbology, function_modules(17 + 4 * version)) for version in VERSIONS
        )
    return tuple(MatrixKind(symbology, finders(size), size) for size in SIZES)


def fitted(bright: Floats, guess: GridGuess) -> GridGuess:
    """Where near the guess the symbol is likest. ``bright`` has the patch from -1 to 1."""
    soft = np.asarray(cv2.GaussianBlur(bright, (0, 0), SOFT_MODULES * guess.module_px), np.float32)
    parents, likeness = guess.corners[None], guess.likeness
    for generation, spread_modules in enumerate(SPREADS):
        children = np.repeat(parents, CHILDREN // len(parents), 0)
        children = children + spread_modules * guess.module_px * _moves(generation)[: len(children)]
        pool = np.concatenate([parents, children])
        alike = likenesses(soft if generation < SOFT_GENERATIONS else bright, pool, guess.kind)
        likest = np.argsort(-alike)[:PARENTS]
        parents, likeness = pool[likest], float(alike[likest[0]])
    return replace(guess, corners=parents[0], likeness=likeness)


def likenesses(bright: Floats, corners: Floats, kind: MatrixKind) -> Floats:
    """Of each quadrangle to that kind, light around it included."""
    places, wanted = _anchors(kind)
    return np.asarray(sample(bright, spread(corners, places)) @ wanted, np.float32)


def middles(rows: int, columns: int) -> Floats:
    """Of the modules in a symbol of length 1, row by row."""
    y, x = np.indices((rows, columns), np.float32)
    return np.stack([(x.ravel() + 0.5) / columns, (y.ravel() + 0.5) / rows])


def spread(corners: Floats, places: Floats) -> Floats:
    """2 x quadrangles x places: where in each places of the unit square lie, in perspective
    (Heckbert 1989, 2.2.3)."""
    first, second, third, fourth = (corners[:, k] for k in range(4))
    one, other, rest = second - third, fourth - third, first - second + third - fourth
    area = _cross(one, other)
    g, h = _cross(rest, other) / area, _cross(one, rest) / area
    along, down = second - first + g[:, None] * second, fourth - first + h[:, None] * fourth
    (u, v), (x, y) = places, np.stack([along, down, first], -1).transpose(1, 0, 2)
    row = np.stack([u, v, np.ones_like(u)])
    return np.asarray(
        np.stack([x @ row, y @ row]) / (1 + np.outer(g, u) + np.outer(h, v)), np.float32
    )


def sample(field: Floats, places: Floats) -> Floats:
    """What lies there; ``places`` are across and down."""
    sampled = cv2.remap(
        field, places[0], places[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(sampled, np.float32)


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], np.float32)


@cache
def _moves(generation: int) -> Floats:
    """Of the corners of each child; drawn once, so that a picture reads alike each time."""
    drawn = np.random.default_rng(generation)
    each, whole = drawn.normal(0, 1, (CHILDREN, 4, 2)), drawn.normal(0, TOGETHER, (CHILDREN, 1, 2))
    return np.asarray(each + whole, np.float32)


@cache
def weights(kind: MatrixKind) -> Floats:
    """How much the light of each module counts, those around the symbol included."""
    wanted = np.pad(kind.wanted, 1, constant_values=AROUND)
    return np.asarray(wanted / np.abs(wanted).sum(), np.float32)


@cache
def _anchors(kind: MatrixKind) -> tuple[Floats, Floats]:
    """Places in the unit square, and how much each counts."""
    y, x = np.nonzero(weights(kind))
    rows, columns = kind.wanted.shape
    places = np.stack([(x - 0.5) / columns, (y - 0.5) / rows])
    return places.astype(np.float32), weights(kind)[y, x]
