"""Reads bars strip by strip and lets the strips vote: a text counts when separate strips across the
bars say it. Pure.

Averaging along the bars beats noise, short strips follow bent bars. Libraries compare a whole row
with one threshold, so shade, gloss and blur lose them; here each place is first measured against
the brightest and darkest near it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import cv2
import numpy as np

from samebag.core.events import Box
from samebag.vision.decoders import UNCHECKED, CodeReading, Decoder
from samebag.vision.even_light import evened, sharpened
from samebag.vision.geometry import (
    LEAST_BARS_PX,
    QUIET_PX,
    QUIET_SHARE,
    Flat,
    Gray,
    lay_flat,
    sides_px,
)

ENLARGED = 3.0  # along the text: bars of 1.1 px are read from two pixels on
AGREEING = 2  # strips
UNDISPUTED = 3  # where less than LEAST_SHARE of the strips speak
LEAD = 2  # times the votes of any other text
CLEAR_LEAD = 4  # there
# seen wrong: three of 20 strips across a faded band said the same, one the true text
LEAST_SHARE = 0.25
MOST_STRIPS = 10
# Columns and pixels of what is laid upright: of 1080p a label 750 px long, and one of 500 x 125 px.
# Stripes had eight million, and codes that long need not be enlarged.
MOST = (3600, 300_000)
ALONG_ONLY = 0.01  # a blur of no width, so that strips stay apart


@dataclass(frozen=True, slots=True)
class StripRecipe:
    """How strips are prepared."""

    rows_px: int
    nearby: float  # share of the region: 0.1 of a code with a dozen characters is one character
    sharpened: float  # by so much of the difference to a blur of one frame pixel


RECIPES_OF_ZBAR = (StripRecipe(5, 0.065, 0.0),)  # it needs no quiet zone, which fingers hide
RECIPE_OF_ECHO = StripRecipe(9, 0.065, 0.0)  # zbar says again four fifths of what zxing read so
# Of 1,221 readable codes on rendered bags the first alone reads 1,071 (sharpened by 0.0 or 2.0:
# 1,029 or 1,053), the second brings 1,084, the third 1,091; 79 variants together 1,105. The third,
# for faded bands, was the only one with a strip that said a wrong text; so it comes last, when in
# all but the lowest regions two votes are not enough.
RECIPES = (StripRecipe(5, 0.08, 1.0), StripRecipe(5, 0.045, 0.0), StripRecipe(5, 0.065, 2.0))
# Of 305 regions of codes that stayed unread on rendered bags 99 % pass, of 47 others (print, frames
# of tables) 30 %.
RECIPE_OF_LIKENESS = StripRecipe(8, 0.065, 0.0)
LEAST_EDGES = 15
LEAST_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Strip:
    """One prepared strip; ``row`` is its middle in the laid flat code."""

    pixels: Gray
    row: float


@dataclass(slots=True)
class Votes:
    """What strips of one region said so far, and at which rows."""

    rows: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: int = 0

    def add(self, text: str, row: float) -> None:
        """A strip that overlaps one counted already is no second witness."""
        if all(abs(row - other) >= APART_PX for other in self.rows[text]):
            self.rows[text].append(row)

    @property
    def counts(self) -> Mapping[str, int]:
        return {text: len(rows) for text, rows in self.rows.items()}

    @property
    def agreed(self) -> str | None:
        """The text with two votes, twice those of any other, and a quarter of all strips asked so
        far."""
        return self._leader(max(AGREEING, LEAST_SHARE * self.asked), LEAD)

    @property
    def undisputed(self) -> str | None:
        """The text with three votes when all were asked. Damage along the bars speaks alike from
        several strips, so where most are silent nearly none may speak against it."""
        return self._leader(UNDISPUTED, CLEAR_LEAD)

    def _leader(self, least: float, lead: int) -> str | None:
        ranked = sorted(self.counts.items(), key=lambda item: -item[1])[:2]
        second = ranked[1][1] if len(ranked) == 2 else 0
        return ranked[0][0] if ranked and ranked[0][1] >= max(least, lead * second) else None


APART_PX = max(r.rows_px for r in RECIPES)


def upright(gray: Gray, box: Box) -> Flat:
    """The bars of that box as strips are cut from them."""
    return lay_flat(gray, box, ENLARGED, MOST)


def upright_px(box: Box) -> float:
    """How many pixels that has."""
    length_px, height_px = sides_px(box)
    columns = (length_px + 2 * max(QUIET_PX, QUIET_SHARE * length_px)) * ENLARGED
    return min(MOST[1], min(columns, MOST[0]) * height_px)


def read_strips(
    flat: Flat, votes: Votes, decoder: Decoder, recipes: Sequence[StripRecipe] = RECIPES
) -> CodeReading | None:
    """Asks strips until they agree; what they say is added to ``votes``."""
    said: dict[str, CodeReading] = {}
    rows: dict[str, Gray] = {}
    for strip in chain.from_iterable(strips(flat.pixels, recipe) for recipe in recipes):
        new = _ask(strip, votes, decoder)
        said |= new
        rows |= dict.fromkeys(new, strip.pixels)
        if _is_settled(said.get(votes.agreed or ""), votes):
            break
    told = said.get(votes.agreed or votes.undisputed or "")
    if told and _is_an_end(told):
        told = _from_end_to_end(told, rows[told.text], decoder)
    return _laid(told, flat) if _is_settled(told, votes) else None


def _is_settled(told: CodeReading | None, votes: Votes) -> bool:
    """Whether no strip need be asked any more: what has no check character wants more of them, and
    none against it."""
    if told is None:
        return False
    return told.symbology not in UNCHECKED or (votes.agreed == told.text == votes.undisputed)


def read_sliding(
    flat: Flat, more: Flat, text: str, votes: Votes, decoder: Decoder
) -> CodeReading | None:
    """Asks at every row for a text that too few strips said, as a hand left a gap between those
    spread evenly.

    ``more`` is laid like ``flat``, with what is above and below it. None may differ.
    """
    said: dict[str, CodeReading] = {}
    for recipe in RECIPES:
        for strip in sliding_strips(more.pixels, recipe):
            said |= _ask(strip, votes, decoder)
        if set(said) == {text} and votes.undisputed:
            return _laid(said[text], flat)
    return None


def _ask(strip: Strip, votes: Votes, decoder: Decoder) -> dict[str, CodeReading]:
    said = {r.text: r for r in decoder.read(strip.pixels)}
    votes.asked += 1
    for text in said:
        votes.add(text, strip.row)
    return said


def _laid(said: CodeReading | None, flat: Flat) -> CodeReading | None:
    """With its box in the frame."""
    return said and replace(said, box=flat.box(said.box[0][0], said.box[1][0]))


def _is_an_end(said: CodeReading) -> bool:
    """Whether its box is too short for bars: zbar tells one end of those that it met in one
    direction."""
    return abs(said.box[1][0] - said.box[0][0]) < LEAST_BARS_PX[0] * ENLARGED


def _from_end_to_end(said: CodeReading, row: Gray, decoder: Decoder) -> CodeReading:
    """With the box of the shortest part of that row which still says it."""
    (x, y), (x2, _), *_ = said.box
    end = _shortest(row, said.text, decoder)
    start = end - _shortest(row[:, :end][:, ::-1], said.text, decoder)
    start, end = (start, end) if x <= x2 else (end, start)
    return replace(said, box=((start, y), (end, y), (end, y), (start, y)))


def _shortest(row: Gray, text: str, decoder: Decoder) -> int:
    """How many columns from its left say that text, about."""
    length: int = row.shape[1]
    step = length
    while (step := step // 2) >= ENLARGED:
        part = np.pad(row[:, : length - step], ((0, 0), (QUIET_PX, QUIET_PX)), constant_values=255)
        if text in {r.text for r in decoder.read(part)}:
            length -= step
    return length


def said_again(flat: Flat, text: str, decoder: Decoder) -> bool:
    """Whether another decoder reads the same, and nothing else."""
    return {r.text for r in decoder.read(_rows(flat.pixels, RECIPE_OF_ECHO))} == {text}


def like_bars(flat: Flat) -> bool:
    """Whether a code may well be there: enough bars, and the same ones in neighbouring strips;
    print has neither."""
    margin = int(flat.pixels.shape[1] * QUIET_SHARE / (1 + 2 * QUIET_SHARE))
    rows = _rows(flat.pixels, RECIPE_OF_LIKENESS)[:, margin:-margin].astype(np.float32)
    edges = np.median(np.count_nonzero(np.diff(rows > 127), axis=1))
    rows = rows - rows.mean(1, keepdims=True)
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1.0)
    alike = np.median((rows[1:] * rows[:-1]).sum(1) / (lengths[1:] * lengths[:-1]))
    return bool(edges >= LEAST_EDGES and alike > LEAST_ALIKE)


def strips(flat: Gray, recipe: StripRecipe) -> Iterator[Strip]:
    """Evenly spread over the bars, far ones after each other, each two rows thick: zxing wants a
    line twice."""
    rows = _rows(flat, recipe)
    for k in far_apart(len(rows)):
        yield _strip(rows, k, (k + 0.5) * flat.shape[0] / len(rows))


def sliding_strips(flat: Gray, recipe: StripRecipe) -> Iterator[Strip]:
    """One about each row, from the top down: the most that fit beside each other are found so."""
    rows = _prepared(np.asarray(cv2.blur(flat, (1, recipe.rows_px)), np.uint8), recipe)
    return (_strip(rows, k, k + 0.5) for k in range(len(rows)))


def _strip(rows: Gray, k: int, row: float) -> Strip:
    return Strip(np.repeat(rows[k : k + 1], 2, axis=0), row)


def _rows(flat: Gray, recipe: StripRecipe) -> Gray:
    """The prepared strips, one row each."""
    count = max(AGREEING, flat.shape[0] // recipe.rows_px)
    means = cv2.resize(flat, (flat.shape[1], count), interpolation=cv2.INTER_AREA)
    return _prepared(
        means[np.linspace(0, count - 1, min(count, MOST_STRIPS)).round().astype(int)], recipe
    )


def _prepared(means: Gray, recipe: StripRecipe) -> Gray:
    rows = evened(means, (max(3, int(recipe.nearby * means.shape[1])) | 1, 1))
    return sharpened(rows, recipe.sharpened, (ENLARGED, ALONG_ONLY)) if recipe.sharpened else rows


def far_apart(count: int) -> list[int]:
    """The middle first, the rest so that neighbours come late."""
    outwards = sorted(range(count), key=lambda k: abs(k - (count - 1) / 2))
    return outwards[::3] + outwards[1::3] + outwards[2::3]
