"""Reads bars that strips do not: off the patch as the camera shows it, neither evened nor
sharpened. Pure.

Evening turns the pale lines that dead dots leave into edges, and the grain of faded print too.
Libraries search the patch for one clear row and believe it, which is too little for Code 128. So a
text counts when a witness of another kind says it too, and nobody says another: the other library,
a strip, or the symbols that fit strips best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from samebag.vision.bars.blurred import fits, light_strips
from samebag.vision.bars.strips import AGREEING
from samebag.vision.decoders import CodeReading, Decoder
from samebag.vision.geometry import Flat, Gray

CHECKED = frozenset({"code128"})  # others have no check character, or none that must be there
LEAST_ROWS = 6  # of a half


@dataclass(frozen=True, slots=True)
class Unevened:
    """A text and the libraries that say it."""

    reading: CodeReading
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Witness:
    """Who read what in which part of the patch."""

    reading: CodeReading
    name: str
    part: str


def read_unevened(
    flat: Flat, said: Mapping[str, int], decoders: Sequence[Decoder], decoder: Decoder
) -> Unevened | None:
    """``said`` is by how many strips of that patch each text was; boxes are the frame's."""
    witnesses = [*_witnesses(flat.pixels, decoders)]
    texts = {w.reading.text for w in witnesses}
    if len(texts) != 1 or not set(said) <= texts:
        return None
    reading, names = witnesses[0].reading, {w.name for w in witnesses}
    if not said and len(names) < AGREEING and not fits(light_strips(flat.pixels), reading, decoder):
        return None
    box = flat.box(reading.box[0][0], reading.box[1][0])
    return Unevened(replace(reading, box=box), tuple(sorted(names, reverse=True)))


def _witnesses(pixels: Gray, decoders: Sequence[Decoder]) -> Iterator[_Witness]:
    half = len(pixels) // 2
    parts = {"upper": pixels[:half], "lower": pixels[half:], "whole": pixels}
    for name, part in parts.items() if half >= LEAST_ROWS else ():
        for decoder in decoders:
            for reading in decoder.read(np.ascontiguousarray(part)):
                if reading.symbology in CHECKED:
                    yield _Witness(reading, decoder.name, name)
