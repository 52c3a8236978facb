"""Reads matrices in the whole frame as it does not lie there: smaller, softer, as a negative. Pure.

The modules of a matrix that fills the frame are flat paper to texture and to decoders, and those of
a grainy print are torn; smaller or softer ones are whole again. Bars are not read so: at half size
that makes up texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box
from samebag.vision.decoders import MATRICES, CodeReading, ZXing
from samebag.vision.geometry import Gray, scaled
from samebag.vision.matrices.squares import surely_matrix
from samebag.vision.texture import Texture

# so many times smaller, under one threshold for all, blurred; likely and cheap ones first
ATTEMPTS = (
    (2, False, False),
    (4, False, False),
    (3, False, False),
    (6, False, False),
    (9, False, False),
    (2, True, True),
    (3, False, True),
    (1, True, False),
)
SOFT_PX = 1.5  # closes pale lines of dead dots, and the pixels of a screen
# modules of 8 to 12 px, which texture and outline take for blobs of their own, run together
LARGE_TIMES = 3
LEAST_PX = 16  # a side: the smallest symbol with its quiet zone


@dataclass(frozen=True, slots=True)
class SizeDecoders:
    """What reads the matrices that are wanted, by a threshold for each place and by one for all."""

    local: ZXing
    one_threshold: ZXing

    @staticmethod
    def of(symbologies: frozenset[str]) -> SizeDecoders:
        matrices = symbologies & MATRICES
        return SizeDecoders(
            ZXing(matrices), ZXing(matrices, turned=False, binarizer=Binarizer.GlobalHistogram)
        )


def read_at_sizes(gray: Gray, decoders: SizeDecoders) -> Iterator[list[CodeReading]]:
    """What is read at each, in frame pixels; whoever has enough stops asking."""
    for times, one_threshold, soft in ATTEMPTS:
        small = _smaller(gray, times)
        if min(small.shape) >= LEAST_PX:
            pixels = (
                np.asarray(cv2.GaussianBlur(small, (0, 0), SOFT_PX), np.uint8) if soft else small
            )
            found = (decoders.one_threshold if one_threshold else decoders.local).read(pixels)
            yield [replace(r, box=scaled(r.box, times)) for r in found]


def read_many(gray: Gray, decoders: SizeDecoders) -> list[CodeReading]:
    """A table full of them, of which some may be white on black."""
    return decoders.local.read(gray) + decoders.local.read(
        np.asarray(cv2.bitwise_not(gray), np.uint8)
    )


def large_squares(gray: Gray) -> list[Box]:
    """Where a large matrix lies, read or not."""
    small = _smaller(gray, LARGE_TIMES)
    if min(small.shape) < LEAST_PX:
        return []
    return [
        scaled(box, LARGE_TIMES) for box in Texture.of(small).squares() if surely_matrix(small, box)
    ]


def _smaller(gray: Gray, times: int) -> Gray:
    if times == 1:
        return gray
    size = max(1, round(gray.shape[1] / times)), max(1, round(gray.shape[0] / times))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
