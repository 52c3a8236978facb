"""Finds and reads the codes of a bag in gray frames. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box, Sighting
from samebag.vision.boxes import Gray, centre, inside, lay_flat, one_code
from samebag.vision.decoders import BARS, MATRICES, Reading, ZBar, ZXing
from samebag.vision.squares import read_square
from samebag.vision.strips import Votes, read_strips
from samebag.vision.texture import Texture

LEAST_FRAME_PX = 16  # smaller than any symbol with its quiet zone
ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Region:
    box: Box
    text: str | None
    symbology: str
    votes: Mapping[str, int]


@dataclass(slots=True)
class Seen:
    sightings: tuple[Sighting, ...]
    unread: int
    regions: tuple[Region, ...]


class Reader:
    def __init__(self, *, code39: bool = False, budget_ms: float = 60.0) -> None:
        bars = BARS if code39 else BARS - {"code39"}
        self._strips = ZXing(bars, turned=False, binarizer=Binarizer.FixedThreshold)
        self._matrices = ZXing(MATRICES, turned=False)
        self._patch = ZXing(MATRICES, turned=True)
        self._whole = ZXing(bars | MATRICES)
        self.stages = True

    def still(self, gray: Gray) -> Seen:
        gray = np.ascontiguousarray(gray)
        texture = Texture.of(gray)
        found = []
        regions = []
        for box in texture.bars():
            if any(r.symbology in MATRICES and inside(centre(box), r.box) for r, _ in found):
                continue
            votes = Votes()
            reading = read_strips(gray, box, votes, self._strips)
            if reading:
                found.append((reading, votes.counts))
            else:
                regions.append(Region(box, None, "bars", votes.counts))
        for box in texture.squares():
            if any(inside(centre(box), r.box) for r, _ in found):
                continue
            hit = read_square(gray, box)
            if any(h.text for h in hit):
                found += [(h, {}) for h in hit]
            elif hit:
                regions.append(Region(box, None, hit[0].symbology, {}))
        if len(found) < ENOUGH and self.stages:
            for r in self._whole.read(gray):
                if r.symbology in MATRICES:
                    found.append((r, {}))
                else:
                    v = Votes()
                    again = read_strips(gray, r.box, v, self._strips)
                    if again and again.text == r.text:
                        found.append((again, v.counts))
        sightings = []
        for r, _ in found:
            if not any((k.code, k.symbology) == (r.text, r.symbology) and one_code(k.box, r.box) for k in sightings):
                sightings.append(Sighting(r.text, r.symbology, r.box, ("zxing",)))
        return Seen(tuple(sightings), 0, tuple(regions))
