"""Draws what the reader saw in a picture, and lists each text with its decoders and votes below it.
Pure.

For technicians: which label is not read, and whether it wants more pixels, better light or a
cleaner print head.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw

from samebag.core.events import Box
from samebag.vision.geometry import Gray, sides_px
from samebag.vision.regions import Region

# narrower pictures are enlarged, wider ones reduced: lines and letters stay in proportion
WIDTH_PX = (
    960,
    1920,
)
MOST_HEIGHT_PX = 4000  # a strip of pixels must not be enlarged beyond all memory
# blue and vermilion of Okabe and Ito's colours for the colour-blind
READ, UNREAD = (
    (0, 114, 178),
    (213, 94, 0),
)
PAPER = (255, 255, 255)
LINE_PX, DASH_PX, MARGIN_PX = 4, 12, 10
LEGEND = ((True, "read"), (False, "looks like a code, but was not read"))

Corners = list[tuple[float, float]]


class CaptionLetters(Protocol):
    """A typeface in one size that has Chinese letters."""

    @property
    def size_dots(self) -> int: ...
    def width_dots(self, text: str) -> int: ...
    def write(self, canvas: Image.Image, x: int, y: int, text: str) -> None:
        """In black, with its top left at x, y."""
        ...


def told(region: Region) -> str:
    """What is to be said of one region."""
    if not region.text:
        return f"{region.symbology} not read, {_size(region.box)}{_voted(region.votes)}"
    by = " and ".join(region.by)
    mirrored = ", a reflection" if region.reflected else ""
    return (
        f"{region.symbology} {region.text!r}, {_size(region.box)}{mirrored}, by"
        f" {by}{_voted(region.votes)}"
    )


def _size(box: Box) -> str:
    """In pixels of the frame: too few for its modules is the commonest reason for an unread
    code."""
    length_px, height_px = sides_px(box)
    return f"{length_px:.0f} x {height_px:.0f} px"


def _voted(votes: Mapping[str, int]) -> str:
    ranked = sorted(votes.items(), key=lambda vote: -vote[1])
    said = ", ".join(f"{count} x {text!r}" for text, count in ranked)
    return f"; strips said {said}" if said else ""


def explained(gray: Gray, regions: Sequence[Region], letters: CaptionLetters) -> Image.Image:
    """The picture with its regions numbered, their list and a legend."""
    height_px, width_px = gray.shape
    scale = min(np.clip(width_px, *WIDTH_PX) / width_px, MOST_HEIGHT_PX / height_px)
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    picture = Image.fromarray(gray).resize(size).convert("RGB")
    for number, region in enumerate(regions, 1):
        corners = [(x * scale, y * scale) for x, y in region.box]
        _outline(picture, corners, bool(region.text))
        _plate(picture, corners, number, bool(region.text), letters)
    rows = [
        (bool(region.text), f"{number}  {told(region)}") for number, region in enumerate(regions, 1)
    ]
    return _stacked(picture, _listed([*rows, *LEGEND], max(picture.width, WIDTH_PX[0]), letters))


def _outline(picture: Image.Image, corners: Corners, read: bool) -> None:
    draw = ImageDraw.Draw(picture)
    for a, b in pairwise([*corners, corners[0]]):
        for line in [(a, b)] if read else _dashes(a, b):
            draw.line(line, READ if read else UNREAD, LINE_PX)


def _dashes(
    a: tuple[float, float], b: tuple[float, float]
) -> Iterator[tuple[tuple[float, float], ...]]:
    start, way = np.array(a), np.subtract(b, a)
    count = int(np.hypot(*way) / DASH_PX) | 1  # odd: a dash at both ends
    for k in range(0, count, 2):
        yield tuple(
            (float(x), float(y))
            for x, y in (start + way * k / count, start + way * (k + 1) / count)
        )


def _plate(
    picture: Image.Image, corners: Corners, number: int, read: bool, letters: CaptionLetters
) -> None:
    """The number on a plate off one of the corners, each in its turn: boxes of one code lie over
    each other."""
    word = str(number)
    width, height = letters.width_dots(word) + MARGIN_PX, letters.size_dots + MARGIN_PX
    corner, middle = np.array(corners[number % len(corners)]), np.mean(corners, axis=0)
    off = corner + (corner - middle) / max(1.0, float(np.hypot(*(corner - middle)))) * height
    x = int(np.clip(off[0] - width / 2, 0, picture.width - width))
    y = int(np.clip(off[1] - height / 2, 0, max(0, picture.height - height)))
    box = (x, y, x + width, y + height)
    ImageDraw.Draw(picture).rectangle(box, PAPER, READ if read else UNREAD, LINE_PX // 2)
    letters.write(picture, x + MARGIN_PX // 2, y + MARGIN_PX // 2, word)


def _listed(rows: list[tuple[bool, str]], width_px: int, letters: CaptionLetters) -> Image.Image:
    """A row each: a piece of its line, then its words, cut where the paper ends."""
    row_px = letters.size_dots * 3 // 2
    sheet = Image.new("RGB", (width_px, len(rows) * row_px + 2 * MARGIN_PX), PAPER)
    start_px, words_px = MARGIN_PX, MARGIN_PX + 6 * DASH_PX
    for number, (read, words) in enumerate(rows):
        y = MARGIN_PX + number * row_px
        middle = y + letters.size_dots / 2
        _outline(sheet, [(start_px, middle), (start_px + 5 * DASH_PX, middle)], read)
        letters.write(sheet, words_px, y, _cut(words, width_px - words_px - MARGIN_PX, letters))
    return sheet


def _cut(words: str, width_px: int, letters: CaptionLetters) -> str:
    if letters.width_dots(words) <= width_px:
        return words
    while words and letters.width_dots(words + "…") > width_px:
        words = words[:-1]
    return words + "…"


def _stacked(above: Image.Image, below: Image.Image) -> Image.Image:
    both = Image.new("RGB", (below.width, above.height + below.height), PAPER)
    both.paste(above, (0, 0))
    both.paste(below, (0, above.height))
    return both
