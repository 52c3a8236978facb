"""Reads matrices in busy square blobs: enlarged, evened out, and bent codes on a grid that bends.
Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box
from samebag.vision.decoders import MATRICES, CodeReading, ZXing
from samebag.vision.even_light import evened, sharpened
from samebag.vision.geometry import Gray, grown, sides_px
from samebag.vision.matrices.bent import read_bent
from samebag.vision.matrices.shapes import square_side_px

BESIDE_PX = 20  # the quiet zone and cells eaten at the rim
NEARBY_PX = 16  # of the frame: more than the widest dark or light patch in a matrix of 3 px modules
NEARBY_SHARE = 0.15  # of the patch: five modules of the smallest QR
MOST_PX = 480  # a side of a patch: 3 px modules of the smallest QR are seven times as large then
RIM = 0.15  # of the blob, which paper and neighbours share
DARK_NEARBY_PX = 33
LEAST_DARK = 0.33  # keeps 96 % of the matrices and drops 85 % of the print on rendered bags
LEAST_PRINTED = 0.22  # of a faded matrix or one under tape
# a side of a blob: few of print are, and of a matrix of which glare or ink left no square
LARGE_PX = 48
LEAST_SIDE_PX, SURE_SIDE_PX = 20.0, 28.0  # of the square itself, as letters may form a small one
MOST_OBLONG = 1.5
_STRAIGHT = ZXing(frozenset({"qr"}), turned=False, binarizer=Binarizer.FixedThreshold)
# The last step takes in what is around the blob, which may be the darker part of a faded matrix or
# its half beside glare, and closes white lines that dead dots of a print head left, up to half a
# module of 4 px.
WIDER, DEAD_DOT_PX = 1.6, 2
STEPS = (  # enlarged so much, evened out, mended; dearer from step to step
    (1.0, False, False),
    (2.0, False, False),
    (3.0, True, False),
    (2.0, True, True),
)
MOST_BENT = 4  # torn ones that a grid is laid over in one patch


@dataclass(frozen=True, slots=True)
class SquareDecoders:
    """What reads the matrices that are wanted."""

    plain: ZXing
    evened: ZXing

    @staticmethod
    def of(symbologies: frozenset[str]) -> SquareDecoders:
        """Turned: zxing finds a DataMatrix only along rows and columns."""
        matrices = symbologies & MATRICES
        return SquareDecoders(ZXing(matrices), ZXing(matrices, binarizer=Binarizer.FixedThreshold))


@dataclass(slots=True)
class Bends:
    """How many torn ones a look may still lay a grid over."""

    left: int = MOST_BENT  # all of one matrix


@dataclass(frozen=True, slots=True)
class Patch:
    """Part of the frame, enlarged."""

    pixels: Gray
    left: int
    top: int
    scale: float

    # cv2.resize maps pixel middles
    def in_frame(self, box: Box) -> Box:
        return tuple(
            ((x + 0.5) / self.scale - 0.5 + self.left, (y + 0.5) / self.scale - 0.5 + self.top)
            for x, y in box
        )

    def from_frame(self, box: Box) -> Box:
        return tuple(
            ((x - self.left + 0.5) * self.scale - 0.5, (y - self.top + 0.5) * self.scale - 0.5)
            for x, y in box
        )


def square_px(box: Box) -> float:
    """How many pixels its patches have, about."""
    return len(STEPS) * patch_px(box, 2.0)


def patch_px(box: Box, scale: float, most_px: float = MOST_PX) -> float:
    (left, top), _, (right, bottom), _ = box
    px = (right - left + 2 * BESIDE_PX) * (bottom - top + 2 * BESIDE_PX)
    return max(px, min(scale**2 * px, most_px**2))


def read_square(
    gray: Gray,
    box: Box,
    decoders: SquareDecoders,
    *,
    hasty: bool = False,
    bends: Bends | None = None,
) -> list[CodeReading]:
    """What is read in and about the blob, and the torn matrix that was found last."""
    torn: list[CodeReading] = []
    bends = bends or Bends()
    for enlarged, even, mended in STEPS[:2] if hasty else STEPS:
        if mended and not torn and not surely_matrix(gray, box):
            break  # print
        patch = (
            _mended(cut_out(gray, grown(box, WIDER), enlarged))
            if mended
            else cut_out(gray, box, enlarged)
        )
        pixels = _evened(patch) if even else patch.pixels
        found = [
            replace(r, box=patch.in_frame(r.box))
            for r in (decoders.evened if even else decoders.plain).find(pixels)
        ]
        read = [r for r in found if r.text]
        torn = [r for r in found if not r.text] + torn
        if even and not read:
            read = _bent(pixels, patch, torn, bends)
        if read:
            return read + torn[:1]  # which may be another one beside it
    return torn[:1]


def like_matrix(gray: Gray, box: Box, *, faint: bool = True) -> bool:
    """Whether it is worth looking for a matrix there, a faint one too: half of a matrix is dark, of
    print a quarter."""
    dark = dark_share(gray, box)
    if dark < (LEAST_PRINTED if faint else LEAST_DARK):
        return False
    large = min(sides_px(box)) >= LARGE_PX and dark >= LEAST_DARK
    return large or square_side_px(gray, box) >= LEAST_SIDE_PX


def surely_matrix(gray: Gray, box: Box) -> bool:
    """Whether it is worth telling that a matrix lies there unread."""
    return dark_share(gray, box) >= LEAST_PRINTED and square_side_px(gray, box) >= SURE_SIDE_PX


def dark_share(gray: Gray, box: Box) -> float:
    (left, top), _, (right, bottom), _ = box
    rim_x, rim_y = int(RIM * (right - left)), int(RIM * (bottom - top))
    inner = gray[int(top) + rim_y : int(bottom) - rim_y, int(left) + rim_x : int(right) - rim_x]
    return float((evened(inner, (DARK_NEARBY_PX, DARK_NEARBY_PX)) < 128).mean())


def _bent(pixels: Gray, patch: Patch, torn: list[CodeReading], bends: Bends) -> list[CodeReading]:
    for r in [r for r in torn if r.modules][: min(MOST_BENT, bends.left)]:
        bends.left -= 1
        if text := read_bent(pixels, patch.from_frame(r.box), r.modules, _STRAIGHT):
            return [replace(r, text=text)]
    return []


def _mended(patch: Patch) -> Patch:
    """Without white lines as thin as a dot of the print head."""
    square = np.ones((int(DEAD_DOT_PX * patch.scale),) * 2, np.uint8)
    return replace(
        patch, pixels=np.asarray(cv2.morphologyEx(patch.pixels, cv2.MORPH_OPEN, square), np.uint8)
    )


def evened_patch(patch: Patch) -> Gray:
    nearby = int(max(NEARBY_PX * patch.scale, NEARBY_SHARE * max(patch.pixels.shape))) | 1
    return evened(patch.pixels, (nearby, nearby))


def _evened(patch: Patch) -> Gray:
    return sharpened(evened_patch(patch), 1.5, (2 * patch.scale, 2 * patch.scale))


def cut_out(gray: Gray, box: Box, scale: float, most_px: float = MOST_PX) -> Patch:
    (left, top), _, (right, bottom), _ = box
    x, y = max(0, int(left) - BESIDE_PX), max(0, int(top) - BESIDE_PX)
    part = gray[y : int(bottom) + BESIDE_PX, x : int(right) + BESIDE_PX]
    scale = min(scale, max(1.0, most_px / max(part.shape)))
    pixels = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return Patch(np.asarray(pixels, np.uint8), x, y, scale)
