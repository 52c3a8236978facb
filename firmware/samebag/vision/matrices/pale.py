"""Reads matrices in print that fades: however little a place has of dark and light, it is told
apart there. Pure."""

from __future__ import annotations

from dataclasses import replace

from samebag.core.events import Box
from samebag.vision.decoders import CodeReading
from samebag.vision.even_light import evened
from samebag.vision.geometry import Gray
from samebag.vision.matrices.squares import Bends, SquareDecoders, cut_out, read_square

NEARBY_PX = 17  # of the frame: a finder of 2.4 px modules; print fades within less than a matrix
FAINTEST_LEVELS = 6  # below these the sensor's noise looks like print; 4 and 9 read as much


def read_pale(gray: Gray, box: Box, decoders: SquareDecoders, bends: Bends) -> list[CodeReading]:
    """What is read in and about the blob."""
    patch = cut_out(gray, box, 1.0)
    light = evened(patch.pixels, (NEARBY_PX, NEARBY_PX), FAINTEST_LEVELS)
    found = read_square(light, patch.from_frame(box), decoders, bends=bends)
    return [replace(r, box=patch.in_frame(r.box)) for r in found if r.text]
