"""Measures a picture: how blurred its edges are, how bright its paper; and makes it as it might be
worse. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.geometry import Gray

AGAIN_PX = 1.0  # sigma by which the picture is blurred once more, about what it is expected to have
# variance of the central difference, which is the slope seen through a box of 2 px
SLOPE_PX2 = 1 / 3
EDGE_LEVELS = 20.0  # gray levels a pixel; a sensor's noise of 3 levels makes 10 at most
LEAST_EDGES = 300  # pixels: half of a small label's bars
# edges far from others lose least by the second blur; the narrow bars' lose more
ALONE_PERCENTILE = 10
PAPER_PERCENTILE = 90  # in the box of a code: paper lies between the bars
CLIPPED = 254
GAMMA = 2.2  # of camera pictures, near enough: half the light is 0.73 of the level
# blind to edges and slopes
NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
NOISE_KERNEL_GAIN = 6.0
TO_SIGMA = 1.4826  # of the median of absolute values
SEED = 1  # the same picture is judged alike


def blur_px(gray: Gray) -> float | None:
    """Sigma of the blur of lens and focus, as hardware/optics.md has it; None where there are no
    edges to measure.

    Blurring an edge of sigma s again by b weakens its gradient by sqrt(s² + b²) / s (Zhuo and Sim,
    "Defocus map estimation from a single image", 2011).
    """
    first, again = (
        _slopes(gray),
        _slopes(np.asarray(cv2.GaussianBlur(gray, (0, 0), AGAIN_PX), np.uint8)),
    )
    ridges = first >= np.asarray(cv2.dilate(first, np.ones((3, 3))))
    edges = ridges & (first > EDGE_LEVELS)
    if np.count_nonzero(edges) < LEAST_EDGES:
        return None
    ratio = float(np.percentile(first[edges] / np.maximum(again[edges], 1.0), ALONE_PERCENTILE))
    return math.sqrt(max(0.0, AGAIN_PX**2 / max(ratio**2 - 1, 1e-3) - SLOPE_PX2))


def _slopes(gray: Gray) -> npt.NDArray[np.float32]:
    """Gray levels a pixel, smoothed along the edge."""
    dx, dy = (cv2.Sobel(gray, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
    return np.hypot(dx, dy)


def noise_levels(gray: Gray) -> float:
    """Its standard deviation (Immerkær, "Fast noise variance estimation", 1996; the median leaves
    edges out)."""
    bare = np.abs(cv2.filter2D(gray.astype(np.float32), -1, NOISE_KERNEL))
    return TO_SIGMA * float(np.median(bare)) / NOISE_KERNEL_GAIN


def with_light(gray: Gray, times: float) -> Gray:
    """As the same camera would take it by so many times the light, at the same exposure, its noise
    as it is."""
    levels = np.clip((np.arange(256) / 255) * times ** (1 / GAMMA) * 255, 0, 255).astype(np.uint8)
    noise = np.random.default_rng(SEED).normal(0, noise_levels(gray), gray.shape)
    return np.clip(np.asarray(cv2.LUT(gray, levels), np.float32) + noise, 0, 255).astype(np.uint8)


def blurred_by(gray: Gray, sigma_px: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma_px), np.uint8)


def paper_level(gray: Gray, boxes: Sequence[Box]) -> float | None:
    """How bright the darkest label's paper is, 0-255; None without boxes."""
    levels = [float(np.percentile(_inside(gray, box), PAPER_PERCENTILE)) for box in boxes]
    return min(levels, default=None)


def clipped_share(gray: Gray, boxes: Sequence[Box]) -> float:
    """Of the worst label's pixels, how many are white beyond measure."""
    return max((float(np.mean(_inside(gray, box) >= CLIPPED)) for box in boxes), default=0.0)


def _inside(gray: Gray, box: Box) -> Gray:
    """The pixels of the box, as a row."""
    mask = np.zeros(gray.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(box).astype(np.int32), 1)
    return np.asarray(gray[mask == 1], np.uint8)
