"""Looks for codes in one gray frame: regions by texture, bars by votes of strips, matrices enlarged and bent. Pure.

Code 128 has one check character modulo 103: one damaged read in a hundred passes it. So bars count only when two
separate strips across them say the same. Matrices and PDF417 carry Reed-Solomon codes and count as read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, starmap

import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box, Sighting
from samebag.core.symbologies import DEFAULT
from samebag.vision.blurred import read_blurred
from samebag.vision.boxes import Flat, Gray, beside, centre, grown, higher, inside, joined, one_code, sides_px
from samebag.vision.decoders import BARS, GOODS, MATRICES, STACKED, Reading, ZBar, ZXing
from samebag.vision.sizes import SizeDecoders, large_squares, read_at_sizes, read_many
from samebag.vision.squares import SquareDecoders, like_matrix, read_square, surely_matrix
from samebag.vision.stacked import MOST_REGIONS, read_stacked
from samebag.vision.strips import (
    RECIPES,
    RECIPES_OF_ZBAR,
    Votes,
    like_bars,
    read_sliding,
    read_strips,
    said_again,
    upright,
)
from samebag.vision.texture import Texture
from samebag.vision.unreadable import unreadable

LEAST_FRAME_PX = 16  # smaller than any symbol with its quiet zone
ENOUGH = 2  # a bag has two labels: with fewer codes zxing searches the whole frame
RUN_ON_PX = 16.0  # bars may go on above and below their box, two cells of texture whose ends a hand hides
# Of what may be matrices so many get all attempts, up to so many the cheap ones, and up to so many are told of.
MOST_SQUARES, MOST_CHEAP, MOST_BLOBS = 5, 32, 96
LEAST_TORN_PX = 8.0  # a side: of one point zxing says that a torn matrix lies there
ALONE_BY_ZBAR = frozenset({"code128", "code39"})  # others it makes up
FRAGMENT = 1.25  # bars broken by glare lie within so much of the box of what was read from their rest


@dataclass(frozen=True, slots=True)
class Region:
    """A place that holds a code. ``text`` is None while it is unread, and ``symbology`` then what it looks like."""

    box: Box
    text: str | None
    symbology: str  # as core/symbologies names them, ean of goods; bars of an unknown kind
    votes: Mapping[str, int] = field(default_factory=dict)  # strips that said each text; empty for matrices
    by: tuple[str, ...] = ()

    @property
    def sighting(self) -> Sighting:
        return Sighting(self.text or "", self.symbology, self.box, self.by)

    def covers(self, box: Box) -> bool:
        """Whether bars there are but a part of it; where strips said two texts they may be another code."""
        return len(self.votes) < 2 and inside(centre(box), grown(self.box, FRAGMENT))


class Decoders:
    """What reads the codes that are wanted, set up once."""

    def __init__(self, symbologies: frozenset[str] = DEFAULT) -> None:
        bars, matrices = symbologies & BARS, symbologies & MATRICES
        self.whole = ZXing(symbologies)
        self.matrices = ZXing(matrices, turned=False)
        self.sizes = SizeDecoders.of(symbologies)
        self.squares = SquareDecoders.of(symbologies)
        self.stacked = ZXing(symbologies & STACKED)
        self.strips = ZXing(bars | GOODS, turned=False, binarizer=Binarizer.FixedThreshold)
        self.second = ZBar(bars & ALONE_BY_ZBAR)
        self.echoes = {symbology: ZBar(frozenset({symbology})) for symbology in bars}


def read_frame(gray: Gray, symbologies: frozenset[str] = DEFAULT) -> tuple[Sighting, ...]:
    """The codes seen, each print once. ``gray`` is any two-dimensional uint8 array; DecodeError if a library fails."""
    return sightings(look(gray, Decoders(symbologies)))


def sightings(regions: Sequence[Region]) -> tuple[Sighting, ...]:
    """Those that may be labels, from the top of the frame down."""
    labels = [r for r in regions if r.text and r.symbology not in GOODS]
    return tuple(r.sighting for r in sorted(labels, key=lambda r: centre(r.box)[::-1]))


def look(gray: Gray, decoders: Decoders, known: Sequence[Region] = (), *, hasty: bool = False) -> list[Region]:
    """All regions of the frame, read or not; ``known`` ones that are read are taken over. Hasty: no dear attempts."""
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError(f"frame of {gray.dtype} with shape {gray.shape}: must be uint8, height x width")
    if min(gray.shape) < LEAST_FRAME_PX:
        return []
    return _Look(np.ascontiguousarray(gray), decoders, known, hasty).regions()


class _Look:
    def __init__(self, gray: Gray, decoders: Decoders, known: Sequence[Region], hasty: bool) -> None:
        self._gray, self._decoders, self._hasty = gray, decoders, hasty
        self._read = [k for k in known if k.text]
        self._unread: list[Region] = []

    def regions(self) -> list[Region]:
        texture = Texture.of(self._gray)
        bars = texture.bars()
        for box in self._uncovered(bars):
            self._take(self._bars(box))
        if not self._hasty:
            self._take_broken_bars()
            self._take_blurred_bars()
        blobs = [*islice(self._uncovered(texture.squares()), MOST_BLOBS)]
        squares = self._like_matrices(blobs)
        self._take_squares(squares)
        if not self._hasty:
            self._take_missed(squares)
            self._take_large_unread()
            self._take_stacked(bars)
            self._take_unreadable(blobs)
        return self._read + list(self._unread_ones())

    def _take_broken_bars(self) -> None:
        boxes = [u.box for u in self._unread]
        for box in self._uncovered(filter(None, starmap(joined, combinations(boxes, 2)))):
            self._take([r for r in self._bars(box) if r.text])

    def _take_blurred_bars(self) -> None:
        for unread in [*self._unread_ones()]:
            flat, votes = upright(self._gray, unread.box), Votes()
            reading = read_blurred(flat, unread.box, votes, self._decoders.strips)
            if reading and set(unread.votes) <= {reading.text}:
                self._take([Region(reading.box, reading.text, reading.symbology, votes.counts, ("zxing",))])

    def _like_matrices(self, blobs: list[Box]) -> list[Box]:
        """Beside both labels the strongest are enough, unless there are more matrices than labels."""
        faint = self._lacks_labels()
        likely = [box for box in blobs[:MOST_SQUARES] if like_matrix(self._gray, box, faint=faint)]
        if faint or len(likely) > ENOUGH:
            likely += [box for box in blobs[MOST_SQUARES:] if like_matrix(self._gray, box)]
        return likely

    def _take_squares(self, squares: list[Box]) -> None:
        """A table full of matrices is read at once: each by itself would take as long as ten frames."""
        many = len(squares) > MOST_SQUARES and not self._hasty
        if many:
            self._take([_matrix(r) for r in read_many(self._gray, self._decoders.sizes)])
        for number, box in enumerate(self._uncovered(squares)):
            if number < MOST_SQUARES:
                self._take(self._square(box, hasty=self._hasty))
            elif number < MOST_CHEAP and many:
                self._take(self._square(box, hasty=True))
            elif surely_matrix(self._gray, box):
                self._take([Region(box, None, "qr")])

    def _take_missed(self, squares: list[Box]) -> None:
        """The whole frame, for a label whose texture is not found, and for a matrix of which only a part is."""
        if self._lacks_labels():
            found = self._decoders.whole.find(self._gray)
        elif list(self._uncovered(squares)):
            found = self._decoders.matrices.find(self._gray)
        else:
            return
        self._take([_matrix(r) for r in found if r.symbology in (MATRICES | STACKED) - BARS])
        self._take([b for r in found if r.symbology in BARS for b in self._bars(r.box) if b.text == r.text])
        at_sizes = read_at_sizes(self._gray, self._decoders.sizes)
        while self._misses_matrices() and (readings := next(at_sizes, None)) is not None:
            self._take([_matrix(r) for r in readings])

    def _misses_matrices(self) -> bool:
        return self._lacks_labels() or any(u.symbology != "bars" for u in self._unread_ones())

    def _lacks_labels(self) -> bool:
        return len({s.code for s in sightings(self._read)}) < ENOUGH

    def _take_large_unread(self) -> None:
        """Their modules are blobs of their own to texture."""
        for box in self._uncovered(large_squares(self._gray)) if self._lacks_labels() else ():
            self._take([Region(box, None, "qr")])

    def _take_stacked(self, bars: list[Box]) -> None:
        """What has rows, which look like bars that break."""
        if self._decoders.stacked.symbologies:
            for box in islice(self._uncovered(bars), MOST_REGIONS):
                self._take([_matrix(r) for r in read_stacked(self._gray, box, self._decoders.stacked)])

    def _take_unreadable(self, blobs: list[Box]) -> None:
        """Beside both labels they say nothing more, and would only hold them up."""
        for box in self._uncovered(blobs) if self._lacks_labels() else ():
            if kind := unreadable(self._gray, box):
                self._take([Region(box, None, kind)])

    def _uncovered(self, boxes: Iterable[Box]) -> Iterator[Box]:
        """Those not within what was read by the time each is asked for."""
        return (box for box in boxes if not self._covered(box))

    def _unread_ones(self) -> Iterator[Region]:
        return (u for u in self._unread if not self._covered(u.box))

    def _covered(self, box: Box) -> bool:
        return any(r.covers(box) for r in self._read)

    def _take(self, regions: list[Region]) -> None:
        """Each print once: the rules count boxes, so one code in two pieces must not pass for two labels."""
        for r in regions:
            if not r.text:
                if max(sides_px(r.box)) >= LEAST_TORN_PX and not any(
                    inside(centre(r.box), u.box) for u in self._unread
                ):
                    self._unread.append(r)
            elif not any((k.text, k.symbology) == (r.text, r.symbology) and one_code(k.box, r.box) for k in self._read):
                self._read.append(r)

    def _bars(self, box: Box) -> list[Region]:
        """What is read in it, and beside that."""
        found = self._code(box)
        return found + [r for read in found if read.text for rest in beside(box, read.box) for r in self._code(rest)]

    def _code(self, box: Box) -> list[Region]:
        flat, votes, second = upright(self._gray, box), Votes(), self._decoders.second
        if not like_bars(flat):
            return []
        reading = read_strips(flat, votes, self._decoders.strips, RECIPES[: 1 if self._hasty else None])
        by = ("zxing", "zbar") if reading and self._said_again(flat, reading) else ("zxing",)
        if not reading and not self._hasty:
            reading, by = read_strips(flat, votes, second, RECIPES_OF_ZBAR), ("zbar",)
            if not reading and len(votes.counts) == 1:
                (text,), votes = votes.counts, Votes()
                more = upright(self._gray, higher(box, RUN_ON_PX))
                reading, by = read_sliding(flat, more, text, votes, self._decoders.strips), ("zxing",)
        if not reading:
            return [Region(box, None, "bars", votes.counts)]
        return [Region(reading.box, reading.text, reading.symbology, votes.counts, by)]

    def _said_again(self, flat: Flat, reading: Reading) -> bool:
        echo = self._decoders.echoes.get(reading.symbology)
        return echo is not None and said_again(flat, reading.text, echo)

    def _square(self, box: Box, *, hasty: bool) -> list[Region]:
        found = read_square(self._gray, box, self._decoders.squares, hasty=hasty)
        if not found and surely_matrix(self._gray, box):
            return [Region(box, None, "qr")]
        return [_matrix(r) for r in found]


def _matrix(reading: Reading) -> Region:
    by = ("zxing",) if reading.text else ()
    return Region(reading.box, reading.text or None, reading.symbology, {}, by)
