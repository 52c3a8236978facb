"""Looks for codes in one gray frame: regions by texture, bars by votes of strips, matrices enlarged
and bent. Pure.

Code 128 has one check character modulo 103: one damaged read in a hundred passes it. So bars count
only when two separate strips across them say the same, or a witness of another kind does
(unevened.py, composed.py). Matrices and PDF417 carry Reed-Solomon codes and count as read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, starmap

import numpy as np
from zxingcpp import Binarizer

from samebag.core.events import Box, Sighting
from samebag.core.symbologies import DEFAULT
from samebag.vision.bars.blurred import read_blurred
from samebag.vision.bars.boxes import Bars
from samebag.vision.bars.composed import composed_px, read_composed
from samebag.vision.bars.stacked import MOST_REGIONS, read_stacked
from samebag.vision.bars.strips import (
    RECIPES,
    RECIPES_OF_ZBAR,
    Votes,
    like_bars,
    read_sliding,
    read_strips,
    said_again,
    upright,
    upright_px,
)
from samebag.vision.bars.unevened import CHECKED, read_unevened
from samebag.vision.decoders import BARS, GOODS, MATRICES, STACKED, CodeReading, ZBar, ZXing
from samebag.vision.geometry import (
    Flat,
    Gray,
    alike,
    beside,
    centre,
    higher,
    inside,
    joined,
    one_code,
    sides_px,
)
from samebag.vision.matrices.erasures import ErasureDecoders, erased_px, read_erased
from samebag.vision.matrices.pale import read_pale
from samebag.vision.matrices.sizes import SizeDecoders, large_squares, read_at_sizes, read_many
from samebag.vision.matrices.squares import (
    Bends,
    SquareDecoders,
    like_matrix,
    read_square,
    square_px,
    surely_matrix,
)
from samebag.vision.regions import Region, of_bars, of_matrix, sightings
from samebag.vision.table.reflections import reflections
from samebag.vision.texture import MOST_BARS, PALE, Texture
from samebag.vision.unreadable import unreadable
from samebag.vision.work import Purse, Work

LEAST_FRAME_PX = 16  # smaller than any symbol with its quiet zone
ENOUGH = 2  # a bag has two labels: with fewer codes zxing searches the whole frame
# bars may go on above and below their box, two cells of texture whose ends a hand hides
RUN_ON_PX = 16.0
# Of what may be matrices so many get all attempts, up to so many the cheap ones, and up to so many
# are told of.
MOST_SQUARES, MOST_CHEAP, MOST_BLOBS = 5, 32, 96
MOST_PALE = 4  # of 48 in print that fades 42 were among them
# blobs are looked at for one that ink hides in part; on rendered bags it is among the first three
MOST_ERASED = 3
LEAST_TORN_PX = 8.0  # a side: of one point zxing says that a torn matrix lies there
ALONE_BY_ZBAR = frozenset({"code128", "code39"})  # others it makes up
# So many pixels are worked on for each of the frame: five labels of a bag, dear attempts at three
# more, and others at as many while a label is missing
SHARES = {
    "bars": 0.5,
    "dear": 0.6,
    "slanted": 0.3,
    "pale": 0.3,
    "unevened": 0.6,
    "crowded": 0.5,
    "erased": 0.03,
    "composed": 1.0,
    "pale squares": 1.0,
    "squares": 6.0,
    "small squares": 3.0,
}
SLIDING, BLURRED = 3, 2  # times the work of strips
# What a pixel of dear attempts costs, beside one of a frame that zbar scans (41 ns), and what all
# of them together may spend in a look, in scanned frames.
PRICES = {
    "sliding": 1.6,
    "joined": 1.6,
    "broken": 2.8,
    "blurred": 3.9,
    "slanted": 3.0,
    "pale": 1.9,
    "unevened": 6.5,
    "composed": 1.1,
    "pale squares": 1.2,
    "erased": 20.0,
}
# a smaller frame is cheap, and what costs are its labels, as large as those of others
LEAST_DEAR_PX = 1920 * 1080
ALL_DEAR = 1.6


class Decoders:
    """What reads the codes that are wanted, set up once."""

    def __init__(self, symbologies: frozenset[str] = DEFAULT) -> None:
        bars, matrices = symbologies & BARS, symbologies & MATRICES
        self.whole = ZXing(symbologies)
        self.matrices = ZXing(matrices, turned=False)
        self.sizes = SizeDecoders.of(symbologies)
        self.squares = SquareDecoders.of(symbologies)
        self.erased = ErasureDecoders.of(symbologies)
        self.stacked = ZXing(symbologies & STACKED)
        self.strips = ZXing(bars | GOODS, turned=False, binarizer=Binarizer.FixedThreshold)
        self.unevened = (
            (ZXing(bars & CHECKED, turned=False), ZBar(bars & CHECKED)) if bars & CHECKED else ()
        )
        self.second = ZBar(bars & ALONE_BY_ZBAR)
        self.echoes = {symbology: ZBar(frozenset({symbology})) for symbology in bars}


def read_frame(gray: Gray, symbologies: frozenset[str] = DEFAULT) -> tuple[Sighting, ...]:
    """The codes seen, each print once. ``gray`` is any two-dimensional uint8 array; DecodeError if
    a library fails."""
    return sightings(look(gray, Decoders(symbologies)))


def look(
    gray: Gray,
    decoders: Decoders,
    known: Sequence[Region] = (),
    *,
    hasty: bool = False,
    work: Work | None = None,
) -> list[Region]:
    """All regions of the frame, read or not; ``known`` ones that are read are taken over. Hasty: no
    dear attempts.

    ``work`` says what was put off in the look before.
    """
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError(
            f"frame of {gray.dtype} with shape {gray.shape}: must be uint8, height x width"
        )
    if min(gray.shape) < LEAST_FRAME_PX:
        return []
    return _Look(np.ascontiguousarray(gray), decoders, known, hasty, work or Work()).regions()


class _Look:
    def __init__(
        self, gray: Gray, decoders: Decoders, known: Sequence[Region], hasty: bool, work: Work
    ) -> None:
        self._gray, self._decoders, self._hasty, self._work = gray, decoders, hasty, work
        self._read = [k for k in known if k.text]
        self._unread: list[Region] = []
        self._bends = Bends()

    def regions(self) -> list[Region]:
        self._work.begin()
        texture = Texture.of(self._gray)
        bars = texture.bars()
        boxes = [one.box for one in bars if one.box]
        for box in self._in_turn("bars", boxes[:MOST_BARS], upright_px):
            self._take(self._bars(box))
        self._take_put_off("bars", "bars")
        blobs = [*islice(self._uncovered(texture.squares()), MOST_BLOBS)]
        squares = self._like_matrices(blobs)
        self._take_squares(squares)
        if not self._hasty:
            self._take_missed(squares)
            self._take_dear(texture, bars, squares)
            self._take_crowded_bars(boxes[MOST_BARS:])
            self._take_large_unread()
            self._take_stacked(boxes)
            self._take_unreadable(blobs)
        return self._told_from_reflections() + list(self._unread_ones())

    def _told_from_reflections(self) -> list[Region]:
        found = reflections(self._gray, [r.sighting for r in self._read])
        return [replace(r, reflected=True) if k in found else r for k, r in enumerate(self._read)]

    def _take_put_off(self, kind: str, symbology: str) -> None:
        """Told as unread until they had their turn."""
        self._take(
            [Region(box, None, symbology) for box in self._uncovered(self._work.put_off(kind))]
        )

    def _take_dear(self, texture: Texture, bars: list[Bars], squares: list[Box]) -> None:
        """They share one purse, so a look begins where the last one stopped."""
        pale = self._pale_bars(texture)
        kinds: dict[str, Callable[[], None]] = {
            "sliding": self._take_slid_bars,
            "broken": self._take_broken_bars,
            "slanted": lambda: self._take_slanted_bars(bars),
            "pale": lambda: self._take_pale_bars(pale),
            "composed": lambda: self._take_composed_bars(pale),
            "pale squares": lambda: self._take_pale_squares(texture),
            "unevened": self._take_unevened_bars,
            "blurred": self._take_blurred_bars,
            "erased": lambda: self._take_erased(squares),
        }
        names = [*kinds]
        first = next((names.index(name) for name in self._work.left_over if name in kinds), 0)
        for name in names[first:] + names[:first]:
            kinds[name]()

    def _take_broken_bars(self) -> None:
        still_unread: list[Region] = []
        boxes = filter(None, starmap(joined, combinations([u.box for u in self._unread], 2)))
        for box in self._in_turn("broken", [*boxes], upright_px, "dear"):
            found = self._bars(box)
            self._take([r for r in found if r.text])
            still_unread += [r for r in found if not r.text]
        self._slide("joined", still_unread)

    def _take_slid_bars(self) -> None:
        self._slide("sliding", self._unread)

    def _slide(self, kind: str, unread: list[Region]) -> None:
        """Over those of which too few strips said the one text that any said."""
        text_of = {u.box: next(iter(u.votes)) for u in unread if len(u.votes) == 1}
        for box in self._in_turn(kind, [*text_of], lambda box: SLIDING * upright_px(box), "dear"):
            flat, more, votes = (
                upright(self._gray, box),
                upright(self._gray, higher(box, RUN_ON_PX)),
                Votes(),
            )
            if reading := read_sliding(flat, more, text_of[box], votes, self._decoders.strips):
                self._take(
                    [Region(reading.box, reading.text, reading.symbology, votes.counts, ("zxing",))]
                )
                self._take([r for rest in beside(box, reading.box) for r in self._code(rest)])

    def _take_blurred_bars(self) -> None:
        votes_of = {u.box: u.votes for u in self._unread_ones()}
        for box in self._in_turn(
            "blurred", [*votes_of], lambda box: BLURRED * upright_px(box), "dear"
        ):
            flat, votes = upright(self._gray, box), Votes()
            reading = read_blurred(flat, box, votes, self._decoders.strips)
            if reading and set(votes_of[box]) <= {reading.text}:
                self._take(
                    [Region(reading.box, reading.text, reading.symbology, votes.counts, ("zxing",))]
                )

    def _like_matrices(self, blobs: list[Box]) -> list[Box]:
        """Beside both labels the strongest are enough, unless there are more matrices than
        labels."""
        faint = self._lacks_labels()
        likely = [box for box in blobs[:MOST_SQUARES] if like_matrix(self._gray, box, faint=faint)]
        if faint or len(likely) > ENOUGH:
            likely += [box for box in blobs[MOST_SQUARES:] if like_matrix(self._gray, box)]
        return likely

    def _take_squares(self, squares: list[Box]) -> None:
        """A table full of matrices is read at once: each by itself would take as long as ten
        frames."""
        many = len(squares) > MOST_SQUARES and not self._hasty
        if many:
            self._take([of_matrix(r) for r in read_many(self._gray, self._decoders.sizes)])
        for box in self._in_turn("squares", squares[:MOST_SQUARES], square_px):
            self._take(self._square(box, hasty=self._hasty))
        self._take_put_off("squares", "qr")
        cheap = squares[MOST_SQUARES:MOST_CHEAP] if many else []
        for box in self._in_turn("small squares", cheap, square_px):
            self._take(self._square(box, hasty=True))
        others = [*self._work.put_off("small squares"), *squares[MOST_SQUARES + len(cheap) :]]
        self._take(
            [Region(b, None, "qr") for b in self._uncovered(others) if surely_matrix(self._gray, b)]
        )

    def _take_missed(self, squares: list[Box]) -> None:
        """The whole frame, for a label whose texture is not found, and for a matrix of which only a
        part is."""
        if self._lacks_labels():
            found = self._decoders.whole.find(self._gray)
        elif list(self._uncovered(squares)):
            found = self._decoders.matrices.find(self._gray)
        else:
            return
        self._take([of_matrix(r) for r in found if r.symbology in (MATRICES | STACKED) - BARS])
        self._take(
            [b for r in found if r.symbology in BARS for b in self._bars(r.box) if b.text == r.text]
        )
        at_sizes = read_at_sizes(self._gray, self._decoders.sizes)
        while self._misses_matrices() and (readings := next(at_sizes, None)) is not None:
            self._take([of_matrix(r) for r in readings])

    def _misses_matrices(self) -> bool:
        return self._lacks_labels() or any(u.symbology != "bars" for u in self._unread_ones())

    def _lacks_labels(self) -> bool:
        return len({s.code for s in sightings(self._read)}) < ENOUGH

    def _take_large_unread(self) -> None:
        """Their modules are blobs of their own to texture."""
        for box in self._uncovered(large_squares(self._gray)) if self._lacks_labels() else ():
            self._take([Region(box, None, "qr")])

    def _take_slanted_bars(self, bars: list[Bars]) -> None:
        """Of labels seen askew, while one is still missing."""
        boxes: list[Box] = []
        for one in bars if self._lacks_labels() else ():
            if (box := one.slanted) and not any(alike(box, other) for other in boxes):
                boxes.append(box)
        for box in self._in_turn("slanted", boxes, upright_px):
            self._take(self._bars(box) if self._lacks_labels() else [])

    def _take_pale_bars(self, pale: list[Box]) -> None:
        """Of which no strip says a text are not told."""
        for box in self._in_turn("pale", pale, upright_px):
            self._take(
                [r for r in self._bars(box) if r.text or r.votes] if self._lacks_labels() else []
            )

    def _pale_bars(self, texture: Texture) -> list[Box]:
        """Of print that fades, from end to end or in part."""
        found = (
            [one.box or one.slanted for one in texture.bars(*PALE)] if self._lacks_labels() else []
        )
        return [*filter(None, found)]

    def _take_unevened_bars(self) -> None:
        votes_of = {u.box: u.votes for u in self._unread_ones()} if self._lacks_labels() else {}
        for box in self._in_turn("unevened", [*votes_of], upright_px):
            flat = upright(self._gray, box)
            if found := read_unevened(
                flat, votes_of[box], self._decoders.unevened, self._decoders.strips
            ):
                self._take(
                    [
                        Region(
                            found.reading.box,
                            found.reading.text,
                            found.reading.symbology,
                            {},
                            found.by,
                        )
                    ]
                )

    def _take_composed_bars(self, pale: list[Box]) -> None:
        """Of unread bars, and of pale ones, which are not told of."""
        votes_of = {u.box: u.votes for u in self._unread_ones() if u.symbology == "bars"}
        more = [box for box in pale if not any(alike(box, other) for other in votes_of)]
        for box in self._in_turn(
            "composed", [*votes_of, *more] if self._lacks_labels() else [], composed_px
        ):
            said = votes_of.get(box, ())
            if self._lacks_labels() and (
                found := read_composed(self._gray, box, said, self._decoders.strips)
            ):
                self._take([Region(found.box, found.text, found.symbology, {}, ("zxing",))])

    def _take_crowded_bars(self, boxes: list[Box]) -> None:
        """What many others outshine is told at least, for a clean code among it may be the
        label."""
        for box in self._in_turn("crowded", boxes, lambda box: upright_px(box) / len(RECIPES)):
            flat, votes = upright(self._gray, box), Votes()
            if like_bars(flat):
                reading = read_strips(flat, votes, self._decoders.strips, RECIPES[:1])
                self._take([of_bars(box, reading, votes, ("zxing",))])
        self._take_put_off("crowded", "bars")

    def _take_erased(self, squares: list[Box]) -> None:
        """Matrices that ink or glare hides in part, while a label is still missing."""
        boxes = [*self._uncovered(squares)][:MOST_ERASED] if self._lacks_labels() else []
        for box in self._in_turn("erased", boxes, erased_px):
            if self._lacks_labels() and (
                reading := read_erased(self._gray, box, self._decoders.erased)
            ):
                self._take([of_matrix(reading)])

    def _take_pale_squares(self, texture: Texture) -> None:
        """Those in print that fades, which the others outshine."""
        boxes = (
            [*self._uncovered(texture.pale_squares())][:MOST_PALE] if self._lacks_labels() else []
        )
        for box in self._in_turn("pale squares", boxes, square_px):
            self._take(
                [
                    of_matrix(r)
                    for r in read_pale(self._gray, box, self._decoders.squares, self._bends)
                ]
            )

    def _take_stacked(self, bars: list[Box]) -> None:
        """What has rows, which look like bars that break."""
        if self._decoders.stacked.symbologies:
            for box in islice(self._uncovered(bars), MOST_REGIONS):
                self._take(
                    [of_matrix(r) for r in read_stacked(self._gray, box, self._decoders.stacked)]
                )

    def _take_unreadable(self, blobs: list[Box]) -> None:
        """Beside both labels they say nothing more, and would only hold them up."""
        for box in self._uncovered(blobs) if self._lacks_labels() else ():
            if kind := unreadable(self._gray, box):
                self._take([Region(box, None, kind)])

    def _in_turn(
        self, kind: str, boxes: Sequence[Box], px_of: Callable[[Box], float], purse: str = ""
    ) -> Iterator[Box]:
        """Those that are not covered, as far as the look's share of work goes."""
        own = Purse(purse or kind, SHARES[purse or kind] * self._gray.size)
        purses = [own, self._common(PRICES[kind])] if kind in PRICES else [own]
        return self._work.in_turn(kind, boxes, lambda box: not self._covered(box), px_of, *purses)

    def _common(self, price: float) -> Purse:
        scanned_px = max(LEAST_DEAR_PX, self._gray.size) / self._work.looks
        return Purse("all dear", ALL_DEAR * scanned_px, price)

    def _uncovered(self, boxes: Iterable[Box]) -> Iterator[Box]:
        """Those not within what was read by the time each is asked for."""
        return (box for box in boxes if not self._covered(box))

    def _unread_ones(self) -> Iterator[Region]:
        return (u for u in self._unread if not self._covered(u.box))

    def _covered(self, box: Box) -> bool:
        return any(r.covers(box) for r in self._read)

    def _take(self, regions: list[Region]) -> None:
        """Each print once: the rules count boxes, so one code in two pieces must not pass for two
        labels."""
        for r in regions:
            if not r.text:
                if max(sides_px(r.box)) >= LEAST_TORN_PX and not any(
                    inside(centre(r.box), u.box) for u in self._unread
                ):
                    self._unread.append(r)
            elif not any(
                (k.text, k.symbology) == (r.text, r.symbology) and one_code(k.box, r.box)
                for k in self._read
            ):
                self._read.append(r)

    def _bars(self, box: Box) -> list[Region]:
        """What is read in it, and beside that."""
        found = self._code(box)
        return found + [
            r
            for read in found
            if read.text
            for rest in beside(box, read.box)
            for r in self._code(rest)
        ]

    def _code(self, box: Box) -> list[Region]:
        flat, votes, second = upright(self._gray, box), Votes(), self._decoders.second
        if not like_bars(flat):
            return []
        reading = read_strips(
            flat, votes, self._decoders.strips, RECIPES[: 1 if self._hasty else None]
        )
        by = ("zxing", "zbar") if reading and self._said_again(flat, reading) else ("zxing",)
        if not reading and not self._hasty:
            reading, by = read_strips(flat, votes, second, RECIPES_OF_ZBAR), ("zbar",)
        return [of_bars(box, reading, votes, by)]

    def _said_again(self, flat: Flat, reading: CodeReading) -> bool:
        echo = self._decoders.echoes.get(reading.symbology)
        return echo is not None and said_again(flat, reading.text, echo)

    def _square(self, box: Box, *, hasty: bool) -> list[Region]:
        can_bend = self._bends.left > 0
        found = read_square(self._gray, box, self._decoders.squares, hasty=hasty, bends=self._bends)
        if found and not (hasty or can_bend or any(r.text for r in found)):
            self._work.again("squares", box)
        if not found and surely_matrix(self._gray, box):
            return [Region(box, None, "qr")]
        return [of_matrix(r) for r in found]
