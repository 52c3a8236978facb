"""Looks for codes in one gray frame: regions by texture, bars by votes of strips, matrices enlarged and bent. Pure.

Code 128 has one check character modulo 103: one damaged read in a hundred passes it. So bars count only when two
separate strips across them say the same. Matrices and PDF417 carry Reed-Solomon codes and count as read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice, starmap

import cv2
import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box, Sighting
from samebag.core.symbologies import DEFAULT
from samebag.vision.bar_boxes import Bars
from samebag.vision.blurred import read_blurred
from samebag.vision.boxes import Flat, Gray, beside, centre, grown, higher, inside, joined, one_code, scaled
from samebag.vision.decoders import BARS, GOODS, MATRICES, STACKED, Reading, ZBar, ZXing
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
from samebag.vision.texture import MOST_BARS, PALE, Texture, alike
from samebag.vision.unevened import CHECKED, read_unevened
from samebag.vision.unreadable import unreadable

LEAST_FRAME_PX = 16  # smaller than any symbol with its quiet zone
ENOUGH = 2  # a bag has two labels: with fewer codes zxing searches the whole frame
RUN_ON_PX = 16.0  # bars may go on above and below their box, two cells of texture whose ends a hand hides
SMALLER = (0.5, 0.25)  # of the frame: the modules of a matrix that fills it are flat paper to texture and decoders
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
        self.squares = SquareDecoders.of(symbologies)
        self.stacked = ZXing(symbologies & STACKED)
        self.strips = ZXing(bars | GOODS, turned=False, binarizer=Binarizer.FixedThreshold)
        self.unevened = (ZXing(bars & CHECKED, turned=False), ZBar(bars & CHECKED)) if bars & CHECKED else ()
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
        boxes = [one.box for one in bars if one.box]
        for box in self._uncovered(boxes[:MOST_BARS]):
            self._take(self._bars(box))
        if not self._hasty:
            self._take_broken_bars()
            self._take_blurred_bars()
        blobs = [*self._uncovered(texture.squares())]
        squares = [box for box in blobs if like_matrix(self._gray, box)]
        for box in squares:
            self._take(self._square(box))
        if not self._hasty:
            self._take_missed(squares)
            self._take_slanted_bars(bars)
            self._take_pale_bars(texture)
            self._take_unevened_bars()
            self._take_crowded_bars(boxes[MOST_BARS:])
            self._take_stacked(boxes)
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
        for share in SMALLER:
            if self._lacks_labels():
                self._take(self._in_smaller(share))

    def _lacks_labels(self) -> bool:
        return len({s.code for s in sightings(self._read)}) < ENOUGH

    def _in_smaller(self, share: float) -> list[Region]:
        """The matrices that are read in the frame reduced to that share."""
        small = cv2.resize(self._gray, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        if min(small.shape) < LEAST_FRAME_PX:
            return []
        found = self._decoders.matrices.read(np.asarray(small, np.uint8))
        return [_matrix(replace(r, box=scaled(r.box, 1 / share))) for r in found]

    def _take_slanted_bars(self, bars: list[Bars]) -> None:
        """Of labels seen askew, while one is still missing."""
        tried: list[Box] = []
        for one in bars if self._lacks_labels() else ():
            if not (box := one.slanted) or self._covered(box) or not self._lacks_labels():
                continue
            if not any(alike(box, other) for other in tried):
                tried.append(box)
                self._take(self._bars(box))

    def _take_pale_bars(self, texture: Texture) -> None:
        """Of print that fades, from end to end or in part. Of which no strip says a text are not told."""
        for one in texture.bars(*PALE) if self._lacks_labels() else ():
            box = one.box or one.slanted
            if box and not self._covered(box) and self._lacks_labels():
                self._take([r for r in self._bars(box) if r.text or r.votes])

    def _take_unevened_bars(self) -> None:
        for unread in [*self._unread_ones()] if self._lacks_labels() else ():
            flat = upright(self._gray, unread.box)
            if found := read_unevened(flat, unread.votes, self._decoders.unevened, self._decoders.strips):
                self._take([Region(found.reading.box, found.reading.text, found.reading.symbology, {}, found.by)])

    def _take_crowded_bars(self, boxes: list[Box]) -> None:
        """What many others outshine is told at least, for a clean code among it may be the label."""
        for box in self._uncovered(boxes):
            flat, votes = upright(self._gray, box), Votes()
            if like_bars(flat):
                reading = read_strips(flat, votes, self._decoders.strips, RECIPES[:1])
                self._take([_region(box, reading, votes, ("zxing",))])

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
                self._unread += [] if any(inside(centre(r.box), u.box) for u in self._unread) else [r]
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
        return [_region(box, reading, votes, by)]

    def _said_again(self, flat: Flat, reading: Reading) -> bool:
        echo = self._decoders.echoes.get(reading.symbology)
        return echo is not None and said_again(flat, reading.text, echo)

    def _square(self, box: Box) -> list[Region]:
        found = read_square(self._gray, box, self._decoders.squares, hasty=self._hasty)
        if not found and surely_matrix(self._gray, box):
            return [Region(box, None, "qr")]
        return [_matrix(r) for r in found]


def _region(box: Box, reading: Reading | None, votes: Votes, by: tuple[str, ...]) -> Region:
    """Of bars in that box, read or not."""
    if not reading:
        return Region(box, None, "bars", votes.counts)
    return Region(reading.box, reading.text, reading.symbology, votes.counts, by)


def _matrix(reading: Reading) -> Region:
    by = ("zxing",) if reading.text else ()
    return Region(reading.box, reading.text or None, reading.symbology, {}, by)
