"""Reads bars that no row shows whole: each place across them is taken from the rows that show it
best. Pure.

Gloss of tape hides one part of the bars in one row and another part in the next; print that fades
along the bars leaves rows of which a part is too faint for one threshold. So each place is evened
out against what is near it, and rows count the more the steeper they are there. Composed rows could
make up what no row shows, so they are dealt out to two bands that share none: a text counts when
both bands say it, nobody says another, and the symbols that fit both bands best, by areas where
libraries go by edges, are those of that text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from samebag.core.events import Box
from samebag.vision.bars.blurred import fits
from samebag.vision.bars.strips import ALONG_ONLY, ENLARGED, MOST, upright_px
from samebag.vision.bars.unevened import CHECKED
from samebag.vision.decoders import CodeReading, Decoder
from samebag.vision.even_light import evened, sharpened
from samebag.vision.geometry import Flat, Gray, lay_flat, leaning, longer

Floats = npt.NDArray[np.float32]

LONGER, MOST_LONGER_PX = 1.0, 150.0  # at each end: texture ends before print that fades does
ROWS_PX = 4
BANDS = 2
FAINTEST_LEVELS = 3  # of a mean of four rows
SPARE = 1  # symbols: tape that breaks the light shifts its half of one
LEAST_STEEP = 1e-6  # of what is flat in all rows
LEANS = np.linspace(-0.16, 0.16, 33)  # pixels a row: gloss that lies askew turns a box by as much


@dataclass(frozen=True, slots=True)
class RowRecipe:
    """How rows are composed."""

    nearby_px: int  # of the frame: five modules of 2 px
    favour: int  # power of steepness
    sharpened: float


RECIPES = (RowRecipe(10, 4, 1.0), RowRecipe(14, 2, 1.0))


def read_composed(
    gray: Gray, box: Box, said: Collection[str], decoder: Decoder
) -> CodeReading | None:
    """``said`` is what strips of that box said; where it is another text none counts."""
    flat = straight(gray, box)
    reading = read_rows(rows_of(flat), flat.scale, said, decoder)
    return reading and replace(reading, box=flat.box(reading.box[0][0], reading.box[1][0]))


def read_rows(
    rows: Gray, scale: float, said: Collection[str], decoder: Decoder
) -> CodeReading | None:
    """``scale`` is how much longer rows are than in the frame; the box is in them."""
    texts = set(said)
    for recipe in RECIPES:
        bands = composed(rows, recipe, scale)
        told = [_told(band, recipe, decoder) for band in bands]
        texts = texts.union(*told)
        both = set(told[0]).intersection(*told[1:])
        if texts == both and len(both) == 1:
            reading = told[0][both.pop()]
            if fits(bands / np.float32(255), reading, decoder, SPARE):
                return reading
    return None


def composed_px(box: Box) -> float:
    """How many pixels are laid for it, about."""
    return 2 * upright_px(longer(box, LONGER, MOST_LONGER_PX))


def straight(gray: Gray, box: Box) -> Flat:
    """The box, made longer, with its bars upright: where it leans the mean of its rows is dull."""
    lean = _lean(lay_flat(gray, box, ENLARGED / 2, MOST))
    return lay_flat(gray, longer(leaning(box, lean), LONGER, MOST_LONGER_PX), ENLARGED, MOST)


def rows_of(flat: Flat) -> Gray:
    height, width = flat.pixels.shape
    size = width, max(BANDS, height // ROWS_PX)
    return np.asarray(cv2.resize(flat.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def composed(rows: Gray, recipe: RowRecipe, scale: float) -> Floats:
    """A row of each band, from 0 to 255."""
    nearby = int(recipe.nearby_px * scale) | 1, 1
    light = evened(rows, nearby, FAINTEST_LEVELS).astype(np.float32)
    steep = (
        cv2.blur(np.abs(cv2.Sobel(rows, cv2.CV_32F, 1, 0)), nearby) ** recipe.favour + LEAST_STEEP
    )
    parts = [slice(band, None, BANDS) for band in range(BANDS)]
    return np.array(
        [(light[part] * steep[part]).sum(0) / steep[part].sum(0) for part in parts], np.float32
    )


def _told(band: Floats, recipe: RowRecipe, decoder: Decoder) -> dict[str, CodeReading]:
    """By text; zxing wants a line twice."""
    line = np.repeat(band[None].astype(np.uint8), 2, axis=0)
    found = decoder.read(sharpened(line, recipe.sharpened, (ENLARGED, ALONG_ONLY)))
    return {r.text: r for r in found if r.symbology in CHECKED}


def _lean(flat: Flat) -> float:
    """By how many pixels of the frame bars come nearer to the start from row to row."""
    rows = rows_of(flat)
    count, width = rows.shape
    per_row = flat.scale * len(flat.pixels) / count
    turns = [np.array([[1, k, -k * (count - 1) / 2], [0, 1, 0]]) for k in LEANS * per_row]
    means = [
        cv2.warpAffine(rows, t, (width, count), borderMode=cv2.BORDER_REPLICATE).mean(0)
        for t in turns
    ]
    return float(LEANS[np.square(np.diff(means)).sum(1).argmax()])
