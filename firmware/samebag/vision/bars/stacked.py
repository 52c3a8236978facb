"""Reads what has rows: PDF417 and DataBar, in a region of bars laid upright, with room around.
Pure.

Texture finds but a part of the rows, and zxing finds PDF417 only where they run along those of the
picture. PDF417 carries a Reed-Solomon code. DataBar has but a check modulo 79, so that it counts
when it is read at two sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from samebag.core.events import Box
from samebag.vision.decoders import BARS, CodeReading, ZXing
from samebag.vision.geometry import Gray, lay_whole, sides_px

# of the region's longer side, on each of its sides: it may be the end of a row of which glare left
# a third
ROOM = 1.2
SCALES = (1.0, 2.0)
MOST_REGIONS = 4


def read_stacked(gray: Gray, box: Box, decoder: ZXing) -> list[CodeReading]:
    """What is read in and about the region, in frame pixels."""
    said: set[str] = set()
    for readings in _at_each_size(gray, box, decoder):
        if sure := [r for r in readings if r.symbology not in BARS or r.text in said]:
            return sure
        said |= {r.text for r in readings}
    return []


def _at_each_size(gray: Gray, box: Box, decoder: ZXing) -> Iterator[list[CodeReading]]:
    for scale in SCALES:
        whole = lay_whole(gray, box, ROOM * max(sides_px(box)), scale)
        yield [replace(r, box=whole.in_frame(r.box)) for r in decoder.read(whole.pixels)]
