"""How bright the paper of the labels is, and what that asks of the light. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samebag.vision.geometry import Gray
from samebag.vision.regions import Region

TARGET = 200.0  # of 255, the paper of the brightest label (hardware/optics.md)
GAMMA = 2.2  # of camera pictures, near enough: half the light is 0.73 of the level
CLIPPED = 250.0  # paper as white may have had any light
# Levels of paper: what is left to the camera's own exposure, and what is kept in ours. What nobody
# could read may be the table's grain or a glint, so it never asks for more light, and for less only
# where it is white.
FAIR, HELD, UNREAD = (120.0, 240.0), (110.0, 235.0), (0.0, CLIPPED - 1)
# of the frame: so much white may be paper whose print is lost in it; a label covers 5 %
WHITE = (
    0.02,
    0.5,
)

_LIGHT = (np.arange(256) / 255) ** GAMMA  # of each gray level
# Where the paper of a label is looked at. More than half of a code's box is paper, so of these
# places the brightest quarter is, and a glint on a fifth of them is not taken for it.
_ALONG, _DOWN = (
    a.ravel() for a in np.meshgrid(np.linspace(0.02, 0.98, 40), np.linspace(0.1, 0.9, 5))
)
_PAPER = int(0.75 * _ALONG.size)


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """How bright the brightest label's paper is, and whether it was read."""

    level: float
    read: bool

    def off(self, band: tuple[float, float]) -> bool:
        least, most = band if self.read else UNREAD
        return not least <= self.level <= most

    def wanted(self) -> float:
        """Times the light that brings it to its target; 0 of paper that may have had any."""
        return 0.0 if self.level >= CLIPPED else math.pow(TARGET / max(self.level, 1.0), GAMMA)

    def farther(self, before: LabelPaper) -> bool:
        """Whether the target is no nearer now; of clipped paper nobody knows."""
        if self.level >= CLIPPED and before.level >= CLIPPED:
            return False
        now, then = (
            abs(math.log(max(level, 1.0) / TARGET)) for level in (self.level, before.level)
        )
        return now >= then


def paper_of(gray: Gray, regions: Sequence[Region]) -> LabelPaper | None:
    """Of the labels that were read, else of what looks like one or is white as a lost one; None
    where nothing is."""
    there = [r for r in regions if not r.reflected]
    read = [r for r in there if r.text]
    levels = [_paper_level(gray, np.array(r.box)) for r in read or there]
    if levels:
        return LabelPaper(max(levels), bool(read))
    white = float(np.mean(gray[::16, ::16] >= CLIPPED))
    return LabelPaper(CLIPPED, read=False) if WHITE[0] <= white <= WHITE[1] else None


def _paper_level(gray: Gray, box: npt.NDArray[np.float64]) -> float:
    a, b, c, d = box
    u, v = _ALONG[:, None], _DOWN[:, None]
    places = np.rint(a + u * (b - a) + v * (d - a) + u * v * (a - b + c - d)).astype(int)
    x, y = (places[:, k].clip(0, gray.shape[1 - k] - 1) for k in (0, 1))
    return float(np.partition(gray[y, x], _PAPER)[_PAPER])


def frame_light(gray: Gray) -> float:
    """Mean light, of what white is; every 256th pixel is enough."""
    return float(_LIGHT[gray[::16, ::16]].mean())
